#include "tests/model/scenario/scenario_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

size_t each_scenario(const char *folder, void (*each)(const char *path, const char *name))
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", POSTROAD_SOURCE_DIR, folder);
    DIR *dir = opendir(path);
    char **names = NULL;
    size_t n = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0) continue;
        if (strcmp(entry->d_name, "scenario.schema.json") == 0) continue;
        names = mem_realloc(names, (n + 1) * sizeof *names);
        names[n++] = mem_strdup(entry->d_name);
    }
    if (dir) closedir(dir);
    if (n) qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", POSTROAD_SOURCE_DIR, folder, names[i]);
        each(path, names[i]);
        mem_free(names[i]);
    }
    mem_free(names);
    return n;
}

char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *text = mem_alloc(*size + 1);
    size_t got = fread(text, 1, *size, file);
    text[got] = '\0';
    fclose(file);
    return text;
}

char *load_text(const char *name, const char *text, size_t size, const struct scenario_override *overrides,
                size_t n_overrides, struct scenario **scenario)
{
    char *said = NULL;
    size_t length = 0;
    FILE *errors = open_memstream(&said, &length);
    *scenario = scenario_parse(name, text, size, overrides, n_overrides, errors);
    fclose(errors);
    return said;
}
