/* Values with units as people write them. What is read comes again from what is printed of it; what is not is refused
   with a reason (tried with a printer that takes the largest unit, whole or not). The first byte chooses the kind. */
#include "model/scenario/units.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    enum unit_kind kind = (enum unit_kind)(bytes[0] % (UNIT_PERCENT + 1));
    struct unit_problem problem = {"", ""}, none;
    char printed[UNIT_TEXT_BYTES], *text = calloc(1, size);
    int64_t value = -1, again = -1;
    memcpy(text, bytes + 1, size - 1);
    if (unit_parse(kind, text, &value, &problem)) {
        FUZZ_MUST(value >= 0);
        unit_format(kind, value, printed);
        /* A chance is kept as so many of 2^32, and printed with fewer digits than that. */
        FUZZ_MUST(unit_parse(kind, printed, &again, &none));
        FUZZ_MUST(again == value || kind == UNIT_PERCENT);
    } else {
        FUZZ_MUST(problem.what[0]);
    }
    free(text);
    return 0;
}
