/* N6, of what was corrupted and accepted: it is said that all checksums held (packet.collide), and that must be so. The
   Internet checksum does not see a change whose sum, in words of 16 bits and modulo 65535, is nothing (RFC 1071); what
   lies in one of the headers and behind it must be nothing in each, and so in sum. Judged are TCP's packets, which were
   corrupted once, as far as the bytes of before are known. */
#include <string.h>

#include "viz/readers/laws_internal.h"

void law_header_of(struct law_packet *p, const struct event *e)
{
    size_t size;
    const char *bytes = event_bytes(e, FIELD_HEADER, &size);
    p->header_size = (uint8_t)(size <= sizeof p->header ? size : 0);
    memcpy(p->header, bytes, p->header_size);
}

/* The byte as it was sent; false where it is not known: what routers count down and sum up anew, what no checksum of
   IPv6 covers, and bytes that the journal does not hold any more. */
bool law_packet_byte(struct laws *laws, const struct law_packet *p, size_t place, uint8_t *byte)
{
    enum { TTL = 8, CHECKSUM_END = 12, IPV6_HEADER = 40 };
    bool is_v6 = p->header[0] >> 4 == 6, is_counted_down = !is_v6 && place >= TTL && place < CHECKSUM_END;
    if (p->header_size == 0 || is_counted_down || (is_v6 && place < IPV6_HEADER)) return false;
    if (place >= p->header_size)
        return law_stream_byte(laws, p->stream, p->offset + (int64_t)place - p->header_size, byte);
    *byte = p->header[place];
    return true;
}

void law_notes_corruption(struct laws *laws, const struct event *e, struct law_packet *p)
{
    size_t size, first = (size_t)event_int(e, FIELD_PLACE);
    const uint8_t *bytes = (const uint8_t *)event_bytes(e, FIELD_BYTES, &size);
    int64_t change = 0;
    p->change_is_known = !p->corrupt && !p->is_rewritten && !p->whole && !p->is_fragment && p->segment.source_port != 0;
    for (size_t i = 0; i < size && p->change_is_known; i++) {
        uint8_t before = 0;
        p->change_is_known = law_packet_byte(laws, p, first + i, &before);
        change += (bytes[i] - before) * ((first + i) % 2 ? 1 : 256);
    }
    p->change = (int32_t)(change % 65535);
}

void law_of_collision(struct laws *laws, const struct event *e, const struct law_packet *p)
{
    if (p->corrupt && p->change_is_known && p->change != 0)
        law_broken(laws, e, "N6", "a checksum that must have noticed did not");
}
