/* What the window remembers (window.json in the user's settings), arrangements of views as text, and what is typed to
   find an instant. Whatever the file says, what is read of it can be drawn, and written and read again without a
   change; what is found is what was looked for (tried with a scale that is read without its bounds, and a search that
   finds the event before). The first byte chooses which. */
#include <math.h>

#include "app/settings.h"
#include "model/host/world.h"
#include "sim/journal/journal_memory.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_file.h"
#include "viz/draw/workspace.h"
#include "viz/story/wanted.h"

static void arrangement(const char *text)
{
    struct workspace workspace, again;
    char written[WORKSPACE_TEXT_BYTES], rewritten[WORKSPACE_TEXT_BYTES];
    if (!workspace_read(&workspace, text)) return;
    FUZZ_MUST(workspace.n > 0 && workspace.n <= WORKSPACE_PANES);
    for (int i = 0; i < workspace.n; i++) {
        const struct pane *pane = &workspace.panes[i];
        FUZZ_MUST(pane->view <= VIEW_NONE);
        if (pane->view != VIEW_NONE) continue;
        FUZZ_MUST(pane->part > 0 && pane->part < 1);
        FUZZ_MUST(pane->first < workspace.n && pane->second < workspace.n);
    }
    workspace_write(&workspace, written);
    FUZZ_MUST(workspace_read(&again, written));
    FUZZ_MUST(strcmp(workspace_write(&again, rewritten), written) == 0);
}

/* ---- what is looked for ---- */

static const char world_text[] =
    "{\"postroad\":1,\"hosts\":{\"pc\":{\"client\":{\"user\":\"alice@a.example\",\"submits_to\":\"mail.a.example\"}},"
    "\"internet\":{\"router\":{}},\"mail.a.example\":{\"mail_server\":{\"domains\":[\"a.example\"],\"users\":["
    "\"alice\"]}}},"
    "\"links\":{\"a\":{\"between\":[\"pc\",\"internet\"],\"loss\":\"5 %\"},"
    "\"b\":{\"between\":[\"mail.a.example\",\"internet\"]}},"
    "\"mail\":{\"m1\":{\"from\":\"alice@a.example\",\"to\":[\"alice@a.example\",\"eve@a.example\"],\"size\":\"9 "
    "kB\"}}}";

/* Kept until the process ends, its journal too. */
static struct story *story_of_a_run(void)
{
    static struct story *story;
    if (story) return story;
    struct scenario *scenario = scenario_parse("world", world_text, sizeof world_text - 1, NULL, 0, stderr);
    FUZZ_MUST(scenario);
    const struct world_options options = world_options_default();
    struct journal *journal = journal_new();
    static struct journal_memory *memory;
    memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    struct world *world = world_new(scenario, &options, journal);
    while (world_run(world, 10000))
        continue;
    world_free(world);
    journal_free(journal);
    scenario_free(scenario);
    return story = story_new(memory);
}

static void look_for(const char *text)
{
    static char words[20][WANTED_WORD_BYTES];
    const struct story *story = story_of_a_run();
    size_t n_events = story_events_after(story, INT64_MAX);
    struct wanted wanted = wanted_read(story, text);
    FUZZ_MUST(wanted.n_terms <= WANTED_TERMS && strnlen(wanted.text, WANTED_BYTES) < WANTED_BYTES);
    for (size_t i = 0; i < wanted.n_terms; i++)
        FUZZ_MUST(strnlen(wanted.terms[i].text, WANTED_WORD_BYTES) < WANTED_WORD_BYTES);
    struct wanted_places places = wanted_look(story, &wanted, 0, 1);
    FUZZ_MUST(places.next == STORY_NONE || (places.next < n_events && wanted_is(story, &wanted, places.next)));
    FUZZ_MUST(places.unknown == STORY_NONE || places.unknown < wanted.n_terms);
    size_t before = wanted_before(story, &wanted, n_events);
    FUZZ_MUST(before == STORY_NONE || wanted_is(story, &wanted, before));
    FUZZ_MUST((before == STORY_NONE) == (places.next == STORY_NONE && !wanted_is(story, &wanted, 0)));
    FUZZ_MUST(wanted_complete(story, wanted_here(story), text, words, 20) <= 20);
    if (wanted_nearest(story, text, words[0])) FUZZ_MUST(words[0][0]);
}

static void settings(const uint8_t *bytes, size_t size)
{
    struct window_memory memory, again;
    setenv("XDG_CONFIG_HOME", fuzz_folder(), 1);
    fuzz_file("postroad/window.json", bytes, size);
    settings_read("world", &memory);
    FUZZ_MUST(memory.scale >= 0.5 && memory.scale <= 3);
    size_t sensible = 0; /* beyond the floating point numbers nothing is; the map passes it over */
    for (size_t i = 0; i < memory.n_places; i++)
        sensible += isfinite(memory.places[i].at.x) && isfinite(memory.places[i].at.y);
    settings_write("world", &memory);
    settings_read("world", &again);
    FUZZ_MUST(again.scale == memory.scale && again.dark == memory.dark && again.calm == memory.calm);
    FUZZ_MUST(again.n_places == sensible && strcmp(again.arrangement, memory.arrangement) == 0);
    window_memory_forget_places(&memory);
    window_memory_forget_places(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    if (bytes[0] == 'v' || bytes[0] == 'w') {
        char *text = calloc(1, size);
        memcpy(text, bytes + 1, size - 1);
        if (bytes[0] == 'v')
            arrangement(text);
        else
            look_for(text);
        free(text);
    } else {
        settings(bytes, size);
    }
    return 0;
}
