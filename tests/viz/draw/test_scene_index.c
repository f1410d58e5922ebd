/* A journal that grows, or is read in parts, while its scene is looked at. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/driven_scene.h"

static void open_scene(void)
{
    open_scene_of("first-mail", scene_options_default());
}

TestSuite(scene_index, .init = open_scene, .fini = close_scene);

/* As another thread does it, with what is on the screen ready. */
static void take_what_has_come(struct scene *shown, const struct journal_memory *growing)
{
    scene_index_free(scene_take_index(shown, scene_index_as_now(growing, scene_wish(shown), 1, NULL)));
}

/* A journal that grows, event by event, looks at each stage like one that has always been as long. */
Test(scene_index, a_growing_journal_is_followed)
{
    struct journal_memory *growing = journal_memory_new();
    size_t n = journal_memory_count(journal), i = 0;
    for (; i < n / 2; i++)
        journal_memory_append(growing, journal_memory_at(journal, i));
    struct scene *follows = scene_new(growing, scene_options_default());
    scene_set_growing(follows, true);
    scene_select(follows, (struct selection){ACT_HOST, 1});
    scene_seek(follows, journal_memory_end_ns(growing));
    cr_expect(not(scene_is_playing(follows)), "there is nothing to play yet");
    while (i < n) {
        for (size_t step = 0; step < 200 && i < n; step++)
            journal_memory_append(growing, journal_memory_at(journal, i++));
        int64_t before = scene_now(follows);
        take_what_has_come(follows, growing);
        cr_expect(scene_now(follows) >= before);
        cr_expect(scene_is_playing(follows), "who waited at the end goes on");
        scene_draw(follows, canvas);
        while (scene_is_playing(follows))
            scene_advance(follows, SECOND);
        cr_expect(eq(i64, scene_now(follows), journal_memory_end_ns(growing)));
    }
    cr_expect(eq(int, scene_selection(follows).what, ACT_HOST), "what was chosen stays chosen");
    scene_seek(follows, 0);
    take_what_has_come(follows, growing);
    cr_expect(not(scene_is_playing(follows)), "who is elsewhere stays there");
    cr_expect(eq(i64, scene_now(follows), 0));
    scene_free(follows);
    journal_memory_free(growing);
}

static uint64_t picture_of(struct scene *shown, int64_t at_ns)
{
    uint64_t hash = 1;
    struct canvas *on = canvas_new_layer(900, 600);
    scene_seek(shown, at_ns);
    scene_draw(shown, on);
    for (int y = 0; y < 600; y++)
        for (int x = 0; x < 900; x++)
            hash = (hash ^ canvas_pixel(on, x, y)) * UINT64_C(0x9e3779b97f4a7c15);
    canvas_free(on);
    return hash;
}

/* What was read behind looks in the end like what was there from the beginning. */
Test(scene_index, an_index_made_in_parts_gives_the_same_pictures_in_the_end)
{
    struct journal_memory *so_far = journal_memory_new();
    const struct loading_progress progress = {.part = 0.3};
    size_t n = journal_memory_count(journal), i = 0;
    struct scene *parts = NULL, *whole = scene_new(journal, scene_options_default());
    for (int part = 1; part <= 4; part++) {
        for (; i < n * (size_t)part / 4; i++)
            journal_memory_append(so_far, journal_memory_at(journal, i));
        const struct scene_wish wish = parts ? scene_wish(parts) : (struct scene_wish){.unit = 0};
        struct scene_index *index =
            part < 4 ? scene_index_as_now(so_far, wish, part / 4.0, NULL) : scene_index_new(so_far, wish, NULL);
        if (parts)
            scene_index_free(scene_take_index(parts, index));
        else
            parts = scene_new_indexed(index, scene_options_default());
        scene_set_loading(parts, part < 4 ? &progress : NULL);
        if (part < 4) cr_expect(ne(u64, picture_of(parts, 0), picture_of(whole, 0)), "it says that there is more");
    }
    for (int64_t at_ns = 0; at_ns <= story_end_ns(scene_story(whole)); at_ns += story_end_ns(scene_story(whole)) / 7)
        cr_expect(eq(u64, picture_of(parts, at_ns), picture_of(whole, at_ns)), "at %lld ns", (long long)at_ns);
    cr_expect(eq(u64, story_digest(scene_story(parts)), story_digest(scene_story(whole))));
    scene_free(parts);
    scene_free(whole);
    journal_memory_free(so_far);
}

/* To work out where everything stands on a large map takes longer than a picture may. */
Test(scene_index, what_the_map_needs_comes_with_the_index_or_stays)
{
    struct scene *shown = scene_new(journal, scene_options_default());
    scene_draw(shown, canvas);
    const struct scene_wish wish = scene_wish(shown);
    cr_assert(wish.unit > 0, "the map is in sight");
    struct scene_index *index = scene_index_as_now(journal, wish, 1, NULL);
    cr_assert(index->plan != NULL);
    cr_expect(index->map.canvas != NULL);
    index->places[0] = point_of(0.5, 0.25); /* as if more of the run had told where it belongs */
    const struct map_plan *planned = index->plan;
    struct scene_index *former = scene_take_index(shown, index);
    cr_expect(former->plan && former->plan != planned, "what was drawn goes with what was known");
    scene_index_free(former);
    index = scene_index_as_now(journal, wish, 1, NULL);
    index->places[0] = point_of(0.5, 0.25);
    planned = index->plan;
    former = scene_take_index(shown, index);
    cr_expect(eq(ptr, (void *)former->plan, (void *)planned), "nothing stands elsewhere: what is drawn stays");
    scene_index_free(former);
    scene_draw(shown, canvas);
    scene_free(shown);
}

Test(scene_index, an_index_is_ready_for_the_pace_that_is_chosen)
{
    struct scene *shown = scene_new(journal, scene_options_default());
    const struct input p = {.kind = INPUT_KEY, .key = 'p'};
    for (int i = 0; i < 3; i++) {
        scene_handle(shown, &p);
        struct scene_index *index = scene_index_as_now(journal, scene_wish(shown), 1, NULL);
        const struct pace *made = index->pace;
        cr_expect(eq(i64, pace_total_ns(made), pace_total_ns(scene_pace(shown))));
        scene_index_free(scene_take_index(shown, index));
        cr_expect(eq(ptr, (void *)scene_pace(shown), (void *)made), "none is made anew while somebody waits");
    }
    scene_free(shown);
}

Test(scene_index, an_index_that_is_not_wanted_any_more_is_none)
{
    struct stop stop = {false};
    const struct scene_wish wish = {.unit = 0};
    struct scene_index *index = scene_index_new(journal, wish, &stop);
    cr_expect(index != NULL, "nobody has asked");
    scene_index_free(index);
    stop_ask(&stop);
    cr_expect(eq(ptr, (void *)scene_index_new(journal, wish, &stop), NULL));
    cr_expect(eq(ptr, (void *)scene_index_as_now(journal, wish, 1, &stop), NULL));
    cr_expect(eq(ptr, (void *)story_new_until(journal, &stop), NULL));
    struct story *story = story_new(journal);
    cr_expect(eq(ptr, (void *)classics_new_until(story, &stop), NULL));
    cr_expect(eq(ptr, (void *)pace_new_with(journal, pace_settings_default(), NULL, 0, &stop), NULL));
    story_free(story);
}
