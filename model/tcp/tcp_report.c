/* The doors: each sets a variable and tells the journal. To find all causes of a change, search for the door's name. */
#include <assert.h>
#include <stdio.h>

#include "model/tcp/tcp_internal.h"

const char *tcp_state_text(enum tcp_state state)
{
    static const char *const names[] = {
        [TCP_CLOSED] = "CLOSED",           [TCP_LISTEN] = "LISTEN",
        [TCP_SYN_SENT] = "SYN-SENT",       [TCP_SYN_RECEIVED] = "SYN-RECEIVED",
        [TCP_ESTABLISHED] = "ESTABLISHED", [TCP_FIN_WAIT_1] = "FIN-WAIT-1",
        [TCP_FIN_WAIT_2] = "FIN-WAIT-2",   [TCP_CLOSE_WAIT] = "CLOSE-WAIT",
        [TCP_CLOSING] = "CLOSING",         [TCP_LAST_ACK] = "LAST-ACK",
        [TCP_TIME_WAIT] = "TIME-WAIT",
    };
    assert((size_t)state < sizeof names / sizeof names[0]);
    return names[state];
}

void tcp_enter_state(struct tcp_conn *c, enum tcp_state next, const char *why)
{
    assert((enum tcp_state)c->state != next);
    if (c->wants_states) {
        JOURNAL_EMIT(c->journal, TCP_STATE, F_INT(CONN, c->conn.n), F_INT(HOST, c->host.n),
                     F_TEXT(FROM, tcp_state_text((enum tcp_state)c->state)), F_TEXT(TO, tcp_state_text(next)),
                     F_TEXT(WHY, why));
    }
    c->state = (uint8_t)next;
}

void tcp_set_cwnd(struct tcp_conn *c, uint32_t cwnd, uint32_t ssthresh, const char *why)
{
    assert(cwnd >= c->smss);
    bool same = cwnd == c->cwnd && ssthresh == c->ssthresh;
    c->cwnd = cwnd;
    c->ssthresh = ssthresh;
    if (!c->wants_vars || same) return;
    c->vars_changed = true;
    c->vars_why = why;
}

void tcp_changed(struct tcp_conn *c, const char *why)
{
    if (!c->wants_vars || c->vars_changed) return;
    c->vars_changed = true;
    c->vars_why = why;
}

void tcp_report_vars(struct tcp_conn *c)
{
    if (!c->vars_changed) return;
    c->vars_changed = false;
    JOURNAL_EMIT(c->journal, TCP_VARS, F_INT(CONN, c->conn.n), F_INT(HOST, c->host.n), F_INT(SND_UNA, c->snd_una),
                 F_INT(SND_NXT, c->snd_nxt), F_INT(SND_WND, c->snd_wnd), F_INT(RCV_NXT, c->rcv_nxt),
                 F_INT(RCV_WND, c->rcv_wnd), F_INT(CWND, c->cwnd), F_INT(SSTHRESH, c->ssthresh),
                 F_INT(FLIGHT_SIZE, tcp_flight_size(c)), F_INT(SRTT, c->srtt_ns), F_INT(RTTVAR, c->rttvar_ns),
                 F_INT(RTO, c->rto_ns), F_TEXT(WHY, c->vars_why), F_INT(PIPE, tcp_pipe(c)));
}

void tcp_report_settings(const struct tcp_conn *c)
{
    if (!journal_wants(c->journal, EVENT_TCP_SETTINGS)) return;
    const struct tcp_config *config = c->config;
    const struct {
        bool on;
        const char *name;
    } options[] = {{config->sack, "sack"},
                   {config->timestamps, "timestamps"},
                   {config->window_scaling, "window scaling"},
                   {config->rack, "rack"},
                   {config->tlp, "tlp"},
                   {config->nagle, "nagle"}};
    char text[64] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].on)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "", options[i].name);
    JOURNAL_EMIT(c->journal, TCP_SETTINGS, F_INT(CONN, c->conn.n), F_INT(HOST, c->host.n),
                 F_TEXT(NAME, c->congestion->name), F_TEXT(TEXT, text),
                 F_INT(RECEIVE_BUFFER, c->config->receive_buffer));
}
