/* The story: any instant at once, packets and their fate, causes, sentences. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/viz/story/made_journal.h"
#include "viz/story/story.h"
#include "viz/story/story_internal.h"
#include "viz/story/visible.h"

enum { ROUNDS = 6 };

/* What is live can be told from the cast alone, which the fold does not read for it. */
static void expect_live_by_the_cast(const struct story *story, size_t cursor)
{
    const size_t *hops, *conns;
    size_t n_hops = story_live_hops(story, &hops), n_conns = story_open_conns(story, &conns), seen = 0;
    for (size_t i = 0; i < story_hop_count(story); i++) {
        const struct story_hop *hop = story_hop(story, i);
        if (hop->send_event < cursor && hop->end_event >= cursor && hop->send_event != hop->end_event)
            cr_assert(seen < n_hops && hops[seen++] == i, "hop %zu is live at cursor %zu", i, cursor);
    }
    cr_assert_eq(seen, n_hops, "at cursor %zu", cursor);
    seen = 0;
    for (size_t i = 0; i < story_conn_count(story); i++) {
        struct story_conn conn = story_conn(story, i);
        bool open = conn.open_event < cursor && conn.close_event >= cursor;
        cr_assert_eq(conn.is_open, open);
        if (open) cr_assert(seen < n_conns && conns[seen++] == i);
    }
    cr_assert_eq(seen, n_conns);
}

Test(story, seeking_by_event_is_the_same_as_playing_to_it_forwards_and_backwards)
{
    struct made made = made_journal(ROUNDS, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t n = story_event_count(story), *order = malloc(n * sizeof *order);
    uint64_t *played = malloc(n * sizeof *played);
    cr_assert_gt(n, 3000, "more than a few keyframes");
    for (size_t i = 0; i < n; i++) {
        story_seek_event(story, i);
        played[i] = story_digest(story);
        order[i] = i;
        if (i % 7 == 0) expect_live_by_the_cast(story, i + 1);
    }
    uint32_t shuffle = 1;
    for (size_t i = n - 1; i > 0; i--) {
        shuffle = shuffle * 1664525 + 1013904223;
        size_t k = (shuffle >> 8) % (i + 1), keep = order[i];
        order[i] = order[k];
        order[k] = keep;
    }
    for (size_t i = 0; i < n; i += 3) {
        story_seek_event(story, order[i]);
        cr_assert_eq(story_digest(story), played[order[i]], "event %zu, sought from afar", order[i]);
    }
    for (size_t i = n; i-- > 0;) {
        story_seek_event(story, i);
        cr_assert_eq(story_digest(story), played[i], "event %zu, played backwards", i);
    }
    free(order);
    free(played);
    story_free(story);
    made_free(&made);
}

Test(story, seeking_by_time_is_the_same_as_playing_to_it)
{
    struct made made = made_journal(ROUNDS, NULL, 0);
    struct story *played = story_new(made.memory), *sought = story_new(made.memory);
    const int64_t step = made.end_ns / 400;
    for (int64_t at = -step; at <= made.end_ns + step; at += step) {
        story_seek(played, at);
        story_seek(sought, made.end_ns - at);
        story_seek(sought, at);
        cr_assert_eq(story_digest(played), story_digest(sought), "at %lld", (long long)at);
        cr_assert_eq(story_now(sought), at);
        cr_assert_eq(story_cursor(sought), journal_memory_after(made.memory, at));
    }
    story_seek(played, -1);
    cr_assert_eq(story_last_event(played), STORY_NONE);
    story_seek_event(sought, STORY_NONE);
    cr_assert_eq(story_cursor(sought), 0);
    story_free(played);
    story_free(sought);
    made_free(&made);
}

Test(story, a_grown_journal_is_the_same_as_one_read_whole)
{
    struct made made = made_journal(1, NULL, 0);
    size_t n = journal_memory_count(made.memory);
    struct journal_memory *growing = journal_memory_new();
    for (size_t i = 0; i < n / 2; i++)
        journal_memory_append(growing, journal_memory_at(made.memory, i));
    struct story *whole = story_new(made.memory), *grown = story_new(growing);
    int64_t half_ns = journal_memory_end_ns(growing);
    story_seek(grown, half_ns);
    cr_assert_not(story_refresh(grown));
    for (size_t i = n / 2; i < n; i++)
        journal_memory_append(growing, journal_memory_at(made.memory, i));
    cr_assert(story_refresh(grown));
    cr_assert_eq(story_now(grown), half_ns);
    cr_assert_eq(story_packet_count(grown), story_packet_count(whole));
    for (size_t i = 0; i < n; i += 10) {
        story_seek_event(whole, i);
        story_seek_event(grown, i);
        cr_assert_eq(story_digest(whole), story_digest(grown), "event %zu", i);
    }
    story_free(whole);
    story_free(grown);
    journal_memory_free(growing);
    made_free(&made);
}

Test(story, an_empty_journal_is_an_empty_story)
{
    struct journal_memory *empty = journal_memory_new();
    struct story *story = story_new(empty);
    size_t first;
    story_seek(story, SECOND);
    cr_assert_eq(story_event_count(story), 0);
    cr_assert_eq(story_last_event(story), STORY_NONE);
    cr_assert_eq(story_step(story, STORY_NONE, STORY_STEP_EVENT, 1), STORY_NONE);
    cr_assert_eq(story_captions_active(story, &first), 0);
    cr_assert_eq(story_ladder(story, 0, SECOND, NULL, 0), 0);
    cr_assert_str_eq(story_title(story), "");
    story_free(story);
    journal_memory_free(empty);
}

Test(story, a_journal_without_packets_or_head_is_still_told)
{
    struct made made = made_journal(1, NULL, 0);
    struct journal_memory *part = journal_memory_new();
    char text[STORY_SENTENCE_BYTES];
    for (size_t i = 0; i < journal_memory_count(made.memory); i++) {
        const struct event *e = journal_memory_at(made.memory, i);
        if (e->kind != EVENT_HOST_ADD && e->kind != EVENT_LINK_ADD && e->kind != EVENT_PACKET_SEND &&
            e->kind != EVENT_MAIL_COMPOSE && e->kind != EVENT_CONN_OPEN)
            journal_memory_append(part, e);
    }
    struct story *story = story_new(part);
    for (size_t i = 0; i < story_event_count(story); i++) {
        story_seek_event(story, i);
        cr_assert_gt(strlen(story_sentence(story, i, text, sizeof text)), 0, "%s",
                     event_kind_name(story_event(story, i)->kind));
    }
    story_free(story);
    journal_memory_free(part);
    made_free(&made);
}

Test(story, a_lost_packet_knows_its_place_its_reason_and_its_repetition)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t lost = story_packet_by_id(story, made.lost_packet), resent = story_packet_by_id(story, made.resent_packet);
    const struct story_packet *p = story_packet(story, lost), *r = story_packet(story, resent);
    cr_assert_eq(p->fate, STORY_LOST);
    cr_assert_str_eq(p->lost_why, "loss");
    cr_assert_eq(p->end_event, story_event_by_id(story, made.lost_event));
    cr_assert_eq(p->repeated_by, resent);
    cr_assert_eq(p->class, STORY_DATA);
    cr_assert_eq(r->repeats, lost);
    cr_assert_eq(r->class, STORY_RETRANSMIT);
    cr_assert_eq(r->fate, STORY_ARRIVED);
    cr_assert_eq(r->offset, p->offset);
    cr_assert_eq(story_drop_count(story), 1);
    const struct story_drop *drop = story_drop(story, 0);
    cr_assert_eq(drop->packet, lost);
    cr_assert_float_eq(drop->place, 1, 1e-9, "this journal tells of a loss where it would have arrived");
    cr_assert_eq(story_drops_after(story, drop->at_ns - 1), 0);
    cr_assert_eq(story_drops_after(story, drop->at_ns), 1);
    size_t events[8], n = story_packet_events(story, lost, events, 8);
    cr_assert_eq(n, 5, "sent, on a link, at the router, on a link, lost");
    cr_assert_eq(events[0], p->send_event);
    cr_assert_eq(events[4], p->end_event);
    story_free(story);
    made_free(&made);
}

Test(story, packets_move_along_their_links_and_the_link_knows_what_waits)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    uint64_t most = 0;
    for (size_t i = 0; i < story_hop_count(story); i++) {
        const struct story_hop *hop = story_hop(story, i);
        story_seek(story, (hop->begins + hop->arrives) / 2);
        double place = story_hop_place(hop, story_now(story));
        cr_assert(place > 0 && place < 1);
        cr_assert_lt(story_hop_place(hop, hop->begins - 1), 0);
        cr_assert_float_eq(story_hop_place(hop, hop->arrives), 1, 1e-9);
        story_seek(story, hop->sent_ns);
        struct story_link link = story_link(story, hop->link);
        cr_assert_eq(link.ends[hop->dir], story_hop_from(story, i));
        cr_assert_geq(link.queued_bytes[hop->dir], story_packet(story, hop->packet)->size);
        most = link.queued_bytes[hop->dir] > most ? link.queued_bytes[hop->dir] : most;
    }
    cr_assert_gt(most, 4 * 1488, "a mail's segments wait for each other");
    story_free(story);
    made_free(&made);
}

Test(story, headers_payload_and_labels_come_from_the_journal)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    struct story_header header;
    char label[256];
    uint8_t bytes[2000];
    size_t lost = story_packet_by_id(story, made.lost_packet);
    cr_assert(story_packet_header(story, lost, &header));
    cr_assert(header.is_tcp);
    cr_assert_eq(header.tcp.destination_port, 25);
    cr_assert_eq(header.transport_at, 20);
    cr_assert_str_eq(story_packet_label(story, lost, label, sizeof label), "bytes 2897–4344");
    cr_assert_eq(story_packet_payload(story, lost, bytes, sizeof bytes), 1448);
    cr_assert_eq(bytes[0], 'x');
    cr_assert_eq(bytes[1447], 'x');
    cr_assert_str_eq(story_packet_label(story, 0, label, sizeof label), "SYN");
    size_t acks = 0, questions = 0;
    for (size_t i = 0; i < story_packet_count(story); i++) {
        story_packet_label(story, i, label, sizeof label);
        acks += strcmp(label, "ACK 2897") == 0;
        questions += strcmp(label, "MX b.example?") == 0;
    }
    cr_assert_geq(acks, 3, "three duplicate acknowledgements");
    cr_assert_eq(questions, 1);
    story_free(story);
    made_free(&made);
}

Test(story, from_the_gap_being_filled_the_walk_leads_to_the_loss)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    size_t chain[200], filled = story_event_by_id(story, made.filled_event);
    size_t n = story_explanation(story, filled, chain, 200), loss = story_event_by_id(story, made.lost_event);
    bool by_resending = false, to_loss = false;
    for (size_t i = 0; i < n; i++) {
        cr_assert(i == 0 || chain[i] < chain[i - 1], "causes are earlier");
        by_resending |= chain[i] == story_event_by_id(story, made.resent_event);
        to_loss |= chain[i] == loss;
    }
    cr_assert(by_resending && to_loss);
    n = story_causes(story, filled, chain, 200);
    for (size_t i = 0; i + 1 < n; i++)
        cr_assert_eq(story_event(story, chain[i])->cause, story_event(story, chain[i + 1])->id);
    cr_assert_eq(story_event(story, chain[n - 1])->cause, 0, "the scenario is behind everything");
    cr_assert_eq(story_causes(story, filled, chain, 2), n, "counts on when there is no room");
    story_free(story);
    made_free(&made);
}

/* Of the three that stand here for what a receiver sends, the first one tells something new. */
Test(story, between_the_loss_and_what_is_sent_again_stand_the_duplicate_acknowledgements)
{
    static const char *const begin[] = {"Second duplicate acknowledgement: ", "First duplicate acknowledgement: "};
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    char text[STORY_SENTENCE_BYTES];
    size_t chain[200], n = story_explanation(story, story_event_by_id(story, made.resent_event), chain, 200);
    cr_assert_geq(n, 4);
    for (unsigned i = 0; i < 2; i++) {
        size_t packet = story_event_packet(story, chain[1 + i]);
        cr_assert_eq(story_packet(story, packet)->duplicate, 2 - i);
        story_sentence(story, chain[1 + i], text, sizeof text);
        cr_assert_eq(strncmp(text, begin[i], strlen(begin[i])), 0, "%s", text);
    }
    cr_assert_eq(chain[3], story_event_by_id(story, made.lost_event));
    cr_assert_eq(story_explanation(story, chain[2], chain, 200), n - 2, "from one of them on it is the same");
    for (size_t i = 0; i < story_packet_count(story); i++)
        if (story_packet(story, i)->class != STORY_ACK) cr_assert_eq(story_packet(story, i)->duplicate, 0);
    story_free(story);
    made_free(&made);
}

static void expect_sentence(const struct story *story, uint64_t id, const char *expected)
{
    char text[STORY_SENTENCE_BYTES];
    cr_assert_str_eq(story_sentence(story, story_event_by_id(story, id), text, sizeof text), expected);
}

Test(story, events_are_told_in_plain_sentences)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    char text[STORY_SENTENCE_BYTES], small[20];
    expect_sentence(story, made.resent_event,
                    "mail.a.example resends bytes 2897–4344 because a third duplicate acknowledgement told that it is "
                    "missing");
    expect_sentence(story, made.lost_event,
                    "The packet with bytes 2897–4344 is lost between internet and mx1.b.example: by chance");
    expect_sentence(story, made.delivered_event, "At mx1.b.example mail m1 for bob@b.example is now in the mailbox");
    for (size_t i = 0; i < story_event_count(story); i++) {
        story_sentence(story, i, text, sizeof text);
        cr_assert_gt(strlen(text), 3);
        cr_assert(text[0] != '?' && !strstr(text, " ? ") && !strstr(text, " ?:"), "somebody is unknown: %s", text);
        story_sentence(story, i, small, sizeof small);
        cr_assert_lt(strlen(small), sizeof small);
        cr_assert_eq(strncmp(small, text, strlen(small)), 0);
    }
    story_free(story);
    made_free(&made);
}

Test(story, steps_go_to_visible_events_of_their_sort_both_ways)
{
    struct made made = made_journal(1, NULL, 0);
    struct story *story = story_new(made.memory);
    const enum story_step sorts[] = {STORY_STEP_EVENT, STORY_STEP_PACKET, STORY_STEP_LINE, STORY_STEP_MAIL};
    size_t counts[4] = {0};
    for (int k = 0; k < 4; k++) {
        size_t last = STORY_NONE, back = 0;
        for (size_t i = story_step(story, STORY_NONE, sorts[k], 1); i != STORY_NONE;
             i = story_step(story, i, sorts[k], 1)) {
            cr_assert(story_event_is_visible(story, i));
            cr_assert_eq(story_step(story, i, sorts[k], -1), last);
            last = i;
            counts[k]++;
        }
        for (size_t i = last; i != STORY_NONE; i = story_step(story, i, sorts[k], -1))
            back++;
        cr_assert_eq(back, counts[k]);
    }
    cr_assert_gt(counts[0], counts[1]);
    cr_assert_eq(counts[2], story_line_count(story));
    story_free(story);
    made_free(&made);
}

Test(story, the_ladder_shows_what_is_on_its_way_in_a_window)
{
    struct made made = made_journal(2, NULL, 0);
    struct story *story = story_new(made.memory);
    struct story_arrow arrows[2000];
    size_t all = story_ladder(story, 0, made.end_ns, arrows, 2000), lost = 0;
    cr_assert_eq(all, story_packet_count(story));
    for (size_t i = 0; i < all; i++)
        lost += arrows[i].lost;
    cr_assert_eq(lost, 2);
    for (int64_t from = 0; from < made.end_ns; from += made.end_ns / 50) {
        int64_t to = from + SECOND;
        size_t n = story_ladder(story, from, to, arrows, 2000), expected = 0;
        for (size_t i = 0; i < story_packet_count(story); i++) {
            const struct story_packet *p = story_packet(story, i);
            expected += p->sent_ns <= to && p->end_ns >= from;
        }
        cr_assert_eq(n, expected);
        for (size_t i = 1; i < n; i++)
            cr_assert_leq(arrows[i - 1].sent_ns, arrows[i].sent_ns);
    }
    story_free(story);
    made_free(&made);
}

Test(story, the_time_line_counts_each_event_once)
{
    struct made made = made_journal(2, NULL, 0);
    struct story *story = story_new(made.memory);
    enum { BUCKETS = 37 };
    int64_t edges[BUCKETS + 1];
    uint32_t counts[BUCKETS][STORY_DENSITIES], sums[STORY_DENSITIES] = {0};
    for (int i = 0; i <= BUCKETS; i++)
        edges[i] = made.end_ns / BUCKETS * i;
    edges[BUCKETS] = made.end_ns;
    story_density(story, edges, BUCKETS, counts);
    for (int i = 0; i < BUCKETS; i++)
        for (int k = 0; k < STORY_DENSITIES; k++)
            sums[k] += counts[i][k];
    cr_assert_eq(sums[STORY_DENSITY_PACKETS], story_packet_count(story));
    cr_assert_eq(sums[STORY_DENSITY_LOSSES], story_drop_count(story));
    cr_assert_eq(sums[STORY_DENSITY_LINES], story_line_count(story));
    const struct story_mark *marks;
    size_t n = story_marks(story, &marks), of[STORY_MARK_RETRANSMISSION + 1] = {0};
    for (size_t i = 0; i < n; i++) {
        of[marks[i].kind]++;
        cr_assert(i == 0 || marks[i].event > marks[i - 1].event);
        cr_assert_eq(marks[i].at_ns, story_event_time(story, marks[i].event));
    }
    cr_assert_eq(of[STORY_MARK_COMPOSED], 6);
    cr_assert_eq(of[STORY_MARK_DELIVERED], 4);
    cr_assert_eq(of[STORY_MARK_LOSS], 2);
    cr_assert_eq(of[STORY_MARK_FAULT], 10);
    story_free(story);
    made_free(&made);
}

/* What stands in the journal is seen somewhere: as it happens (visible), in the inspector of whom it is about (a note
   or a deed), or by what the story makes of it, which is listed here. */
Test(story, there_is_no_kind_of_event_that_the_window_shows_nowhere)
{
    static const enum event_kind folded[] = {
        EVENT_RUN_BEGIN,    /* the title and the seed */
        EVENT_HOST_ADD,     /* the map */
        EVENT_LINK_ADD,     /* the map */
        EVENT_TIMER_SET,    /* the timers of a host */
        EVENT_TIMER_CANCEL, /* the same */
        EVENT_STREAM_DATA,  /* the bytes of a packet, beside its header */
        EVENT_TCP_VARS,     /* the window of a connection */
        EVENT_SESSION_OPEN, /* whose dialogue it is */
    };
    for (int kind = 1; kind < EVENT_KINDS; kind++) { /* 0 is none */
        bool is_shown = event_visible_sort((enum event_kind)kind) != VISIBLE_NOT ||
                        story_is_note((enum event_kind)kind) || story_is_deed((enum event_kind)kind);
        for (size_t i = 0; i < sizeof folded / sizeof *folded; i++)
            is_shown |= folded[i] == (enum event_kind)kind;
        cr_expect(is_shown, "%s", event_kind_name((enum event_kind)kind));
    }
}
