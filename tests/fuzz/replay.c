/* Gives a target every file of the folders named, whole and in pieces: ctest's part of fuzzing, with any compiler. */
#include <dirent.h>

#include "tests/fuzz/fuzz.h"

/* Targets that build a world for each piece have fewer of them. */
#ifndef FUZZ_PIECES
#define FUZZ_PIECES 40
#endif

enum { FILE_MAX = 1 << 20, PIECES = FUZZ_PIECES };

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    uint8_t *bytes = malloc(FILE_MAX);
    *size = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    return bytes;
}

/* In a block of its own size, so that reading one byte too many is seen. */
static void try(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void replay(const char *path)
{
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    if (!bytes) return;
    try(bytes, size);
    for (size_t i = 0; i < PIECES && i < size; i++) {
        size_t cut = size * i / PIECES;
        try(bytes, cut);
        try(bytes + cut, size - cut);
    }
    free(bytes);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    int tried = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int n = scandir(argv[i], &entries, is_file, alphasort);
        for (int k = 0; k < n; k++, tried++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], entries[k]->d_name);
            replay(path);
            free(entries[k]);
        }
        if (n >= 0) free(entries);
    }
    printf("%d inputs, whole and in pieces\n", tried);
    return tried > 0 ? 0 : 1;
}
