/* Composing mails and delivery reports (RFC 5322 3.6, RFC 2047 for subjects, RFC 3464 for reports). */
#include "model/mail/message.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/wire/ip_wire.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"
#include "sim/journal/vtime.h"

/* A growing text. */
struct text {
    char *bytes;
    size_t size, room;
};

static void text_append(struct text *text, const char *bytes, size_t size)
{
    if (text->size + size + 1 > text->room) {
        text->room = 2 * (text->size + size + 1);
        text->bytes = mem_realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

static void text_line(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void text_line(struct text *text, const char *format, ...)
{
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text_append(text, line, strlen(line));
    text_append(text, "\r\n", 2);
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80) return false;
    return true;
}

/* RFC 2047: words of at most 75 characters, 45 bytes of text in each, never cutting a UTF-8 character in two. */
static void append_encoded_words(struct text *text, const char *utf8)
{
    static const char hex[] = "0123456789ABCDEF";
    while (*utf8) {
        text_append(text, "=?utf-8?q?", 10);
        for (size_t used = 0; *utf8 && (used < 36 || ((unsigned char)*utf8 & 0xc0) == 0x80); utf8++) {
            unsigned char c = (unsigned char)*utf8;
            char quoted[3] = {'=', hex[c >> 4], hex[c & 15]};
            bool plain = isalnum(c) && c < 0x80;
            text_append(text, plain ? utf8 : quoted, plain ? 1 : 3);
            used += plain ? 1 : 3;
        }
        text_append(text, "?=", 2);
        if (*utf8) text_append(text, "\r\n ", 3);
    }
}

static void append_subject(struct text *text, const char *subject)
{
    text_append(text, "Subject: ", 9);
    if (is_ascii(subject))
        text_append(text, subject, strlen(subject));
    else
        append_encoded_words(text, subject);
    text_append(text, "\r\n", 2);
}

/* RFC 5321 4.5.3.1.6 ends a text line at 1000 bytes; we break earlier, between characters. */
static void append_body_line(struct text *text, const char *line, size_t length)
{
    enum { LONGEST = 900 };
    while (length > LONGEST) {
        size_t cut = LONGEST;
        while (cut > 1 && ((unsigned char)line[cut] & 0xc0) == 0x80)
            cut--;
        text_append(text, line, cut);
        text_append(text, "\r\n", 2);
        line += cut;
        length -= cut;
    }
    text_append(text, line, length);
    text_append(text, "\r\n", 2);
}

static void append_body(struct text *text, const char *body)
{
    while (*body) {
        size_t length = strcspn(body, "\r\n");
        append_body_line(text, body, length);
        body += length;
        if (*body == '\r' && body[1] == '\n') body++;
        if (*body) body++;
    }
}

static void text_reserve(struct text *text, size_t size)
{
    if (size <= text->room) return;
    text->bytes = mem_realloc(text->bytes, size);
    text->room = size;
}

/* Numbered lines, so that a missing or repeated one would be seen; the last one is cut to fit. */
static void append_filler(struct text *text, size_t body_begin, uint64_t size_bytes)
{
    char line[] = "000000: the quick brown fox jumps over the lazy dog and then rests a bit.\r\n";
    enum { LENGTH = sizeof line - 1, DIGITS = 6 };
    if (text->size - body_begin + 3 > size_bytes) return;
    text_reserve(text, body_begin + (size_t)size_bytes + 1);
    while (text->size - body_begin + 3 <= size_bytes) {
        int digit = DIGITS - 1;
        for (; digit >= 0 && line[digit] == '9'; digit--)
            line[digit] = '0';
        if (digit >= 0) line[digit]++;
        size_t left = (size_t)(size_bytes - (text->size - body_begin));
        size_t length = LENGTH <= left ? LENGTH : left - 2;
        memcpy(text->bytes + text->size, line, length);
        text->size += length;
        if (length < LENGTH) text_append(text, "\r\n", 2);
    }
    text->bytes[text->size] = '\0';
}

static void append_recipients(struct text *text, const struct mail_draft *draft)
{
    text_append(text, "To: ", 4);
    for (size_t i = 0; i < draft->n_recipients; i++) {
        if (i > 0) text_append(text, ",\r\n ", 4);
        text_append(text, draft->recipients[i], strlen(draft->recipients[i]));
    }
    text_append(text, "\r\n", 2);
}

static char **copy_texts(const char *const *texts, size_t n)
{
    char **copies = mem_calloc(n ? n : 1, sizeof *copies);
    for (size_t i = 0; i < n; i++)
        copies[i] = mem_strdup(texts[i]);
    return copies;
}

struct mail_message *message_compose(const struct mail_draft *draft)
{
    char date[VTIME_TEXT_BYTES];
    struct text text = {0};
    text_line(&text, "Date: %s", vtime_format_rfc5322(draft->starts_unix_s, draft->at_ns, date));
    text_line(&text, "From: %s", draft->from);
    append_recipients(&text, draft);
    append_subject(&text, draft->subject);
    text_line(&text, "Message-ID: <%u.%s@%s>", (unsigned)draft->id.n, draft->name, draft->host);
    if (!is_ascii(draft->text)) {
        text_line(&text, "MIME-Version: 1.0");
        text_line(&text, "Content-Type: text/plain; charset=utf-8");
        text_line(&text, "Content-Transfer-Encoding: 8bit");
    }
    text_append(&text, "\r\n", 2);
    size_t body_begin = text.size;
    append_body(&text, draft->text);
    append_filler(&text, body_begin, draft->size_bytes);

    struct mail_message *message = mem_calloc(1, sizeof *message);
    *message = (struct mail_message){.id = draft->id,
                                     .name = mem_strdup(draft->name),
                                     .from = mem_strdup(draft->from),
                                     .recipients = copy_texts(draft->recipients, draft->n_recipients),
                                     .n_recipients = draft->n_recipients,
                                     .subject = mem_strdup(draft->subject),
                                     .content = text.bytes,
                                     .size = text.size,
                                     .composed_ns = draft->at_ns};
    return message;
}

static size_t header_size(const char *content, size_t size)
{
    for (size_t i = 0; i + 3 < size; i++)
        if (memcmp(content + i, "\r\n\r\n", 4) == 0) return i + 2;
    return size;
}

static void append_report_head(struct text *text, const struct bounce_draft *draft, const char *boundary)
{
    char date[VTIME_TEXT_BYTES];
    text_line(text, "Date: %s", vtime_format_rfc5322(draft->starts_unix_s, draft->at_ns, date));
    text_line(text, "From: Mail Delivery System <MAILER-DAEMON@%s>", draft->host);
    text_line(text, "To: %s", draft->about->from);
    text_line(text, "Subject: Undelivered Mail Returned to Sender");
    text_line(text, "Message-ID: <%u.%s-bounce@%s>", (unsigned)draft->id.n, draft->about->name, draft->host);
    text_line(text, "Auto-Submitted: auto-replied");
    text_line(text, "MIME-Version: 1.0");
    text_line(text, "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"%s\"", boundary);
    text_line(text, "%s", "");
}

static void append_report_for_people(struct text *text, const struct bounce_draft *draft, const char *boundary)
{
    text_line(text, "--%s\r\nContent-Type: text/plain; charset=us-ascii\r\n", boundary);
    text_line(text, "This is the mail system at host %s.\r\n", draft->host);
    text_line(text, "Your message could not be delivered to:\r\n");
    for (size_t i = 0; i < draft->n_recipients; i++)
        text_line(text, "<%s>: %s\r\n", draft->recipients[i].address, draft->recipients[i].diagnostic);
}

/* RFC 3464 2.2 and 2.3: per-message fields, then a group of fields for each recipient. */
static void append_report_for_programs(struct text *text, const struct bounce_draft *draft, const char *boundary)
{
    text_line(text, "--%s\r\nContent-Type: message/delivery-status\r\n", boundary);
    text_line(text, "Reporting-MTA: dns; %s\r\n", draft->host);
    for (size_t i = 0; i < draft->n_recipients; i++) {
        const struct bounce_recipient *recipient = &draft->recipients[i];
        const char *status = strlen(recipient->diagnostic) > 8 && isdigit((unsigned char)recipient->diagnostic[4]) &&
                                     recipient->diagnostic[5] == '.'
                                 ? recipient->diagnostic + 4
                                 : "5.0.0";
        text_line(text, "Final-Recipient: rfc822; %s", recipient->address);
        text_line(text, "Action: failed");
        text_line(text, "Status: %.*s", (int)strcspn(status, " "), status);
        if (recipient->remote_mta[0]) text_line(text, "Remote-MTA: dns; %s", recipient->remote_mta);
        text_line(text, "Diagnostic-Code: %s; %s\r\n", recipient->remote_mta[0] ? "smtp" : "x-postroad",
                  recipient->diagnostic);
    }
}

struct mail_message *message_compose_bounce(const struct bounce_draft *draft)
{
    char boundary[64];
    snprintf(boundary, sizeof boundary, "report.%u", (unsigned)draft->id.n);
    struct text text = {0};
    append_report_head(&text, draft, boundary);
    append_report_for_people(&text, draft, boundary);
    append_report_for_programs(&text, draft, boundary);
    text_line(&text, "--%s\r\nContent-Type: text/rfc822-headers\r\n", boundary);
    text_append(&text, draft->content, header_size(draft->content, draft->size));
    text_line(&text, "\r\n--%s--", boundary);

    char name[128];
    snprintf(name, sizeof name, "%s-bounce", draft->about->name);
    struct mail_message *message = mem_calloc(1, sizeof *message);
    *message = (struct mail_message){.id = draft->id,
                                     .parent = draft->about->id,
                                     .name = mem_strdup(name),
                                     .from = mem_strdup(""),
                                     .recipients = copy_texts((const char *const[]){draft->about->from}, 1),
                                     .n_recipients = 1,
                                     .subject = mem_strdup("Undelivered Mail Returned to Sender"),
                                     .content = text.bytes,
                                     .size = text.size,
                                     .composed_ns = draft->at_ns};
    return message;
}

void message_free(struct mail_message *message)
{
    if (!message) return;
    for (size_t i = 0; i < message->n_recipients; i++)
        mem_free(message->recipients[i]);
    mem_free(message->recipients);
    mem_free(message->name);
    mem_free(message->from);
    mem_free(message->subject);
    mem_free(message->content);
    mem_free(message);
}

void message_forget_content(struct mail_message *message)
{
    mem_free(message->content);
    message->content = NULL;
}

char *message_prepend(const char *lines, const char *content, size_t size, size_t *new_size)
{
    size_t length = strlen(lines);
    char *copy = mem_alloc(length + size + 1);
    memcpy(copy, lines, length);
    memcpy(copy + length, content, size);
    copy[length + size] = '\0';
    *new_size = length + size;
    return copy;
}

void message_received_line(const struct received_hop *hop, char line[RECEIVED_LINE_BYTES])
{
    char address[IP_TEXT_BYTES], date[VTIME_TEXT_BYTES]; /* address literals: RFC 5321 4.1.3 */
    struct put p = put_into(line, RECEIVED_LINE_BYTES);
    put_text(&p, "Received: from ");
    put_text_cut(&p, hop->helo, 255);
    put_text(&p, ip_is_v4(hop->address) ? " ([" : " ([IPv6:");
    put_text(&p, ip_text(hop->address, address));
    put_text(&p, "])\r\n\tby ");
    put_text_cut(&p, hop->by, 255);
    put_text(&p, " with ");
    put_text(&p, hop->protocol);
    put_text(&p, " id ");
    put_text(&p, hop->queue_id);
    if (hop->recipient) {
        put_text(&p, "\r\n\tfor <");
        put_text_cut(&p, hop->recipient, 255);
        put_text(&p, ">");
    }
    put_text(&p, "; ");
    put_text(&p, vtime_format_rfc5322(hop->starts_unix_s, hop->at_ns, date));
    put_text(&p, "\r\n");
}

/* Walks over the header's lines; *line is moved to the next one. False at the end of the header. */
static bool next_header_line(const char **line, const char *end)
{
    const char *newline = memchr(*line, '\n', (size_t)(end - *line));
    if (!newline || newline + 1 >= end) return false;
    *line = newline + 1;
    return **line != '\r';
}

/* What follows the field's name, colon and blank, to the end of the content; NULL if the header has no such line. */
static const char *find_field(const char *content, size_t size, const char *field)
{
    const char *line = content, *end = content + size;
    size_t length = strlen(field);
    do {
        if ((size_t)(end - line) > length && strncasecmp(line, field, length) == 0) return line + length;
    } while (next_header_line(&line, end));
    return NULL;
}

/* Digits with this character after them; 0 if it is otherwise. */
static uint32_t number_before(const char *digit, const char *end, char after)
{
    uint32_t number = 0;
    if (!digit) return 0;
    for (; digit < end && isdigit((unsigned char)*digit) && number < UINT32_MAX / 16; digit++)
        number = number * 10 + (uint32_t)(*digit - '0');
    return digit < end && *digit == after ? number : 0;
}

#define NUMBER_FIELD "Postroad-Mail: "

uint32_t message_number_of(const char *content, size_t size)
{
    const char *end = content + size, *field = find_field(content, size, NUMBER_FIELD);
    if (field) return number_before(field, end, '\r');
    return number_before(find_field(content, size, "Message-ID: <"), end, '.');
}

void message_number_line(struct message_id id, char line[MESSAGE_NUMBER_LINE_BYTES])
{
    snprintf(line, MESSAGE_NUMBER_LINE_BYTES, NUMBER_FIELD "%u\r\n", (unsigned)id.n);
}

void message_subject(const char *content, size_t size, char subject[MESSAGE_SUBJECT_BYTES])
{
    const char *value = find_field(content, size, "Subject:");
    size_t used = 0;
    while (value && value < content + size && *value == ' ')
        value++;
    for (; value && value < content + size && *value != '\r' && used + 1 < MESSAGE_SUBJECT_BYTES; value++)
        subject[used++] = (char)(*value >= ' ' && *value <= '~' ? *value : '?');
    subject[used] = '\0';
}

bool message_delivered_to(const char *content, size_t size, char address[MESSAGE_ADDRESS_BYTES])
{
    const char *value = find_field(content, size, "Delivered-To: ");
    const char *line_end = value ? memchr(value, '\r', (size_t)(content + size - value)) : NULL;
    if (!line_end || line_end - value >= MESSAGE_ADDRESS_BYTES) return false;
    memcpy(address, value, (size_t)(line_end - value));
    address[line_end - value] = '\0';
    return true;
}

unsigned message_count_received(const char *content, size_t size)
{
    static const char field[] = "Received:";
    const char *line = content, *end = content + size;
    unsigned n = 0;
    do {
        if ((size_t)(end - line) > sizeof field && strncasecmp(line, field, sizeof field - 1) == 0) n++;
    } while (next_header_line(&line, end));
    return n;
}
