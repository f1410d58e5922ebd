/* Lines in master-file syntax, as scenarios have them, one behind the other; and names. */
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
    char *text = malloc(size + 1), name[DNS_NAME_BYTES], again[DNS_NAME_BYTES];
    memcpy(text, bytes, size);
    text[size] = '\0';
    if (dns_name_normalize(text, name)) FUZZ_MUST(dns_name_normalize(name, again) && strcmp(name, again) == 0);
    struct dns_lines lines;
    dns_lines_begin(&lines, "b.example");
    for (char *line = text, *end; line; line = end) {
        char error[200] = "";
        struct dns_rr_line rr;
        end = strchr(line, '\n');
        if (end) *end++ = '\0';
        enum dns_line what = dns_lines_read(&lines, line, &rr, error, sizeof error);
        FUZZ_MUST((what == DNS_LINE_WRONG) == (error[0] != '\0'));
        if (what == DNS_LINE_RECORD) FUZZ_MUST(strlen(rr.rr.name) < DNS_NAME_BYTES && rr.rr.ttl_s <= INT32_MAX);
        FUZZ_MUST(dns_name_normalize(lines.origin, again) && strcmp(lines.origin, again) == 0);
        FUZZ_MUST(lines.ttl_s <= INT32_MAX);
    }
    free(text);
    return 0;
}
