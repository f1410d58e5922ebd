#include "viz/draw/settings_words.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* Each stands before its value. To add one: a row here, and an entry in each catalog. */
static const struct {
    const char *name, *words;
} known[] = {
    {"lifetime", "gives up after"},
    {"bounce_lifetime", "gives a bounce up after"},
    {"lifetime_urgent", "gives urgent mail up after"},
    {"lifetime_non_urgent", "gives mail that is not urgent up after"},
    {"warning_urgent", "tells the sender of urgent mail of the delay after"},
    {"warning_non_urgent", "tells the sender of mail that is not urgent of the delay after"},
    {"maximal_queue_lifetime", "gives up after"},
    {"bounce_queue_lifetime", "gives a bounce up after"},
    {"queue_run_delay", "looks through its queue every"},
    {"minimal_backoff_time", "waits at least"},
    {"maximal_backoff_time", "waits at most"},
    {"delay_warning_time", "tells the sender of the delay after"},
    {"run_interval", "looks through its queue every"},
    {"minimal_backoff", "waits at least"},
    {"maximal_backoff", "waits at most"},
    {"interval", "waits"},
    {"interval_max", "waits at most"},
    {"max_interval", "waits at most"},
    {"base_remote", "after n attempts waits n² times"},
    {"square", "after n attempts waits n² times"},
    {"step", "then waits"},
    {"first", "first waits"},
    {"cutoff", "up to the age of"},
    {"wait", "waits"},
    {"factor_of_1000", "each time longer by the factor"},
    {"jitter_of_2_32", "shifts each wait by up to"},
    {"concurrency_limit", "sessions with one destination at most"},
    {"total_concurrency", "sessions in all at most"},
    {"recipient_limit", "recipients of one hand-over at most"},
    {"session_messages", "mails of one session at most"},
    {"max_message", "bytes of a mail at most"},
    {"max_recipients", "recipients of a mail at most"},
    {"max_recipient_domains", "domains of a mail's recipients at most"},
    {"max_mails", "mails of a session at most"},
    {"max_hops", "servers on the way at most"},
};

struct setting {
    const char *name, *value;
    size_t name_length, value_length;
};

static bool is_called(const struct setting *s, const char *name)
{
    return s->name_length == strlen(name) && strncmp(s->name, name, s->name_length) == 0;
}

/* "432000s" as a person says it; false: it is no time. */
static bool say_time(const struct setting *s, char *text, size_t size)
{
    char *end, time[VTIME_TEXT_BYTES];
    double seconds = strtod(s->value, &end);
    if (end == s->value || end + 1 != s->value + s->value_length || *end != 's') return false;
    snprintf(text, size, "%s", vtime_format_duration((int64_t)(seconds * (double)SECOND + 0.5), time));
    return true;
}

static void say_value(const struct setting *s, char *text, size_t size)
{
    if (is_called(s, "factor_of_1000"))
        snprintf(text, size, "%.4g", strtod(s->value, NULL) / 1000);
    else if (is_called(s, "jitter_of_2_32"))
        snprintf(text, size, "%.3g %%", strtod(s->value, NULL) / 4294967296.0 * 100);
    else if (!say_time(s, text, size))
        snprintf(text, size, "%.*s", (int)s->value_length, s->value);
}

/* "delay warning time" of delay_warning_time, where there are no words. */
static void say_name(const struct setting *s, char *text, size_t size)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_called(s, known[i].name)) {
            snprintf(text, size, "%s", tr(known[i].words));
            return;
        }
    snprintf(text, size, "%.*s", (int)s->name_length, s->name);
    for (char *c = text; *c; c++)
        if (*c == '_') *c = ' ';
}

/* A policy is named by its value alone; a limit of 0 is none. */
static void append(const struct setting *s, char *text, size_t size)
{
    char name[120], value[400];
    size_t used = strlen(text);
    const char *comma = used ? ", " : "";
    if (is_called(s, "max_mails") && s->value_length == 1 && *s->value == '0') return;
    say_name(s, name, sizeof name);
    say_value(s, value, sizeof value);
    if (is_called(s, "policy"))
        snprintf(text + used, size - used, "%s%s", comma, value);
    else
        snprintf(text + used, size - used, "%s%s %s", comma, name, value);
}

void settings_words(const char *settings, char *text, size_t size)
{
    text[0] = '\0';
    while (*settings) {
        struct setting s = {.name = settings, .name_length = strcspn(settings, "= ")};
        s.value = settings + s.name_length + (settings[s.name_length] == '=');
        /* a reply is the last, and has spaces of its own */
        s.value_length = is_called(&s, "reply") ? strlen(s.value) : strcspn(s.value, " ");
        append(&s, text, size);
        settings = s.value + s.value_length;
        settings += strspn(settings, " ");
    }
}

static void append_item(const cJSON *item, char *text, size_t size)
{
    char *printed = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);
    const char *value = printed ? printed : item->valuestring;
    append(&(struct setting){item->string, value ? value : "", strlen(item->string), strlen(value ? value : "")}, text,
           size);
    cJSON_free(printed);
}

void settings_value_words(const char *value, char *text, size_t size)
{
    cJSON *object = *value == '{' ? cJSON_Parse(value) : NULL;
    text[0] = '\0';
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next)
        append_item(item, text, size);
    cJSON_Delete(object);
    if (!*text) snprintf(text, size, "%s", value);
    for (char *c = text; *c; c++)
        if (*c == '\n') *c = ' ';
}
