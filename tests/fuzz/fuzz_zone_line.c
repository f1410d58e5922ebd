/* A line in master-file syntax, as scenarios have them; and names. */
#include "model/wire/dns_wire.h"
#include "tests/fuzz/fuzz.h"

/* ldns 1.8.3 loses a few bytes of some malformed lines ("CERT 0" with no known algorithm), which the loader refuses
   before it ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:ldns_rdf_new_frm_data";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *line = malloc(size + 1), error[200] = "", name[DNS_NAME_BYTES], again[DNS_NAME_BYTES];
    memcpy(line, bytes, size);
    line[size] = '\0';
    struct dns_rr_line rr;
    bool good = dns_rr_from_line(line, "b.example", 300, &rr, error, sizeof error);
    FUZZ_MUST(good || error[0]);
    FUZZ_MUST(!good || strlen(rr.rr.name) < DNS_NAME_BYTES);
    if (dns_name_normalize(line, name)) FUZZ_MUST(dns_name_normalize(name, again) && strcmp(name, again) == 0);
    free(line);
    return 0;
}
