/* A run told as text. What an event says at which level is in the table at the end of its subject's file
   (transcript_world.c, transcript_packets.c, transcript_words.c, transcript_mail.c); to tell of a new kind, add a row
   there.

   Columns: time, time of day where the scenario says when it starts, host (as wide as the longest name), words; wrapped
   at 100. A loss has an X before its words, a caption a bar, below the line of what it is about. Packets are numbered
   as in the journal, and say what they are when they are sent; a table of the latest of them lets their later hops
   repeat it. */
#include "viz/readers/transcript.h"

#include <inttypes.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/transcript_internal.h"
#include "viz/story/day_time.h"
#include "viz/story/stranger.h"

enum { COLUMNS = 100, HOST_MOST = 20, TIME_LEAST = 15, CONTENT_LEAST = 40 };

/* ---- Lines ---- */

/* How many columns n bytes of UTF-8 take: one each character. */
static int columns_of(const char *text, size_t n)
{
    int columns = 0;
    for (size_t i = 0; i < n; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

/* How many bytes of text go on a line of this width: up to the last blank that fits, or all that fits. */
static size_t bytes_that_fit(const char *text, int width)
{
    size_t n = 0, blank = 0;
    int columns = 0;
    for (; text[n] && text[n] != '\n'; n++) {
        if (((unsigned char)text[n] & 0xc0) != 0x80 && ++columns > width) return blank ? blank : n;
        if (text[n] == ' ' && n) blank = n;
    }
    return n;
}

/* The first line has begun already and is `used` columns long; the others are indented. */
static void print_wrapped(FILE *out, int used, int indent, const char *hanging, const char *text)
{
    int width = COLUMNS - used;
    for (bool first = true; first || *text; first = false) {
        if (!first) fprintf(out, "%*s%s", indent, "", hanging);
        size_t n = bytes_that_fit(text, width < CONTENT_LEAST ? CONTENT_LEAST : width);
        fprintf(out, "%.*s\n", (int)n, text);
        text += n;
        text += strspn(text, " \n");
        width = COLUMNS - indent - (int)strlen(hanging);
    }
}

const char *transcript_host(const struct transcript *t, int64_t host)
{
    const char *name = host ? journal_names_find(t->names, TYPE_HOST, host) : NULL;
    return name ? name : "?";
}

/* Returns how wide the columns before the words are; `used`, how much of that is. */
static int print_columns(struct transcript *t, int64_t at_ns, int64_t host, int *used)
{
    char time[VTIME_TEXT_BYTES], of_day[DAY_TIME_BYTES];
    const char *name = host ? transcript_host(t, host) : "";
    int columns = columns_of(name, strlen(name)), pad = t->host_width > columns ? t->host_width - columns : 0;
    int times = fprintf(t->out, "%-*s  ", TIME_LEAST, vtime_format_instant(at_ns, time));
    if (t->tells_day_time) times += fprintf(t->out, "%s  ", day_time_short(t->starts_unix_s, at_ns, of_day));
    fprintf(t->out, "%s%*s  ", name, pad, "");
    *used = times + columns + pad + 2;
    t->said_at_ns = at_ns;
    t->said_by = host;
    t->said_indent = times + t->host_width + 2;
    return t->said_indent;
}

static void print_line(struct transcript *t, int64_t at_ns, int64_t host, const char *text)
{
    int used, indent = print_columns(t, at_ns, host, &used);
    print_wrapped(t->out, used, indent, "", text);
}

static int64_t host_of_event(const struct transcript *t, uint64_t event)
{
    const struct place *place = &t->places[event % PLACES];
    return event && place->event == event ? place->host : 0;
}

void transcript_print_note(struct transcript *t, int64_t at_ns, uint64_t about, const char *text)
{
    int64_t host = host_of_event(t, about);
    int indent = t->said_indent, used = indent;
    if (indent && at_ns == t->said_at_ns && (host == t->said_by || !host))
        fprintf(t->out, "%*s", indent, "");
    else
        indent = print_columns(t, at_ns, host, &used);
    fputs("| ", t->out);
    print_wrapped(t->out, used + 2, indent, "| ", text);
}

/* ---- What the tellers share ---- */

void transcript_add_mail(struct transcript *t, const struct event *e)
{
    const char *name = journal_names_find(t->names, TYPE_MESSAGE, event_int(e, FIELD_MESSAGE));
    if (name)
        text_adds(&t->words, name);
    else
        text_addf(&t->words, tr("mail %" PRId64), event_int(e, FIELD_MESSAGE));
}

void transcript_add_mail_for(struct transcript *t, const struct event *e)
{
    transcript_add_mail(t, e);
    text_addf(&t->words, tr(" for %s"), event_text(e, FIELD_RECIPIENT));
}

void transcript_add_why(struct transcript *t, const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    if (*why) text_addf(&t->words, ": %s", why);
}

int64_t transcript_link_end(const struct transcript *t, const struct event *e, int end)
{
    int64_t ends[2];
    if (!journal_names_link_ends(t->names, event_int(e, FIELD_LINK), &ends[0], &ends[1])) return 0;
    return ends[(event_int(e, FIELD_DIR) == 1) ^ end];
}

const char *transcript_link_host(const struct transcript *t, const struct event *e, int end)
{
    return transcript_host(t, transcript_link_end(t, e, end));
}

void transcript_remember_peer(struct transcript *t, const struct event *e, enum transcript_key sort,
                              enum field_id field)
{
    uint64_t key = (uint64_t)event_int(e, field) * KEYS + (uint64_t)sort;
    index_map_put(&t->peers, key, (size_t)event_int(e, FIELD_PEER));
}

int64_t transcript_peer(const struct transcript *t, const struct event *e, enum transcript_key sort,
                        enum field_id field)
{
    size_t peer = index_map_get(&t->peers, (uint64_t)event_int(e, field) * KEYS + (uint64_t)sort);
    return peer == SIZE_MAX ? 0 : (int64_t)peer;
}

void transcript_remember_conn(struct transcript *t, const struct event *conn_open)
{
    transcript_remember_peer(t, conn_open, CONN_KEY, FIELD_CONN);
    if (event_int(conn_open, FIELD_PEER)) return;
    index_map_put(&t->stranger_of, (uint64_t)event_int(conn_open, FIELD_CONN), t->strangers.count);
    struct stranger *stranger = TABLE_ADD(&t->strangers);
    char buffer[IP_TEXT_BYTES];
    snprintf(stranger->address, sizeof stranger->address, "%s", stranger_address(conn_open, buffer));
}

const char *transcript_conn_peer(const struct transcript *t, const struct event *e)
{
    size_t at = index_map_get(&t->stranger_of, (uint64_t)event_int(e, FIELD_CONN));
    return at == SIZE_MAX ? transcript_host(t, transcript_peer(t, e, CONN_KEY, FIELD_CONN))
                          : t->strangers.items[at].address;
}

/* ---- Everything ---- */

static const struct telling *telling_of(enum event_kind kind)
{
    static const struct telling *const subjects[] = {tellings_of_world, tellings_of_packets, tellings_of_words,
                                                     tellings_of_mail};
    static const struct telling nothing;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        if (subjects[i][kind].tell) return &subjects[i][kind];
    return &nothing;
}

struct transcript *transcript_new(enum transcript_level level, FILE *out)
{
    struct transcript *t = mem_calloc(1, sizeof *t);
    t->level = level;
    t->out = out;
    t->names = journal_names_new();
    t->watched = event_mask_none();
    return t;
}

void transcript_free(struct transcript *t)
{
    if (!t) return;
    journal_names_free(t->names);
    text_free(&t->words);
    text_free(&t->pending);
    index_map_free(&t->peers);
    index_map_free(&t->stranger_of);
    mem_free(t->strangers.items);
    index_map_free(&t->iss);
    index_map_free(&t->servers);
    mem_free(t);
}

void transcript_watch(struct transcript *t, struct event_mask kinds)
{
    t->watched = kinds;
}

/* A packet is where it leaves from, unless it has come to a host. */
static void note_place(struct transcript *t, const struct event *e)
{
    int64_t host = 0;
    if (event_has(e->kind, FIELD_HOST))
        host = event_int(e, FIELD_HOST);
    else if (event_has(e->kind, FIELD_LINK))
        host = transcript_link_end(t, e, 0);
    t->places[e->id % PLACES] = (struct place){e->id, host};
}

static void note_names(struct transcript *t, const struct event *e)
{
    journal_names_fold(t->names, e);
    if (e->kind != EVENT_HOST_ADD) return;
    int width = columns_of(event_text(e, FIELD_NAME), strlen(event_text(e, FIELD_NAME)));
    width = width > HOST_MOST ? HOST_MOST : width;
    t->host_width = width > t->host_width ? width : t->host_width;
    if (strcmp(event_text(e, FIELD_ROLE), "mail_server") == 0)
        index_map_put(&t->servers, (uint64_t)event_int(e, FIELD_HOST), 1);
}

static int64_t host_of(const struct transcript *t, const struct event *e, enum field_id field)
{
    if (field == FIELD_LINK) return transcript_link_end(t, e, 0);
    return field == FIELD_NONE ? 0 : event_int(e, field);
}

static void flush_pending(struct transcript *t, const struct event *e)
{
    if (!t->pending_attempt) return;
    bool is_file = e->kind == EVENT_MAIL_COMMIT || e->kind == EVENT_MAIL_CONTENT;
    if (is_file && e->at_ns == t->pending_at_ns) return; /* a delivery on the spot is a file */
    bool over_at_once = e->kind == EVENT_ATTEMPT_END && event_int(e, FIELD_ATTEMPT) == t->pending_attempt &&
                        e->at_ns == t->pending_at_ns;
    if (!over_at_once) print_line(t, t->pending_at_ns, t->pending_host, t->pending.bytes);
    t->pending_attempt = 0;
    text_clear(&t->pending);
}

static void on_event(void *context, const struct event *e)
{
    struct transcript *t = context;
    const struct telling *telling = telling_of(e->kind);
    note_names(t, e);
    note_place(t, e);
    if (!telling->tell || telling->from > t->level) return;
    flush_pending(t, e);
    text_clear(&t->words);
    if (telling->tell(t, e)) print_line(t, e->at_ns, host_of(t, e, telling->host), t->words.bytes);
}

struct journal_reader transcript_reader(struct transcript *t)
{
    struct event_mask mask = event_mask_none();
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        bool names = kind == EVENT_HOST_ADD || kind == EVENT_LINK_ADD;
        const struct telling *telling = telling_of((enum event_kind)kind);
        bool told = telling->tell && telling->from <= t->level;
        if (t->level != TRANSCRIPT_NONE && (names || told))
            mask = event_mask_union(mask, event_mask_kind((enum event_kind)kind));
    }
    if (t->level != TRANSCRIPT_NONE) mask = event_mask_union(mask, t->watched);
    return (struct journal_reader){.mask = mask, .on_event = on_event, .context = t};
}
