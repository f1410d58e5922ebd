/* What the window remembers (window.json in the user's settings), and arrangements of views as text. Whatever the file
   says, what is read of it can be drawn, and written and read again without a change (tried with a scale that is read
   without its bounds). The first byte chooses which. */
#include <math.h>

#include "app/settings.h"
#include "sim/journal/memory.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_file.h"
#include "viz/draw/workspace.h"

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
    if (bytes[0] == 'v') {
        char *text = calloc(1, size);
        memcpy(text, bytes + 1, size - 1);
        arrangement(text);
        free(text);
    } else {
        settings(bytes, size);
    }
    return 0;
}
