/* What the first line of a timeline can set. */
#include "tests/model/tcp/timeline_settings.h"

#include <string.h>

#include "tests/model/tcp/timeline_notation.h"

struct timeline_ends timeline_ends_default(void)
{
    struct timeline_ends e = {
        .opening = {.local_port = 49152, .remote_port = 25, .iss = 100000, .mss = 1000, .ts_epoch = UINT16_MAX},
        .config = tcp_config_default(),
        .next_iss = 100000,
        .peer_iss = 700000,
        .peer_mss = 1000,
        .peer_window = 65535};
    e.config.nagle = false;
    return e;
}

static bool set_flavour(struct timeline_ends *e, const char *value)
{
    for (int i = 0; i < TCP_FLAVOURS; i++) {
        if (strcmp(tcp_flavour_text((enum tcp_flavour)i), value) != 0) continue;
        e->config.flavour = (enum tcp_flavour)i;
        return true;
    }
    return false;
}

static bool setting_by_word(struct timeline_ends *e, const char *name, const char *value)
{
    struct {
        const char *name;
        bool *setting;
    } switches[] = {{"nagle", &e->config.nagle},
                    {"sack", &e->config.sack},
                    {"timestamps", &e->config.timestamps},
                    {"scaling", &e->config.window_scaling},
                    {"rack", &e->config.rack},
                    {"tlp", &e->config.tlp}};
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (strcmp(name, switches[i].name) == 0) return *switches[i].setting = true, strcmp(value, "on") == 0;
    if (strcmp(name, "flavour") == 0) return set_flavour(e, value);
    if (strcmp(name, "personality") != 0 || strcmp(value, "linux") != 0) return false;
    tcp_config_set_linux(&e->config);
    return true;
}

static bool setting_of_keep_alive(struct timeline_ends *e, const char *name, const char *value)
{
    uint32_t n = 0;
    int64_t ns = 0;
    bool is_number = timeline_number(value, &n), is_time = timeline_time(value, &ns);
    if (strcmp(name, "keep-alive") == 0) return e->config.keep_alive_idle_ns = ns, is_time;
    if (strcmp(name, "keep-alive-interval") == 0) return e->config.keep_alive_interval_ns = ns, is_time;
    if (strcmp(name, "keep-alive-probes") == 0) return e->config.keep_alive_probes = (uint8_t)n, is_number;
    if (strcmp(name, "r1") == 0) return e->config.r1_retransmissions = (uint8_t)n, is_number;
    return false;
}

bool timeline_setting(struct timeline_ends *e, const char *name, const char *value)
{
    uint32_t n = 0;
    int64_t ns = 0;
    bool is_number = timeline_number(value, &n), is_time = timeline_time(value, &ns);
    if (strcmp(name, "smss") == 0) return e->opening.mss = (uint16_t)n, e->peer_mss = n, is_number;
    if (strcmp(name, "peer-mss") == 0) return e->peer_mss = n, is_number;
    if (strcmp(name, "cwnd") == 0) return e->cwnd = n, is_number;
    if (strcmp(name, "ssthresh") == 0) return e->ssthresh = n, is_number;
    if (strcmp(name, "window") == 0) return e->peer_window = n, is_number;
    if (strcmp(name, "buffer") == 0) return e->config.receive_buffer = n, is_number;
    if (strcmp(name, "iw") == 0) return e->config.initial_window_segments = (uint16_t)n, is_number;
    if (strcmp(name, "iss") == 0) return e->opening.iss = n, is_number;
    if (strcmp(name, "next-iss") == 0) return e->next_iss = n, is_number;
    if (strcmp(name, "peer-iss") == 0) return e->peer_iss = n, is_number;
    if (strcmp(name, "delack") == 0) return e->config.delayed_ack_ns = ns, is_time;
    if (strcmp(name, "rto-min") == 0) return e->config.rto_min_ns = ns, is_time;
    if (strcmp(name, "rto-initial") == 0) return e->config.rto_initial_ns = ns, is_time;
    if (strcmp(name, "msl") == 0) return e->config.msl_ns = ns, is_time;
    if (strcmp(name, "r2") == 0) return e->config.data_r2_ns = ns, is_time;
    if (strcmp(name, "rtt") == 0) return e->rtt_ns = ns, is_time;
    if (strcmp(name, "syn-r2") == 0) return e->config.syn_r2_ns = ns, is_time;
    if (strcmp(name, "mtu-probing") == 0) return e->config.mtu_probing = true, strcmp(value, "on") == 0;
    if (strcmp(name, "peer-wscale") == 0) return e->peer_shift = n, is_number;
    return setting_by_word(e, name, value) || setting_of_keep_alive(e, name, value);
}
