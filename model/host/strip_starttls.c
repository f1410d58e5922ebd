/* As those firewalls do: eight letters for eight, so that sequence numbers stay, and a new checksum, so that nothing is
   amiss. Each segment is looked at by itself; a word that two of them share passes unseen. */
#include "model/host/strip_starttls.h"

#include <string.h>
#include <strings.h>

#include "model/host/mail_server.h"
#include "model/host/packets.h"
#include "sim/journal/memory.h"

enum { WORD_BYTES = 8, CHECKSUM_AT = 16 /* in a TCP header */ };
static const char word[] = "STARTTLS", written_over[] = "XXXXXXXA";

static bool is_mail_port(uint16_t port)
{
    return port == SMTP_PORT || port == SUBMISSION_PORT;
}

static bool is_word(const uint8_t *bytes, size_t size)
{
    return size >= WORD_BYTES && strncasecmp((const char *)bytes, word, WORD_BYTES) == 0;
}

/* Where the word stands as a server offers it, "250-STARTTLS" at the beginning of a line, or as a client asks for it;
   SIZE_MAX: nowhere. What else a mail may say is left alone. */
static size_t find_word(const uint8_t *bytes, size_t size, bool by_server)
{
    enum { CODE_BYTES = 4 };
    if (!by_server) return is_word(bytes, size) ? 0 : SIZE_MAX;
    for (size_t at = 0; at + CODE_BYTES + WORD_BYTES <= size; at++) {
        bool begins_line = at == 0 || bytes[at - 1] == '\n';
        bool is_reply = memcmp(bytes + at, "250-", CODE_BYTES) == 0 || memcmp(bytes + at, "250 ", CODE_BYTES) == 0;
        if (begins_line && is_reply && is_word(bytes + at + CODE_BYTES, size - at - CODE_BYTES)) return at + CODE_BYTES;
    }
    return SIZE_MAX;
}

/* All from the checksum to the end of what was changed. */
static void tell(const struct host *router, struct packet *packet, size_t at)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    struct journal *journal = router->world->journal;
    if (!journal_wants(journal, EVENT_PACKET_REWRITE)) return;
    uint8_t *bytes = mem_alloc(packet->size_bytes);
    size_t size = packets_encode(packet, bytes, packet->size_bytes);
    size_t payload = size - ip->tcp.length, from = payload - packets_transport_header_size(ip) + CHECKSUM_AT;
    const struct event_field fields[] = {
        F_INT(PACKET, packet->id),  F_INT(HOST, router->id.n),
        F_INT(PLACE, from),         F_BLOB(BYTES, bytes + from, payload + at + WORD_BYTES - from),
        F_TEXT(TEXT, written_over), F_TEXT(WHY, "STARTTLS written over")};
    packet->cause = journal_emit(journal, EVENT_PACKET_REWRITE, fields, sizeof fields / sizeof fields[0]);
    mem_free(bytes);
}

void strip_starttls(struct host *router, struct packet *packet)
{
    struct ip_packet *ip = ip_packet_of(packet);
    if (ip->raw || ip->ip.protocol != IP_PROTOCOL_TCP || ip_is_fragment(&ip->ip) || !ip->payload) return;
    bool by_server = is_mail_port(ip->tcp.source_port);
    if (!by_server && !is_mail_port(ip->tcp.destination_port)) return;
    size_t size = ip->tcp.length;
    uint8_t *bytes = mem_alloc(size + 1);
    byte_stream_read(ip->payload, ip->payload_offset, bytes, size);
    size_t at = find_word(bytes, size, by_server);
    if (at != SIZE_MAX) {
        memcpy(bytes + at, written_over, WORD_BYTES);
        byte_stream_drop(ip->payload);
        packets_own_payload(ip, bytes, size);
        tell(router, packet, at);
    }
    mem_free(bytes);
}
