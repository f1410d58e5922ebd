/* A capture becomes a journal, step by step. See capture.h. */
#include "model/import/capture.h"

#include "model/import/import_kinds.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

static void forget(struct capture *c)
{
    for (size_t i = 0; i < c->n_conns; i++)
        for (int side = 0; side < 2; side++)
            mem_free(c->conns[i].ends[side].pieces);
    mem_free(c->conns);
    mem_free(c->alike);
    mem_free(c->packets);
    mem_free(c->pairs);
    mem_free(c->hosts);
    import_map_free(&c->host_by_address);
    import_map_free(&c->pair_by_hosts);
    import_map_free(&c->conn_by_ports);
    import_map_free(&c->alike_by_look);
    import_map_free(&c->hop_by_taps);
    import_map_free(&c->question_by_id);
    mail_book_free(c->mails);
    draft_free(c->draft);
    capture_file_free(&c->file);
}

static void tell_dialogues(struct capture *c)
{
    for (size_t i = 0; i < c->n_conns; i++) {
        struct seen_conn *conn = &c->conns[i];
        if (!conn->is_wanted || !conn->ends[0].conn_id || !conn->ends[1].conn_id) continue;
        capture_tell_stream(c, conn, 0);
        capture_tell_stream(c, conn, 1);
        if (conn->talk == TALK_SMTP) capture_tell_smtp(c, conn);
        if (conn->talk == TALK_POP3) capture_tell_pop3(c, conn);
        if (conn->talk == TALK_TLS) c->n_encrypted++;
    }
}

static void note_what_is_missing(const struct capture *c)
{
    if (c->n_frames_unknown)
        import_note(c->report, tr("%zu frames are of link type %u, which is not known here"), c->n_frames_unknown,
                    (unsigned)c->unknown_link);
    if (c->n_frames_other) import_note(c->report, tr("%zu frames carry no IP, or too little of it"), c->n_frames_other);
    if (c->n_left_out)
        import_note(c->report, tr("%zu packets are neither mail nor names, and were left out; --all takes them in"),
                    c->n_left_out);
    if (c->n_encrypted)
        import_note(c->report, tr("%zu connections are encrypted; what is said there cannot be seen"), c->n_encrypted);
}

static bool is_worth_telling(const struct capture *c)
{
    if (c->file.n_frames == 0)
        return import_fail(c->report, tr("was it cut off at once?"), tr("the capture holds no packets"));
    if (c->n_packets == 0 && c->n_frames_unknown)
        return import_fail(c->report, tr("known are Ethernet, Linux cooked, raw IP and BSD loopback"),
                           tr("link type %u is not known here"), (unsigned)c->unknown_link);
    if (c->n_packets == 0)
        return import_fail(c->report, tr("was the capture filtered?"), tr("no packet of the capture is IP"));
    return true;
}

static bool tell_all(struct capture *c, struct journal *journal)
{
    capture_find_conns(c);
    capture_settle_ways(c);
    capture_follow_tcp(c);
    for (size_t i = 0; i < c->n_conns; i++)
        capture_find_talk(c, &c->conns[i]);
    capture_tell_packets(c);
    if (!draft_count(c->draft))
        return import_fail(c->report, tr("--all takes in whatever there is"),
                           tr("no packet of the capture is mail or a name"));
    for (size_t i = 0; i < c->file.n_names; i++)
        capture_host_named(c, c->file.names[i].address, c->file.names[i].text);
    capture_tell_names(c);
    tell_dialogues(c);
    capture_name_hosts(c);
    capture_tell_world(c, draft_first_second_ns(c->draft));
    note_what_is_missing(c);
    return import_emit(
        c->draft, c->zero_s, c->options, tr("a capture"),
        tr("This was captured from a real network. Segments and words are as they were; what they do not "
           "say, such as losses, reasons and the times at hosts far away, is inferred and marked so."),
        journal, c->report);
}

bool import_capture(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                    struct import_report *report)
{
    struct capture c = {.options = options, .report = report};
    bool good = capture_file_read(bytes, size, &c.file, report);
    if (good) {
        c.draft = draft_new();
        c.mails = mail_book_new(c.draft);
        c.zero_s = c.file.n_frames ? c.file.frames[0].at_ns / SECOND : 0;
        capture_find_packets(&c);
        good = is_worth_telling(&c) && tell_all(&c, journal);
    }
    forget(&c);
    return good;
}
