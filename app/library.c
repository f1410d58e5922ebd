/* Finding scenarios: see library.h. POSTROAD_SCENARIO_DIRS is set by CMake: the source folder and the installed one. */
#include "app/library.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/options.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

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

static bool is_scenario(const struct dirent *entry, size_t *length)
{
    const char *ending = strstr(entry->d_name, ".json");
    *length = ending ? (size_t)(ending - entry->d_name) : 0;
    return ending && !ending[strlen(".json")] && *length > 0;
}

/* For a word that is no file: the scenario that comes along and is called nearly so. */
static void suggest_scenario(const char *word)
{
    enum { MOST = 100 };
    char *names[MOST + 1];
    size_t n = 0, length;
    DIR *folder = opendir(library_folder());
    for (const struct dirent *entry; folder && n < MOST && (entry = readdir(folder));)
        if (is_scenario(entry, &length)) names[n++] = strndup(entry->d_name, length);
    if (folder) closedir(folder);
    names[n] = NULL;
    const char *near = nearest_word(word, (const char *const *)names);
    if (near)
        fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    else if (n > 0)
        fprintf(stderr, tr("  hint: the scenarios that come along are in %s\n"), library_folder());
    while (n > 0)
        free(names[--n]);
}

struct scenario *library_load_scenario(const char *word, const struct scenario_override *overrides, size_t n)
{
    char *path = library_find(word);
    struct scenario *scenario = scenario_load(path, overrides, n, stderr);
    if (!scenario && !strchr(word, '/') && strcmp(word, "-") && !readable(path)) suggest_scenario(word);
    free(path);
    return scenario;
}
