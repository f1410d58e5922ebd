/* A journal's packets as a capture that Wireshark and tshark open (pcapng; link type IPV4, nanoseconds, little endian).

   Each direction of each link has two taps, each an interface of its own:
     "a-mail mail.a.example>internet tx"  at the sender: every packet that is offered, also one that is then lost. Its
                                          time is when its first bit leaves; one that dies before that is put where it
                                          stood in the queue.
     "a-mail mail.a.example>internet rx"  at the receiver: what arrives, when its last bit has.
   So what a program on mail.a.example would capture is the tx tap of one direction and the rx tap of the other. In all
   taps together each packet is seen many times, and an analysis of TCP must look at one host's taps only: choose with
   pcapng_options, or in Wireshark by frame.interface_name.

   Times are the scenario's own: run.begin's `starts` plus virtual time. A lost packet's comment is "lost: WHY", that of
   a retransmission says which packet it repeats and what it carries. At later hops a packet has the TTL that routers
   have left it, with the header checksum to match. The names of hosts are in a name resolution block.

   What the journal does not hold cannot be written: packets need packet.send and link.send, link.deliver and link.drop;
   payload needs stream.data, without which a packet is cut off after its headers. */
#ifndef POSTROAD_VIZ_READERS_PCAPNG_H
#define POSTROAD_VIZ_READERS_PCAPNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/journal/journal_memory.h"

struct pcapng_options {
    struct link_id link; /* only this link's taps; 0: all */
    struct host_id host; /* only the taps at this host: what it sends and what reaches it; 0: all */
};
struct pcapng_options pcapng_options_default(void); /* everything */

/* False when something could not be written; errno says why. */
bool pcapng_write(const struct journal_memory *memory, FILE *out);
bool pcapng_write_chosen(const struct journal_memory *memory, struct pcapng_options options, FILE *out);
/* The number, from 1, of the frame of such a capture in which a packet is first seen; 0: in none. */
size_t pcapng_frame_of(const struct journal_memory *memory, struct pcapng_options options, uint64_t packet);

#endif
