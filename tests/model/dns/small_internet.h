/* A small internet of name servers around one resolver, as a script says, and what the resolver does in it, as text. While
   it runs, the laws D1 to D5 are checked against what the servers really said.

       # what the script shows -- RFC section
       server 10.0.0.1 20ms            answers after this time
       zone .                          of the server above; its lines follow, indented
         example 86400 NS a.nic.example.
       like 10.0.0.4 30ms 10.0.0.1     one more server with the zones of another
       hint 10.0.0.1                   a root server
       limit queries 10                of dns_resolver_config: queries depth aliases seconds entries, v6 0
       at 0ms ask b.example MX
       at 5s server 10.0.0.1 silent    or: speaks, lame, truncated, no-edns, no-tcp, wrong-id, wrong-port, wrong-address,
                                       wrong-question, poison, foreign-glue, long-soa, unsolicited,
                                       late 8s, and any rcode
       at 1h zone 10.0.0.1 b.example   lines follow: from then on these are its zone
       at 2h crash                     the resolver forgets all
       ---
       what happens
*/
#ifndef POSTROAD_TESTS_MODEL_DNS_SMALL_INTERNET_H
#define POSTROAD_TESTS_MODEL_DNS_SMALL_INTERNET_H

#include <stddef.h>

struct internet_result {
    char *log;             /* to be freed with free */
    unsigned most_queries; /* that one question took */
    unsigned queries, answers, questions;
    char problem[512]; /* of the script, or a broken law; "": none */
};

/* Runs a script up to its "---" or its end. */
struct internet_result internet_run(const char *script);

#endif
