/* multipart/mixed (RFC 2046 5.1.3) around the text and its attachments; where there is HTML too, multipart/alternative
   (5.1.4) around the two. Boundaries are made from the mail's number, dates are UTC, so that nothing depends on when
   and where it is run. */
#include "model/mail/mime.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

bool mime_is_needed(const struct mail_draft *draft)
{
    return draft->n_attachments > 0 || draft->html;
}

static once_flag gmime_ready = ONCE_FLAG_INIT; /* GMime registers its types once a process; they never change */

static void make_ready(void)
{
    g_mime_init();
}

/* --- content of attachments --- */

/* As hard to compress as what is usually attached; a number from the names, stepped by SplitMix64. */
static void fill_with_noise(char *bytes, size_t size, const char *mail, const char *name)
{
    uint64_t state = UINT64_C(0xcbf29ce484222325);
    for (const char *p = mail; *p; p++)
        state = (state ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    for (const char *p = name; *p; p++)
        state = (state ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < size; i++) {
        if (i % 8 == 0) state += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t x = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
        bytes[i] = (char)(x >> (8 * (i % 8)));
    }
}

/* --- parts --- */

static GMimeObject *text_part(const char *subtype, const char *text, size_t size)
{
    GMimePart *part = g_mime_part_new_with_type("text", subtype);
    bool is_ascii = true;
    for (size_t i = 0; i < size && is_ascii; i++)
        is_ascii = (unsigned char)text[i] < 0x80;
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", is_ascii ? "us-ascii" : "utf-8");
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, size);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, content);
    /* Lines of any length and any letters become lines of ASCII of at most 76. */
    g_mime_part_set_content_encoding(part,
                                     is_ascii ? GMIME_CONTENT_ENCODING_7BIT : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_object_unref(content);
    g_object_unref(stream);
    return GMIME_OBJECT(part);
}

static GMimeObject *attached_part(const struct mail_draft *draft, const struct mail_attachment *attachment)
{
    char type[128];
    snprintf(type, sizeof type, "%s", attachment->type);
    char *slash = strchr(type, '/');
    if (slash) *slash = '\0';
    GMimePart *part = g_mime_part_new_with_type(type, slash ? slash + 1 : "octet-stream");
    char *bytes = mem_alloc(attachment->size_bytes + 1);
    fill_with_noise(bytes, attachment->size_bytes, draft->name, attachment->name);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, attachment->size_bytes);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, content);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
    g_mime_part_set_filename(part, attachment->name);
    g_object_unref(content);
    g_object_unref(stream);
    mem_free(bytes);
    return GMIME_OBJECT(part);
}

/* Takes the reference of each part over. */
static void add_part(GMimeMultipart *multipart, GMimeObject *part)
{
    g_mime_multipart_add(multipart, part);
    g_object_unref(part);
}

static GMimeMultipart *multipart_of(const struct mail_draft *draft, const char *subtype)
{
    char boundary[64];
    GMimeMultipart *multipart = g_mime_multipart_new_with_subtype(subtype);
    snprintf(boundary, sizeof boundary, "=_%s.%u", subtype, (unsigned)draft->id.n);
    g_mime_multipart_set_boundary(multipart, boundary);
    return multipart;
}

static GMimeObject *readable_part(const struct mail_draft *draft, const char *body, size_t body_size)
{
    GMimeObject *plain = text_part("plain", body, body_size);
    if (!draft->html) return plain;
    GMimeMultipart *both = multipart_of(draft, "alternative");
    add_part(both, plain);
    add_part(both, text_part("html", draft->html, strlen(draft->html)));
    return GMIME_OBJECT(both);
}

static GMimeObject *whole_body(const struct mail_draft *draft, const char *body, size_t body_size)
{
    GMimeObject *readable = readable_part(draft, body, body_size);
    if (draft->n_attachments == 0) return readable;
    GMimeMultipart *mixed = multipart_of(draft, "mixed");
    add_part(mixed, readable);
    for (size_t i = 0; i < draft->n_attachments; i++)
        add_part(mixed, attached_part(draft, &draft->attachments[i]));
    return GMIME_OBJECT(mixed);
}

/* --- header --- */

static void add_mailboxes(GMimeMessage *message, GMimeAddressType type, const char *const *addresses, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g_mime_message_add_mailbox(message, type, NULL, addresses[i]);
}

static void set_header(GMimeMessage *message, const struct mail_draft *draft)
{
    int64_t second = draft->starts_unix_s + draft->at_ns / SECOND;
    char id[512];
    GDateTime *date = g_date_time_new_from_unix_utc(second);
    g_mime_message_set_date(message, date);
    g_date_time_unref(date);
    add_mailboxes(message, GMIME_ADDRESS_TYPE_FROM, &draft->from, 1);
    if (draft->reply_to) add_mailboxes(message, GMIME_ADDRESS_TYPE_REPLY_TO, &draft->reply_to, 1);
    if (draft->priority) g_mime_object_set_header(GMIME_OBJECT(message), "Priority", draft->priority, NULL);
    add_mailboxes(message, GMIME_ADDRESS_TYPE_TO, draft->recipients, draft->n_to);
    add_mailboxes(message, GMIME_ADDRESS_TYPE_CC, draft->recipients + draft->n_to, draft->n_cc);
    g_mime_message_set_subject(message, draft->subject, "utf-8");
    snprintf(id, sizeof id, "%u.%s@%s", (unsigned)draft->id.n, draft->name, draft->host);
    g_mime_message_set_message_id(message, id);
}

char *mime_compose(const struct mail_draft *draft, const char *body, size_t body_size, size_t *size)
{
    call_once(&gmime_ready, make_ready);
    GMimeMessage *message = g_mime_message_new(TRUE);
    set_header(message, draft);
    GMimeObject *part = whole_body(draft, body, body_size);
    g_mime_message_set_mime_part(message, part);
    g_object_unref(part);

    GMimeFormatOptions *options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_object_write_to_stream(GMIME_OBJECT(message), options, stream);
    const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    *size = bytes->len;
    char *content = mem_alloc(*size + 1);
    memcpy(content, bytes->data, *size);
    content[*size] = '\0';
    g_object_unref(stream);
    g_mime_format_options_free(options);
    g_object_unref(message);
    return content;
}
