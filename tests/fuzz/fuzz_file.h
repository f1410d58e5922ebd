/* Inputs for what reads files by name: a folder that only this process has, gone at its end. */
#ifndef POSTROAD_TESTS_FUZZ_FUZZ_FILE_H
#define POSTROAD_TESTS_FUZZ_FUZZ_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Writes folder/name, anew each time; a name may have a folder of its own. The path is lent until the process ends. At
   most eight names. */
const char *fuzz_file(const char *name, const void *bytes, size_t size);
const char *fuzz_folder(void);

#endif
