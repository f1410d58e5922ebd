/* DNS as people write and read it: names, lines in master-file syntax (RFC 1035 5.1, by ldns), answers in one line. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/wire/dns_internal.h"
#include "model/wire/ip_wire.h"
#include "sim/journal/put.h"
#include "sim/journal/tr.h"

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

/* --- Lines --- */

/* ldns lets a number run over in silence; a person should hear of it. */
static bool numbers_fit(const char *line, const struct dns_rr *rr)
{
    uint64_t most = rr->type == DNS_SOA ? UINT32_MAX : INT32_MAX;
    bool after_mx = false;
    for (const char *p = line; *p;) {
        p += strspn(p, " \t");
        size_t length = strcspn(p, " \t");
        bool digits = length > 0 && strspn(p, "0123456789") == length;
        if (digits && (length > 10 || strtoull(p, NULL, 10) > most)) return false;
        if (digits && after_mx && strtoull(p, NULL, 10) != rr->preference) return false;
        after_mx =
            rr->type == DNS_MX && length == 2 && dns_lower((uint8_t)p[0]) == 'm' && dns_lower((uint8_t)p[1]) == 'x';
        p += length;
    }
    return true;
}

static bool copy_line(const ldns_rr *rr, struct dns_rr_line *out)
{
    char names[3 * DNS_NAME_WIRE_MAX_BYTES], *place = names;
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
        if (ldns_rdf_size(ldns_rr_rdf(rr, i)) > DNS_NAME_WIRE_MAX_BYTES) return false;
    if (!dns_wire_take_rr(rr, &out->rr, &place)) return false;
    snprintf(out->name, sizeof out->name, "%s", out->rr.name);
    out->rr.name = out->name;
    if (out->rr.target) {
        snprintf(out->target, sizeof out->target, "%s", out->rr.target);
        out->rr.target = out->target;
    }
    if (out->rr.soa_rname) {
        snprintf(out->rname, sizeof out->rname, "%s", out->rr.soa_rname);
        out->rr.soa_rname = out->rname;
    }
    return true;
}

bool dns_rr_from_line(const char *line, const char *origin, uint32_t default_ttl_s, struct dns_rr_line *out,
                      char *error, size_t error_size)
{
    ldns_rdf *apex = dns_wire_new_name(origin), *owner = NULL;
    ldns_rr *rr = NULL;
    const char *problem = NULL;
    assert(apex);
    ldns_status status = ldns_rr_new_frm_str(&rr, line, default_ttl_s, apex, &owner);
    if (status != LDNS_STATUS_OK)
        problem = tr("is not a record in master-file syntax, as in \"@ 300 IN MX 10 mx1\"");
    else if (!copy_line(rr, out))
        problem = tr("is not a record of class IN and type A, AAAA, NS, CNAME, SOA or MX");
    else if (!numbers_fit(line, &out->rr))
        problem = tr("holds a number that is too large for its field");
    if (problem) snprintf(error, error_size, "%s", problem);
    ldns_rr_free(rr);
    ldns_rdf_deep_free(owner);
    ldns_rdf_deep_free(apex);
    return problem == NULL;
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
