/* The pool: ids, references, and giving back. */
#include <criterion/criterion.h>

#include "sim/packet.h"

static unsigned released;

static void count_release(struct packet *packet)
{
    (void)packet;
    released++;
}

Test(packet_pool, counts_ids_from_1_and_never_gives_one_twice)
{
    static const struct packet_ops ops = {.release = count_release};
    struct packet_pool *pool = packet_pool_new();
    struct packet *held[1000];
    uint64_t id = 0;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) {
            held[i] = packet_new(pool);
            cr_assert_eq(held[i]->id, ++id);
            cr_assert_eq(held[i]->cause, 0);
            cr_assert_null(held[i]->ops);
            cr_assert_eq((uintptr_t)held[i]->header % 16, 0);
            held[i]->ops = &ops;
            held[i]->cause = 99;
            held[i]->size_bytes = 1500;
        }
        cr_assert_eq(packet_pool_live(pool), 1000);
        for (int i = 0; i < 1000; i++)
            packet_drop(pool, held[(i * 7) % 1000]);
    }
    cr_assert_eq(released, 3000);
    cr_assert_eq(packet_pool_live(pool), 0);
    packet_pool_free(pool);
}

Test(packet_pool, keeps_a_packet_until_its_last_holder_lets_go)
{
    static const struct packet_ops ops = {.release = count_release};
    struct packet_pool *pool = packet_pool_new();
    struct packet *packet = packet_new(pool);
    packet->ops = &ops;
    released = 0;
    cr_assert_eq(packet_hold(packet), packet);
    packet_drop(pool, packet);
    cr_assert_eq(released, 0);
    cr_assert_eq(packet_pool_live(pool), 1);
    packet_drop(pool, packet);
    cr_assert_eq(released, 1);
    packet_pool_free(pool);
}

static unsigned copies_told;

static void count_copy(struct packet *copy)
{
    copies_told += copy->header[0] == 'h';
}

Test(packet_pool, a_copy_is_the_same_with_an_id_of_its_own_and_takes_the_further_references)
{
    static const struct packet_ops ops = {.release = count_release, .copied = count_copy};
    struct packet_pool *pool = packet_pool_new();
    struct packet *packet = packet_new(pool);
    packet->ops = &ops;
    packet->size_bytes = 77;
    packet->identity = (struct packet_identity){.flow = 1, .unit = 2, .transmission = 3};
    packet->header[0] = 'h';
    packet_hold(packet);
    struct packet *copy = packet_copy(pool, packet);
    cr_assert_eq(copies_told, 1);
    cr_assert_eq(copy->id, packet->id + 1);
    cr_assert_eq(copy->references, 1);
    cr_assert_eq(copy->size_bytes, 77);
    cr_assert_eq(copy->identity.unit, 2);
    cr_assert_eq(packet_pool_live(pool), 2);
    packet_drop(pool, copy);
    packet_drop(pool, packet);
    packet_drop(pool, packet);
    packet_pool_free(pool);
}
