/* Any event as one line of text, from the manifest alone. Fields that say nothing (none, 0, empty) are left out. */
#include "viz/readers/event_text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/readers/text_buffer.h"

static bool needs_quotes(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)bytes[i] <= ' ' || bytes[i] == '"' || bytes[i] == 0x7f) return true;
    return false;
}

static void add_escaped(struct text_buffer *line, unsigned char c)
{
    switch (c) {
    case '\r':
        text_adds(line, "\\r");
        return;
    case '\n':
        text_adds(line, "\\n");
        return;
    case '\t':
        text_adds(line, "\\t");
        return;
    default:
        if (c == '"' || c == '\\')
            text_addf(line, "\\%c", c);
        else
            text_addf(line, "\\x%02x", c);
    }
}

static void add_text(struct text_buffer *line, const char *bytes, size_t size)
{
    bool quotes = needs_quotes(bytes, size);
    if (quotes) text_adds(line, "\"");
    for (size_t i = 0; i < size;) {
        unsigned char c = (unsigned char)bytes[i];
        if (quotes && (c < ' ' || c == 0x7f || c == '"' || c == '\\')) {
            add_escaped(line, c);
            i++;
        } else {
            i += text_add_utf8(line, bytes + i, size - i);
        }
    }
    if (quotes) text_adds(line, "\"");
}

static void add_name(struct text_buffer *line, const struct journal_names *names, enum field_type type, int64_t id)
{
    const char *name = journal_names_find(names, type, id);
    if (name)
        add_text(line, name, strlen(name));
    else
        text_addf(line, "%" PRId64, id);
}

/* A direction of a link that is known reads "mail.a.example>internet". */
static void add_direction(struct text_buffer *line, const struct event *e, int64_t dir,
                          const struct journal_names *names)
{
    int64_t host, peer;
    if (dir < 0 || dir > 1 || !event_has(e->kind, FIELD_LINK) ||
        !journal_names_link_ends(names, event_int(e, FIELD_LINK), &host, &peer)) {
        text_addf(line, "%" PRId64, dir);
        return;
    }
    add_name(line, names, TYPE_HOST, dir == 0 ? host : peer);
    text_adds(line, ">");
    add_name(line, names, TYPE_HOST, dir == 0 ? peer : host);
}

static void add_value(struct text_buffer *line, const struct event *e, enum field_id field,
                      const struct event_value *value, const struct journal_names *names)
{
    char text[VTIME_TEXT_BYTES], address[IPV4_TEXT_BYTES];
    switch (field_type(field)) {
    case TYPE_HOST:
    case TYPE_LINK:
    case TYPE_MESSAGE:
        add_name(line, names, field_type(field), value->i);
        return;
    case TYPE_BOOL:
        text_adds(line, value->i ? tr("yes") : tr("no"));
        return;
    case TYPE_TIME:
        text_adds(line, vtime_format_instant(value->i, text));
        return;
    case TYPE_DURATION:
        text_adds(line, vtime_format_duration(value->i, text));
        return;
    case TYPE_ADDRESS:
        text_adds(line, ipv4_text((uint32_t)value->i, address));
        return;
    case TYPE_TEXT:
        add_text(line, value->bytes, (size_t)value->i);
        return;
    case TYPE_BLOB:
        text_addf(line, "(%" PRId64 " B)", value->i);
        return;
    case TYPE_EVENT:
        text_addf(line, "#%" PRId64, value->i);
        return;
    case TYPE_INT:
        if (field == FIELD_DIR) {
            add_direction(line, e, value->i, names);
            return;
        }
        break;
    case TYPE_CONN:
    case TYPE_STREAM:
    case TYPE_SESSION:
    case TYPE_ATTEMPT:
    case TYPE_PACKET:
    case TYPE_RATE:
    case TYPE_SIZE:
    case TYPE_PORT:
        break;
    }
    text_addf(line, "%" PRId64, value->i);
}

/* 0 says something where it is one of two. */
static bool says_something(enum field_id field, const struct event_value *value)
{
    return value->i != 0 || field == FIELD_DIR || field_type(field) == TYPE_BOOL;
}

static void add_event(struct text_buffer *line, const struct event *e, const struct journal_names *names)
{
    char instant[VTIME_TEXT_BYTES];
    text_addf(line, "%s #%" PRIu64, vtime_format_instant(e->at_ns, instant), e->id);
    if (e->cause) text_addf(line, " <%" PRIu64, e->cause);
    text_addf(line, " %s", event_kind_name(e->kind));
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++) {
        if (!says_something(fields[i], &e->values[i])) continue;
        text_addf(line, " %s=", field_name(fields[i]));
        add_value(line, e, fields[i], &e->values[i], names);
    }
}

const char *event_describe(const struct event *e, const struct journal_names *names, char *buffer, size_t size)
{
    assert(size > 0);
    struct text_buffer line = {0};
    add_event(&line, e, names);
    size_t length = line.length < size ? line.length : size - 1;
    while (length < line.length && length > 0 && ((unsigned char)line.bytes[length] & 0xc0) == 0x80)
        length--; /* not inside a character */
    memcpy(buffer, line.bytes, length);
    buffer[length] = '\0';
    text_free(&line);
    return buffer;
}

bool event_text_write(const struct event *e, const struct journal_names *names, FILE *out)
{
    struct text_buffer line = {0};
    add_event(&line, e, names);
    text_adds(&line, "\n");
    bool good = fwrite(line.bytes, 1, line.length, out) == line.length;
    text_free(&line);
    return good;
}
