#include "viz/draw/edits.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/tr.h"

/* What people call a value of a scenario; where that is another word than its key, with the key. */
static const char *words_of_key(const char *key, char *words, size_t size)
{
    static const char *const said[][2] = {{"queue", "room in its queue"},
                                          {"mtu", "largest packet"},
                                          {"retry", "when it tries again"},
                                          {"mailbox_limit", "room in a mailbox"},
                                          {"fetches_every", "time between two looks"},
                                          {"at", "when it is written"}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (strcmp(key, said[i][0]) != 0) continue;
        snprintf(words, size, "%s (%s)", tr(said[i][1]), key);
        return words;
    }
    snprintf(words, size, "%s", tr(key));
    return words;
}

const char *edit_words(const struct edit_row *row, char words[EDIT_WORDS_BYTES])
{
    return words_of_key(row->name, words, EDIT_WORDS_BYTES);
}

static void value_text(const cJSON *value, char *text, size_t size)
{
    text[0] = 0;
    if (cJSON_IsString(value)) {
        snprintf(text, size, "%s", value->valuestring);
        return;
    }
    char *printed = value ? cJSON_PrintUnformatted(value) : NULL;
    if (printed && strlen(printed) < size) snprintf(text, size, "%s", printed);
    cJSON_free(printed);
}

static size_t add_rows(const cJSON *object, const char *path, const char *const *names, size_t n, struct edit_row *rows)
{
    for (size_t i = 0; i < n; i++) {
        rows[i].at[0] = '\0';
        snprintf(rows[i].name, sizeof rows[i].name, "%s", names[i]);
        snprintf(rows[i].pointer, sizeof rows[i].pointer, "%s/%s", path, names[i]);
        value_text(cJSON_GetObjectItemCaseSensitive(object, names[i]), rows[i].value, sizeof rows[i].value);
    }
    return n;
}

/* The same once more, from now on: as it is now is not always as it is in the scenario. */
static size_t add_from_now(const struct story *s, const struct edit_row *like, const char *value, struct edit_row *row)
{
    *row = *like;
    what_if_instant(story_now(s), row->at);
    if (value) snprintf(row->value, sizeof row->value, "%s", value);
    return 1;
}

/* Where both directions have the same; else as the scenario has it. */
static const char *now_of(const char *const values[2])
{
    return *values[0] && !strcmp(values[0], values[1]) ? values[0] : NULL;
}

enum { ROW_RATE, ROW_DELAY, ROW_LOSS }; /* of a link */

static size_t link_rows_from_now(const struct story *s, size_t index, const struct edit_row *rows, struct edit_row *out)
{
    struct story_link link = story_link(s, index);
    size_t n = add_from_now(s, &rows[ROW_LOSS], now_of(link.loss), &out[0]);
    n += add_from_now(s, &rows[ROW_DELAY], now_of(link.delay_text), &out[n]);
    return n + add_from_now(s, &rows[ROW_RATE], now_of(link.rate_text), &out[n]);
}

static const cJSON *object_in(const cJSON *root, const char *part, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(root, part), name);
}

static size_t host_rows(const struct story *s, const cJSON *root, const char *name, struct edit_row *rows)
{
    static const char *const of_server[] = {"retry", "greylisting", "mailbox_limit"}, *const of_client[] = {
                                                                                          "fetches_every"};
    char path[ACT_WORDS_BYTES - 40];
    const cJSON *host = object_in(root, "hosts", name);
    const cJSON *server = cJSON_GetObjectItemCaseSensitive(host, "mail_server");
    const cJSON *client = cJSON_GetObjectItemCaseSensitive(host, "client");
    snprintf(path, sizeof path, "/hosts/%s/%s", name, server ? "mail_server" : "client");
    if (server) {
        size_t n = add_rows(server, path, of_server, 3, rows);
        return n + add_from_now(s, &rows[0], NULL, &rows[n]);
    }
    return client ? add_rows(client, path, of_client, 1, rows) : 0;
}

size_t edits_of(const struct story *s, struct selection selection, struct edit_row rows[EDITS_MAX])
{
    static const char *const of_link[] = {"rate", "delay", "loss", "queue", "mtu"};
    static const char *const of_mail[] = {"at", "to", "subject", "text", "size"};
    char path[ACT_WORDS_BYTES - 40];
    bool is_any = selection.what == ACT_LINK || selection.what == ACT_HOST || selection.what == ACT_MAIL;
    cJSON *root = is_any ? cJSON_Parse(story_scenario(s)) : NULL;
    size_t n = 0;
    if (selection.what == ACT_LINK && root) {
        const char *name = story_link(s, selection.index).name;
        const cJSON *link = object_in(root, "links", name);
        snprintf(path, sizeof path, "/links/%s", name);
        if (link) n = add_rows(link, path, of_link, 5, rows);
        if (link) n += link_rows_from_now(s, selection.index, rows, rows + n);
    } else if (selection.what == ACT_MAIL && root) {
        const char *name = story_mail(s, selection.index)->name;
        const cJSON *mail = object_in(root, "mail", name);
        snprintf(path, sizeof path, "/mail/%s", name);
        if (mail) n = add_rows(mail, path, of_mail, 5, rows);
    } else if (selection.what == ACT_HOST && root) {
        n = host_rows(s, root, story_host(s, selection.index).name, rows);
    }
    for (size_t i = 0; i < n; i++)
        what_if_say_about(s, selection, rows[i].about);
    cJSON_Delete(root);
    return n;
}

/* The value, or a fault that sets it; both are taken over. */
static cJSON *value_or_fault(const struct edit_row *row, cJSON *value)
{
    if (!*row->at) return value;
    cJSON *fault = cJSON_CreateObject();
    cJSON_AddStringToObject(fault, "at", row->at);
    cJSON_AddItemToObject(cJSON_AddObjectToObject(fault, "set"), row->pointer, value);
    return fault;
}

bool edit_act(const struct edit_row *row, const char *written, struct act_line *act)
{
    cJSON *value = strchr("{[\"-0123456789tfn", *written) ? cJSON_ParseWithOpts(written, NULL, 1) : NULL;
    if (!value) value = cJSON_CreateString(written);
    snprintf(act->pointer, sizeof act->pointer, "%s", *row->at ? "" : row->pointer);
    char words[EDIT_WORDS_BYTES];
    snprintf(act->about, sizeof act->about, "%.90s, %.60s", row->about, edit_words(row, words));
    snprintf(act->when, sizeof act->when, "%.31s", row->at);
    if (*row->at)
        snprintf(act->words, sizeof act->words, tr("it were %.100s from now on"), written);
    else if (*row->value)
        snprintf(act->words, sizeof act->words, tr("it were %.50s instead of %.50s"), written, row->value);
    else
        snprintf(act->words, sizeof act->words, tr("it were %.100s from the beginning on"), written);
    cJSON *line = value_or_fault(row, value);
    bool fits = cJSON_PrintPreallocated(line, act->line, (int)sizeof act->line, 0);
    cJSON_Delete(line);
    return fits;
}
