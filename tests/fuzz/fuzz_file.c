#include "tests/fuzz/fuzz_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { PATH_BYTES = 512, FILES_MAX = 8 };

static char folder[PATH_BYTES], paths[FILES_MAX][PATH_BYTES + 64];

static void remove_all(void)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (!paths[i][0]) continue;
        unlink(paths[i]);
        *strrchr(paths[i], '/') = '\0';
        rmdir(paths[i]); /* the folder within, or all of it once it is empty */
    }
    rmdir(folder);
}

const char *fuzz_folder(void)
{
    const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* in memory: files are synced */
    if (folder[0]) return folder;
    snprintf(folder, sizeof folder, "%s/postroad-fuzz-XXXXXX", tmp);
    FUZZ_MUST(mkdtemp(folder));
    atexit(remove_all);
    return folder;
}

const char *fuzz_file(const char *name, const void *bytes, size_t size)
{
    char path[sizeof paths[0]];
    size_t i = 0;
    snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
    while (i < FILES_MAX && paths[i][0] && strcmp(paths[i], path) != 0)
        i++;
    FUZZ_MUST(i < FILES_MAX);
    memcpy(paths[i], path, sizeof path);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    mkdir(path, 0700);
    *slash = '/';
    FILE *file = fopen(path, "wb");
    FUZZ_MUST(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
    return paths[i];
}
