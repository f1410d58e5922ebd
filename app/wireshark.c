/* A capture as the packet's sender sees it, in a folder for what passes, and Wireshark on it: see wireshark.h. */
#include "app/wireshark.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "app/program.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/pcapng.h"

struct wireshark {
    char folder[256]; /* "" until the first capture */
    unsigned captures;
};

struct wireshark *wireshark_new(void)
{
    return mem_calloc(1, sizeof(struct wireshark));
}

void wireshark_free(struct wireshark *wireshark)
{
    mem_free(wireshark);
}

static bool make_folder(struct wireshark *w, char said[ELSEWHERE_SAID_BYTES])
{
    const char *parent = getenv("TMPDIR");
    if (*w->folder) return true;
    int n = snprintf(w->folder, sizeof w->folder, "%s/postroad-XXXXXX", parent && *parent ? parent : "/tmp");
    if (n > 0 && n < (int)sizeof w->folder && mkdtemp(w->folder)) return true;
    snprintf(said, ELSEWHERE_SAID_BYTES, tr("no folder for the capture: %s"), strerror(errno));
    *w->folder = 0;
    return false;
}

/* The host that sends the packet; 0 when the journal does not say. */
static struct host_id sender_of(const struct journal_memory *journal, uint64_t packet)
{
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == EVENT_PACKET_SEND && (uint64_t)event_int(e, FIELD_PACKET) == packet)
            return (struct host_id){(uint32_t)event_int(e, FIELD_HOST)};
    }
    return (struct host_id){0};
}

/* As its sender sees it, since an analysis of TCP must look at one host alone; a packet that never was there, a link's
   copy, on all links. */
static size_t choose_taps(const struct journal_memory *journal, uint64_t packet, struct pcapng_options *taps)
{
    *taps = pcapng_options_default();
    taps->host = sender_of(journal, packet);
    size_t frame = pcapng_frame_of(journal, *taps, packet);
    if (frame) return frame;
    *taps = pcapng_options_default();
    return pcapng_frame_of(journal, *taps, packet);
}

static bool write_capture(const struct journal_memory *journal, struct pcapng_options taps, const char *path)
{
    struct output_file *file = output_open(path);
    if (!file) return false;
    pcapng_write_chosen(journal, taps, output_stream(file));
    return output_commit(file);
}

static bool open_at(void *context, const struct journal_memory *journal, uint64_t packet,
                    char said[ELSEWHERE_SAID_BYTES])
{
    struct wireshark *w = context;
    struct pcapng_options taps;
    char path[300], number[32];
    size_t frame = choose_taps(journal, packet, &taps);
    if (!frame) {
        snprintf(said, ELSEWHERE_SAID_BYTES, "%s", tr("This packet was on no link: it is in no capture."));
        return false;
    }
    if (!make_folder(w, said)) return false;
    snprintf(path, sizeof path, "%s/%u.pcapng", w->folder, ++w->captures);
    snprintf(number, sizeof number, "%zu", frame);
    if (!write_capture(journal, taps, path)) {
        snprintf(said, ELSEWHERE_SAID_BYTES, tr("The capture could not be written: %s"), path);
        return false;
    }
    bool launched = program_launch((const char *const[]){"wireshark", "-r", path, "-g", number, NULL});
    snprintf(said, ELSEWHERE_SAID_BYTES,
             launched ? tr("Wireshark opens %s at frame %s.")
                      : tr("Wireshark did not start; the capture is %s, frame %s."),
             path, number);
    return launched;
}

struct elsewhere wireshark_elsewhere(struct wireshark *wireshark)
{
    const char *why_not = program_is_there("wireshark") ? NULL : tr("it is not installed");
    return (struct elsewhere){wireshark, "Wireshark", why_not, open_at};
}
