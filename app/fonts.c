#include "app/fonts.h"

#include <stdio.h>

#include "sim/journal/tr.h"
#include "viz/draw/canvas.h"

bool fonts_check(const char *command)
{
    if (canvas_can_write("abc ABC 123")) return true;
    fprintf(stderr, tr("postroad %s: there is no font to write with: every letter would be a box\n"), command);
    fputs(tr("  hint: apt-get install fonts-dejavu-core; fc-list shows which fonts are found\n"), stderr);
    return false;
}
