/* Faults by schedule. A fault that begins is an event; its end, `for` later, undoes it. */
#include "model/host/faults.h"

#include "model/host/host.h"

static const struct scenario_direction *direction_of(const struct scenario_link *link, int dir)
{
    return dir == 0 ? &link->out : &link->back;
}

static void set_value(struct link_settings *settings, const struct scenario_fault *fault)
{
    switch (fault->set) {
    case SET_RATE:
        settings->rate_bps = fault->set_value;
        break;
    case SET_DELAY:
        settings->delay_ns = fault->set_value;
        break;
    case SET_LOSS:
        settings->loss_of_2_32 = (uint64_t)fault->set_value;
        break;
    }
}

static void restore_value(struct link_settings *settings, const struct scenario_fault *fault,
                          const struct scenario_direction *written)
{
    switch (fault->set) {
    case SET_RATE:
        settings->rate_bps = written->rate_bps;
        break;
    case SET_DELAY:
        settings->delay_ns = written->delay_ns;
        break;
    case SET_LOSS:
        settings->loss_of_2_32 = written->loss_of_2_32;
        break;
    }
}

static void apply_set(struct world *world, const struct scenario_fault *fault, bool begins)
{
    static const char *const names[] = {[SET_RATE] = "rate", [SET_DELAY] = "delay", [SET_LOSS] = "loss"};
    struct link_id link = {(uint32_t)fault->link + 1};
    for (int dir = 0; dir < 2; dir++) {
        if (fault->dir != 2 && fault->dir != dir) continue;
        struct link_settings settings = network_settings(world->network, link, dir);
        if (begins)
            set_value(&settings, fault);
        else
            restore_value(&settings, fault, direction_of(&world->scenario->links[fault->link], dir));
        network_set_settings(world->network, link, dir, settings, names[fault->set],
                             begins ? fault->set_text : "as before");
    }
}

static void reroute(void *context, uint64_t arg)
{
    (void)arg;
    struct world *world = context;
    network_compute_routes(world->network, "the routers have noticed the change");
}

static void apply_cut(struct world *world, const struct scenario_fault *fault, bool begins)
{
    struct link_id link = {(uint32_t)fault->link + 1};
    network_set_link_up(world->network, link, fault->dir, !begins, begins ? "cut by the scenario" : "mended");
    if (world->scenario->reroute_after_ns != TIME_NEVER)
        engine_at(world->engine, world->engine->now_ns + world->scenario->reroute_after_ns, reroute, world, 0);
}

static void apply(struct world *world, const struct scenario_fault *fault, bool begins)
{
    switch (fault->verb) {
    case FAULT_STOP_HOST:
        host_set_up(&world->hosts[fault->host], !begins, begins ? "stopped by the scenario" : "started again");
        break;
    case FAULT_CUT_LINK:
        apply_cut(world, fault, begins);
        break;
    case FAULT_SET:
        apply_set(world, fault, begins);
        break;
    case FAULT_DROP:  /* sits in the network from the start */
    case FAULT_REPLY: /* asked for by the server's sessions */
        break;
    }
}

static void on_end(void *context, uint64_t index)
{
    struct world *world = context;
    apply(world, &world->scenario->faults[index], false);
}

static void on_begin(void *context, uint64_t index)
{
    struct world *world = context;
    const struct scenario_fault *fault = &world->scenario->faults[index];
    world->faults_to_come--;
    apply(world, fault, true);
    if (fault->for_ns != TIME_NEVER)
        engine_at(world->engine, world->engine->now_ns + fault->for_ns, on_end, world, index);
}

static void add_drop(struct world *world, const struct scenario_fault *fault)
{
    network_add_exact_drop(world->network, (struct exact_drop){.link = {(uint32_t)(fault->link + 1)},
                                                               .dir = fault->dir,
                                                               .pattern = fault,
                                                               .nth = fault->nth,
                                                               .count = fault->count});
}

void faults_schedule(struct world *world)
{
    for (size_t i = 0; i < world->scenario->n_faults; i++) {
        const struct scenario_fault *fault = &world->scenario->faults[i];
        switch (fault->verb) {
        case FAULT_STOP_HOST:
        case FAULT_CUT_LINK:
        case FAULT_SET:
            world->faults_to_come++;
            engine_at(world->engine, fault->at_ns, on_begin, world, i);
            break;
        case FAULT_DROP:
            add_drop(world, fault);
            break;
        case FAULT_REPLY:
            break;
        }
    }
}
