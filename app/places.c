/* See places.h. POSTROAD_BUILD_DIR, POSTROAD_SOURCE_SCENARIOS and POSTROAD_BUILT_CATALOGS are set by CMake, but not for
   a package; POSTROAD_DATA and POSTROAD_DATA_FROM_PROGRAM always: "/usr/share" and "../share". */
#include "app/places.h"

#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the program's own file is, without its name; empty: the system does not say. */
static void find_own_folder(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash) *slash = '\0';
}

/* The folder that the format makes, if there is such a file in it ("": if it is there itself). */
__attribute__((format(printf, 4, 5))) static bool has(char *folder, size_t size, const char *file, const char *format,
                                                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(folder, size, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length + strlen(file) + 1 >= size) return false;
    snprintf(folder + length, size - (size_t)length, "/%s", file);
    bool there = access(folder, R_OK) == 0;
    folder[length] = '\0';
    return there;
}

#ifdef POSTROAD_BUILD_DIR
static bool is_in_build_folder(const char *own)
{
    char build[PATH_MAX];
    if (!realpath(POSTROAD_BUILD_DIR, build)) return false;
    size_t length = strlen(build);
    return !strncmp(own, build, length) && own[length] == '/';
}
#endif

/* in_data: where the folder is in /usr/share; as_built: where it is when nothing is installed. */
static bool find(const char *file, const char *in_data, const char *as_built, char *folder, size_t size)
{
    char own[PATH_MAX];
    find_own_folder(own);
#ifdef POSTROAD_BUILD_DIR
    if (is_in_build_folder(own) && has(folder, size, file, "%s", as_built)) return true;
#else
    (void)as_built;
#endif
    char beside[PATH_MAX], plain[PATH_MAX];
    if (*own && has(beside, sizeof beside, file, "%s/" POSTROAD_DATA_FROM_PROGRAM "/%s", own, in_data) &&
        realpath(beside, plain) && has(folder, size, file, "%s", plain))
        return true;
    return has(folder, size, file, POSTROAD_DATA "/%s", in_data);
}

#ifndef POSTROAD_BUILD_DIR
#define POSTROAD_SOURCE_SCENARIOS ""
#define POSTROAD_BUILT_CATALOGS   ""
#endif

static char scenarios[PATH_MAX];

static void find_scenarios(void)
{
    find("", "postroad/scenarios", POSTROAD_SOURCE_SCENARIOS, scenarios, sizeof scenarios);
}

/* Once: the window opens files in threads. */
const char *places_scenarios(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *chosen = getenv("POSTROAD_SCENARIOS");
    if (chosen && *chosen) return chosen;
    pthread_once(&once, find_scenarios);
    return scenarios;
}

bool places_catalogs(const char *catalog, char *folder, size_t size)
{
    return find(catalog, "locale", POSTROAD_BUILT_CATALOGS, folder, size);
}
