#include "app/settings.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/output.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { PATH_BYTES = 4096, LARGEST_FILE = 4 << 20 };

/* The folder is made when `make` is asked for. False when there is none. */
static bool settings_path(char path[PATH_BYTES], bool make)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char folder[PATH_BYTES - 32];
    int n = config && *config == '/' ? snprintf(folder, sizeof folder, "%s", config)
            : home && *home == '/'   ? snprintf(folder, sizeof folder, "%s/.config", home)
                                     : -1;
    if (n < 0 || (size_t)n >= sizeof folder) return false;
    if (make) mkdir(folder, 0700);
    snprintf(path, PATH_BYTES, "%s/postroad", folder);
    if (make) mkdir(path, 0700);
    snprintf(path, PATH_BYTES, "%s/postroad/window.json", folder);
    return true;
}

static cJSON *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f) return NULL;
    char *text = mem_calloc(1, LARGEST_FILE + 1);
    size_t n = fread(text, 1, LARGEST_FILE, f);
    fclose(f);
    cJSON *root = cJSON_ParseWithLengthOpts(text, n + 1, NULL, 1);
    mem_free(text);
    if (cJSON_IsObject(root)) return root;
    fprintf(stderr, tr("postroad: %s makes no sense and is left out; it is written anew when the window closes\n"),
            path);
    cJSON_Delete(root);
    return NULL;
}

static void read_places(const cJSON *hosts, struct window_memory *memory)
{
    const cJSON *host;
    memory->places = mem_calloc((size_t)cJSON_GetArraySize(hosts) + 1, sizeof *memory->places);
    cJSON_ArrayForEach(host, hosts)
    {
        const cJSON *x = cJSON_GetArrayItem(host, 0), *y = cJSON_GetArrayItem(host, 1);
        if (!host->string || !cJSON_IsNumber(x) || !cJSON_IsNumber(y)) continue;
        memory->places[memory->n_places++] =
            (struct scene_place){mem_strdup(host->string), {x->valuedouble, y->valuedouble}};
    }
}

void settings_read(const char *world, struct window_memory *memory)
{
    char path[PATH_BYTES];
    *memory = (struct window_memory){.scale = 1};
    cJSON *root = settings_path(path, false) ? read_file(path) : NULL;
    if (!root) return;
    const cJSON *arrangement = cJSON_GetObjectItemCaseSensitive(root, "arrangement");
    const cJSON *theme = cJSON_GetObjectItemCaseSensitive(root, "theme");
    const cJSON *scale = cJSON_GetObjectItemCaseSensitive(root, "scale");
    const cJSON *places = cJSON_GetObjectItemCaseSensitive(root, "places");
    if (cJSON_IsString(arrangement))
        snprintf(memory->arrangement, sizeof memory->arrangement, "%s", arrangement->valuestring);
    memory->dark = cJSON_IsString(theme) && !strcmp(theme->valuestring, "dark");
    memory->calm = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "calm"));
    if (cJSON_IsNumber(scale) && scale->valuedouble >= 0.5 && scale->valuedouble <= 3)
        memory->scale = scale->valuedouble;
    read_places(cJSON_GetObjectItemCaseSensitive(places, world), memory);
    cJSON_Delete(root);
}

static void put(cJSON *object, const char *key, cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON_AddItemToObject(object, key, value);
}

static void put_places(cJSON *root, const char *world, const struct window_memory *memory)
{
    cJSON *places = cJSON_GetObjectItemCaseSensitive(root, "places");
    if (!cJSON_IsObject(places)) put(root, "places", places = cJSON_CreateObject());
    cJSON_DeleteItemFromObjectCaseSensitive(places, world);
    if (!memory->n_places) return;
    cJSON *hosts = cJSON_AddObjectToObject(places, world);
    for (size_t i = 0; i < memory->n_places; i++) {
        const double at[2] = {memory->places[i].at.x, memory->places[i].at.y};
        cJSON_AddItemToObject(hosts, memory->places[i].host, cJSON_CreateDoubleArray(at, 2));
    }
}

void settings_write(const char *world, const struct window_memory *memory)
{
    char path[PATH_BYTES];
    if (!settings_path(path, true)) return;
    cJSON *root = read_file(path);
    if (!root) root = cJSON_CreateObject();
    put(root, "arrangement", cJSON_CreateString(memory->arrangement));
    put(root, "theme", cJSON_CreateString(memory->dark ? "dark" : "light"));
    put(root, "scale", cJSON_CreateNumber(memory->scale));
    put(root, "calm", cJSON_CreateBool(memory->calm));
    put_places(root, world, memory);
    char *text = cJSON_Print(root);
    struct output_file *file = output_open(path);
    if (file && fprintf(output_stream(file), "%s\n", text) > 0)
        output_commit(file);
    else if (file)
        output_abandon(file);
    cJSON_free(text);
    cJSON_Delete(root);
}
