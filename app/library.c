/* Finding scenarios: see library.h. POSTROAD_SCENARIO_DIRS is set by CMake: the source folder and the installed one. */
#include "app/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/journal/memory.h"

static bool readable(const char *path)
{
    return access(path, R_OK) == 0;
}

const char *library_folder(void)
{
    static const char *const folders[] = {POSTROAD_SCENARIO_DIRS};
    const char *chosen = getenv("POSTROAD_SCENARIOS");
    if (chosen && *chosen) return chosen;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (readable(folders[i])) return folders[i];
    return folders[0];
}

static char *joined(const char *folder, const char *word, const char *ending)
{
    size_t size = strlen(folder) + strlen(word) + strlen(ending) + 2;
    char *path = mem_alloc(size);
    snprintf(path, size, "%s/%s%s", folder, word, ending);
    return path;
}

char *library_find(const char *word)
{
    if (readable(word) || strchr(word, '/') || !strcmp(word, "-")) return mem_strdup(word);
    static const char *const endings[] = {"", ".json"};
    for (size_t i = 0; i < 2; i++) {
        char *path = joined(library_folder(), word, endings[i]);
        if (readable(path)) return path;
        free(path);
    }
    return mem_strdup(word);
}

struct scenario *library_load_scenario(const char *word, const struct scenario_override *overrides, size_t n)
{
    char *path = library_find(word);
    struct scenario *scenario = scenario_load(path, overrides, n, stderr);
    free(path);
    return scenario;
}
