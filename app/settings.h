/* What the window remembers from one time to the next: postroad/window.json in the folder of the user's settings
   (XDG_CONFIG_HOME, or ~/.config). Without such a folder nothing is remembered, and nothing is said. */
#ifndef POSTROAD_APP_SETTINGS_H
#define POSTROAD_APP_SETTINGS_H

#include "viz/draw/window.h"

/* Reads what was remembered; `world` is the title under which the hosts' places are kept. A file that makes no sense is
   said on stderr and left out. */
void settings_read(const char *world, struct window_memory *memory);
/* Keeps it, with what the file says of other worlds. A message on stderr when it cannot be written. */
void settings_write(const char *world, const struct window_memory *memory);

#endif
