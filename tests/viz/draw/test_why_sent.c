/* Why a packet was sent: each of every scenario that comes along, and of worlds that tests have kept, has a sentence,
   and one that is about its kind. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/journal.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/memory.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/story/story.h"
#include "viz/story/why_sent.h"

/* Words of which the sentence must have one; "|" between them. */
static bool has_one_of(const char *text, const char *words)
{
    char word[40];
    for (const char *at = words; *at; at += strcspn(at, "|"), at += *at == '|') {
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "|"), at);
        if (strstr(text, word)) return true;
    }
    return false;
}

static const char *words_of_kind(const struct story *story, size_t packet)
{
    struct story_header header;
    const struct story_packet *p = story_packet(story, packet);
    bool is_tcp = story_packet_header(story, packet, &header) && header.is_tcp;
    unsigned flags = is_tcp ? header.tcp.flags : 0;
    if (p->class == STORY_ICMP) return "its sender is told|echo";
    if (p->class == STORY_FRAGMENT) return "is cut";
    if (p->class == STORY_DNS) return strstr(p->tag, "query") ? "is looked up|asks again" : "answer the question";
    if (flags & TCP_RST) return "RST";
    if (p->class == STORY_RETRANSMIT && flags & (TCP_SYN | TCP_FIN)) return "is not acknowledged yet|there is room";
    if (p->class == STORY_RETRANSMIT) return "ran out|missing|gap|arrived|heard|too large|vanishing|room|holds|SYN";
    if (flags & TCP_SYN) return "opens a connection|the SYN that came";
    if (p->length > 0) return "handed over|lets out|Nagle|TLS|over TCP|heard|waited with|no room";
    if (flags & TCP_FIN) return "closes the connection";
    return "acknowledge|tell|told|ask|confirm|answer|not taken|gap";
}

static size_t expect_reasons(const char *name, const struct journal_memory *journal)
{
    size_t over_tcp = 0;
    struct story *story = story_new(journal);
    for (size_t i = 0; i < story_packet_count(story); i++) {
        char text[STORY_SENTENCE_BYTES];
        const struct story_packet *p = story_packet(story, i);
        bool said = story_why_sent(story, i, text, sizeof text);
        cr_expect(said && has_one_of(text, words_of_kind(story, i)), "%s: packet %zu, %s (%s): %s", name, i, p->tag,
                  p->why, text);
        over_tcp += strstr(text, "over TCP (RFC 7766") != NULL;
    }
    story_free(story);
    return over_tcp;
}

Test(why_sent, every_packet_of_every_scenario_has_a_sentence_about_its_kind)
{
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    for (size_t s = 0; s < n; s++) {
        struct journal_memory *journal = run_scenario(names[s]);
        expect_reasons(names[s], journal);
        journal_memory_free(journal);
    }
}

static struct journal_memory *run_file(const char *path)
{
    enum { MOST_BYTES = 1 << 18 };
    static char text[MOST_BYTES];
    FILE *f = fopen(path, "r");
    cr_assert(f != NULL);
    text[fread(text, 1, MOST_BYTES - 1, f)] = 0;
    fclose(f);
    return run_scenario_text(text);
}

/* Small windows, names over TCP, resets, hosts that stop. */
Test(why_sent, so_has_every_packet_of_odd_worlds)
{
    glob_t found;
    cr_assert(glob(POSTROAD_SOURCE_DIR "/tests/viz/readers/worlds/*.json", 0, NULL, &found) == 0);
    cr_assert(glob(POSTROAD_SOURCE_DIR "/tests/app/packets/*.json", GLOB_APPEND, NULL, &found) == 0);
    size_t over_tcp = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct journal_memory *journal = run_file(found.gl_pathv[i]);
        if (journal) over_tcp += expect_reasons(strrchr(found.gl_pathv[i], '/') + 1, journal);
        journal_memory_free(journal);
    }
    cr_expect(gt(sz, over_tcp, 0), "names over TCP");
    globfree(&found);
}

/* A recording tells what was concluded by its beginning (docs/import.md). */
Test(why_sent, what_was_concluded_of_a_recording_is_said_to_be)
{
    char text[STORY_SENTENCE_BYTES];
    struct journal *made = journal_new();
    struct journal_memory *recorded = journal_memory_new();
    journal_add_reader(made, journal_memory_reader(recorded, event_mask_all()));
    JOURNAL_EMIT(made, HOST_ADD, F_INT(HOST, 1), F_TEXT(NAME, "a"));
    JOURNAL_EMIT(made, HOST_ADD, F_INT(HOST, 2), F_TEXT(NAME, "b"));
    JOURNAL_EMIT(made, PACKET_SEND, F_INT(PACKET, 1), F_INT(HOST, 1), F_INT(PEER, 2), F_TEXT(TAG, "tcp.data"),
                 F_TEXT(WHY, "inferred: third duplicate ack"));
    struct story *story = story_new(recorded);
    cr_expect(story_why_sent(story, 0, text, sizeof text));
    cr_expect(eq(str, text, "Why: a third duplicate acknowledgement told that it is missing. (Inferred.)"));
    story_free(story);
    journal_free(made);
    journal_memory_free(recorded);
}
