/* A journal as JSON Lines (RFC 8259, one object a line), from the manifest alone. */
#include "viz/readers/jsonl.h"

#include <inttypes.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "sim/journal/vtime.h"
#include "viz/readers/text_buffer.h"

static void add_identity(struct text_buffer *line, enum field_type type, int64_t id, const struct journal_names *names)
{
    const char *name = journal_names_find(names, type, id);
    if (name)
        text_add_json(line, name, strlen(name));
    else if (id == 0)
        text_adds(line, "null");
    else
        text_addf(line, "%" PRId64, id);
}

static void add_hex(struct text_buffer *line, const struct event_value *value)
{
    text_adds(line, "\"");
    text_add_hex(line, value->bytes, (size_t)value->i);
    text_adds(line, "\"");
}

static void add_value(struct text_buffer *line, enum field_type type, const struct event_value *value,
                      const struct journal_names *names)
{
    char address[IPV4_TEXT_BYTES];
    switch (type) {
    case TYPE_HOST:
    case TYPE_LINK:
    case TYPE_CONN:
    case TYPE_STREAM:
    case TYPE_SESSION:
    case TYPE_MESSAGE:
    case TYPE_ATTEMPT:
    case TYPE_PACKET:
    case TYPE_EVENT:
        add_identity(line, type, value->i, names);
        return;
    case TYPE_BOOL:
        text_adds(line, value->i ? "true" : "false");
        return;
    case TYPE_ADDRESS:
        text_addf(line, "\"%s\"", ipv4_text((uint32_t)value->i, address));
        return;
    case TYPE_TEXT:
        text_add_json(line, value->bytes, (size_t)value->i);
        return;
    case TYPE_BLOB:
        add_hex(line, value);
        return;
    case TYPE_TIME:
        if (value->i == TIME_NEVER) {
            text_adds(line, "null");
            return;
        }
        break;
    case TYPE_INT:
    case TYPE_DURATION:
    case TYPE_RATE:
    case TYPE_SIZE:
    case TYPE_PORT:
        break;
    }
    text_addf(line, "%" PRId64, value->i);
}

static void add_event(struct text_buffer *line, const struct event *e, const struct journal_names *names)
{
    text_addf(line, "{\"id\":%" PRIu64 ",\"cause\":%" PRIu64 ",\"t_ns\":%" PRId64 ",\"kind\":\"%s\"", e->id, e->cause,
              e->at_ns, event_kind_name(e->kind));
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++) {
        text_addf(line, ",\"%s\":", fields[i] == FIELD_ID ? "protocol_id" : field_name(fields[i]));
        add_value(line, field_type(fields[i]), &e->values[i], names);
    }
    text_adds(line, "}\n");
}

bool jsonl_write(const struct event *e, const struct journal_names *names, FILE *out)
{
    struct text_buffer line = {0};
    add_event(&line, e, names);
    bool good = fwrite(line.bytes, 1, line.length, out) == line.length;
    text_free(&line);
    return good;
}

bool jsonl_write_journal(const struct journal_memory *memory, FILE *out)
{
    struct journal_names *names = journal_names_of(memory);
    struct text_buffer line = {0};
    bool good = true;
    for (size_t i = 0; good && i < journal_memory_count(memory); i++) {
        text_clear(&line);
        add_event(&line, journal_memory_at(memory, i), names);
        good = fwrite(line.bytes, 1, line.length, out) == line.length;
    }
    text_free(&line);
    journal_names_free(names);
    return good && fflush(out) == 0;
}
