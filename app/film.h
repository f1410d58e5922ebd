/* A run as a film: .gif, .webm and .mp4 by ffmpeg, where it is installed; or its frames in a folder, for ffmpeg
 * elsewhere. */
#ifndef POSTROAD_APP_FILM_H
#define POSTROAD_APP_FILM_H

#include "sim/journal/journal_memory.h"
#include "viz/draw/film.h"

/* The film's own options, as written on the command line; NULL: as it is by default. */
struct film_words {
    const char *from, *to, *fps, *pace, *speed;
};
/* False after a message. What pictures have, too, is not read here. */
bool film_settings_read(const char *command, const struct film_words *words, struct film_settings *settings);

/* By the ending of the path, which is known: a film, or "/", a folder of frames. Progress goes to stderr. False after a
   message; then nothing is left of it. */
bool film_write(const struct journal_memory *journal, const char *path, const struct film_settings *settings);

#endif
