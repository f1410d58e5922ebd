/* Checks a journal against the laws of the world, as it is made or afterwards. It keeps its own account of everything,
   from events alone, and shares no code with what it judges.

     K1  time never goes back, every cause is earlier than its effect, and nothing comes after the end
     M1  a (message, recipient) at a host changes from the state it was in
     M2  from its acceptance until its end a pair is always held by some host
     M3  what a server has taken, or acknowledged, is on its disk
     M4  who gets a mail has it from somebody who had it, with the bytes that were written
     M5  each copy of a mail beside the first has a cause that the journal names
     M6  a report has no sender, goes to the sender of the mail it is about, and there is one a recipient
     M7  what was refused for good, by a 5yz, is not tried again; nothing else is given up before it expires
     M8  what was put off is tried again when the policy says so
     M9  when all is done nothing waits
     M10 no mail is taken more often than hops are allowed, and no copy over more of them; nor sent more often than hosts,
         attempts and recipients account for
     M11 354 and 250 come only after a sender and recipients since the last reset
     M12 each reply answers one command that was sent, in order
     M13 a client books for a recipient what the server has said of it
     M14 content is answered only where it was asked for
     M16 what was said before a TLS handshake is forgotten, and nothing is said in its midst
     M18 an attempt begins once and ends once; from its writing to its end a copy is in one stage after the other
     M19 what is at a limit passes, and one more does not
     M20 a message is composed once; a queue id names one mail as long as it is in the queue
     D1  what a cache gives was put there, and has not run out
     D2  that there is nothing, and failures, are not remembered for too long
     D3  an answer is to a question that was asked, of whom it was asked, once
     D4  what is remembered lies in the zone whose server said so
     D5  a question costs a resolver so much work and time at most, and leads so far
     D6  only who was told that a domain does not exist says so
     D7  mail goes where DNS says, to the best host first
     D8  a name server answers what a look-up over its records says, and never that a name is there and is not
     D9  each DNS message can be read, and says what was meant
     N1  what a link was offered was delivered, was lost for a reason, or is on its way
     N2  nothing arrives before its last bit could, and packets on one way keep their order
     N3  a link that is cut delivers nothing
     N4  a packet that was sent over a link arrives or is lost there, once
     N5  a packet crosses no more links than its TTL allows, which falls by one at each router
     N6  what was corrupted on its way is dropped, or flagged where no checksum could notice
     N7  what was cut into pieces is put together to what it was, byte for byte
     T1  a stream is written without gap or overlap; what is read has arrived, at an orderly close all of it
     T2  sequence variables only grow, SND.UNA never beyond SND.NXT, both within windows that were offered
     T3  the right edge of a window never moves left
     T4  what is acknowledged, or named by SACK, has arrived
     T5  what is sent keeps within the peer's window, pipe within cwnd and what may exceed it; pipe is what it must be
     T6  a retransmission repeats bytes that were sent before, and has a timer or an arrival for its cause; time-outs
         double; what was sent twice is not measured
     T7  states follow the diagram of RFC 9293, and what is closed stays so
     T8  a stream is sent by one connection only
     T9  who waits for an acknowledgement has a timer, and does not wait for ever
     T10 the peer's end is heard after all of its bytes
     T11 a window is never larger than the buffer
     T12 a reference TCP that hears the same (reference_tcp.h) accepts all that an end sends, tells and becomes
     K2  a timer fires or is cancelled once, and only after it was set

   What a world itself finds broken (law.broken), such as a packet that its bytes do not say, is among the breaches. */
#ifndef POSTROAD_VIZ_READERS_LAWS_H
#define POSTROAD_VIZ_READERS_LAWS_H

#include "sim/journal/journal.h"
#include "viz/readers/laws_tally.h"

struct laws;

struct laws *laws_new(void);
/* The cheap checks need core events only; full ones want packets, streams and timers. */
struct event_mask laws_mask(bool full);
struct journal_reader laws_reader(struct laws *laws, bool full);
/* Judges what can only be judged at the end. Returns how many laws were broken. */
size_t laws_finish(struct laws *laws);
/* The i-th breach as one line: "M1 at 00:00:01.000000, event 17: ..."; the first five hundred are kept. */
size_t laws_breaches(const struct laws *laws);
const char *laws_breach(const struct laws *laws, size_t i);
/* How much was judged, and what not. */
const struct laws_tally *laws_tally_of(const struct laws *laws);
void laws_free(struct laws *laws);

#endif
