/* DNS as people write and read it: names, and answers in one line. */
#include <assert.h>
#include <string.h>

#include "model/wire/dns_internal.h"
#include "model/wire/ip_wire.h"
#include "sim/journal/put.h"

enum { NAME_TEXT_MAX_BYTES = 253 };

/* --- Names --- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

bool dns_name_normalize(const char *name, char out[DNS_NAME_BYTES])
{
    size_t length = 0, label = 0;
    for (const char *p = name; *p; p++) {
        if (*p == '.') {
            if (label == 0) return false;
            if (!p[1]) break;
            label = 0;
        } else if (!is_name_char(dns_lower((uint8_t)*p)) || ++label > DNS_LABEL_MAX_BYTES) {
            return false;
        }
        if (length == NAME_TEXT_MAX_BYTES) return false;
        out[length++] = dns_lower((uint8_t)*p);
    }
    out[length] = '\0';
    return true;
}

/* --- Answers --- */

const char *dns_type_text(enum dns_type type)
{
    switch (type) {
    case DNS_A:
        return "A";
    case DNS_NS:
        return "NS";
    case DNS_CNAME:
        return "CNAME";
    case DNS_SOA:
        return "SOA";
    case DNS_MX:
        return "MX";
    case DNS_TXT:
        return "TXT";
    case DNS_AAAA:
        return "AAAA";
    }
    return "?";
}

const char *dns_rcode_text(enum dns_rcode rcode)
{
    switch (rcode) {
    case DNS_NOERROR:
        return "NOERROR";
    case DNS_FORMERR:
        return "FORMERR";
    case DNS_SERVFAIL:
        return "SERVFAIL";
    case DNS_NXDOMAIN:
        return "NXDOMAIN";
    case DNS_NOTIMP:
        return "NOTIMP";
    case DNS_REFUSED:
        return "REFUSED";
    case DNS_BADVERS:
        return "BADVERS";
    }
    return "?";
}

static void put_dotted(struct put *p, const char *name)
{
    put_text(p, name);
    put_text(p, ".");
}

static void put_record(struct put *p, const struct dns_rr *rr)
{
    char address[IP_TEXT_BYTES];
    switch (rr->type) {
    case DNS_A:
        put_text(p, ipv4_text(rr->address, address));
        return;
    case DNS_AAAA:
        put_text(p, ip_text(rr->address6, address));
        return;
    case DNS_MX:
        put_number(p, rr->preference, 1);
        put_text(p, " ");
        put_dotted(p, rr->target);
        return;
    case DNS_NS:
        put_dotted(p, rr->target);
        return;
    case DNS_CNAME:
        put_text(p, "CNAME ");
        put_dotted(p, rr->target);
        return;
    case DNS_SOA:
        put_dotted(p, rr->target);
        put_text(p, " ");
        put_dotted(p, rr->soa_rname);
        put_text(p, " ");
        put_number(p, rr->soa_serial, 1);
        return;
    case DNS_TXT:
        put_text(p, "\"");
        put_text(p, rr->target);
        put_text(p, "\"");
        return;
    }
    put_text(p, "?");
}

const char *dns_answer_text(const struct dns_message *message, char *buffer, size_t size)
{
    assert(size > 0);
    struct put p = put_into(buffer, size);
    for (size_t i = 0; i < message->n_answer; i++) {
        if (i > 0) put_text(&p, ", ");
        put_record(&p, &message->rrs[i]);
    }
    return buffer;
}
