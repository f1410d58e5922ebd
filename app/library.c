/* Finding scenarios: see library.h. */
#include "app/library.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/options.h"
#include "app/places.h"
#include "app/study_run.h"
#include "sim/journal/memory.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"

static bool readable(const char *path)
{
    return access(path, R_OK) == 0;
}

const char *library_folder(void)
{
    return places_scenarios();
}

static char *joined(const char *folder, const char *word, const char *ending)
{
    size_t size = strlen(folder) + strlen(word) + strlen(ending) + 2;
    char *path = mem_alloc(size);
    bool ends_so = *folder && folder[strlen(folder) - 1] == '/';
    snprintf(path, size, "%s%s%s%s", folder, ends_so ? "" : "/", word, ending);
    return path;
}

static char *with_ending(const char *word, const char *ending)
{
    size_t size = strlen(word) + strlen(ending) + 1;
    char *path = mem_alloc(size);
    snprintf(path, size, "%s%s", word, ending);
    return path;
}

static char *find_in(const char *folder, const char *word)
{
    if (readable(word) || !strcmp(word, "-")) return mem_strdup(word);
    static const char *const endings[] = {"", ".json"};
    bool has_folder = strchr(word, '/');
    for (size_t i = 0; i < 2; i++) {
        char *path = has_folder ? with_ending(word, endings[i]) : joined(folder, word, endings[i]);
        if (readable(path)) return path;
        free(path);
    }
    return mem_strdup(word);
}

char *library_find(const char *word)
{
    return find_in(library_folder(), word);
}

char *library_find_study(const char *word)
{
    char *folder = joined(library_folder(), "studies", ""), *path = find_in(folder, word);
    free(folder);
    return path;
}

static bool is_scenario(const struct dirent *entry, size_t *length)
{
    const char *ending = strstr(entry->d_name, ".json");
    *length = ending ? (size_t)(ending - entry->d_name) : 0;
    return ending && !ending[strlen(".json")] && *length > 0 && !strstr(entry->d_name, ".schema.json");
}

/* The scenarios in a folder, in the order of their names and without ".json"; NULL ends them. */
static void list_scenarios(const char *folder_path, char *names[], size_t most)
{
    size_t n = 0, length;
    DIR *folder = opendir(folder_path);
    for (const struct dirent *entry; folder && n < most && (entry = readdir(folder));) {
        if (!is_scenario(entry, &length)) continue;
        char *name = mem_strdup(entry->d_name);
        name[length] = 0;
        size_t at = n++;
        for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = name;
    }
    if (folder) closedir(folder);
    names[n] = NULL;
}

/* The last part of a path, without ".json". To be freed. */
static char *bare_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = mem_strdup(slash ? slash + 1 : path), *ending = strstr(name, ".json");
    if (ending && !ending[strlen(".json")]) *ending = 0;
    return name;
}

enum { MOST_NAMES = 100 };

/* What is called nearly so in a folder, with its ending or without; NULL: nothing. To be freed. */
static char *near_in(const char *folder, const char *word, bool is_whole)
{
    char *names[MOST_NAMES + 1], *name = is_whole ? mem_strdup(word) : bare_name(word);
    list_scenarios(folder, names, MOST_NAMES);
    for (size_t i = 0; names[i] && is_whole; i++) {
        char *whole = with_ending(names[i], ".json");
        free(names[i]);
        names[i] = whole;
    }
    const char *near = near_word_find(name, (const char *const *)names);
    char *found = near ? mem_strdup(near) : NULL;
    for (size_t i = 0; names[i]; i++)
        free(names[i]);
    free(name);
    return found;
}

/* Where one could have looked. A folder that is not there is no help. */
static void tell_home(const char *home, bool is_study)
{
    if (readable(home))
        fprintf(stderr,
                is_study ? tr("  hint: the studies that come along are in %s\n")
                         : tr("  hint: the scenarios that come along are in %s\n"),
                home);
    else
        fputs(tr("  hint: the folder of the scenarios that come along was not found; the environment's "
                 "POSTROAD_SCENARIOS "
                 "can name it\n"),
              stderr);
}

/* For a word that is no file: what is called nearly so in its folder; without one, in the working folder or among those
   that come along, which are in home. */
static void suggest_near(const char *word, const char *home, bool is_study)
{
    const char *slash = strrchr(word, '/');
    char *folder = mem_strdup(word), *path;
    if (slash) folder[slash - word + 1] = 0;
    char *near = near_in(slash ? folder : home, word, false);
    path = near && slash ? joined(folder, near, ".json") : near ? mem_strdup(near) : NULL;
    if (!path && !slash) path = near_in(".", word, true);
    if (path)
        fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), path);
    else
        tell_home(home, is_study);
    free(near);
    free(folder);
    free(path);
}

/* For a folder: one of the scenarios in it, if it has any. */
static void suggest_from_folder(const char *folder)
{
    char *names[MOST_NAMES + 1];
    list_scenarios(folder, names, MOST_NAMES);
    if (names[0]) {
        char *path = joined(folder, names[0], ".json");
        fprintf(stderr, tr("  hint: name one of the scenarios in it, such as \"%s\"\n"), path);
        free(path);
    }
    for (size_t i = 0; names[i]; i++)
        free(names[i]);
}

static void suggest(const char *word, const char *path)
{
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        suggest_from_folder(path);
    else if (strcmp(word, "-") && !readable(path))
        suggest_near(word, library_folder(), false);
}

void library_suggest_study(const char *word, const char *path)
{
    char *home = joined(library_folder(), "studies", "");
    if (strcmp(word, "-") && !readable(path)) suggest_near(word, home, true);
    free(home);
}

struct scenario *library_load_scenario(const char *word, const struct scenario_override *overrides, size_t n)
{
    if (study_run_is_one(word)) return study_run_load(word, overrides, n, stderr);
    char *path = library_find(word);
    struct scenario *scenario = scenario_load(path, overrides, n, stderr);
    if (!scenario) suggest(word, path);
    free(path);
    return scenario;
}
