/* Classic pcap, and what both formats share. See capture_file.h. */
#include "model/import/capture_file.h"

#include <stdlib.h>
#include <string.h>

#include "model/import/import_bytes.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { PCAP_HEAD_BYTES = 24, PCAP_RECORD_BYTES = 16, PCAP_VERSION_MAJOR = 2 };
enum { FRAME_MAX_BYTES = 16 << 20 }; /* far above what any kernel hands over at once */
#define PCAP_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define PCAP_NANOSECONDS  UINT32_C(0xa1b23c4d)
#define PCAPNG_SECTION    UINT32_C(0x0a0d0d0a)

bool capture_file_is_capture(const uint8_t *bytes, size_t size)
{
    if (size < 4) return false;
    uint32_t little = import_get_32(bytes, false), big = import_get_32(bytes, true);
    return little == PCAPNG_SECTION || little == PCAP_MICROSECONDS || little == PCAP_NANOSECONDS ||
           big == PCAP_MICROSECONDS || big == PCAP_NANOSECONDS;
}

struct capture_frame *capture_file_add(struct capture_file *file)
{
    if (file->n_frames == file->frames_room) {
        file->frames_room = file->frames_room ? 2 * file->frames_room : 256;
        file->frames = mem_realloc(file->frames, file->frames_room * sizeof *file->frames);
    }
    struct capture_frame *frame = &file->frames[file->n_frames++];
    *frame = (struct capture_frame){0};
    return frame;
}

void capture_file_free(struct capture_file *file)
{
    mem_free(file->frames);
    mem_free(file->names);
    *file = (struct capture_file){0};
}

static bool read_record(const uint8_t *bytes, size_t size, size_t *at, bool big, struct capture_frame *frame,
                        struct import_report *report)
{
    const uint8_t *record = bytes + *at;
    bool nano = import_get_32(bytes, big) == PCAP_NANOSECONDS;
    uint32_t seconds = import_get_32(record, big), fraction = import_get_32(record + 4, big);
    frame->captured = import_get_32(record + 8, big);
    frame->original = import_get_32(record + 12, big);
    if (fraction >= (nano ? 1000000000u : 1000000u))
        return import_fail(report, tr("the file is damaged here, or was transferred as text"),
                           tr("byte %zu: a record's time has %u %s"), *at + 4, (unsigned)fraction,
                           nano ? tr("nanoseconds") : tr("microseconds"));
    if (frame->captured > FRAME_MAX_BYTES)
        return import_fail(report, tr("the file is damaged here, or was transferred as text"),
                           tr("byte %zu: a record claims %u bytes"), *at + 8, (unsigned)frame->captured);
    if (frame->original < frame->captured) frame->original = frame->captured;
    frame->at_ns = (int64_t)seconds * SECOND + (int64_t)fraction * (nano ? 1 : MICROSECOND);
    *at += PCAP_RECORD_BYTES;
    frame->bytes = bytes + *at;
    frame->link_type = (uint16_t)import_get_32(bytes + 20, big);
    if (frame->captured > size - *at) return true; /* torn; the caller sees it */
    *at += frame->captured;
    return true;
}

static bool read_pcap(const uint8_t *bytes, size_t size, struct capture_file *file, struct import_report *report)
{
    if (!capture_file_is_capture(bytes, size))
        return import_fail(report, tr("tcpdump -w and Wireshark write them"),
                           tr("byte 0: this is neither a pcap nor a pcapng"));
    if (size < PCAP_HEAD_BYTES)
        return import_fail(report, tr("the file was cut off"), tr("byte %zu: the head of a pcap file has 24 bytes"),
                           size);
    uint32_t magic = import_get_32(bytes, true);
    bool big = magic == PCAP_MICROSECONDS || magic == PCAP_NANOSECONDS;
    if (import_get_16(bytes + 4, big) != PCAP_VERSION_MAJOR)
        return import_fail(report, tr("tcpdump and Wireshark write version 2"),
                           tr("byte 4: version %u of the pcap format is not known"),
                           (unsigned)import_get_16(bytes + 4, big));
    file->n_interfaces = 1;
    size_t at = PCAP_HEAD_BYTES;
    while (at < size) {
        if (size - at < PCAP_RECORD_BYTES) break;
        struct capture_frame *frame = capture_file_add(file);
        size_t begins = at;
        if (!read_record(bytes, size, &at, big, frame, report)) return false;
        if (at != begins + PCAP_RECORD_BYTES + frame->captured) {
            file->n_frames--;
            break;
        }
    }
    file->is_torn = at != size;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct capture_frame *one = a, *other = b;
    if (one->at_ns != other->at_ns) return one->at_ns < other->at_ns ? -1 : 1;
    return one->bytes < other->bytes ? -1 : 1; /* the place in the file */
}

bool capture_file_read(const uint8_t *bytes, size_t size, struct capture_file *file, struct import_report *report)
{
    *file = (struct capture_file){0};
    bool pcapng = size >= 4 && import_get_32(bytes, false) == PCAPNG_SECTION;
    if (!(pcapng ? capture_pcapng_read : read_pcap)(bytes, size, file, report)) return false;
    if (file->n_frames) qsort(file->frames, file->n_frames, sizeof *file->frames, by_time);
    if (file->is_torn) import_note(report, tr("the end of the capture is cut off; what is whole was read"));
    return true;
}
