/* A packet's way over one direction of a link.

   What is asked of a packet that is offered, in this order: is the link up, is the packet small enough, was it chosen
   to be dropped, is there room, is it unlucky, is it held up; and then whether there shall be two of it. A packet that
   is chosen or unlucky still takes its place in the queue and on the wire, and dies at the instant at which it would
   have arrived: whoever listens at the sender's end sees it go, as on a real wire.

   As a rule all of this is asked when the packet is offered, and a hop is one event. Step by step (link_direction.h) a
   packet that waits is told of by link.queue, and whether it is unlucky is asked when it begins to leave. Each question
   has draws of its own, by the packet's identity, so that no fault changes the luck of another (law 6). */
#include "sim/network_internal.h"
#include "sim/random.h"

/* Whether a packet is lost was drawn before there were other questions, under the link's own name. */
enum draw_purpose { DRAW_LOSS, DRAW_BURST, DRAW_JITTER, DRAW_REORDER, DRAW_DUPLICATE, DRAW_CORRUPT, DRAW_BITS };

static struct journal *journal_of(const struct wire *wire)
{
    return wire->network->engine->journal;
}

static uint64_t luck_for(const struct wire *wire, enum draw_purpose purpose)
{
    return purpose == DRAW_LOSS ? wire->luck : random_hash_mix(wire->luck, purpose);
}

static inline uint64_t draw_with(uint64_t key, const struct packet_identity *identity)
{
    uint64_t which = random_hash_mix(identity->flow, identity->unit);
    uint64_t nth = (uint64_t)identity->copy << 32 | identity->transmission;
    return random_draw_with(key, which, nth);
}

static uint64_t draw_for(const struct wire *wire, const struct packet *packet, enum draw_purpose purpose)
{
    return draw_with(random_key(wire->network->engine->seed, luck_for(wire, purpose)), &packet->identity);
}

/* The questions */

static bool is_chosen_by(struct exact *exact, const struct wire *wire, const struct packet *packet)
{
    const struct exact_drop *drop = &exact->drop;
    /* Where no link is named, a packet is counted once, on its first link. */
    if (drop->link.n ? drop->link.n != wire->link.n : packet->from.n != wire->from.n) return false;
    if (drop->dir != 2 && drop->dir != wire->dir) return false;
    if (drop->packet) return drop->packet == packet->id;
    if (!packet->ops || !packet->ops->matches || !packet->ops->matches(packet, drop->pattern)) return false;
    exact->seen++;
    return exact->seen >= drop->nth && exact->seen - drop->nth < drop->count;
}

/* All are asked, so that each keeps its count. */
static enum packet_fate exact_fate(const struct wire *wire, const struct packet *packet)
{
    bool dropped = false, spared = false;
    for (size_t i = 0; i < wire->network->n_exacts; i++) {
        bool chosen = is_chosen_by(&wire->network->exacts[i], wire, packet);
        *(wire->network->exacts[i].drop.spares ? &spared : &dropped) |= chosen;
    }
    return spared ? FATE_ARRIVES : dropped ? FATE_LOST_EXACT : FATE_OPEN;
}

static bool should_drop_from_head(struct wire *wire, const struct transit *head)
{
    struct link_direction *d = &wire->direction;
    int64_t now_ns = wire->network->engine->now_ns;
    if (d->settings.codel.interval_ns == 0) return false;
    return codel_should_drop(&wire->codel, &d->settings.codel, now_ns,
                             (struct codel_head){.sojourn_ns = now_ns - head->departs_ns,
                                                 .behind_bytes = d->queued_bytes - head->size_bytes,
                                                 .mtu_bytes = d->settings.mtu_bytes});
}

static bool is_in_burst(struct wire *wire, const struct packet *packet, int64_t begins_ns)
{
    const struct link_burst *burst = &wire->direction.settings.burst;
    if (burst->kind == BURST_PER_PACKET)
        return gilbert_meets_bad(&wire->gilbert, burst, draw_for(wire, packet, DRAW_BURST));
    return gilbert_is_bad_at(&wire->gilbert, burst, wire->network->engine->seed, luck_for(wire, DRAW_BURST), begins_ns);
}

static bool should_lose(struct wire *wire, const struct packet *packet, int64_t begins_ns)
{
    const struct link_settings *settings = &wire->direction.settings;
    uint64_t chance = settings->loss_of_2_32;
    if (settings->burst.kind != BURST_NONE && is_in_burst(wire, packet, begins_ns))
        chance = settings->burst.bad_loss_of_2_32;
    return chance != 0 && random_chance(draw_for(wire, packet, DRAW_LOSS), chance);
}

static bool should_corrupt(const struct wire *wire, const struct packet *packet)
{
    uint64_t chance = wire->direction.settings.corrupt_of_2_32;
    return chance != 0 && packet->ops && packet->ops->corrupt &&
           random_chance(draw_for(wire, packet, DRAW_CORRUPT), chance);
}

static bool should_reorder(const struct wire *wire, const struct packet *packet)
{
    uint64_t chance = wire->direction.settings.reorder_of_2_32;
    return chance != 0 && random_chance(draw_for(wire, packet, DRAW_REORDER), chance);
}

static bool should_duplicate(const struct wire *wire, const struct packet *packet)
{
    uint64_t chance = wire->direction.settings.duplicate_of_2_32;
    return chance != 0 && packet->ops && packet->ops->copied &&
           random_chance(draw_for(wire, packet, DRAW_DUPLICATE), chance);
}

static enum packet_fate draw_fate(struct wire *wire, const struct packet *packet, int64_t begins_ns)
{
    if (should_lose(wire, packet, begins_ns)) return FATE_LOST_CHANCE;
    return should_corrupt(wire, packet) ? FATE_CORRUPTED : FATE_ARRIVES;
}

/* Uniform from 0 to the jitter; the remainder of 64 bits favours none by more than one in millions. */
static int64_t draw_jitter(const struct wire *wire, const struct packet *packet)
{
    uint64_t jitter_ns = (uint64_t)wire->direction.settings.jitter_ns;
    return jitter_ns ? (int64_t)(draw_for(wire, packet, DRAW_JITTER) % (jitter_ns + 1)) : 0;
}

/* Ends */

static void die(struct wire *wire, struct packet *packet, const char *why, uint64_t *count)
{
    struct journal *journal = journal_of(wire);
    ++*count;
    wire->direction.totals.bytes_lost += packet->size_bytes;
    uint64_t cause = journal_set_cause(journal, packet->cause);
    packet->cause = JOURNAL_EMIT(journal, LINK_DROP, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir),
                                 F_INT(PACKET, packet->id), F_TEXT(WHY, why));
    journal_set_cause(journal, cause);
    packet_drop(wire->network->pool, packet);
}

static void deliver(struct wire *wire, struct packet *packet)
{
    struct network *network = wire->network;
    struct journal *journal = network->engine->journal;
    wire->direction.totals.delivered++;
    wire->direction.totals.bytes_delivered += packet->size_bytes;
    if (journal_wants(journal, EVENT_LINK_DELIVER)) {
        journal_set_cause(journal, packet->cause);
        packet->cause = JOURNAL_EMIT(journal, LINK_DELIVER, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir),
                                     F_INT(PACKET, packet->id), F_INT(HOST, wire->to.n));
    }
    journal_set_cause(journal, packet->cause);
    const struct host *host = host_of(network, wire->to);
    host->arrival(host->context, packet, wire->link);
}

static void corrupt(struct wire *wire, struct packet *packet)
{
    struct journal *journal = journal_of(wire);
    wire->direction.totals.corrupted++;
    journal_set_cause(journal, packet->cause);
    packet->cause = JOURNAL_EMIT(journal, LINK_CORRUPT, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir),
                                 F_INT(PACKET, packet->id));
    journal_set_cause(journal, packet->cause);
    packet->ops->corrupt(packet, draw_for(wire, packet, DRAW_BITS));
}

/* Whether anything is left to be delivered of a packet that does not simply arrive. */
static bool survives(struct wire *wire, struct packet *packet, enum packet_fate fate)
{
    struct link_totals *totals = &wire->direction.totals;
    switch (fate) {
    case FATE_CORRUPTED:
        corrupt(wire, packet);
        return true;
    case FATE_ARRIVES:
        return true;
    case FATE_LOST_CHANCE:
        die(wire, packet, "loss", &totals->lost_chance);
        return false;
    case FATE_LOST_EXACT:
        die(wire, packet, "exact", &totals->lost_exact);
        return false;
    case FATE_OPEN:
        assert(false && "what waits for its turn has no arrival");
    }
    return false;
}

static void on_arrival(void *context, uint64_t aside);

enum { IN_ORDER = 0 }; /* else it was set aside: its index there + 1 */

/* Of those that keep their order only the next is expected, so that what is on its way is in one queue, not in two. */
static void expect_next(struct wire *wire)
{
    const struct transit *next = link_direction_first(&wire->direction);
    wire->expects = next != NULL;
    if (next)
        wire->arrival =
            engine_at_because(wire->network->engine, next->arrives_ns, next->packet->cause, on_arrival, wire, IN_ORDER);
}

static void on_arrival(void *context, uint64_t aside)
{
    struct wire *wire = context;
    struct link_direction *d = &wire->direction;
    struct packet *packet;
    enum packet_fate fate;
    if (aside != IN_ORDER || !link_direction_first_departed(d))
        link_direction_advance(d, wire->network->engine->now_ns);
    wire->network->in_flight--;
    if (aside == IN_ORDER) {
        const struct transit *transit = link_direction_first(d);
        packet = transit->packet;
        fate = (enum packet_fate)transit->fate;
        link_direction_pass(d);
        expect_next(wire);
    } else {
        struct aside taken = link_direction_take_aside(d, (size_t)aside - 1);
        packet = taken.packet;
        fate = (enum packet_fate)taken.fate;
    }
    if (fate == FATE_ARRIVES || survives(wire, packet, fate)) deliver(wire, packet);
}

/* On the wire */

static void tell_times(struct wire *wire, struct packet *packet, const struct transit_times *times, const char *why)
{
    struct journal *journal = journal_of(wire);
    uint64_t cause = journal_set_cause(journal, packet->cause);
    packet->cause =
        JOURNAL_EMIT(journal, LINK_RETIME, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir), F_INT(PACKET, packet->id),
                     F_INT(BEGINS, times->begins_ns), F_INT(DEPARTS, times->departs_ns),
                     F_INT(ARRIVES, times->arrives_ns), F_TEXT(WHY, why));
    journal_set_cause(journal, cause);
}

static void tell_send(struct wire *wire, struct packet *packet, const struct transit_times *times)
{
    struct journal *journal = journal_of(wire);
    uint64_t cause = journal_set_cause(journal, packet->cause);
    packet->cause =
        JOURNAL_EMIT(journal, LINK_SEND, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir), F_INT(PACKET, packet->id),
                     F_INT(QUEUED, wire->direction.queued_bytes), F_INT(BEGINS, times->begins_ns),
                     F_INT(DEPARTS, times->departs_ns), F_INT(ARRIVES, times->arrives_ns));
    journal_set_cause(journal, cause);
}

/* It arrives in its turn, or later than those behind it. */
static void let_arrive(struct wire *wire, struct transit *transit, struct transit_times *times)
{
    struct packet *packet = transit->packet;
    struct link_direction *d = &wire->direction;
    if (!should_reorder(wire, packet)) {
        if (!wire->expects) expect_next(wire);
        return;
    }
    d->totals.reordered++;
    times->arrives_ns += d->settings.reorder_by_ns;
    tell_times(wire, packet, times, "reordered");
    size_t index = link_direction_set_aside(d, transit);
    d->aside[index].arrival =
        engine_at_because(wire->network->engine, times->arrives_ns, packet->cause, on_arrival, wire, index + 1);
}

static bool should_lose_evenly(const struct wire *wire, const struct packet *packet)
{
    return wire->loses &&
           random_chance(draw_with(wire->loss_key, &packet->identity), wire->direction.settings.loss_of_2_32);
}

/* All that most packets need. */
static void put_plainly(struct wire *wire, struct packet *packet)
{
    struct transit_times times;
    int64_t now_ns = wire->network->engine->now_ns;
    bool is_told = journal_wants(journal_of(wire), EVENT_LINK_SEND);
    if (is_told) link_direction_advance(&wire->direction, now_ns); /* how much is queued is told, too */
    enum packet_fate fate = should_lose_evenly(wire, packet) ? FATE_LOST_CHANCE : FATE_ARRIVES;
    struct transit *transit = link_direction_put(&wire->direction, now_ns, packet->size_bytes, 0, &times);
    transit->packet = packet;
    transit->fate = (uint8_t)fate;
    wire->network->in_flight++;
    if (is_told) tell_send(wire, packet, &times);
    if (!wire->expects) expect_next(wire);
}

static void put_by_chance(struct wire *wire, struct packet *packet, enum packet_fate fate)
{
    struct link_direction *d = &wire->direction;
    struct transit_times times;
    int64_t now_ns = wire->network->engine->now_ns;
    if (fate == FATE_OPEN) fate = draw_fate(wire, packet, link_direction_begins(d, now_ns));
    struct transit *transit = link_direction_put(d, now_ns, packet->size_bytes, draw_jitter(wire, packet), &times);
    transit->packet = packet;
    transit->fate = (uint8_t)fate;
    wire->network->in_flight++;
    tell_send(wire, packet, &times);
    let_arrive(wire, transit, &times);
}

/* Step by step */

static bool is_plain(const struct link_direction *d)
{
    const struct link_settings *s = &d->settings;
    return d->up && !d->stepped && !s->jitter_ns && s->burst.kind == BURST_NONE && !s->duplicate_of_2_32 &&
           !s->reorder_of_2_32 && !s->corrupt_of_2_32;
}

static void drop_next(struct wire *wire, const struct transit *transit)
{
    struct packet *packet = transit->packet;
    link_direction_drop_next(&wire->direction);
    wire->network->in_flight--;
    die(wire, packet, "codel", &wire->direction.totals.lost_codel);
}

static void on_turn(void *context, uint64_t arg);

static void begin_next(struct wire *wire, struct transit *transit)
{
    struct engine *engine = wire->network->engine;
    struct packet *packet = transit->packet;
    struct transit_times times;
    bool told = transit->told;
    if (transit->fate == FATE_OPEN) transit->fate = (uint8_t)draw_fate(wire, packet, engine->now_ns);
    link_direction_begin(&wire->direction, engine->now_ns, draw_jitter(wire, packet), &times);
    if (told)
        tell_times(wire, packet, &times, "values changed");
    else
        tell_send(wire, packet, &times);
    let_arrive(wire, transit, &times);
    wire->turn = engine_at(engine, times.departs_ns, on_turn, wire, 0);
}

/* The transmitter is free. */
static void on_turn(void *context, uint64_t arg)
{
    (void)arg;
    struct wire *wire = context;
    struct link_direction *d = &wire->direction;
    struct transit *next;
    wire->turn = (struct event_handle){0};
    link_direction_advance(d, wire->network->engine->now_ns);
    while ((next = link_direction_next(d))) {
        if (!should_drop_from_head(wire, next)) {
            begin_next(wire, next);
            return;
        }
        drop_next(wire, next);
    }
    codel_on_empty(&wire->codel);
    d->stepped = d->settings.codel.interval_ns != 0;
    wire->plain = is_plain(d);
}

static void wait_for_turn(struct wire *wire, struct packet *packet, enum packet_fate fate)
{
    struct link_direction *d = &wire->direction;
    struct engine *engine = wire->network->engine;
    struct transit *transit = link_direction_wait(d, engine->now_ns, packet->size_bytes);
    transit->packet = packet;
    transit->fate = (uint8_t)fate;
    wire->network->in_flight++;
    if (!wire->turn.slot) {
        on_turn(wire, 0);
        return;
    }
    uint64_t cause = journal_set_cause(engine->journal, packet->cause);
    packet->cause = JOURNAL_EMIT(engine->journal, LINK_QUEUE, F_INT(LINK, wire->link.n), F_INT(DIR, wire->dir),
                                 F_INT(PACKET, packet->id), F_INT(QUEUED, d->queued_bytes));
    journal_set_cause(engine->journal, cause);
}

/* Offered */

static bool accept(struct wire *wire, struct packet *packet, enum packet_fate fate)
{
    bool chosen = fate == FATE_LOST_EXACT;
    struct link_direction *d = &wire->direction;
    struct link_totals *totals = &d->totals;
    if (!link_direction_has_room(d, packet->size_bytes)) {
        die(wire, packet, chosen ? "exact" : "queue full", chosen ? &totals->lost_exact : &totals->lost_queue);
        return false;
    }
    if (d->stepped)
        wait_for_turn(wire, packet, fate);
    else
        put_by_chance(wire, packet, fate);
    return true;
}

/* The copy goes right behind the packet. Its identity tells which link made it, so that each has its own luck. */
static void duplicate(struct wire *wire, const struct packet *packet)
{
    struct network *network = wire->network;
    struct packet *copy = packet_copy(network->pool, packet);
    copy->identity.copy = (uint32_t)random_hash_mix(packet->identity.copy, wire->luck) | 1;
    wire->direction.totals.duplicated++;
    wire->direction.totals.bytes_offered += copy->size_bytes;
    uint64_t cause = journal_set_cause(network->engine->journal, packet->cause);
    copy->cause = JOURNAL_EMIT(network->engine->journal, LINK_DUPLICATE, F_INT(LINK, wire->link.n),
                               F_INT(DIR, wire->dir), F_INT(PACKET, copy->id), F_INT(ORIGINAL, packet->id));
    journal_set_cause(network->engine->journal, cause);
    accept(wire, copy, FATE_OPEN);
}

static void accept_once_or_twice(struct wire *wire, struct packet *packet, enum packet_fate fate)
{
    if (!should_duplicate(wire, packet)) {
        accept(wire, packet, fate);
        return;
    }
    packet_hold(packet);
    if (accept(wire, packet, fate)) duplicate(wire, packet);
    packet_drop(wire->network->pool, packet);
}

static void send_with_care(struct wire *wire, struct packet *packet)
{
    struct network *network = wire->network;
    struct link_direction *direction = &wire->direction;
    struct link_totals *totals = &direction->totals;
    if (!direction->up) {
        die(wire, packet, "link down", &totals->lost_down);
        return;
    }
    if (packet->size_bytes > direction->settings.mtu_bytes) {
        die(wire, packet, "larger than mtu", &totals->lost_mtu);
        return;
    }
    accept_once_or_twice(wire, packet, network->n_exacts ? exact_fate(wire, packet) : FATE_OPEN);
}

void network_send(struct network *network, struct link_id link, struct host_id from, struct packet *packet)
{
    struct wire *wire = wire_from(network, link, from);
    struct link_direction *direction = &wire->direction;
    if (!packet->cause) packet->cause = journal_cause(network->engine->journal);
    direction->totals.offered++;
    direction->totals.bytes_offered += packet->size_bytes;
    bool plain = wire->plain && !network->n_exacts && packet->size_bytes <= direction->limit_packet_bytes;
    /* Where there is room even with those that may have departed since, nobody asks which have. */
    if (!plain || !link_direction_has_room(direction, packet->size_bytes))
        link_direction_advance(direction, network->engine->now_ns);
    if (plain && link_direction_has_room(direction, packet->size_bytes))
        put_plainly(wire, packet);
    else
        send_with_care(wire, packet);
}

/* Changes while it runs */

static bool has_the_same_loss(const struct link_settings *a, const struct link_settings *b)
{
    return a->loss_of_2_32 == b->loss_of_2_32 && a->burst.kind == b->burst.kind &&
           a->burst.bad_loss_of_2_32 == b->burst.bad_loss_of_2_32 &&
           a->burst.good_to_bad_of_2_32 == b->burst.good_to_bad_of_2_32 &&
           a->burst.bad_to_good_of_2_32 == b->burst.bad_to_good_of_2_32 && a->burst.step_ns == b->burst.step_ns;
}

/* Its arrival is forgotten. Per packet it has moved the state of bursts already, and keeps what that brought it. */
static void open_fate(struct wire *wire, struct transit *transit, bool same_loss)
{
    struct link_direction *d = &wire->direction;
    if (!transit->packet) {
        struct aside taken = link_direction_take_aside(d, (size_t)transit->arrives_ns);
        engine_cancel(wire->network->engine, taken.arrival);
        transit->packet = taken.packet;
        transit->fate = taken.fate;
    }
    transit->told = true;
    transit->departs_ns = wire->network->engine->now_ns; /* CoDel counts from now on */
    bool keeps = transit->fate == FATE_LOST_EXACT || (same_loss && d->settings.burst.kind == BURST_PER_PACKET);
    if (!keeps) transit->fate = FATE_OPEN;
}

static void forget_arrival(struct wire *wire)
{
    if (wire->expects) engine_cancel(wire->network->engine, wire->arrival);
    wire->expects = false;
}

static void go_stepped(struct wire *wire, bool same_loss)
{
    struct engine *engine = wire->network->engine;
    struct link_direction *d = &wire->direction;
    link_direction_go_stepped(d);
    d->last_arrival_ns = engine->now_ns;
    for (uint64_t i = d->first; i < d->first_waiting; i++)
        if (link_direction_at(d, i)->packet) d->last_arrival_ns = link_direction_at(d, i)->arrives_ns;
    forget_arrival(wire);
    expect_next(wire);
    for (uint64_t i = d->first_waiting; i < d->end; i++)
        open_fate(wire, link_direction_at(d, i), same_loss);
    if (d->first_queued < d->first_waiting) wire->turn = engine_at(engine, d->transmitter_free_ns, on_turn, wire, 0);
}

void wire_set(struct wire *wire, struct link_settings settings)
{
    struct link_direction *d = &wire->direction;
    bool same_loss = has_the_same_loss(&d->settings, &settings);
    link_direction_set(d, settings);
    wire->loses = settings.loss_of_2_32 != 0;
    link_direction_advance(d, wire->network->engine->now_ns);
    if (!same_loss) wire->gilbert = (struct gilbert){0};
    if (settings.codel.interval_ns == 0) wire->codel = (struct codel){0};
    bool any_waits = d->end > d->first_queued + 1;
    if (!d->stepped && (any_waits || settings.codel.interval_ns)) go_stepped(wire, same_loss);
    wire->plain = is_plain(d);
}

static void end_by_force(struct wire *wire, struct packet *packet, const char *why)
{
    wire->network->in_flight--;
    if (why)
        die(wire, packet, why, &wire->direction.totals.lost_down);
    else
        packet_drop(wire->network->pool, packet);
}

void wire_empty(struct wire *wire, const char *why)
{
    struct link_direction *d = &wire->direction;
    struct transit transit;
    forget_arrival(wire);
    while (link_direction_take(d, &transit))
        end_by_force(wire, transit.packet, why);
    for (size_t i = 0; i < d->n_aside; i++) {
        if (!d->aside[i].packet) continue;
        struct aside taken = link_direction_take_aside(d, i);
        engine_cancel(wire->network->engine, taken.arrival);
        end_by_force(wire, taken.packet, why);
    }
    d->transmitter_free_ns = d->last_arrival_ns = wire->network->engine->now_ns;
    engine_cancel(wire->network->engine, wire->turn);
    wire->turn = (struct event_handle){0};
    codel_on_empty(&wire->codel);
    d->stepped = d->settings.codel.interval_ns != 0;
    wire->plain = is_plain(d);
}
