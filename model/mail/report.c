/* Composing reports: RFC 3462 (multipart/report), RFC 3464 (its second part), RFC 3461 6 (what a sender asked for), RFC
   6533 (addresses beyond ASCII: parts of the type message/global... where the mail came with SMTPUTF8, as Postfix's
   bounce_notify_util.c makes them; else the addresses in escapes of ASCII). */
#include "model/mail/report.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/mail/address_utf8.h"
#include "model/mail/mail_text.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

const char *report_action_text(enum report_action action)
{
    static const char *const texts[] = {"failed", "delayed", "delivered", "relayed", "expanded"};
    return texts[action];
}

static const char *subject_of(enum report_action action)
{
    static const char *const subjects[] = {"Undelivered Mail Returned to Sender", "Delayed Mail (still being retried)",
                                           "Successful Mail Delivery Report", "Successful Mail Delivery Report",
                                           "Successful Mail Delivery Report"};
    return subjects[action];
}

static const char *suffix_of(enum report_action action)
{
    static const char *const suffixes[] = {"bounce", "delayed", "receipt", "receipt", "receipt"};
    return suffixes[action];
}

/* "5.1.1 " behind a reply code, or nothing. */
static size_t status_length(const char *text)
{
    size_t n = 0, dots = 0;
    while (isdigit((unsigned char)text[n]) || (text[n] == '.' && n > 0)) {
        dots += text[n] == '.';
        n++;
    }
    return dots == 2 && (text[n] == ' ' || text[n] == '\0') ? n : 0;
}

/* RFC 3464 2.3.6: the type "smtp" is for the words of an SMTP reply. */
static bool is_reply(const struct report_recipient *recipient)
{
    const char *text = recipient->diagnostic;
    if (!recipient->remote_mta || !recipient->remote_mta[0] || text[0] < '2' || text[0] > '5') return false;
    return isdigit((unsigned char)text[1]) && isdigit((unsigned char)text[2]) && strchr(" -", text[3]);
}

/* What our own words about a connection come to (RFC 3463 3.5). */
static const char *connection_status(const struct report_recipient *recipient)
{
    if (recipient->action != REPORT_DELAYED || is_reply(recipient)) return NULL;
    if (!recipient->remote_mta) return "4.4.1";
    return recipient->remote_mta[0] ? "4.4.2" : NULL;
}

const char *report_status(const struct report_recipient *recipient, char status[REPORT_STATUS_BYTES])
{
    static const char *const by_action[] = {"5.0.0", "4.0.0", "2.0.0", "2.0.0", "2.0.0"};
    const char *text = strlen(recipient->diagnostic) > 4 ? recipient->diagnostic + 4 : "";
    size_t n = status_length(text);
    const char *of_connection = connection_status(recipient);
    char first = by_action[recipient->action][0];
    if (recipient->expired)
        snprintf(status, REPORT_STATUS_BYTES, "4.4.7");
    else if (n > 0 && n < REPORT_STATUS_BYTES && text[0] == first)
        snprintf(status, REPORT_STATUS_BYTES, "%.*s", (int)n, text);
    else
        snprintf(status, REPORT_STATUS_BYTES, "%s", of_connection ? of_connection : by_action[recipient->action]);
    return status;
}

/* --- the three parts --- */

/* RFC 2045 6.4: what holds a part of 8 bits is of 8 bits itself. */
static void append_head(struct mail_text *text, const struct report_draft *draft, const char *name, bool is_8bit)
{
    char date[VTIME_TEXT_BYTES];
    mail_text_line(text, "Date: %s", vtime_format_rfc5322(draft->starts_unix_s, draft->at_ns, date));
    mail_text_line(text, "From: Mail Delivery System <MAILER-DAEMON@%s>", draft->host);
    mail_text_line(text, "To: %s", draft->to);
    mail_text_line(text, "Subject: %s", subject_of(draft->recipients[0].action));
    mail_text_line(text, "Message-ID: <%u.%s@%s>", (unsigned)draft->id.n, name, draft->host);
    mail_text_line(text, "Auto-Submitted: auto-replied");
    mail_text_line(text, "MIME-Version: 1.0");
    mail_text_line(text, "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"report.%u\"",
                   (unsigned)draft->id.n);
    if (is_8bit) mail_text_line(text, "Content-Transfer-Encoding: 8bit");
    mail_text_line(text, "%s", "");
}

static const char *for_people(enum report_action action)
{
    static const char *const words[] = {
        "Your message could not be delivered to:",
        "Your message is late, and will be tried again. You need not send it again:", "Your message was delivered to:",
        "Your message was handed on to a server that does not report deliveries:",
        "Your message was sent on to the members of:"};
    return words[action];
}

enum { WORDS_BYTES = 900 }; /* of a text that is escaped; what is longer is cut */

/* Of whom it reports, and what was said of them. */
static bool is_all_ascii(const struct report_draft *draft)
{
    for (size_t i = 0; i < draft->n_recipients; i++)
        if (!address_is_ascii(draft->recipients[i].address) || !address_is_ascii(draft->recipients[i].diagnostic))
            return false;
    return true;
}

/* RFC 6533 4, 5: only a mail that came with SMTPUTF8 is reported in UTF-8. The report of another may have to go where
   8 bits are refused: the letters beyond ASCII are escaped, like those of an address. */
static const char *words_of(const struct report_draft *draft, const char *words, char escaped[WORDS_BYTES])
{
    size_t n = 0;
    if (draft->is_smtputf8 || address_is_ascii(words)) return words;
    while (*words && n + 12 < WORDS_BYTES) { /* one letter after the other */
        char letter[5] = {*words++};
        for (size_t k = 1; k < 4 && ((unsigned char)*words & 0xC0) == 0x80; k++)
            letter[k] = *words++;
        if ((unsigned char)letter[0] >= 0x80)
            address_to_escapes(letter, escaped + n, WORDS_BYTES - n);
        else
            snprintf(escaped + n, WORDS_BYTES - n, "%s", letter);
        n += strlen(escaped + n);
    }
    return escaped;
}

static void append_for_people(struct mail_text *text, const struct report_draft *draft)
{
    char address[WORDS_BYTES], diagnostic[WORDS_BYTES];
    mail_text_line(text, "--report.%u\r\nContent-Type: text/plain; charset=%s\r\n", (unsigned)draft->id.n,
                   draft->is_smtputf8 && !is_all_ascii(draft) ? "utf-8\r\nContent-Transfer-Encoding: 8bit"
                                                              : "us-ascii");
    mail_text_line(text, "This is the mail system at host %s.\r\n", draft->host);
    mail_text_line(text, "%s\r\n", for_people(draft->recipients[0].action));
    for (size_t i = 0; i < draft->n_recipients; i++)
        mail_text_line(text, "<%s>: %s%s\r\n", words_of(draft, draft->recipients[i].address, address),
                       draft->recipients[i].expired ? "retry time exceeded; at last: " : "",
                       words_of(draft, draft->recipients[i].diagnostic, diagnostic));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3461 4: "+2B" is "+". What would not be printable stays as it was. */
static void decode_xtext(const char *xtext, char *plain, size_t size)
{
    size_t n = 0;
    for (; *xtext && n + 1 < size; xtext++) {
        int high = *xtext == '+' ? hex_digit(xtext[1]) : -1, low = high >= 0 ? hex_digit(xtext[2]) : -1;
        int byte = low >= 0 ? 16 * high + low : *xtext;
        bool is_encoded = low >= 0 && byte > ' ' && byte < 0x7f;
        plain[n++] = is_encoded ? (char)byte : *xtext;
        if (is_encoded) xtext += 2;
    }
    plain[n] = '\0';
}

/* As it was said in ORCPT; where UTF-8 may stand, in UTF-8 (RFC 6533 3). Its escapes are undone last: a "+" that comes
   of one is no xtext. */
static void append_original(struct mail_text *text, const struct report_draft *draft, const char *orcpt)
{
    char plain[600], utf8[600];
    decode_xtext(orcpt, plain, sizeof plain);
    address_from_escapes(plain, utf8, sizeof utf8);
    bool is_utf8 = draft->is_smtputf8 && strncasecmp(orcpt, "utf-8;", 6) == 0;
    mail_text_line(text, "Original-Recipient: %s", is_utf8 ? utf8 : plain);
}

/* RFC 6533 3: an address beyond ASCII is of the type utf-8. */
static void append_final(struct mail_text *text, const struct report_draft *draft, const char *address)
{
    char escaped[600];
    address_to_escapes(address, escaped, sizeof escaped);
    bool is_ascii = address_is_ascii(address);
    mail_text_line(text, "Final-Recipient: %s; %s", is_ascii ? "rfc822" : "utf-8",
                   is_ascii || draft->is_smtputf8 ? address : escaped);
}

/* RFC 3464 2.3.6. */
static void append_diagnostic(struct mail_text *text, const struct report_draft *draft,
                              const struct report_recipient *recipient)
{
    char escaped[WORDS_BYTES];
    mail_text_line(text, "Diagnostic-Code: %s; %s", is_reply(recipient) ? "smtp" : "x-postroad",
                   words_of(draft, recipient->diagnostic, escaped));
}

/* RFC 3464 2.3. */
static void append_recipient(struct mail_text *text, const struct report_draft *draft,
                             const struct report_recipient *recipient)
{
    char status[REPORT_STATUS_BYTES], date[VTIME_TEXT_BYTES];
    if (recipient->orcpt) append_original(text, draft, recipient->orcpt);
    append_final(text, draft, recipient->address);
    mail_text_line(text, "Action: %s", report_action_text(recipient->action));
    mail_text_line(text, "Status: %s", report_status(recipient, status));
    if (recipient->remote_mta && recipient->remote_mta[0])
        mail_text_line(text, "Remote-MTA: dns; %s", recipient->remote_mta);
    append_diagnostic(text, draft, recipient);
    if (recipient->action == REPORT_DELAYED && draft->retries_until_ns != TIME_NEVER)
        mail_text_line(text, "Will-Retry-Until: %s",
                       vtime_format_rfc5322(draft->starts_unix_s, draft->retries_until_ns, date));
    mail_text_line(text, "%s", "");
}

static void append_envid(struct mail_text *text, const char *envid)
{
    char plain[600];
    decode_xtext(envid, plain, sizeof plain);
    mail_text_line(text, "Original-Envelope-Id: %s", plain);
}

/* RFC 3464 2.2. */
static void append_for_programs(struct mail_text *text, const struct report_draft *draft)
{
    char date[VTIME_TEXT_BYTES];
    mail_text_line(text, "--report.%u\r\nContent-Type: message/%s\r\n", (unsigned)draft->id.n,
                   draft->is_smtputf8 ? "global-delivery-status\r\nContent-Transfer-Encoding: 8bit"
                                      : "delivery-status");
    if (draft->envid) append_envid(text, draft->envid);
    mail_text_line(text, "Reporting-MTA: dns; %s", draft->host);
    mail_text_line(text, "Arrival-Date: %s\r\n", vtime_format_rfc5322(draft->starts_unix_s, draft->arrived_ns, date));
    for (size_t i = 0; i < draft->n_recipients; i++)
        append_recipient(text, draft, &draft->recipients[i]);
}

static size_t header_size(const char *content, size_t size)
{
    for (size_t i = 0; i + 3 < size; i++)
        if (memcmp(content + i, "\r\n\r\n", 4) == 0) return i + 2;
    return size;
}

static bool has_eighth_bit(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)bytes[i] & 0x80) return true;
    return false;
}

/* RFC 3461 6.2: all of it when RET=FULL and it failed, else the header. */
static void append_mail(struct mail_text *text, const struct report_draft *draft)
{
    static const char *const types[] = {"text/rfc822-headers", "message/rfc822", "message/global-headers",
                                        "message/global"};
    bool all = draft->returns_all && draft->recipients[0].action == REPORT_FAILED;
    size_t size = all ? draft->size : header_size(draft->content, draft->size);
    mail_text_line(text, "--report.%u\r\nContent-Type: %s%s\r\n", (unsigned)draft->id.n,
                   types[all + 2 * draft->is_smtputf8],
                   has_eighth_bit(draft->content, size) ? "\r\nContent-Transfer-Encoding: 8bit" : "");
    mail_text_add(text, draft->content, size);
    mail_text_line(text, "\r\n--report.%u--", (unsigned)draft->id.n);
}

/* "m1-bounce", then "m1-bounce-2": each report has a name of its own. */
static void name_report(struct mail_message *about, enum report_action action, char *name, size_t size)
{
    unsigned nth = ++about->reports;
    if (nth == 1)
        snprintf(name, size, "%s-%s", about->name, suffix_of(action));
    else
        snprintf(name, size, "%s-%s-%u", about->name, suffix_of(action), nth);
}

struct mail_message *report_compose(const struct report_draft *draft)
{
    char name[128];
    struct mail_text text = {0}, parts = {0};
    name_report(draft->about, draft->recipients[0].action, name, sizeof name);
    append_for_people(&parts, draft);
    append_for_programs(&parts, draft);
    append_mail(&parts, draft);
    append_head(&text, draft, name, has_eighth_bit(parts.bytes, parts.size));
    mail_text_add(&text, parts.bytes, parts.size);
    mem_free(parts.bytes);

    struct mail_message *message = mem_calloc(1, sizeof *message);
    *message = (struct mail_message){.id = draft->id,
                                     .parent = draft->about->id,
                                     .name = mem_strdup(name),
                                     .from = mem_strdup(""),
                                     .recipients = mem_calloc(1, sizeof *message->recipients),
                                     .n_recipients = 1,
                                     .subject = mem_strdup(subject_of(draft->recipients[0].action)),
                                     .content = text.bytes,
                                     .size = text.size,
                                     .composed_ns = draft->at_ns};
    message->recipients[0] = mem_strdup(draft->to);
    return message;
}
