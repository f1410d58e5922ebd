/* A packet is opened in another program: by a key, by a button, and not where the program is not there. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "tests/viz/draw/driven_scene.h"

static unsigned opened;
static uint64_t opened_packet;
static const struct journal_memory *opened_journal;

static bool open_it(void *context, const struct journal_memory *of, uint64_t packet, char said[ELSEWHERE_SAID_BYTES])
{
    *(unsigned *)context += 1;
    opened_journal = of;
    opened_packet = packet;
    snprintf(said, ELSEWHERE_SAID_BYTES, "It opens.");
    return true;
}

static struct elsewhere elsewhere = {&opened, "Wireshark", NULL, open_it};

static void open_scene(void)
{
    struct scene_options options = scene_options_default();
    options.elsewhere = &elsewhere;
    opened = 0;
    open_scene_of("first-mail", options);
}

TestSuite(elsewhere, .init = open_scene, .fini = close_scene);

Test(elsewhere, the_packet_that_is_looked_at_is_opened_by_its_number)
{
    size_t packet = look_at_the_lost_packet();
    cr_assert(press('o'));
    cr_assert(eq(uint, opened, 1));
    cr_assert(eq(u64, opened_packet, story_packet(scene_story(scene), packet)->id));
    cr_assert(eq(ptr, (void *)opened_journal, (void *)journal));
}

Test(elsewhere, without_one_the_latest_packet_is_opened_and_looked_at)
{
    scene_seek(scene, story_drop(scene_story(scene), 0)->at_ns);
    cr_assert(press('o'));
    struct selection selection = scene_selection(scene);
    cr_assert(eq(int, selection.what, ACT_PACKET));
    cr_assert(eq(u64, opened_packet, story_packet(scene_story(scene), selection.index)->id));
}

Test(elsewhere, before_any_packet_there_is_nothing_to_open)
{
    scene_seek(scene, 0);
    cr_assert(not(press('o')));
    cr_assert(eq(uint, opened, 0));
}

Test(elsewhere, the_button_beside_the_packet_does_the_same)
{
    size_t packet = look_at_the_lost_packet();
    cr_assert(click(ACT_ELSEWHERE, packet));
    cr_assert(eq(uint, opened, 1));
}

Test(elsewhere, where_the_program_is_not_there_the_button_is_grey_and_nothing_is_opened)
{
    elsewhere.why_not = "it is not installed";
    size_t packet = look_at_the_lost_packet();
    cr_assert(eq(ptr, (void *)targets_find_act(scene_targets(scene), ACT_ELSEWHERE, packet), NULL));
    cr_assert(press('o'));
    cr_assert(eq(uint, opened, 0));
    elsewhere.why_not = NULL;
}
