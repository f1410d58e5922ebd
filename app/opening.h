/* Opening what a word names, a journal, a capture or a scenario, behind the window: a thread reads the file or runs the
   world and makes an index of what there is, of a part first, then of four times as much, and in the end of the whole.
 */
#ifndef POSTROAD_APP_OPENING_H
#define POSTROAD_APP_OPENING_H

#include "sim/journal/journal_file.h"
#include "viz/draw/loading.h"

struct opening;

/* What goes wrong is told on stderr when it does. */
struct opening *opening_begin(const char *word);
/* Cancels what still goes on, waits for it, frees. */
void opening_end(struct opening *opening);
/* Waits until all is done, but at most so many milliseconds; below 0: as long as it takes. */
enum loading_state opening_wait(struct opening *opening, int most_ms);
/* For struct loading; the context is the opening. */
enum loading_state opening_poll(void *opening, struct loading_news *news);
int opening_code(const struct opening *opening); /* exit code, once it has failed */

/* Once it is done: the whole, which stays the opening's. */
struct journal_memory *opening_journal(const struct opening *opening);
/* And, where the journal was torn and may still be written, who reads on in it; NULL. */
struct journal_follower *opening_follower(const struct opening *opening);

#endif
