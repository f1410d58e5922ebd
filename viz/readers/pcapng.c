/* A journal's packets as pcapng (draft-ietf-opsawg-pcapng: section header, interface description, name resolution and
   enhanced packet blocks). pcapng_records.c has gone through the journal; its records are written in the order of their
   times. */
#include "viz/readers/pcapng.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "model/wire/ip_header.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/pcapng_internal.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_NAMES = 4, BLOCK_PACKET = 6, BLOCK_SECRETS = 10 };
enum { SECRETS_TLS_KEY_LOG = 0x544c534b };
enum { OPTION_END = 0, OPTION_COMMENT = 1, SECTION_PROGRAM = 4, INTERFACE_NAME = 2, INTERFACE_SPEED = 8 };
enum { INTERFACE_TIME_RESOLUTION = 9, PACKET_FLAGS = 2, FLAG_INBOUND = 1, FLAG_OUTBOUND = 2 };
enum { NAME_IPV4 = 1, NAME_IPV6 = 2 };
/* IPv4 alone, or either version behind a word that tells which. Not RAW: libpcap 1.10 reads only one interface of it.
 */
enum { LINKTYPE_IPV4 = 228, LINKTYPE_NULL = 0, NULL_IPV4 = 2, NULL_IPV6 = 30 };
enum { NANOSECONDS = 9, PACKET_MAX_BYTES = 65535, TEXT_MAX_BYTES = 1000 };

struct pcapng_options pcapng_options_default(void)
{
    return (struct pcapng_options){.link = {0}, .host = {0}};
}

/* --- Blocks --- */

static void add_u16(struct text_buffer *block, uint32_t value)
{
    uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};
    text_add(block, bytes, sizeof bytes);
}

static void add_u32(struct text_buffer *block, uint32_t value)
{
    add_u16(block, value & 0xffff);
    add_u16(block, value >> 16);
}

static void add_u64(struct text_buffer *block, uint64_t value)
{
    add_u32(block, (uint32_t)value);
    add_u32(block, (uint32_t)(value >> 32));
}

static void add_padding(struct text_buffer *block)
{
    static const char zeros[4];
    text_add(block, zeros, (4 - block->length % 4) % 4);
}

static void add_option(struct text_buffer *block, uint32_t code, const void *bytes, size_t size)
{
    add_u16(block, code);
    add_u16(block, (uint32_t)size);
    text_add(block, bytes, size);
    add_padding(block);
}

static void add_text_option(struct text_buffer *block, uint32_t code, const char *text)
{
    size_t size = strlen(text);
    if (size > TEXT_MAX_BYTES) {
        size = TEXT_MAX_BYTES;
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
            size--; /* not inside a character */
    }
    add_option(block, code, text, size);
}

static void begin_block(struct pcapng_capture *c, uint32_t type)
{
    text_clear(&c->block);
    add_u32(&c->block, type);
    add_u32(&c->block, 0); /* the length, once it is known */
}

static void end_block(struct pcapng_capture *c)
{
    struct text_buffer *block = &c->block;
    assert(block->length % 4 == 0);
    uint32_t size = (uint32_t)block->length + 4;
    for (int i = 0; i < 4; i++)
        block->bytes[4 + i] = (char)(uint8_t)(size >> 8 * i);
    add_u32(block, size);
    if (fwrite(block->bytes, 1, block->length, c->out) != block->length) c->good = false;
}

static void write_section(struct pcapng_capture *c)
{
    begin_block(c, BLOCK_SECTION);
    add_u32(&c->block, 0x1a2b3c4d);
    add_u16(&c->block, 1); /* version 1.0 */
    add_u16(&c->block, 0);
    add_u64(&c->block, UINT64_MAX); /* length of the section: not said */
    if (c->begin && event_text(c->begin, FIELD_TITLE)[0] != '\0')
        add_text_option(&c->block, OPTION_COMMENT, event_text(c->begin, FIELD_TITLE));
    add_text_option(&c->block, SECTION_PROGRAM, "postroad " POSTROAD_VERSION);
    add_option(&c->block, OPTION_END, NULL, 0);
    end_block(c);
}

static void add_host_name(const struct pcapng_capture *c, struct text_buffer *text, int64_t host)
{
    const char *name = journal_names_find(c->names, TYPE_HOST, host);
    if (name)
        text_adds(text, name);
    else
        text_addf(text, "%" PRId64, host);
}

static void write_interface(struct pcapng_capture *c, const struct event *link, int k)
{
    int dir = k / 2;
    struct text_buffer name = {0};
    text_addf(&name, "%s ", event_text(link, FIELD_NAME));
    add_host_name(c, &name, event_int(link, dir == 0 ? FIELD_HOST : FIELD_PEER));
    text_adds(&name, ">");
    add_host_name(c, &name, event_int(link, dir == 0 ? FIELD_PEER : FIELD_HOST));
    text_adds(&name, k % 2 == 0 ? " tx" : " rx");
    begin_block(c, BLOCK_INTERFACE);
    add_u16(&c->block, c->has_ipv6 ? LINKTYPE_NULL : LINKTYPE_IPV4);
    add_u16(&c->block, 0);
    add_u32(&c->block, 0); /* no limit to what is captured of a packet */
    add_text_option(&c->block, INTERFACE_NAME, name.bytes);
    int64_t rate = event_int(link, dir == 0 ? FIELD_RATE_OUT : FIELD_RATE_BACK);
    if (rate > 0) {
        add_u16(&c->block, INTERFACE_SPEED);
        add_u16(&c->block, 8);
        add_u64(&c->block, (uint64_t)rate);
    }
    add_option(&c->block, INTERFACE_TIME_RESOLUTION, &(uint8_t){NANOSECONDS}, 1);
    add_option(&c->block, OPTION_END, NULL, 0);
    end_block(c);
    text_free(&name);
}

static void write_interfaces(struct pcapng_capture *c)
{
    for (size_t i = 0; i < c->links.n; i++) {
        const struct event *link = c->links.items[i];
        const struct link_taps *taps = pcapng_taps(c, event_int(link, FIELD_LINK));
        for (int k = 0; k < TAPS_A_LINK; k++)
            if (taps->added == link && taps->interface[k] != NOT_CHOSEN) write_interface(c, link, k);
    }
}

static void add_host_address(struct pcapng_capture *c, const char *name, uint32_t type, const uint8_t *address,
                             size_t size)
{
    add_u16(&c->block, type);
    add_u16(&c->block, (uint32_t)(size + strlen(name) + 1));
    text_add(&c->block, address, size);
    text_add(&c->block, name, strlen(name) + 1);
    add_padding(&c->block);
}

static void write_host_names(struct pcapng_capture *c)
{
    begin_block(c, BLOCK_NAMES);
    for (size_t i = 0; i < c->hosts.n; i++) {
        uint32_t address = (uint32_t)event_int(c->hosts.items[i], FIELD_ADDRESS);
        const char *name = event_text(c->hosts.items[i], FIELD_NAME);
        struct ip_address address6;
        uint8_t bytes[16];
        if (!*name || strlen(name) >= TEXT_MAX_BYTES) continue;
        ip_put_16_bytes(ip_of_v4(address), bytes);
        if (address != 0) add_host_address(c, name, NAME_IPV4, bytes + 12, 4);
        if (!ip_parse(event_text(c->hosts.items[i], FIELD_ADDRESS6), &address6)) continue;
        ip_put_16_bytes(address6, bytes);
        add_host_address(c, name, NAME_IPV6, bytes, sizeof bytes);
    }
    add_u32(&c->block, 0); /* the end of the names */
    end_block(c);
}

/* What opens the TLS of all that follows (pcapng, Decryption Secrets Block), so that no key file is needed. */
static void write_secrets(struct pcapng_capture *c)
{
    enum { LENGTH_AT = 12, LINES_AT = 16 }; /* the block's type and length come first */
    if (c->secrets.n == 0) return;
    begin_block(c, BLOCK_SECRETS);
    add_u32(&c->block, SECRETS_TLS_KEY_LOG);
    add_u32(&c->block, 0); /* the length, once it is known */
    for (size_t i = 0; i < c->secrets.n; i++)
        text_adds(&c->block, event_text(c->secrets.items[i], FIELD_TEXT));
    uint32_t length = (uint32_t)(c->block.length - LINES_AT);
    for (int i = 0; i < 4; i++)
        c->block.bytes[LENGTH_AT + i] = (char)(uint8_t)(length >> 8 * i);
    add_padding(&c->block);
    end_block(c);
}

/* --- Packets --- */

/* RFC 1812 5.3.1: each router takes one off the TTL; RFC 791 3.1: the checksum covers it. RFC 8200 3: so with the hop
   limit. */
static void patch_ttl(uint8_t *header, size_t size, uint32_t hops)
{
    struct ip_header ip;
    size_t header_size;
    if (!ip_decode(header, size, &ip, &header_size)) return;
    for (; hops > 0 && ip.ttl > 0; hops--, ip.ttl--)
        ip_count_down(header);
}

/* The first piece of data that does not lie wholly before a place in a stream. */
static size_t find_piece(const struct pcapng_capture *c, int64_t stream, int64_t offset)
{
    size_t low = 0, high = c->data.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct event *e = c->data.items[middle];
        size_t size;
        event_bytes(e, FIELD_BYTES, &size);
        int64_t of = event_int(e, FIELD_STREAM), at = event_int(e, FIELD_OFFSET);
        if (of < stream || (of == stream && offset >= at && (uint64_t)offset - (uint64_t)at >= size)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* As many of the bytes as the journal holds without a gap. */
static void add_payload(struct pcapng_capture *c, int64_t stream, int64_t offset, int64_t length)
{
    for (size_t i = find_piece(c, stream, offset); length > 0 && i < c->data.n; i++) {
        const struct event *e = c->data.items[i];
        int64_t at = event_int(e, FIELD_OFFSET);
        size_t size;
        const char *bytes = event_bytes(e, FIELD_BYTES, &size);
        if (event_int(e, FIELD_STREAM) != stream || at > offset) return;
        uint64_t skip = (uint64_t)offset - (uint64_t)at;
        if (skip >= size) return;
        int64_t n = (int64_t)(size - skip);
        if (n > length) n = length;
        text_add(&c->block, bytes + skip, (size_t)n);
        offset += n;
        length -= n;
    }
}

/* The first corruption of a packet, by index; those that follow are behind it. */
static size_t first_corruption(const struct pcapng_capture *c, int64_t packet)
{
    size_t low = 0, high = c->corruptions.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (event_int(c->corruptions.items[middle], FIELD_PACKET) < packet)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The corruptions that a packet had suffered before an event, in their order; NULL after the last. */
static const struct event *next_corruption(const struct pcapng_capture *c, const struct sent *sent, uint64_t before,
                                           size_t *i)
{
    if (*i >= c->corruptions.n) return NULL;
    const struct event *e = c->corruptions.items[(*i)++];
    return event_int(e, FIELD_PACKET) == sent->packet && e->id < before ? e : NULL;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A copy has what its original had suffered when it was made, and then its own. */
static void patch_corrupted(const struct pcapng_capture *c, const struct sent *sent, uint64_t before, uint8_t *bytes,
                            size_t size)
{
    const struct event *e;
    size_t i = first_corruption(c, sent->packet), n;
    if (sent->original) patch_corrupted(c, pcapng_sent(c, sent->original), earlier(before, sent->copied), bytes, size);
    while ((e = next_corruption(c, sent, before, &i)) != NULL) {
        const char *patch = event_bytes(e, FIELD_BYTES, &n);
        uint64_t place = (uint64_t)event_int(e, FIELD_PLACE);
        if (place < size && n <= size - place) memcpy(bytes + place, patch, n);
    }
}

static void comment_corruptions(struct pcapng_capture *c, const struct sent *sent, uint64_t before,
                                struct text_buffer *comment)
{
    const struct event *e;
    size_t i = first_corruption(c, sent->packet);
    if (sent->original) comment_corruptions(c, pcapng_sent(c, sent->original), earlier(before, sent->copied), comment);
    while ((e = next_corruption(c, sent, before, &i)) != NULL) {
        text_clear(comment);
        text_addf(comment,
                  e->kind == EVENT_PACKET_REWRITE ? tr("rewritten on the way: %s, from byte %" PRId64 " on")
                                                  : tr("corrupted on the way: %s, byte %" PRId64),
                  event_text(e, FIELD_TEXT), event_int(e, FIELD_PLACE));
        add_text_option(&c->block, OPTION_COMMENT, comment->bytes);
    }
}

static void add_comments(struct pcapng_capture *c, const struct record *record, const struct event *e)
{
    struct text_buffer comment = {0};
    if (c->corruptions.n > 0) comment_corruptions(c, &c->sent[record->sent], record->event, &comment);
    if (record->lost) {
        text_addf(&comment, tr("lost: %s"), record->lost);
        add_text_option(&c->block, OPTION_COMMENT, comment.bytes);
    }
    if (event_int(e, FIELD_REPEATS) != 0) {
        text_clear(&comment);
        text_addf(&comment, tr("retransmission of packet %" PRId64 ": %s"), event_int(e, FIELD_REPEATS),
                  event_text(e, FIELD_TAG));
        add_text_option(&c->block, OPTION_COMMENT, comment.bytes);
    }
    text_free(&comment);
}

static void write_packet(struct pcapng_capture *c, const struct record *record)
{
    enum { CAPTURED_AT = 20, FRAME_AT = 28 };
    const struct event *e = c->sent[record->sent].event;
    uint64_t starts = c->begin ? (uint64_t)event_int(c->begin, FIELD_STARTS) : 0;
    uint64_t at = starts * UINT64_C(1000000000) + (uint64_t)record->at_ns;
    size_t header_size;
    const char *header = event_bytes(e, FIELD_HEADER, &header_size);
    int64_t length = event_int(e, FIELD_LENGTH);
    if (header_size > PACKET_MAX_BYTES) header_size = PACKET_MAX_BYTES;
    if (length < 0 || length > PACKET_MAX_BYTES - (int64_t)header_size)
        length = PACKET_MAX_BYTES - (int64_t)header_size;
    begin_block(c, BLOCK_PACKET);
    add_u32(&c->block, (uint32_t)record->interface);
    add_u32(&c->block, (uint32_t)(at >> 32));
    add_u32(&c->block, (uint32_t)at);
    add_u32(&c->block, 0); /* captured, once it is known */
    add_u32(&c->block, (uint32_t)header_size + (uint32_t)length + (c->has_ipv6 ? 4 : 0));
    if (c->has_ipv6) add_u32(&c->block, header_size > 0 && (header[0] >> 4 & 15) == 6 ? NULL_IPV6 : NULL_IPV4);
    size_t packet_at = c->block.length;
    text_add(&c->block, header, header_size);
    patch_ttl((uint8_t *)c->block.bytes + packet_at, header_size, record->hops);
    add_payload(c, event_int(e, FIELD_STREAM), event_int(e, FIELD_OFFSET), length);
    uint32_t captured = (uint32_t)(c->block.length - FRAME_AT);
    if (c->corruptions.n > 0)
        patch_corrupted(c, &c->sent[record->sent], record->event, (uint8_t *)c->block.bytes + packet_at,
                        c->block.length - packet_at);
    for (int i = 0; i < 4; i++)
        c->block.bytes[CAPTURED_AT + i] = (char)(uint8_t)(captured >> 8 * i);
    add_padding(&c->block);
    add_comments(c, record, e);
    add_u16(&c->block, PACKET_FLAGS);
    add_u16(&c->block, 4);
    add_u32(&c->block, record->is_tx ? FLAG_OUTBOUND : FLAG_INBOUND);
    add_option(&c->block, OPTION_END, NULL, 0);
    end_block(c);
}

static void write_packets(struct pcapng_capture *c)
{
    size_t n;
    const struct record **sorted = pcapng_sorted(c, &n);
    for (size_t i = 0; i < n && c->good; i++)
        write_packet(c, sorted[i]);
    mem_free(sorted);
}

size_t pcapng_frame_of(const struct journal_memory *memory, struct pcapng_options options, uint64_t packet)
{
    struct pcapng_capture c = pcapng_record(memory, options, NULL);
    size_t n, frame = 0;
    const struct record **sorted = pcapng_sorted(&c, &n);
    for (size_t i = 0; i < n && !frame; i++)
        if ((uint64_t)c.sent[sorted[i]->sent].packet == packet) frame = i + 1;
    mem_free(sorted);
    pcapng_free(&c);
    return frame;
}

bool pcapng_write_chosen(const struct journal_memory *memory, struct pcapng_options options, FILE *out)
{
    struct pcapng_capture c = pcapng_record(memory, options, out);
    write_section(&c);
    write_interfaces(&c);
    write_host_names(&c);
    write_secrets(&c);
    write_packets(&c);
    bool good = c.good && fflush(out) == 0;
    pcapng_free(&c);
    return good;
}

bool pcapng_write(const struct journal_memory *memory, FILE *out)
{
    return pcapng_write_chosen(memory, pcapng_options_default(), out);
}
