#include "tests/viz/draw/languages.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/draw/canvas.h"

const char *const languages[LANGUAGES] = {"en", "de", "es", "fr", "hi"};

static const char *lookup(const char *english)
{
    return dgettext("postroad", english);
}

static const char *lookup_count(const char *one, const char *many, unsigned long n)
{
    return dngettext("postroad", one, many, n);
}

bool speak(const char *language)
{
    tr_set_lookup(NULL, NULL);
    if (!strcmp(language, "en")) return true;
    if (!setlocale(LC_MESSAGES, "C.UTF-8")) return false;
    setenv("LANGUAGE", language, 1);
    bindtextdomain("postroad", POSTROAD_BINARY_DIR "/po");
    bind_textdomain_codeset("postroad", "UTF-8");
    textdomain("postroad"); /* also lets gettext see that LANGUAGE has changed */
    tr_set_lookup(lookup, lookup_count);
    return strcmp(language, "hi") || canvas_can_write("मेल");
}
