/* Opening what a word names, a journal, a capture or a scenario, behind the window: a thread reads the file or runs the
   world and makes an index of what there is, of a part first, then of four times as much, and in the end of the whole.
   Where the file grows, it goes on with that; and it frees what the window needs no longer. */
#ifndef POSTROAD_APP_OPENING_H
#define POSTROAD_APP_OPENING_H

#include "sim/journal/journal_file.h"
#include "viz/draw/loading.h"

struct opening;

/* What goes wrong is told on stderr when it does. */
struct opening *opening_begin(const char *word);
/* Asks what still goes on to leave off, waits for that, which is soon, and frees. */
void opening_end(struct opening *opening);
/* Waits until all is done, but at most so many milliseconds; below 0: as long as it takes. */
enum loading_state opening_wait(struct opening *opening, int most_ms);
/* For struct loading; the context is the opening. */
enum loading_state opening_poll(void *opening, const struct scene_wish *wish, struct loading_news *news);
void opening_give_back(void *opening, struct scene_index *former);
/* Another window begins: there will be an index for it of what is known, as there was for the first one. */
void opening_again(struct opening *opening);
int opening_code(const struct opening *opening); /* exit code, once it has failed */

/* Once it is done, but of a journal that grows only until the next poll: the whole, which stays the opening's. */
const struct journal_memory *opening_journal(const struct opening *opening);

#endif
