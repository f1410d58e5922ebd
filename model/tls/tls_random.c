/* An OpenSSL provider (provider-rand(7)) with one generator, whose generate() draws from the stream that was set for
   the thread. Instances have no state of their own: what one draws leaves nothing behind for another. */
#include "model/tls/tls_random.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <string.h>

#include "sim/journal/memory.h"

enum { STRENGTH_BITS = 256, MOST_BYTES_A_REQUEST = 1 << 16 };

static _Thread_local struct random_stream *source_in_use;

struct random_stream *tls_random_use(struct random_stream *source)
{
    struct random_stream *before = source_in_use;
    source_in_use = source;
    return before;
}

void tls_random_fill(struct random_stream *source, unsigned char *out, size_t size)
{
    while (size > 0) {
        uint64_t drawn = random_stream_next(source);
        for (size_t i = 0; i < 8 && size > 0; i++, size--)
            *out++ = (unsigned char)(drawn >> 8 * i);
    }
}

struct generator {
    int state;
};

static void *new_generator(void *provider, void *parent, const OSSL_DISPATCH *calls)
{
    (void)provider;
    (void)parent;
    (void)calls;
    struct generator *generator = mem_calloc(1, sizeof *generator);
    generator->state = EVP_RAND_STATE_UNINITIALISED;
    return generator;
}

static void free_generator(void *generator)
{
    mem_free(generator);
}

static int instantiate(void *context, unsigned int strength, int resistance, const unsigned char *text, size_t size,
                       const OSSL_PARAM params[])
{
    (void)strength;
    (void)resistance;
    (void)text;
    (void)size;
    (void)params;
    ((struct generator *)context)->state = EVP_RAND_STATE_READY;
    return 1;
}

static int uninstantiate(void *context)
{
    ((struct generator *)context)->state = EVP_RAND_STATE_UNINITIALISED;
    return 1;
}

static int generate(void *context, unsigned char *out, size_t size, unsigned int strength, int resistance,
                    const unsigned char *text, size_t text_size)
{
    (void)context;
    (void)strength;
    (void)resistance;
    (void)text;
    (void)text_size;
    struct random_stream constant = random_stream_for(0, "tls", "library context");
    tls_random_fill(source_in_use ? source_in_use : &constant, out, size);
    return 1;
}

static int enable_locking(void *context)
{
    (void)context;
    return 1;
}

static int lock(void *context)
{
    (void)context;
    return 1;
}

static void unlock(void *context)
{
    (void)context;
}

static const OSSL_PARAM *gettable(void *context, void *provider)
{
    static const OSSL_PARAM params[] = {OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
                                        OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
                                        OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL), OSSL_PARAM_END};
    (void)context;
    (void)provider;
    return params;
}

static int get_params(void *context, OSSL_PARAM params[])
{
    const struct generator *generator = context;
    OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
    if (p && !OSSL_PARAM_set_int(p, generator->state)) return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
    if (p && !OSSL_PARAM_set_uint(p, STRENGTH_BITS)) return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
    return !p || OSSL_PARAM_set_size_t(p, MOST_BYTES_A_REQUEST);
}

static const OSSL_DISPATCH calls[] = {{OSSL_FUNC_RAND_NEWCTX, (void (*)(void))new_generator},
                                      {OSSL_FUNC_RAND_FREECTX, (void (*)(void))free_generator},
                                      {OSSL_FUNC_RAND_INSTANTIATE, (void (*)(void))instantiate},
                                      {OSSL_FUNC_RAND_UNINSTANTIATE, (void (*)(void))uninstantiate},
                                      {OSSL_FUNC_RAND_GENERATE, (void (*)(void))generate},
                                      {OSSL_FUNC_RAND_ENABLE_LOCKING, (void (*)(void))enable_locking},
                                      {OSSL_FUNC_RAND_LOCK, (void (*)(void))lock},
                                      {OSSL_FUNC_RAND_UNLOCK, (void (*)(void))unlock},
                                      {OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, (void (*)(void))gettable},
                                      {OSSL_FUNC_RAND_GET_CTX_PARAMS, (void (*)(void))get_params},
                                      {0, NULL}};

static const OSSL_ALGORITHM algorithms[] = {{"POSTROAD-RAND", "provider=postroad", calls, "draws of the run"},
                                            {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
    (void)provider;
    *no_cache = 0;
    return operation == OSSL_OP_RAND ? algorithms : NULL;
}

static int init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **provider)
{
    static const OSSL_DISPATCH table[] = {{OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query}, {0, NULL}};
    (void)in;
    *out = table;
    *provider = (void *)(uintptr_t)handle;
    return 1;
}

OSSL_PROVIDER *tls_random_provide(OSSL_LIB_CTX *context)
{
    if (!OSSL_PROVIDER_add_builtin(context, "postroad", init)) return NULL;
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(context, "postroad");
    if (!provider || !RAND_set_DRBG_type(context, "POSTROAD-RAND", "provider=postroad", NULL, NULL)) return NULL;
    return provider;
}
