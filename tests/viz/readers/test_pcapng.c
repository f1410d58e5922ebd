/* A journal's capture, read by a parser of our own, by libpcap and by tshark. */
#include "viz/readers/pcapng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LIBPCAP
#include <pcap/pcap.h>
#endif

#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"
#include "sim/journal/vtime.h"
#include "tests/viz/readers/small_journal.h"

/* --- A parser that knows nothing of the writer: every block by its lengths, every option by its code --- */

struct seen_packet {
    char interface[64];
    uint64_t at_ns;
    uint32_t captured, original, flags;
    uint8_t data[2000];
    char comments[200]; /* joined by " / " */
};

struct seen_capture {
    size_t n_interfaces, n_packets, n_names;
    char interfaces[16][64], names[8][64], title[64];
    uint64_t speeds[16];
    struct seen_packet packets[128];
};

static uint32_t u16(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32(const uint8_t *p)
{
    return u16(p) | u16(p + 2) << 16;
}

/* Calls for each option; the list must end with its end mark exactly where the block does. */
static void each_option(const uint8_t *p, const uint8_t *end,
                        void (*on_option)(void *context, uint32_t code, const uint8_t *value, uint32_t size),
                        void *context)
{
    for (;;) {
        cr_assert(end - p >= 4, "options without an end");
        uint32_t code = u16(p), size = u16(p + 2), padded = (size + 3) & ~3u;
        p += 4;
        if (code == 0) break;
        cr_assert(end - p >= (long)padded);
        on_option(context, code, p, size);
        p += padded;
    }
    cr_assert_eq(p, end);
}

static void on_section_option(void *context, uint32_t code, const uint8_t *value, uint32_t size)
{
    struct seen_capture *c = context;
    if (code == 1) snprintf(c->title, sizeof c->title, "%.*s", (int)size, (const char *)value);
}

static void on_interface_option(void *context, uint32_t code, const uint8_t *value, uint32_t size)
{
    struct seen_capture *c = context;
    if (code == 2) snprintf(c->interfaces[c->n_interfaces], 64, "%.*s", (int)size, (const char *)value);
    if (code == 8) c->speeds[c->n_interfaces] = u32(value) | (uint64_t)u32(value + 4) << 32;
    if (code == 9) cr_assert(size == 1 && value[0] == 9, "nanoseconds");
}

static void on_packet_option(void *context, uint32_t code, const uint8_t *value, uint32_t size)
{
    struct seen_packet *p = context;
    size_t used = strlen(p->comments);
    if (code == 1)
        snprintf(p->comments + used, sizeof p->comments - used, "%s%.*s", used ? " / " : "", (int)size,
                 (const char *)value);
    if (code == 2) p->flags = u32(value);
}

static void on_interface(struct seen_capture *c, const uint8_t *body, const uint8_t *end)
{
    cr_assert_eq(u16(body), 228, "LINKTYPE_IPV4");
    cr_assert_lt(c->n_interfaces, 16);
    each_option(body + 8, end, on_interface_option, c);
    c->n_interfaces++;
}

static void on_packet(struct seen_capture *c, const uint8_t *body, const uint8_t *end)
{
    cr_assert_lt(c->n_packets, 128);
    struct seen_packet *p = &c->packets[c->n_packets++];
    uint32_t interface = u32(body);
    cr_assert_lt(interface, c->n_interfaces);
    strcpy(p->interface, c->interfaces[interface]);
    p->at_ns = (uint64_t)u32(body + 4) << 32 | u32(body + 8);
    p->captured = u32(body + 12);
    p->original = u32(body + 16);
    cr_assert(p->captured <= p->original && p->captured <= sizeof p->data);
    memcpy(p->data, body + 20, p->captured);
    each_option(body + 20 + ((p->captured + 3) & ~3u), end, on_packet_option, p);
}

static void on_names(struct seen_capture *c, const uint8_t *p, const uint8_t *end)
{
    for (; u16(p) != 0; p += 4 + ((u16(p + 2) + 3) & ~3u)) {
        cr_assert_eq(u16(p), 1);
        snprintf(c->names[c->n_names++], 64, "%u.%u.%u.%u %s", p[4], p[5], p[6], p[7], (const char *)p + 8);
    }
    cr_assert_eq(p + 4, end);
}

static struct seen_capture *parse(const uint8_t *bytes, size_t size)
{
    struct seen_capture *c = calloc(1, sizeof *c);
    for (size_t at = 0; at < size;) {
        const uint8_t *block = bytes + at;
        cr_assert(size - at >= 12);
        uint32_t length = u32(block + 4);
        cr_assert(length % 4 == 0 && length <= size - at && u32(block + length - 4) == length, "block at %zu", at);
        const uint8_t *body = block + 8, *end = block + length - 4;
        switch (u32(block)) {
        case 0x0a0d0d0a:
            cr_assert(at == 0 && u32(body) == 0x1a2b3c4d && u16(body + 4) == 1);
            each_option(body + 16, end, on_section_option, c);
            break;
        case 1:
            on_interface(c, body, end);
            break;
        case 4:
            on_names(c, body, end);
            break;
        case 6:
            on_packet(c, body, end);
            break;
        default:
            cr_assert_fail("block type %u", u32(block));
        }
        at += length;
    }
    return c;
}

static char path[] = "/tmp/postroad-pcapng-XXXXXX";

/* Writes the capture to `path`. */
static void write_capture(struct event_mask mask, struct pcapng_options options)
{
    strcpy(path + strlen(path) - 6, "XXXXXX");
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    FILE *out = fdopen(fd, "wb");
    struct journal_memory *memory = small_journal_new(mask);
    cr_assert(pcapng_write_chosen(memory, options, out));
    journal_memory_free(memory);
    fclose(out);
}

static struct seen_capture *capture(struct event_mask mask, struct pcapng_options options)
{
    static uint8_t bytes[100000];
    write_capture(mask, options);
    FILE *in = fopen(path, "rb");
    size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    unlink(path);
    return parse(bytes, size);
}

static struct seen_capture *capture_all(void)
{
    return capture(event_mask_all(), pcapng_options_default());
}

static size_t count_at(const struct seen_capture *c, const char *interface)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_packets; i++)
        n += strcmp(c->packets[i].interface, interface) == 0;
    return n;
}

/* The nth packet (from 0) at a tap. */
static const struct seen_packet *packet_at(const struct seen_capture *c, const char *interface, size_t nth)
{
    for (size_t i = 0; i < c->n_packets; i++)
        if (strcmp(c->packets[i].interface, interface) == 0 && nth-- == 0) return &c->packets[i];
    cr_assert_fail("no such packet at %s", interface);
    return NULL;
}

Test(pcapng, each_link_has_two_taps_a_direction_named_after_their_place)
{
    static const char *const expected[] = {
        "alice client>internet tx",         "alice client>internet rx",         "alice internet>client tx",
        "alice internet>client rx",         "b-mail mx1.b.example>internet tx", "b-mail mx1.b.example>internet rx",
        "b-mail internet>mx1.b.example tx", "b-mail internet>mx1.b.example rx",
    };
    struct seen_capture *c = capture_all();
    cr_assert_eq(c->n_interfaces, 8);
    for (size_t i = 0; i < 8; i++)
        cr_assert_str_eq(c->interfaces[i], expected[i]);
    cr_assert(c->speeds[0] == 1000000 && c->speeds[2] == 0, "an unlimited rate is not said");
    cr_assert_str_eq(c->title, "A small world");
    cr_assert_eq(c->n_names, 3);
    cr_assert_str_eq(c->names[2], "10.0.0.3 mx1.b.example");
    free(c);
}

Test(pcapng, the_senders_tap_sees_lost_packets_and_the_receivers_does_not)
{
    struct seen_capture *c = capture_all();
    cr_assert_eq(count_at(c, "alice client>internet tx"), 9, "with the one that found the queue full");
    cr_assert_eq(count_at(c, "alice client>internet rx"), 8);
    cr_assert_eq(count_at(c, "b-mail internet>mx1.b.example tx"), 8);
    cr_assert_eq(count_at(c, "b-mail internet>mx1.b.example rx"), 7);
    cr_assert_eq(count_at(c, "b-mail mx1.b.example>internet tx"), 5);
    cr_assert_eq(count_at(c, "alice internet>client rx"), 5);
    /* Only where it died, and where it is said. */
    cr_assert_str_eq(packet_at(c, "b-mail internet>mx1.b.example tx", 4)->comments, "lost: loss");
    cr_assert_str_eq(packet_at(c, "alice client>internet tx", 4)->comments, "");
    cr_assert_str_eq(packet_at(c, "alice client>internet tx", 5)->comments, "retransmission of packet 8: smtp line");
    cr_assert_str_eq(packet_at(c, "alice client>internet tx", 8)->comments, "lost: queue full");
    free(c);
}

Test(pcapng, times_are_those_of_the_scenario_and_never_run_backwards)
{
    struct seen_capture *c = capture_all();
    uint64_t starts = STARTS * (uint64_t)SECOND;
    /* offered at 10 ms, leaves at 10.5, arrives at 11, leaves at 11.5, arrives at 12 */
    cr_assert_eq(packet_at(c, "alice client>internet tx", 0)->at_ns, starts + 10500 * MICROSECOND);
    cr_assert_eq(packet_at(c, "alice client>internet rx", 0)->at_ns, starts + 11000 * MICROSECOND);
    cr_assert_eq(packet_at(c, "b-mail internet>mx1.b.example tx", 0)->at_ns, starts + 11500 * MICROSECOND);
    cr_assert_eq(packet_at(c, "b-mail internet>mx1.b.example rx", 0)->at_ns, starts + 12000 * MICROSECOND);
    for (size_t i = 1; i < c->n_packets; i++)
        cr_assert_geq(c->packets[i].at_ns, c->packets[i - 1].at_ns);
    cr_assert_eq(packet_at(c, "alice client>internet tx", 0)->flags, 2, "outbound");
    cr_assert_eq(packet_at(c, "alice client>internet rx", 0)->flags, 1, "inbound");
    free(c);
}

Test(pcapng, packets_are_whole_with_good_checksums_and_the_ttl_of_the_hop)
{
    struct seen_capture *c = capture_all();
    for (size_t i = 0; i < c->n_packets; i++) {
        const struct seen_packet *p = &c->packets[i];
        struct ipv4_header ip;
        size_t ip_size;
        cr_assert(ipv4_decode(p->data, p->captured, &ip, &ip_size), "packet %zu", i);
        cr_assert(p->captured == ip.total_length && p->original == ip.total_length);
        cr_assert(ipv4_checksum_is_good(p->data, p->captured));
        const uint8_t *inner = p->data + ip_size;
        size_t inner_size = p->captured - ip_size;
        cr_assert(ip.protocol == IP_PROTOCOL_TCP
                      ? tcp_checksum_is_good(inner, inner_size, ip_of_v4(ip.source), ip_of_v4(ip.destination))
                      : udp_checksum_is_good(inner, inner_size, ip_of_v4(ip.source), ip_of_v4(ip.destination)));
        bool first_link = (ip.source == 0x0a000001) == (strncmp(p->interface, "alice", 5) == 0);
        cr_assert_eq(ip.ttl, first_link ? 64 : 63, "%s: %u", p->interface, ip.ttl);
    }
    /* Put together from two pieces of its stream. */
    const struct seen_packet *ehlo = packet_at(c, "alice client>internet tx", 4);
    cr_assert_eq(ehlo->captured, 20 + 20 + 16);
    cr_assert_arr_eq(ehlo->data + 40, "EHLO a.example\r\n", 16);
    const struct seen_packet *quit = packet_at(c, "b-mail internet>mx1.b.example rx", 5);
    cr_assert_arr_eq(quit->data + 40, "QUIT\r\n", 6);
    free(c);
}

Test(pcapng, one_link_or_one_hosts_taps_can_be_chosen)
{
    struct seen_capture *c = capture(event_mask_all(), (struct pcapng_options){.link = {LINK_B_MAIL}});
    cr_assert_eq(c->n_interfaces, 4);
    cr_assert_str_eq(c->interfaces[0], "b-mail mx1.b.example>internet tx");
    cr_assert_eq(c->n_packets, 5 + 5 + 8 + 7);
    free(c);
    c = capture(event_mask_all(), (struct pcapng_options){.host = {CLIENT}});
    cr_assert_eq(c->n_interfaces, 2);
    cr_assert_str_eq(c->interfaces[0], "alice client>internet tx");
    cr_assert_str_eq(c->interfaces[1], "alice internet>client rx");
    cr_assert_eq(c->n_packets, 9 + 5);
    free(c);
    c = capture(event_mask_all(), (struct pcapng_options){.host = {INTERNET}, .link = {LINK_ALICE}});
    cr_assert_eq(c->n_interfaces, 2);
    cr_assert_eq(c->n_packets, 8 + 5);
    free(c);
}

Test(pcapng, without_the_streams_packets_are_cut_off_after_their_headers)
{
    struct event_mask mask = event_mask_union(event_mask_group(GROUP_WORLD), event_mask_group(GROUP_PACKET));
    struct seen_capture *c = capture(mask, pcapng_options_default());
    const struct seen_packet *ehlo = packet_at(c, "alice client>internet tx", 4);
    cr_assert_eq(ehlo->captured, 40);
    cr_assert_eq(ehlo->original, 56);
    free(c);
    c = capture(event_mask_none(), pcapng_options_default());
    cr_assert(c->n_interfaces == 0 && c->n_packets == 0, "nothing known, nothing said");
    free(c);
}

Test(pcapng, a_full_disk_is_told)
{
    FILE *full = fopen("/dev/full", "wb");
    if (!full) {
        printf("skipped: no /dev/full\n");
        return;
    }
    struct journal_memory *memory = small_journal_new(event_mask_all());
    cr_assert_not(pcapng_write(memory, full));
    journal_memory_free(memory);
    fclose(full);
}

Test(pcapng, libpcap_reads_it)
{
#ifdef HAVE_LIBPCAP
    write_capture(event_mask_all(), pcapng_options_default());
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *in = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
    cr_assert(in, "%s", error);
    cr_assert_eq(pcap_datalink(in), DLT_IPV4);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int n = 0, verdict;
    while ((verdict = pcap_next_ex(in, &header, &bytes)) == 1)
        if (n++ == 0) cr_assert(header->ts.tv_sec == STARTS && header->ts.tv_usec == 10500 * MICROSECOND);
    cr_assert_eq(verdict, PCAP_ERROR_BREAK, "%s", pcap_geterr(in));
    cr_assert_eq(n, 9 + 8 + 8 + 7 + 4 * 5);
    pcap_close(in);
    unlink(path);
#else
    printf("skipped: libpcap not found\n");
#endif
}

static bool have_tshark(void)
{
    if (system("tshark --version >/dev/null 2>&1") == 0) return true;
    printf("skipped: tshark not found\n");
    return false;
}

/* Lines that tshark prints for the capture in `path` with these arguments. */
static const char *tshark(const char *arguments)
{
    static char output[8192];
    char command[1024];
    snprintf(command, sizeof command,
             "tshark -r %s -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE %s 2>&1 | "
             "grep -v '^Running as user'",
             path, arguments);
    FILE *pipe = popen(command, "r");
    cr_assert(pipe);
    size_t n = fread(output, 1, sizeof output - 1, pipe);
    output[n] = '\0';
    pclose(pipe);
    return output;
}

Test(pcapng, tshark_finds_it_clean_and_sees_what_was_said)
{
    if (!have_tshark()) return;
    write_capture(event_mask_all(), pcapng_options_default());
    cr_assert_str_eq(tshark("-Y '_ws.malformed || _ws.unreassembled'"), "");
    cr_assert_str_eq(tshark("-Y 'ip.checksum.status!=1 || tcp.checksum.status!=1 || udp.checksum.status==0'"), "");
    cr_assert_str_eq(tshark("-Y '_ws.expert.severity >= 8388608'"), "");
    cr_assert_str_eq(tshark("-Y 'frame.comment contains \"lost\"' -T fields -e frame.interface_name -e frame.comment"),
                     "b-mail internet>mx1.b.example tx\tlost: loss\nalice client>internet tx\tlost: queue full\n");
    unlink(path);
    write_capture(event_mask_all(), (struct pcapng_options){.host = {CLIENT}});
    cr_assert_str_eq(tshark("-Y tcp.analysis.retransmission -T fields -e frame.comment"),
                     "retransmission of packet 8: smtp line\n");
    cr_assert_str_eq(tshark("-Y 'smtp.req.command' -T fields -e smtp.req.command"), "EHLO\nQUIT\n");
    cr_assert_str_eq(tshark("-Y 'dns.mx.preference' -T fields -e dns.mx.preference -e dns.mx.mail_exchange"),
                     "10\tmx1.b.example\n");
    unlink(path);
    write_capture(event_mask_all(), (struct pcapng_options){.host = {SERVER}});
    cr_assert_str_eq(tshark("-Y tcp.analysis.retransmission"), "", "the server never saw the first one");
    cr_assert_str_eq(tshark("-Y 'smtp.req.command' -T fields -e smtp.req.command"), "EHLO\nQUIT\n");
    unlink(path);
}
