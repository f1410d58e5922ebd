/* Where the files are that come with the program: scenarios, and texts in other languages. A program in its build
   folder uses those of its sources, an installed one those beside it (bin/postroad, share/postroad), wherever that
   folder is now; else those in the prefix that was configured. */
#ifndef POSTROAD_APP_PLACES_H
#define POSTROAD_APP_PLACES_H

#include <stdbool.h>
#include <stddef.h>

/* The folder of the scenarios: the environment's POSTROAD_SCENARIOS, or where they were found; when they were not,
   where they would be in the prefix that was configured. Never freed. */
const char *places_scenarios(void);

/* The folder in which this file is a language's catalog, "de/LC_MESSAGES/postroad.mo". False: there is none. */
bool places_catalogs(const char *catalog, char *folder, size_t size);

#endif
