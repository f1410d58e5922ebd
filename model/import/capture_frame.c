/* Link types of tcpdump.org/linktypes.html that IP is carried on: Ethernet with VLAN tags (IEEE 802.1Q, 802.1ad), Linux
   cooked of both versions, raw IP, BSD loopback. */
#include "model/import/capture_frame.h"

#include "model/import/import_bytes.h"

enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW_BSD = 12,
    LINK_RAW_OPENBSD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_COOKED = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_COOKED_2 = 276
};
enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd, TYPE_VLAN = 0x8100, TYPE_QINQ = 0x88a8, TYPE_QINQ_OLD = 0x9100 };
enum { COOKED_OUTGOING = 4, VLAN_TAGS_MAX = 4 };

static enum capture_frame_kind by_version(const struct capture_frame *frame, size_t at)
{
    if (frame->captured <= at) return FRAME_OTHER;
    unsigned version = frame->bytes[at] >> 4;
    return version == 4 || version == 6 ? FRAME_IP : FRAME_OTHER;
}

/* What follows a type of Ethernet that stands at `type`, its content at `at`. */
static enum capture_frame_kind by_ether_type(const struct capture_frame *frame, size_t type, struct capture_carried *c)
{
    for (int tags = 0; tags <= VLAN_TAGS_MAX; tags++) {
        if (frame->captured < c->at) return FRAME_OTHER;
        unsigned what = import_get_16(frame->bytes + type, true);
        if (what == TYPE_IPV4 || what == TYPE_IPV6) return by_version(frame, c->at);
        if (what != TYPE_VLAN && what != TYPE_QINQ && what != TYPE_QINQ_OLD) return FRAME_OTHER;
        type = c->at + 2;
        c->at += 4;
    }
    return FRAME_OTHER;
}

enum capture_frame_kind capture_frame_look(const struct capture_frame *frame, struct capture_carried *c)
{
    *c = (struct capture_carried){.direction = frame->direction};
    switch (frame->link_type) {
    case LINK_ETHERNET:
        c->at = 14;
        return by_ether_type(frame, 12, c);
    case LINK_COOKED:
        c->at = 16;
        if (frame->captured < c->at) return FRAME_OTHER;
        if (import_get_16(frame->bytes, true) == COOKED_OUTGOING) c->direction = CAPTURED_OUTBOUND;
        return by_ether_type(frame, 14, c);
    case LINK_COOKED_2:
        c->at = 20;
        if (frame->captured < c->at) return FRAME_OTHER;
        c->interface = import_get_32(frame->bytes + 4, true);
        if (frame->bytes[10] == COOKED_OUTGOING) c->direction = CAPTURED_OUTBOUND;
        return by_ether_type(frame, 0, c);
    case LINK_NULL:
    case LINK_LOOP:
        c->at = 4;
        return by_version(frame, c->at);
    case LINK_RAW:
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
    case LINK_IPV4:
    case LINK_IPV6:
        return by_version(frame, 0);
    }
    return FRAME_UNKNOWN_LINK;
}
