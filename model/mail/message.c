/* Composing mails (RFC 5322 3.6, RFC 2047 for subjects), and reading what queues need of their header. */
#include "model/mail/message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/mail/address.h"
#include "model/mail/mail_text.h"
#include "model/mail/mime.h"
#include "model/wire/ip_wire.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"
#include "sim/journal/vtime.h"

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80) return false;
    return true;
}

/* RFC 2047: words of at most 75 characters, 45 bytes of text in each, never cutting a UTF-8 character in two. */
static void append_encoded_words(struct mail_text *text, const char *utf8)
{
    static const char hex[] = "0123456789ABCDEF";
    while (*utf8) {
        mail_text_add(text, "=?utf-8?q?", 10);
        for (size_t used = 0; *utf8 && (used < 36 || ((unsigned char)*utf8 & 0xc0) == 0x80); utf8++) {
            unsigned char c = (unsigned char)*utf8;
            char quoted[3] = {'=', hex[c >> 4], hex[c & 15]};
            bool plain = isalnum(c) && c < 0x80;
            mail_text_add(text, plain ? utf8 : quoted, plain ? 1 : 3);
            used += plain ? 1 : 3;
        }
        mail_text_add(text, "?=", 2);
        if (*utf8) mail_text_add(text, "\r\n ", 3);
    }
}

static void append_subject(struct mail_text *text, const char *subject)
{
    mail_text_add(text, "Subject: ", 9);
    if (is_ascii(subject))
        mail_text_add(text, subject, strlen(subject));
    else
        append_encoded_words(text, subject);
    mail_text_add(text, "\r\n", 2);
}

/* RFC 5321 4.5.3.1.6 ends a text line at 1000 bytes; we break earlier, between characters. */
static void append_body_line(struct mail_text *text, const char *line, size_t length)
{
    enum { LONGEST = 900 };
    while (length > LONGEST) {
        size_t cut = LONGEST;
        while (cut > 1 && ((unsigned char)line[cut] & 0xc0) == 0x80)
            cut--;
        mail_text_add(text, line, cut);
        mail_text_add(text, "\r\n", 2);
        line += cut;
        length -= cut;
    }
    mail_text_add(text, line, length);
    mail_text_add(text, "\r\n", 2);
}

static void append_body(struct mail_text *text, const char *body)
{
    while (*body) {
        size_t length = strcspn(body, "\r\n");
        append_body_line(text, body, length);
        body += length;
        if (*body == '\r' && body[1] == '\n') body++;
        if (*body) body++;
    }
}

static void text_reserve(struct mail_text *text, size_t size)
{
    if (size <= text->room) return;
    text->bytes = mem_realloc(text->bytes, size);
    text->room = size;
}

/* Numbered lines, so that a missing or repeated one would be seen; the last one is cut to fit. */
static void append_filler(struct mail_text *text, size_t body_begin, uint64_t size_bytes)
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
        if (length < LENGTH) mail_text_add(text, "\r\n", 2);
    }
    text->bytes[text->size] = '\0';
}

static void append_addresses(struct mail_text *text, const char *field, const char *const *addresses, size_t n)
{
    if (n == 0) return;
    mail_text_add(text, field, strlen(field));
    for (size_t i = 0; i < n; i++) {
        if (i > 0) mail_text_add(text, ",\r\n ", 4);
        mail_text_add(text, addresses[i], strlen(addresses[i]));
    }
    mail_text_add(text, "\r\n", 2);
}

static char **copy_texts(const char *const *texts, size_t n)
{
    char **copies = mem_calloc(n ? n : 1, sizeof *copies);
    for (size_t i = 0; i < n; i++)
        copies[i] = mem_strdup(texts[i]);
    return copies;
}

static void append_head(struct mail_text *text, const struct mail_draft *draft)
{
    char date[VTIME_TEXT_BYTES];
    mail_text_line(text, "Date: %s", vtime_format_rfc5322(draft->starts_unix_s, draft->at_ns, date));
    mail_text_line(text, "From: %s", draft->from);
    if (draft->reply_to) mail_text_line(text, "Reply-To: %s", draft->reply_to);
    append_addresses(text, "To: ", draft->recipients, draft->n_to);
    append_addresses(text, "Cc: ", draft->recipients + draft->n_to, draft->n_cc);
    append_subject(text, draft->subject);
    if (draft->priority) mail_text_line(text, "Priority: %s", draft->priority);
    mail_text_line(text, "Message-ID: <%u.%s@%s>", (unsigned)draft->id.n, draft->name, draft->host);
    if (!is_ascii(draft->text)) {
        mail_text_line(text, "MIME-Version: 1.0");
        mail_text_line(text, "Content-Type: text/plain; charset=utf-8");
        mail_text_line(text, "Content-Transfer-Encoding: 8bit");
    }
    mail_text_add(text, "\r\n", 2);
}

/* Plain mails, by far the most, are written here; the others by GMime around the same body. */
static struct mail_text compose_content(const struct mail_draft *draft)
{
    struct mail_text text = {0}, whole = {0};
    bool is_mime = mime_is_needed(draft);
    if (!is_mime) append_head(&text, draft);
    size_t body_begin = text.size;
    if (draft->verbatim) {
        mail_text_add(&text, draft->text, strlen(draft->text));
        mail_text_add(&text, "\r\n", 2);
    } else
        append_body(&text, draft->text);
    append_filler(&text, body_begin, draft->size_bytes);
    if (!is_mime) return text;
    whole.bytes = mime_compose(draft, text.bytes ? text.bytes : "", text.size, &whole.size);
    mem_free(text.bytes);
    return whole;
}

struct mail_message *message_compose(const struct mail_draft *draft)
{
    struct mail_text text = compose_content(draft);
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

bool message_was_delivered_to(const char *content, size_t size, const char *address)
{
    static const char field[] = "Delivered-To: ";
    const char *line = content, *end = content + size;
    char found[MESSAGE_ADDRESS_BYTES];
    do {
        bool is_one = (size_t)(end - line) > sizeof field && strncasecmp(line, field, sizeof field - 1) == 0;
        if (is_one && message_delivered_to(line, (size_t)(end - line), found) && address_equals(found, address))
            return true;
    } while (next_header_line(&line, end));
    return false;
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

/* --- lists and programs --- */

char *message_list_lines(const char *address)
{
    const char *at = strrchr(address, '@');
    size_t size = 2 * strlen(address) + 100;
    char *lines = mem_alloc(size);
    snprintf(lines, size, "List-Id: <%.*s.%s>\r\nList-Post: <mailto:%s>\r\nPrecedence: list\r\n",
             (int)(at ? at - address : 0), address, at ? at + 1 : "", address);
    return lines;
}

/* Whether the field has one of these words, in whatever case. */
static bool field_has(const char *content, size_t size, const char *field, const char *const *words, size_t n)
{
    const char *value = find_field(content, size, field), *end = content + size;
    const char *newline = value ? memchr(value, '\n', (size_t)(end - value)) : NULL;
    if (value && newline) end = newline;
    for (; value && value < end; value++)
        for (size_t i = 0; i < n; i++)
            if ((size_t)(end - value) >= strlen(words[i]) && strncasecmp(value, words[i], strlen(words[i])) == 0)
                return true;
    return false;
}

bool message_is_automatic(const char *content, size_t size)
{
    static const char *const list_fields[] = {"List-Id:", "List-Post:", "List-Subscribe:"};
    static const char *const precedences[] = {"bulk", "list", "junk"};
    static const char *const submitted[] = {"auto-generated", "auto-replied"};
    for (size_t i = 0; i < sizeof list_fields / sizeof *list_fields; i++)
        if (find_field(content, size, list_fields[i])) return true;
    return field_has(content, size, "Precedence:", precedences, 3) ||
           field_has(content, size, "Auto-Submitted:", submitted, 2);
}

/* Whether the field's value is this word and nothing else, in whatever case. */
static bool field_is(const char *content, size_t size, const char *field, const char *word)
{
    const char *value = find_field(content, size, field), *end = content + size;
    size_t length = strlen(word);
    while (value && value < end && (*value == ' ' || *value == '\t'))
        value++;
    if (!value || (size_t)(end - value) < length || strncasecmp(value, word, length) != 0) return false;
    value += length;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    return value == end || *value == '\r' || *value == '\n';
}

enum mail_urgency message_urgency(const char *content, size_t size)
{
    static const struct {
        const char *field, *word;
        enum mail_urgency urgency;
    } rows[] = {
        {"Priority:", "urgent", MAIL_URGENT},         {"Priority:", "normal", MAIL_NORMAL},
        {"Priority:", "non-urgent", MAIL_NON_URGENT}, {"Precedence:", "special-delivery", MAIL_URGENT},
        {"Precedence:", "list", MAIL_NON_URGENT},     {"Precedence:", "bulk", MAIL_NON_URGENT},
        {"Precedence:", "junk", MAIL_NON_URGENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (field_is(content, size, rows[i].field, rows[i].word)) return rows[i].urgency;
    return MAIL_NORMAL;
}
