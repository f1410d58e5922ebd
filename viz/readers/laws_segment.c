/* What the law checker reads from the header bytes of a packet: its own reading, for it shares no code with the stack
   that it judges. IPv4 (RFC 791 3.1) or IPv6 without extension headers (RFC 8200 3), then TCP (RFC 9293 3.1). */
#include <string.h>

#include "viz/readers/laws_internal.h"

static uint32_t number(const uint8_t *at, int bytes)
{
    uint32_t n = 0;
    while (bytes-- > 0)
        n = n << 8 | *at++;
    return n;
}

static void read_sack(const uint8_t *option, struct law_segment *s)
{
    for (int at = 2; at + 8 <= option[1] && s->n_sack < LAW_SACK_MAX; at += 8) {
        s->sack[s->n_sack].left = number(option + at, 4);
        s->sack[s->n_sack++].right = number(option + at + 4, 4);
    }
}

/* RFC 9293 3.2, RFC 2018 3, RFC 7323 2.2 and 3.2. */
static void read_options(const uint8_t *at, const uint8_t *end, struct law_segment *s)
{
    while (at < end && *at != 0) {
        if (*at == 1) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at) return;
        if (at[0] == 2 && at[1] == 4) s->mss = number(at + 2, 2);
        if (at[0] == 3 && at[1] == 3) s->scales = true, s->shift = at[2] < 14 ? at[2] : 14;
        if (at[0] == 5) read_sack(at, s);
        if (at[0] == 4 && at[1] == 2) s->permits_sack = true;
        if (at[0] == 8 && at[1] == 10) {
            s->has_timestamps = true;
            s->ts_val = number(at + 2, 4);
            s->ts_ecr = number(at + 6, 4);
        }
        at += at[1];
    }
}

/* Where TCP begins, or NULL. */
static const uint8_t *transport_of(const uint8_t *bytes, size_t size, uint8_t *ttl)
{
    if (size >= 20 && bytes[0] >> 4 == 4) {
        size_t header = (size_t)(bytes[0] & 15) * 4;
        *ttl = bytes[8];
        bool fragment = number(bytes + 6, 2) & 0x1fff;
        return bytes[9] == 6 && !fragment && header + 20 <= size ? bytes + header : NULL;
    }
    if (size >= 40 && bytes[0] >> 4 == 6) {
        *ttl = bytes[7];
        return bytes[6] == 6 && size >= 60 ? bytes + 40 : NULL;
    }
    return NULL;
}

bool law_segment_of(const struct event *e, struct law_segment *s)
{
    size_t size;
    const uint8_t *bytes = (const uint8_t *)event_bytes(e, FIELD_HEADER, &size);
    memset(s, 0, sizeof *s);
    const uint8_t *tcp = transport_of(bytes, size, &s->ttl);
    if (!tcp) return false;
    s->source_port = (uint16_t)number(tcp, 2);
    s->destination_port = (uint16_t)number(tcp + 2, 2);
    s->seq = number(tcp + 4, 4);
    s->ack = number(tcp + 8, 4);
    s->flags = tcp[13] & 63;
    s->window = number(tcp + 14, 2);
    s->length = (uint32_t)event_int(e, FIELD_LENGTH);
    s->extent = s->length + (s->flags & LAW_SYN ? 1 : 0) + (s->flags & LAW_FIN ? 1 : 0);
    const uint8_t *end = tcp + (tcp[12] >> 4) * 4;
    if (end <= bytes + size) read_options(tcp + 20, end, s);
    return true;
}
