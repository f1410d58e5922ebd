/* Every script in walks/: whom the resolver asks what, in which order and when, and what it keeps. After a change run
   this test with POSTROAD_REWRITE_EXPECTED=1, and review what git shows. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "small_internet.h"

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s cannot be read", path);
    char *text = calloc(1, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static void rewrite(const char *path, const char *script, size_t setup, const char *log)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL);
    fprintf(file, "%.*s---\n%s", (int)setup, script, log);
    fclose(file);
}

static void check_script(const char *path)
{
    char *script = read_file(path);
    const char *line = strstr(script, "\n---\n");
    size_t setup = line ? (size_t)(line - script) + 1 : strlen(script);
    struct internet_result result = internet_run(script);
    cr_expect_str_eq(result.problem, "", "%s: %s", path, result.problem);
    if (getenv("POSTROAD_REWRITE_EXPECTED")) rewrite(path, script, setup, result.log);
    const char *expected = line ? line + 5 : "";
    if (!getenv("POSTROAD_REWRITE_EXPECTED"))
        cr_expect_str_eq(result.log, expected, "%s:\nexpected:\n%s\nactual:\n%s", path, expected, result.log);
    free(result.log);
    free(script);
}

Test(dns_walks, each_asks_whom_it_should_when_it_should)
{
    DIR *directory = opendir(POSTROAD_SOURCE_DIR "/tests/model/dns/walks");
    cr_assert(directory != NULL);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[1024];
        if (!strstr(entry->d_name, ".dns")) continue;
        snprintf(path, sizeof path, "%s/%s", POSTROAD_SOURCE_DIR "/tests/model/dns/walks", entry->d_name);
        check_script(path);
        n++;
    }
    closedir(directory);
    cr_expect_geq(n, 20, "only %zu scripts were found", n);
}
