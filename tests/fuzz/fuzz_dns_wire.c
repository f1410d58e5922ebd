/* DNS messages: law D9, parse(serialise(parse(b))) = parse(b). */
#include "model/wire/dns_wire.h"
#include "tests/fuzz/fuzz.h"

static void must_be_same(const struct dns_rr *a, const struct dns_rr *b)
{
    FUZZ_MUST(strcmp(a->name, b->name) == 0 && a->type == b->type && a->ttl_s == b->ttl_s);
    FUZZ_MUST(a->preference == b->preference && a->address == b->address && a->soa_minimum == b->soa_minimum);
    FUZZ_MUST(!a->target == !b->target && (!a->target || strcmp(a->target, b->target) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct dns_message *m = dns_decode(bytes, size);
    if (!m) return 0;
    char text[200];
    FUZZ_MUST(strlen(dns_answer_text(m, text, sizeof text)) < sizeof text);
    uint8_t *written = malloc(UINT16_MAX);
    size_t n = dns_encode(m, written, UINT16_MAX);
    FUZZ_MUST(n > 0 && n == dns_wire_size(m));
    struct dns_message *again = dns_decode(written, n);
    FUZZ_MUST(again);
    FUZZ_MUST(m->id == again->id && m->is_response == again->is_response && m->rcode == again->rcode);
    FUZZ_MUST(strcmp(m->qname, again->qname) == 0 && m->qtype == again->qtype);
    FUZZ_MUST(m->n_answer == again->n_answer && m->n_authority == again->n_authority &&
              m->n_additional == again->n_additional);
    for (int i = 0; i < m->n_answer + m->n_authority + m->n_additional; i++)
        must_be_same(&m->rrs[i], &again->rrs[i]);
    dns_message_drop(again);
    dns_message_drop(m);
    free(written);
    return 0;
}
