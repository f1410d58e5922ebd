/* How much the laws have judged, and how much they could not, and why. A law that excuses most of what it should judge
   is none; the hunter shows the numbers. */
#ifndef POSTROAD_VIZ_READERS_LAWS_TALLY_H
#define POSTROAD_VIZ_READERS_LAWS_TALLY_H

#include <stdint.h>

/* What is counted: LAW(id, text), what one of it is. */
#define LAWS_COUNTED(LAW)                                                                                              \
    LAW(M2, "M2 states")                                                                                               \
    LAW(M4, "M4 contents")                                                                                             \
    LAW(M6, "M6 reports")                                                                                              \
    LAW(M8_PLANS, "M8 plans")                                                                                          \
    LAW(M8_TIMES, "M8 attempts")                                                                                       \
    LAW(M10, "M10 copies")                                                                                             \
    LAW(M11, "M11-16, M19 replies")                                                                                    \
    LAW(M13, "M13 bookings")                                                                                           \
    LAW(M18, "M18 takings")                                                                                            \
    LAW(M18_INSIDE, "M18 accounts")                                                                                    \
    LAW(M19_CLIENTS, "M19 of clients")                                                                                 \
    LAW(M19_CLIENTS_FULL, "M19 ... refused")                                                                           \
    LAW(M19_MAILBOXES, "M19 of mailboxes")                                                                             \
    LAW(M19_MAILBOXES_FULL, "M19 ... refused")                                                                         \
    LAW(M19_DISKS, "M19 of disks")                                                                                     \
    LAW(M19_DISKS_FULL, "M19 ... refused")                                                                             \
    LAW(M19_SESSIONS, "M19 of queues' sessions")                                                                       \
    LAW(M19_SESSIONS_FULL, "M19 ... at the limit")                                                                     \
    LAW(D7, "D7 connections")                                                                                          \
    LAW(T12, "T12 connections")

/* Why something is not judged: EXCUSE(id, text). */
#define LAWS_EXCUSES(EXCUSE)                                                                                           \
    EXCUSE(DECEIVED, "a checksum was deceived")                                                                        \
    EXCUSE(TWICE, "a server says all twice")                                                                           \
    EXCUSE(NO_REPLY, "what a server says is no reply")                                                                 \
    EXCUSE(ABUSE, "a client does not keep to the protocol")                                                            \
    EXCUSE(EARLY_TALKER, "an early talker is cut short")                                                               \
    EXCUSE(LAST_REPLY, "what follows a 421")                                                                           \
    EXCUSE(TWO_CALLS, "one SYN made two connections")                                                                  \
    EXCUSE(OUTSIDE, "real programs")                                                                                   \
    EXCUSE(PERSONALITY, "line ends mean other things")                                                                 \
    EXCUSE(DOUBT, "a doubt has made copies")                                                                           \
    EXCUSE(SEVERAL_SENDERS, "several hosts send it")                                                                   \
    EXCUSE(TWICE_IN_QUEUE, "one queue has it twice")                                                                   \
    EXCUSE(STOPPED, "a host has stopped")                                                                              \
    EXCUSE(HINDERED, "a host is slow or paused")                                                                       \
    EXCUSE(CLOCK, "a clock is wrong")                                                                                  \
    EXCUSE(DISK, "a disk is in trouble")                                                                               \
    EXCUSE(GOOD_BYE, "a session says good-bye")                                                                        \
    EXCUSE(NOT_TOLD, "the journal does not tell enough")                                                               \
    EXCUSE(REMEMBERS, "a policy remembers hosts")                                                                      \
    EXCUSE(DIFFERS, "DNS says different things")                                                                       \
    EXCUSE(HELD_BACK, "an answer is kept back")                                                                        \
    EXCUSE(WRITING, "a disk takes time to write")                                                                      \
    EXCUSE(SPLITS, "a mail is sent in several parts")

#define LAWS_ENUM(id, text) LAWS_COUNT_##id,
enum laws_counted { LAWS_COUNTED(LAWS_ENUM) LAWS_COUNTS };
#undef LAWS_ENUM
#define LAWS_ENUM(id, text) LAWS_EXCUSE_##id,
enum laws_excuse { LAWS_JUDGED, LAWS_EXCUSES(LAWS_ENUM) LAWS_EXCUSE_END };
#undef LAWS_ENUM

struct laws_tally {
    uint64_t n[LAWS_COUNTS][LAWS_EXCUSE_END];
};

const char *laws_counted_name(enum laws_counted counted);
const char *laws_excuse_name(enum laws_excuse excuse);

#endif
