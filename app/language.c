/* gettext, without its dependence on the locales that a system happens to have: the catalogs are found by LANGUAGE, and
   any locale that is not C will do. Numbers and times are not touched. */
#include "app/language.h"

#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/places.h"
#include "sim/journal/tr.h"
#include "viz/draw/canvas.h"

static const char *const languages[] = {"en", "de", "es", "fr", "hi"};
static const char *chosen = "en";

static const char *lookup(const char *english)
{
    return dgettext("postroad", english);
}

static const char *lookup_count(const char *one, const char *many, unsigned long n)
{
    return dngettext("postroad", one, many, n);
}

/* "de" of "de_AT.UTF-8:de:en"; NULL: none of ours. */
static const char *language_in(const char *text)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        size_t n = strlen(languages[i]);
        if (!strncmp(text, languages[i], n) && !strchr("abcdefghijklmnopqrstuvwxyz", text[n] ? text[n] : '_'))
            return languages[i];
    }
    return NULL;
}

static const char *set_one(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value ? value : NULL;
}

/* LANGUAGE counts only where a locale other than C is chosen. */
static const char *language_of_environment(void)
{
    const char *locale = set_one("LC_ALL");
    if (!locale) locale = set_one("LC_MESSAGES");
    if (!locale) locale = set_one("LANG");
    if (!locale || !strcmp(locale, "C") || !strcmp(locale, "POSIX")) return "en";
    const char *list = set_one("LANGUAGE"), *language = list ? language_in(list) : NULL;
    if (!language) language = language_in(locale);
    return language ? language : "en";
}

static bool find_catalogs(const char *language, char *folder, size_t size)
{
    char catalog[64];
    snprintf(catalog, sizeof catalog, "%s/LC_MESSAGES/postroad.mo", language);
    return places_catalogs(catalog, folder, size);
}

static bool any_locale(void)
{
    static const char *const locales[] = {"C.UTF-8", "en_US.UTF-8", ""};
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        const char *set = setlocale(LC_MESSAGES, locales[i]);
        if (set && strcmp(set, "C")) return true;
    }
    return false;
}

bool language_begin(const char *command, const char *wanted)
{
    const char *language = wanted ? language_in(wanted) : language_of_environment();
    if (!language) {
        fprintf(stderr, tr("postroad %s: --language: \"%s\" is not en, de, es, fr or hi\n"), command, wanted);
        return false;
    }
    if (!strcmp(language, "en")) return true;
    char folder[PATH_MAX];
    if (!find_catalogs(language, folder, sizeof folder) || !any_locale()) {
        fprintf(stderr, tr("postroad %s: the texts in \"%s\" are not installed; they stay English\n"), command,
                language);
        return true;
    }
    setenv("LANGUAGE", language, 1);
    bindtextdomain("postroad", folder);
    bindtextdomain("libc", folder); /* which has none for it: errors stay English */
    bind_textdomain_codeset("postroad", "UTF-8");
    tr_set_lookup(lookup, lookup_count);
    if (!strcmp(language, "hi") && !canvas_can_write("मेल")) {
        fprintf(stderr, tr("postroad %s: no font has the letters of Hindi; texts stay English\n"), command);
        fputs(tr("  hint: apt-get install fonts-lohit-deva\n"), stderr);
        tr_set_lookup(NULL, NULL);
        return true;
    }
    chosen = language;
    return true;
}

const char *language_chosen(void)
{
    return chosen;
}
