/* postroad show: a journal as text or JSON Lines, all of it, or what is asked for, or the chain of causes of one event.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/options.h"
#include "app/times.h"
#include "sim/journal/journal_file.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"
#include "viz/readers/event_text.h"
#include "viz/readers/jsonl.h"

struct show_options {
    struct option_list kinds;
    const char *host, *mail, *from, *to, *cause;
    bool json;
};

/* What an event must have to be shown; 0 asks nothing. */
struct filter {
    struct event_mask kinds;
    int64_t host, message, from_ns, to_ns;
    const char *mail; /* the mail's name, for packets that carry a part of it */
    uint64_t cause;
};

/* Those of the same group when the group was right ("packet"), or else all. */
static void list_kinds(const char *const *known, const char *written)
{
    size_t group = strcspn(written, ".");
    bool right = false;
    for (size_t i = 0; known[i]; i++)
        right = right || (!strncmp(known[i], written, group) && known[i][group] == '.');
    fputs(tr("  known are:"), stderr);
    for (size_t i = 0; known[i]; i++)
        if (!right || (!strncmp(known[i], written, group) && known[i][group] == '.')) fprintf(stderr, " %s", known[i]);
    fputc('\n', stderr);
}

static bool kinds_from(const struct option_list *names, struct event_mask *mask)
{
    const char *known[EVENT_KINDS] = {0};
    for (int kind = 1; kind < EVENT_KINDS; kind++)
        known[kind - 1] = event_kind_name((enum event_kind)kind);
    *mask = names->n ? event_mask_none() : event_mask_all();
    for (size_t i = 0; i < names->n; i++) {
        enum event_kind kind = event_kind_by_name(names->items[i]);
        if (kind != EVENT_NONE) {
            *mask = event_mask_union(*mask, event_mask_kind(kind));
            continue;
        }
        const char *near = near_word_find(names->items[i], known);
        fprintf(stderr, tr("postroad show: there is no kind of event \"%s\"\n"), names->items[i]);
        if (near)
            fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
        else
            list_kinds(known, names->items[i]);
        return false;
    }
    return true;
}

/* The number of the thing that an event of this kind named; 0 after a message when there is none such. */
static int64_t number_of(const struct journal_memory *journal, enum event_kind kind, enum field_id id, const char *name,
                         const char *what)
{
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == kind && !strcmp(event_text(e, FIELD_NAME), name)) return event_int(e, id);
    }
    fprintf(stderr, tr("postroad show: the journal knows no %s \"%s\"\n"), what, name);
    return 0;
}

static bool has_id(const struct event *e, enum field_type type, int64_t n)
{
    const enum field_id *fields;
    size_t count = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < count; i++)
        if (field_type(fields[i]) == type && e->values[i].i == n) return true;
    return false;
}

/* Packets carry their mail in the tag: "tcp.data mail m1, body, segment 3". */
static bool carries_mail(const struct event *e, const char *mail)
{
    if (!event_has(e->kind, FIELD_TAG)) return false;
    const char *tag = strstr(event_text(e, FIELD_TAG), "mail ");
    size_t n = strlen(mail);
    return tag && !strncmp(tag + 5, mail, n) && strchr(",", tag[5 + n]);
}

static bool passes(const struct filter *filter, const struct event *e)
{
    if (!event_mask_has(filter->kinds, e->kind)) return false;
    if (e->at_ns < filter->from_ns || e->at_ns > filter->to_ns) return false;
    if (filter->host && !has_id(e, TYPE_HOST, filter->host)) return false;
    if (filter->message && !has_id(e, TYPE_MESSAGE, filter->message) && !carries_mail(e, filter->mail)) return false;
    return true;
}

static bool filter_from(const struct show_options *options, const struct journal_memory *journal, struct filter *filter)
{
    *filter = (struct filter){.from_ns = 0, .to_ns = TIME_NEVER, .mail = options->mail};
    if (!kinds_from(&options->kinds, &filter->kinds)) return false;
    if (!times_parse("show", "--from", options->from, &filter->from_ns)) return false;
    if (!times_parse("show", "--to", options->to, &filter->to_ns)) return false;
    if (!number_parse("show", "--cause", options->cause, UINT64_MAX, &filter->cause)) return false;
    if (filter->from_ns > filter->to_ns) {
        fputs(tr("postroad show: --from is later than --to, so that nothing lies between\n"), stderr);
        return false;
    }
    if (options->cause && (options->kinds.n || options->host || options->mail || options->from || options->to)) {
        fputs(tr("postroad show: --cause shows a whole chain, and goes with no other filter\n"), stderr);
        return false;
    }
    if (options->host && !(filter->host = number_of(journal, EVENT_HOST_ADD, FIELD_HOST, options->host, tr("host"))))
        return false;
    if (options->mail &&
        !(filter->message = number_of(journal, EVENT_MAIL_COMPOSE, FIELD_MESSAGE, options->mail, tr("mail"))))
        return false;
    return true;
}

static void print_event(const struct journal_names *names, const struct event *e, bool json)
{
    if (json)
        jsonl_write(e, names, stdout);
    else
        event_text_write(e, names, stdout);
}

/* From the event back to what began it. */
static bool show_chain(const struct journal_memory *journal, const struct journal_names *names, uint64_t id, bool json)
{
    const struct event *e = journal_memory_by_id(journal, id);
    if (!e) {
        fprintf(stderr, tr("postroad show: the journal has no event %llu\n"), (unsigned long long)id);
        return false;
    }
    for (; e; e = e->cause ? journal_memory_by_id(journal, e->cause) : NULL)
        print_event(names, e, json);
    return true;
}

static bool show_chosen(const struct journal_memory *journal, const struct show_options *options)
{
    struct filter filter;
    if (!filter_from(options, journal, &filter)) return false;
    struct journal_names *names = journal_names_of(journal);
    bool good = true;
    if (options->cause)
        good = show_chain(journal, names, filter.cause, options->json);
    else
        for (size_t i = 0; i < journal_memory_count(journal) && !ferror(stdout); i++)
            if (passes(&filter, journal_memory_at(journal, i)))
                print_event(names, journal_memory_at(journal, i), options->json);
    journal_names_free(names);
    return good;
}

static int show(const char *path, const struct show_options *options)
{
    char error[JOURNAL_ERROR_BYTES];
    bool truncated = false;
    struct journal_memory *journal = journal_file_read(path, &truncated, error);
    if (!journal) {
        fprintf(stderr, "postroad: %s\n", error);
        return EXIT_USAGE;
    }
    if (truncated) fprintf(stderr, tr("postroad: %s was cut off; what is whole is shown\n"), path);
    bool good = show_chosen(journal, options);
    journal_memory_free(journal);
    return good ? EXIT_DONE : EXIT_USAGE;
}

int command_show(int argc, char **argv)
{
    struct show_options options = {0};
    const struct option_row rows[] = {
        {"kind", 'k', "KIND", "only events of this kind, such as link.drop; may be repeated", OPTION_LIST,
         &options.kinds},
        {"host", 0, "NAME", "only what concerns this host", OPTION_TEXT, &options.host},
        {"mail", 0, "NAME", "only what concerns this mail", OPTION_TEXT, &options.mail},
        {"from", 0, "TIME", "only from this time on, such as \"1.2 s\" or 00:00:01.2", OPTION_TEXT, &options.from},
        {"to", 0, "TIME", "only up to this time", OPTION_TEXT, &options.to},
        {"cause", 0, "EVENT", "the event of this number, its cause, the cause of that, back to the beginning",
         OPTION_TEXT, &options.cause},
        {"json", 0, NULL, "JSON Lines instead of text", OPTION_FLAG, &options.json},
    };
    const struct option_table table = {
        .command = "show",
        .operands = "JOURNAL",
        .summary = "Prints a journal as text or JSON Lines.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .min_operands = 1,
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    int code = verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (verdict == OPTIONS_GO) code = show(argv[1], &options);
    option_list_free(&options.kinds);
    return code;
}
