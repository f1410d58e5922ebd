/* A timer that moves later keeps its event in the queue and looks again when that comes; most deadlines move on before
   they fall due, so that most of them cost nothing. */
#include "model/host/wake.h"

#include "model/host/hindered.h"

void wake_init(struct wake *wake, struct host *host, const char *name, void (*fn)(void *context), void *context)
{
    *wake = (struct wake){.host = host,
                          .name = name,
                          .fn = fn,
                          .context = context,
                          .at_ns = TIME_NEVER,
                          .scheduled_ns = TIME_NEVER,
                          .rings_ns = TIME_NEVER};
}

static uint64_t emit(const struct wake *wake, enum event_kind kind, bool with_time)
{
    struct journal *journal = wake->host->world->journal;
    if (!journal_wants(journal, kind)) return journal_cause(journal);
    const struct event_field fields[] = {F_INT(HOST, wake->host->id.n), F_INT(CONN, wake->conn.n),
                                         F_INT(MESSAGE, wake->message.n), F_TEXT(NAME, wake->name),
                                         F_INT(AT, wake->at_ns)};
    return journal_emit(journal, kind, fields, with_time ? 5 : 4);
}

static void on_event(void *context, uint64_t arg);

static void schedule(struct wake *wake, int64_t at_ns)
{
    wake->scheduled_ns = at_ns;
    wake->handle = engine_at(wake->host->world->engine, at_ns, on_event, wake, 0);
}

/* A slow or paused program does not look yet. When it does, what it has read meanwhile may have moved the timer. */
static bool is_late(struct wake *wake)
{
    int64_t now_ns = wake->host->world->engine->now_ns, rings_ns = hindered_rings_ns(wake->host);
    if (wake->rings_ns != TIME_NEVER && wake->rings_ns <= now_ns && wake->host->paused_until_ns <= now_ns) {
        wake->rings_ns = TIME_NEVER;
        return false;
    }
    wake->rings_ns = rings_ns;
    if (rings_ns != TIME_NEVER) schedule(wake, rings_ns);
    return true;
}

static void on_event(void *context, uint64_t arg)
{
    (void)arg;
    struct wake *wake = context;
    struct world *world = wake->host->world;
    wake->scheduled_ns = TIME_NEVER;
    if (wake->at_ns == TIME_NEVER) return;
    if (wake->at_ns > world->engine->now_ns) {
        schedule(wake, wake->at_ns);
        return;
    }
    if (wake->host->is_hindered && is_late(wake)) return;
    journal_set_cause(world->journal, wake->set_event);
    wake->at_ns = TIME_NEVER;
    journal_set_cause(world->journal, emit(wake, EVENT_TIMER_FIRE, false));
    wake->fn(wake->context);
}

void wake_set(struct wake *wake, int64_t at_ns)
{
    struct world *world = wake->host->world;
    if (at_ns < world->engine->now_ns) at_ns = world->engine->now_ns; /* due already, as when a session outlasted a wait */
    if (at_ns == wake->at_ns) return;
    if (at_ns == TIME_NEVER) {
        JOURNAL_EMIT(world->journal, TIMER_CANCEL, F_INT(ABOUT, wake->set_event), F_INT(HOST, wake->host->id.n),
                     F_INT(CONN, wake->conn.n), F_INT(MESSAGE, wake->message.n), F_TEXT(NAME, wake->name));
        wake->at_ns = TIME_NEVER;
        return;
    }
    wake->at_ns = at_ns;
    wake->rings_ns = TIME_NEVER;
    wake->set_event = emit(wake, EVENT_TIMER_SET, true);
    if (wake->scheduled_ns <= at_ns) return;
    if (wake->scheduled_ns != TIME_NEVER) engine_cancel(world->engine, wake->handle);
    schedule(wake, at_ns);
}

void wake_forget(struct wake *wake)
{
    if (wake->host && !wake->host->world->ended) wake_set(wake, TIME_NEVER);
    if (wake->host && wake->scheduled_ns != TIME_NEVER) engine_cancel(wake->host->world->engine, wake->handle);
    wake->scheduled_ns = wake->at_ns = TIME_NEVER;
}
