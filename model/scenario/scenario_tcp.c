/* "tcp", at the top and on a host: how TCP behaves. */
#include <string.h>

#include "model/scenario/loader.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const struct key_rule tcp_keys[] = {
    {"flavour", NULL},        {"sack", NULL},
    {"timestamps", NULL},     {"window_scaling", NULL},
    {"rack", NULL},           {"tlp", NULL},
    {"mtu_probing", NULL},    {"delayed_ack", NULL},
    {"nagle", NULL},          {"initial_window", NULL},
    {"receive_buffer", NULL}, {"rto_min", NULL},
    {"timers", NULL},         {"user_timeout", NULL},
    {"keep_alive", NULL},     {"ecn", "leave it out: a full queue drops, and marks nothing"},
};

struct tcp_config loader_tcp_default(void)
{
    struct tcp_config config = tcp_config_default();
    tcp_config_set_flavour(&config, TCP_FLAVOUR_CUBIC); /* as the hosts of today */
    config.receive_buffer = 256 * 1024;
    config.data_r2_ns = 900 * SECOND; /* as Linux, nearly; RFC 9293 3.8.3 asks for 100 s at least */
    return config;
}

static void load_flavour(const struct spot *object, struct tcp_config *config)
{
    struct choice flavours[TCP_FLAVOURS];
    size_t flavour;
    for (size_t i = 0; i < TCP_FLAVOURS; i++)
        flavours[i] = (struct choice){tcp_flavour_text((enum tcp_flavour)i), NULL};
    if (want_choice(object, "flavour", flavours, TCP_FLAVOURS, &flavour))
        tcp_config_set_flavour(config, (enum tcp_flavour)flavour);
}

static void load_timers(const struct spot *object, struct tcp_config *config)
{
    static const struct choice kinds[] = {{"rfc", NULL}, {"linux", NULL}};
    size_t kind;
    if (want_choice(object, "timers", kinds, 2, &kind) && kind == 1) tcp_config_set_linux(config);
    want_duration(object, "rto_min", MILLISECOND, MINUTE, &config->rto_min_ns);
    want_duration(object, "user_timeout", SECOND, 30 * DAY, &config->data_r2_ns);
    struct spot keep_alive = spot_key(object, "keep_alive");
    bool off = cJSON_IsFalse(keep_alive.json) ||
               (cJSON_IsString(keep_alive.json) && strcmp(keep_alive.json->valuestring, "off") == 0);
    if (off)
        spot_refuse(&keep_alive, tr("leave it out: nothing is probed then"), tr("%s is not a duration"),
                    checks_value(keep_alive.checks, keep_alive.json));
    else
        want_duration(object, "keep_alive", SECOND, 30 * DAY, &config->keep_alive_idle_ns);
}

static void load_windows(const struct spot *object, struct tcp_config *config)
{
    int64_t window = config->initial_window_segments, buffer = config->receive_buffer;
    struct spot spot = spot_key(object, "initial_window");
    bool given = want_integer(object, "initial_window", 1, 100, &window);
    if (given && config->flavour == TCP_FLAVOUR_STOP_AND_WAIT && window != 1)
        spot_refuse(&spot, tr("leave it out"), tr("%lld is more than the one segment of \"stop-and-wait\""),
                    (long long)window);
    spot = spot_key(object, "receive_buffer");
    if (want_size(object, "receive_buffer", 1460, INT64_C(1) << 30, &buffer) && buffer > UINT16_MAX &&
        !config->window_scaling)
        spot_refuse(&spot, tr("write \"window_scaling\": true beside it, or \"65535 B\""),
                    tr("without window scaling a window is at most 65535 B"));
    config->initial_window_segments = (uint16_t)window;
    config->receive_buffer = (uint32_t)buffer;
}

static void check_recovery(const struct spot *object, const struct tcp_config *config)
{
    static const char *const keys[] = {"rack", "tlp"};
    for (size_t i = 0; i < 2; i++) {
        struct spot spot = spot_key(object, keys[i]);
        if (cJSON_IsTrue(spot.json) && (!config->sack || config->flavour < TCP_FLAVOUR_SACK))
            spot_refuse(&spot, tr("write \"flavour\": \"sack\" or \"cubic\", with \"sack\" on"),
                        tr("\"%s\" works by what SACK tells"), keys[i]);
    }
}

/* A flavour brings the options of its time; what is written beside it comes after. */
void load_tcp(const struct spot *up, struct tcp_config *config)
{
    struct spot object;
    if (!want_object(up, "tcp", &object)) return;
    CHECK_KEYS(&object, tcp_keys);
    load_flavour(&object, config);
    load_timers(&object, config);
    want_flag(&object, "sack", &config->sack);
    want_flag(&object, "timestamps", &config->timestamps);
    want_flag(&object, "window_scaling", &config->window_scaling);
    want_flag(&object, "rack", &config->rack);
    want_flag(&object, "tlp", &config->tlp);
    want_flag(&object, "mtu_probing", &config->mtu_probing);
    want_flag(&object, "nagle", &config->nagle);
    bool delayed_ack = config->delayed_ack_ns > 0;
    if (want_flag(&object, "delayed_ack", &delayed_ack))
        config->delayed_ack_ns = delayed_ack ? loader_tcp_default().delayed_ack_ns : 0;
    load_windows(&object, config);
    check_recovery(&object, config);
}
