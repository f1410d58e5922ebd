/* The register of mails forgets what is done with, never gives a number twice, and knows that there was one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/host/mail_register.h"
#include "sim/journal/memory.h"

struct small_world {
    struct world world;
    struct scenario scenario;
    struct engine engine;
};

static struct world *make(size_t n_mails)
{
    struct small_world *w = calloc(1, sizeof *w);
    w->scenario.n_mails = n_mails;
    w->world.scenario = &w->scenario;
    w->world.engine = &w->engine;
    w->world.mails = mail_register_new(&w->world);
    return &w->world;
}

static void end(struct world *world)
{
    mail_register_free(world->mails);
    free(world);
}

static struct message_id write_one(struct world *world, struct message_id id)
{
    struct mail_message *message = mem_calloc(1, sizeof *message);
    message->id = id;
    message->recipients = mem_calloc(1, sizeof *message->recipients);
    message->recipients[0] = mem_strdup("bob@b.example");
    message->n_recipients = 1;
    world_add_message(world, message);
    return id;
}

Test(mail_register, a_mail_is_forgotten_two_minutes_after_it_is_done_with_when_another_is)
{
    struct world *world = make(0);
    struct message_id first = write_one(world, world_next_message_id(world));
    mail_register_count(world->mails, first, 1);
    mail_register_count(world->mails, first, -1);
    cr_expect(world_message(world, first));
    world->engine->now_ns = 3 * MINUTE;
    struct message_id second = write_one(world, world_next_message_id(world));
    cr_expect_eq(second.n, 2);
    mail_register_count(world->mails, second, 1);
    cr_expect(world_message(world, first));
    mail_register_count(world->mails, second, -1);
    cr_expect_null(world_message(world, first));
    cr_expect(world_message(world, second));
    cr_expect(world_knows_message(world, first));
    cr_expect_not(world_knows_message(world, (struct message_id){3}));
    cr_expect_not(world_knows_message(world, (struct message_id){0}));
    end(world);
}

Test(mail_register, who_gets_another_copy_in_time_is_kept)
{
    struct world *world = make(0);
    struct message_id first = write_one(world, world_next_message_id(world));
    struct message_id second = write_one(world, world_next_message_id(world));
    mail_register_count(world->mails, first, 1);
    mail_register_count(world->mails, first, -1);
    world->engine->now_ns = MINUTE;
    mail_register_count(world->mails, first, 1);
    world->engine->now_ns = 10 * MINUTE;
    mail_register_count(world->mails, second, 1);
    mail_register_count(world->mails, second, -1);
    cr_expect(world_message(world, first));
    mail_register_count(world->mails, first, -1);
    world->engine->now_ns = 20 * MINUTE;
    mail_register_count(world->mails, second, 1);
    mail_register_count(world->mails, second, -1);
    cr_expect_null(world_message(world, first));
    end(world);
}

Test(mail_register, mails_of_the_scenario_come_in_any_order_and_stay)
{
    struct world *world = make(3);
    cr_expect_eq(world_next_message_id(world).n, 4);
    cr_expect_not(world_knows_message(world, (struct message_id){2}));
    struct message_id third = write_one(world, (struct message_id){3}),
                      other = write_one(world, world_next_message_id(world));
    mail_register_count(world->mails, third, 1);
    mail_register_fate(world->mails, third, "bob@B.EXAMPLE")->copies++;
    mail_register_count(world->mails, third, -1);
    world->engine->now_ns = DAY;
    mail_register_count(world->mails, other, 1);
    mail_register_count(world->mails, other, -1);
    cr_expect(world_message(world, third));
    cr_expect_eq(mail_register_known_fate(world->mails, third, "bob@b.example")->copies, 1);
    cr_expect_null(mail_register_fate(world->mails, third, "carol@b.example"));
    cr_expect_null(mail_register_known_fate(world->mails, other, "bob@b.example"));
    end(world);
}

/* A hundred thousand, of which every thousandth takes a day longer. */
Test(mail_register, what_is_stuck_does_not_keep_the_others)
{
    struct world *world = make(0);
    struct message_id stuck[100];
    size_t n_stuck = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        world->engine->now_ns += SECOND;
        struct message_id id = write_one(world, world_next_message_id(world));
        cr_assert_eq(id.n, i + 1);
        mail_register_count(world->mails, id, 1);
        if (i % 1000 == 0)
            stuck[n_stuck++] = id;
        else
            mail_register_count(world->mails, id, -1);
    }
    size_t remembered = 0;
    for (uint32_t n = 1; n <= 100000; n++)
        remembered += world_message(world, (struct message_id){n}) != NULL;
    cr_expect(remembered > 100 && remembered < 100 + 130, "%zu", remembered);
    for (size_t i = 0; i < n_stuck; i++) {
        cr_expect(world_message(world, stuck[i]));
        mail_register_count(world->mails, stuck[i], -1);
    }
    end(world);
}
