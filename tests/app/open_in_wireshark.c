/* open_in_wireshark JOURNAL PACKET...: does what the window does when O is pressed at each of these packets, and prints
   what it would say. Ends with 1 when one of them could not be opened. */
#include <stdio.h>
#include <stdlib.h>

#include "app/wireshark.h"
#include "sim/journal/journal_file.h"

int main(int argc, char **argv)
{
    char error[JOURNAL_ERROR_BYTES], said[ELSEWHERE_SAID_BYTES];
    bool truncated, good = argc > 2;
    struct journal_memory *journal = good ? journal_file_read(argv[1], &truncated, error) : NULL;
    struct wireshark *wireshark = wireshark_new();
    struct elsewhere elsewhere = wireshark_elsewhere(wireshark);
    if (elsewhere.why_not) printf("not: %s\n", elsewhere.why_not);
    for (int i = 2; journal && i < argc; i++) {
        good = elsewhere.open(elsewhere.context, journal, strtoull(argv[i], NULL, 10), said) && good;
        puts(said);
    }
    wireshark_free(wireshark);
    journal_memory_free(journal);
    return journal && good ? 0 : 1;
}
