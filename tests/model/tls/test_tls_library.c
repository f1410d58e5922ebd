/* Bytes depend on the seed and on who speaks, and on nothing else: not on what else goes on, nor on which thread. */
#include <criterion/criterion.h>
#include <string.h>
#include <threads.h>

#include "tests/model/tls/tls_pair.h"

TestSuite(tls_library);

static struct tls_pair *spoken(uint64_t seed, enum tls_version version)
{
    struct tls_settings settings = tls_pair_settings(false);
    settings.seed = seed;
    settings.version = version;
    struct tls_pair *p = tls_pair_new(&settings, version);
    tls_pair_handshake(p);
    tls_conn_write(p->client, "QUIT\r\n", 6);
    tls_pair_run(p);
    return p;
}

static bool is_same(const struct tls_pair *a, const struct tls_pair *b)
{
    return a->wire_size == b->wire_size && memcmp(a->wire, b->wire, a->wire_size) == 0;
}

Test(tls_library, the_same_seed_gives_the_same_bytes_and_another_others)
{
    for (int version = 0; version < 2; version++) {
        struct tls_pair *a = spoken(1, (enum tls_version)version), *b = spoken(1, (enum tls_version)version);
        struct tls_pair *c = spoken(2, (enum tls_version)version);
        cr_assert(is_same(a, b));
        cr_assert_not(is_same(a, c));
        tls_pair_free(a);
        tls_pair_free(b);
        tls_pair_free(c);
    }
}

Test(tls_library, two_handshakes_at_once_do_not_disturb_each_other)
{
    struct tls_settings settings = tls_pair_settings(false);
    struct tls_pair *alone = spoken(7, TLS_VERSION_1_3), *pairs[2];
    for (int i = 0; i < 2; i++) {
        settings.seed = 7 + (uint64_t)i;
        pairs[i] = tls_pair_new(&settings, TLS_VERSION_1_3);
        tls_conn_start(pairs[i]->client);
    }
    tls_pair_run(pairs[1]);
    tls_pair_run(pairs[0]);
    tls_conn_write(pairs[0]->client, "QUIT\r\n", 6);
    tls_pair_run(pairs[0]);
    cr_assert(is_same(alone, pairs[0]));
    tls_pair_free(alone);
    tls_pair_free(pairs[0]);
    tls_pair_free(pairs[1]);
}

static int speak_in_a_thread(void *result)
{
    *(struct tls_pair **)result = spoken(7, TLS_VERSION_1_3);
    /* Of this thread's library: to be freed here. */
    struct tls_pair *p = *(struct tls_pair **)result;
    tls_conn_free(p->client);
    tls_conn_free(p->server);
    p->client = p->server = NULL;
    return 0;
}

Test(tls_library, another_thread_says_the_same)
{
    struct tls_pair *here = spoken(7, TLS_VERSION_1_3), *there[2];
    thrd_t threads[2];
    for (int i = 0; i < 2; i++)
        cr_assert_eq(thrd_create(&threads[i], speak_in_a_thread, &there[i]), thrd_success);
    for (int i = 0; i < 2; i++) {
        thrd_join(threads[i], NULL);
        cr_assert(is_same(here, there[i]));
        tls_pair_free(there[i]);
    }
    tls_pair_free(here);
}

/* A certificate tells nothing of the seed, so that all runs of a study can share it. */
Test(tls_library, certificates_are_the_same_in_every_run)
{
    enum { CERTIFICATE_AT = 5 + 61 + 5, CERTIFICATE_BYTES = 274 };
    struct tls_pair *a = spoken(1, TLS_VERSION_1_2), *b = spoken(2, TLS_VERSION_1_2);
    size_t hello = 5 + 123;
    cr_assert_arr_eq(a->wire + hello + CERTIFICATE_AT, b->wire + hello + CERTIFICATE_AT, CERTIFICATE_BYTES);
    tls_pair_free(a);
    tls_pair_free(b);
}
