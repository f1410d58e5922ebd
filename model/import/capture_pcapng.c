/* pcapng: sections, interfaces, packets, names. Blocks of other types are passed over, as the format wants it. */
#include <string.h>

#include "model/import/capture_file.h"
#include "model/import/import_bytes.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { BLOCK_INTERFACE = 1, BLOCK_PACKET_OLD = 2, BLOCK_SIMPLE = 3, BLOCK_NAMES = 4, BLOCK_PACKET = 6 };
#define BLOCK_SECTION    UINT32_C(0x0a0d0d0a)
#define BYTE_ORDER_MAGIC UINT32_C(0x1a2b3c4d)
enum { BLOCK_MIN_BYTES = 12, INTERFACES_MAX = 65536 };
enum { OPTION_END = 0, OPTION_COMMENT = 1, PACKET_FLAGS = 2, INTERFACE_RESOLUTION = 9, INTERFACE_OFFSET = 14 };
enum { NAME_IPV4 = 1, NAME_IPV6 = 2 };

struct interface {
    uint16_t link_type;
    uint32_t snap_length; /* 0: no limit */
    uint8_t resolution;   /* as the option has it: 6 is microseconds, 0x8a is 2^-10 s */
    int64_t offset_s;
};

struct pcapng {
    const uint8_t *bytes;
    size_t size;
    bool big;
    struct capture_file *file;
    struct import_report *report;
    struct interface *interfaces; /* of this section */
    size_t n, room;
    size_t first; /* how many interfaces the sections before had */
};

static bool damaged(struct pcapng *p, size_t at, const char *what)
{
    return import_fail(p->report, tr("the file is damaged here, or was transferred as text"), tr("byte %zu: %s"), at,
                       what);
}

/* The next option of a block, or false behind the last. */
static bool next_option(const struct pcapng *p, size_t *at, size_t end, uint16_t *code, const uint8_t **value,
                        uint16_t *length)
{
    if (end - *at < 4) return false;
    *code = import_get_16(p->bytes + *at, p->big);
    *length = import_get_16(p->bytes + *at + 2, p->big);
    *value = p->bytes + *at + 4;
    size_t padded = ((size_t)*length + 3) & ~(size_t)3;
    if (*code == OPTION_END || padded > end - *at - 4) return false;
    *at += 4 + padded;
    return true;
}

/* Ticks of an interface's clock as nanoseconds since 1970; -1: beyond all reason. */
static int64_t ticks_to_ns(uint64_t ticks, const struct interface *interface)
{
    __extension__ typedef unsigned __int128 wide;
    unsigned power = interface->resolution & 0x7fu;
    wide ns = ticks;
    if (power > 63) return -1;
    if (interface->resolution & 0x80u) {
        ns = ns * SECOND >> power;
    } else {
        for (unsigned i = power; i < 9; i++)
            ns *= 10;
        for (unsigned i = 9; i < power; i++)
            ns /= 10;
    }
    if (ns > (wide)INT64_MAX / 2) return -1;
    if (interface->offset_s > INT32_MAX || interface->offset_s < INT32_MIN) return -1;
    return (int64_t)ns + interface->offset_s * SECOND;
}

static bool read_interface(struct pcapng *p, size_t at, size_t end)
{
    if (end - at < 8) return damaged(p, at, tr("an interface block is too short"));
    if (p->n >= INTERFACES_MAX) return damaged(p, at, tr("there are too many interfaces"));
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 8;
        p->interfaces = mem_realloc(p->interfaces, p->room * sizeof *p->interfaces);
    }
    struct interface *interface = &p->interfaces[p->n++];
    *interface = (struct interface){.link_type = import_get_16(p->bytes + at, p->big),
                                    .snap_length = import_get_32(p->bytes + at + 4, p->big),
                                    .resolution = 6};
    at += 8;
    uint16_t code, length;
    const uint8_t *value;
    while (next_option(p, &at, end, &code, &value, &length)) {
        if (code == INTERFACE_RESOLUTION && length >= 1) interface->resolution = value[0];
        if (code != INTERFACE_OFFSET || length < 8) continue;
        uint64_t high = import_get_32(value + (p->big ? 0 : 4), p->big);
        uint64_t low = import_get_32(value + (p->big ? 4 : 0), p->big);
        interface->offset_s = (int64_t)(high << 32 | low);
    }
    return true;
}

static void read_packet_options(struct pcapng *p, size_t at, size_t end, struct capture_frame *frame)
{
    uint16_t code, length;
    const uint8_t *value;
    while (next_option(p, &at, end, &code, &value, &length)) {
        if (code == OPTION_COMMENT) frame->comment = (const char *)value, frame->comment_size = length;
        if (code == PACKET_FLAGS && length == 4)
            frame->direction = (uint8_t)(import_get_32(value, p->big) & 3u); /* 3 is reserved, and means nothing */
        if (frame->direction > CAPTURED_OUTBOUND) frame->direction = CAPTURED_SOMEHOW;
    }
}

/* An enhanced packet block, or the obsolete one before it, whose head differs in its first four bytes only. */
static bool read_packet(struct pcapng *p, size_t at, size_t end, bool old)
{
    if (end - at < 20) return damaged(p, at, tr("a packet block is too short"));
    uint32_t number = old ? import_get_16(p->bytes + at, p->big) : import_get_32(p->bytes + at, p->big);
    if (number >= p->n) return damaged(p, at, tr("a packet's interface was not described"));
    const struct interface *interface = &p->interfaces[number];
    uint64_t ticks =
        (uint64_t)import_get_32(p->bytes + at + 4, p->big) << 32 | import_get_32(p->bytes + at + 8, p->big);
    uint32_t captured = import_get_32(p->bytes + at + 12, p->big);
    size_t padded = ((size_t)captured + 3) & ~(size_t)3;
    if (padded > end - at - 20) return damaged(p, at + 12, tr("a packet is longer than its block"));
    int64_t at_ns = ticks_to_ns(ticks, interface);
    if (at_ns < 0) return damaged(p, at + 4, tr("a packet's time is beyond all reason"));
    struct capture_frame *frame = capture_file_add(p->file);
    *frame = (struct capture_frame){.at_ns = at_ns,
                                    .bytes = p->bytes + at + 20,
                                    .captured = captured,
                                    .original = import_get_32(p->bytes + at + 16, p->big),
                                    .interface = (uint32_t)(p->first + number),
                                    .link_type = interface->link_type};
    if (frame->original < captured) frame->original = captured;
    read_packet_options(p, at + 20 + padded, end, frame);
    return true;
}

/* Without a time: it is told as of the packet before. */
static bool read_simple(struct pcapng *p, size_t at, size_t end)
{
    if (end - at < 4) return damaged(p, at, tr("a packet block is too short"));
    if (!p->n) return damaged(p, at, tr("a packet's interface was not described"));
    int64_t at_ns = p->file->n_frames ? p->file->frames[p->file->n_frames - 1].at_ns : 0;
    uint32_t original = import_get_32(p->bytes + at, p->big), limit = p->interfaces[0].snap_length;
    size_t captured = end - at - 4;
    if (captured > original) captured = original;
    if (limit && captured > limit) captured = limit;
    struct capture_frame *frame = capture_file_add(p->file);
    *frame = (struct capture_frame){.at_ns = at_ns,
                                    .bytes = p->bytes + at + 4,
                                    .captured = (uint32_t)captured,
                                    .original = original,
                                    .interface = (uint32_t)p->first,
                                    .link_type = p->interfaces[0].link_type};
    return true;
}

static void keep_name(struct pcapng *p, struct ip_address address, const char *text, size_t room)
{
    struct capture_file *file = p->file;
    if (!room || !*text || !memchr(text, 0, room)) return;
    if (file->n_names == file->names_room) {
        file->names_room = file->names_room ? 2 * file->names_room : 16;
        file->names = mem_realloc(file->names, file->names_room * sizeof *file->names);
    }
    file->names[file->n_names++] = (struct capture_name){address, text};
}

static void read_names(struct pcapng *p, size_t at, size_t end)
{
    uint16_t type, length;
    const uint8_t *value;
    while (next_option(p, &at, end, &type, &value, &length)) {
        if (type == NAME_IPV4 && length > 4)
            keep_name(p, ip_of_v4(import_get_32(value, true)), (const char *)value + 4, length - 4u);
        if (type == NAME_IPV6 && length > 16)
            keep_name(p, ip_get_16_bytes(value), (const char *)value + 16, length - 16u);
    }
}

static bool read_block(struct pcapng *p, uint32_t type, size_t at, size_t end)
{
    switch (type) {
    case BLOCK_INTERFACE:
        return read_interface(p, at, end);
    case BLOCK_PACKET:
    case BLOCK_PACKET_OLD:
        return read_packet(p, at, end, type == BLOCK_PACKET_OLD);
    case BLOCK_SIMPLE:
        return read_simple(p, at, end);
    case BLOCK_NAMES:
        read_names(p, at, end);
        return true;
    }
    return true;
}

/* A section tells its own byte order, which its length already is in. */
static bool begin_section(struct pcapng *p, size_t at)
{
    if (import_get_32(p->bytes + at + 8, false) == BYTE_ORDER_MAGIC)
        p->big = false;
    else if (import_get_32(p->bytes + at + 8, true) == BYTE_ORDER_MAGIC)
        p->big = true;
    else
        return damaged(p, at + 8, tr("a section does not tell its byte order"));
    p->first += p->n;
    p->n = 0;
    return true;
}

static bool read_blocks(struct pcapng *p)
{
    size_t at = 0;
    while (p->size - at >= BLOCK_MIN_BYTES) {
        if (import_get_32(p->bytes + at, false) == BLOCK_SECTION && !begin_section(p, at)) return false;
        uint32_t type = import_get_32(p->bytes + at, p->big), length = import_get_32(p->bytes + at + 4, p->big);
        if (length < BLOCK_MIN_BYTES || length % 4) return damaged(p, at + 4, tr("a block's length cannot be right"));
        if (length > p->size - at) break;
        if (import_get_32(p->bytes + at + length - 4, p->big) != length)
            return damaged(p, at + length - 4, tr("a block's length is not repeated at its end"));
        if (!read_block(p, type, at + 8, at + length - 4)) return false;
        at += length;
    }
    p->file->is_torn = at != p->size;
    p->file->n_interfaces = p->first + p->n;
    return true;
}

bool capture_pcapng_read(const uint8_t *bytes, size_t size, struct capture_file *file, struct import_report *report)
{
    struct pcapng p = {.bytes = bytes, .size = size, .file = file, .report = report};
    bool good = size >= BLOCK_MIN_BYTES ? read_blocks(&p) : damaged(&p, size, tr("the first block is cut off"));
    mem_free(p.interfaces);
    return good;
}
