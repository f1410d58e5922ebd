/* No text is cut where letters are larger, either: as test_uncut judges it, in all shipped scenarios, at the sizes of
   letters that there are, from those that a small window has room for to those of a large screen seen from afar; in all
   arrangements, each view alone, and all languages, which take turns. */
#include <criterion/criterion.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/judged.h"
#include "tests/viz/draw/languages.h"
#include "tests/viz/draw/run_scenario.h"

static const struct look {
    struct size size;
    double scale;
} looks[] = {{{1280, 800}, 1.25},  {{1920, 1080}, 1.5}, {{3840, 2160}, 2},
             {{1920, 1080}, 1.25}, {{1280, 800}, 1.5},  {{3840, 2160}, 3}};
enum { LOOKS = sizeof looks / sizeof looks[0] };

/* The run at some instants, at every other of which something is looked at. `turn` makes them others. */
static void judge_run(const struct journal_memory *run, const char *name, size_t look, const char *arrangement,
                      int instants, size_t turn)
{
    struct scene_options options = scene_options_default();
    size_t n = journal_memory_count(run) - 1;
    options.scale = looks[look].scale;
    options.arrangement = arrangement;
    struct scene *seen = scene_new(run, options);
    for (int i = 0; i < instants; i++) {
        double part = ((double)i + (double)(turn % 7) / 7) / instants;
        scene_seek(seen, journal_memory_at(run, (size_t)((double)n * part))->at_ns);
        scene_select(seen, (struct selection){ACT_NONE, 0});
        if (i % 2) look_at(seen, (size_t)i / 2 + turn, part);
        judge_scene_uncut(seen, looks[look].size, name);
    }
    scene_free(seen);
}

Test(uncut_large, every_scenario_as_the_window_opens)
{
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        struct journal_memory *run = run_scenario(names[i]);
        for (size_t k = 0; k < LOOKS; k++)
            judge_run(run, names[i], k, NULL, 3, i + k);
        journal_memory_free(run);
    }
    canvas_forget_fonts();
}

/* Each view alone, then the arrangements. */
static const char *arrangement_of(size_t turn)
{
    turn %= VIEWS + WORKSPACE_PRESETS;
    return turn < VIEWS ? workspace_view_name((enum view_id)turn) : workspace_preset((int)(turn - VIEWS));
}

Test(uncut_large, every_scenario_in_other_arrangements)
{
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        struct journal_memory *run = run_scenario(names[i]);
        for (size_t k = 0; k < LOOKS; k++)
            judge_run(run, names[i], k, arrangement_of(i * LOOKS + k), 2, i);
        journal_memory_free(run);
    }
    canvas_forget_fonts();
}

Test(uncut_large, every_scenario_in_other_languages)
{
    const char *names[MOST_SCENARIOS];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        if (!speak(languages[1 + i % (LANGUAGES - 1)])) continue;
        struct journal_memory *run = run_scenario(names[i]);
        for (size_t k = 0; k < LOOKS; k++)
            judge_run(run, names[i], k, k % 2 ? arrangement_of(i + k) : NULL, 2, i + k);
        journal_memory_free(run);
    }
    canvas_forget_fonts();
}
