/* The laws of mail: where every (message, recipient) is. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

static bool is_one_of(const char *state, const char *const *states, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(state, states[i]) == 0) return true;
    return false;
}

/* The host has the mail and must see to it. */
static bool is_held(const char *state)
{
    static const char *const held[] = {"outbox", "queued", "active", "deferred", "delivered"};
    return is_one_of(state, held, sizeof held / sizeof *held);
}

static bool is_end(const char *state)
{
    static const char *const ends[] = {"delivered", "picked up", "bounced", "discarded", "expanded"};
    return is_one_of(state, ends, sizeof ends / sizeof *ends);
}

static struct law_pair *pair_of(struct laws *laws, uint64_t key)
{
    size_t index = index_map_get(&laws->pair_index, key);
    if (index == SIZE_MAX) {
        index = laws->n_pairs++;
        laws->pairs = mem_realloc(laws->pairs, laws->n_pairs * sizeof *laws->pairs);
        laws->pairs[index] = (struct law_pair){0};
        index_map_put(&laws->pair_index, key, index);
    }
    return &laws->pairs[index];
}

/* Never SIZE_MAX, which would be no state. */
static size_t state_number(const char *state)
{
    return law_hash_text(1, state) >> 1;
}

static void law_of_states(struct laws *laws, const struct event *e, uint64_t pair_key)
{
    uint64_t key = law_hash_text(law_hash(pair_key, (uint64_t)event_int(e, FIELD_HOST)), event_text(e, FIELD_QUEUE_ID));
    const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_TO);
    /* Not a holding: a mail to oneself may be fetched while it still waits to be sent again, or be fetched twice. */
    if (strcmp(to, "picked up") == 0) return;
    size_t state = index_map_get(&laws->states, key);
    if (from[0] == '\0') {
        if (state != SIZE_MAX) law_broken(laws, e, "M1", "the host has this mail already");
    } else if (state != state_number(from)) {
        law_broken(laws, e, "M1", "it was not %s", from);
    }
    index_map_put(&laws->states, key, state_number(to));
}

static void law_of_holding(struct laws *laws, const struct event *e, uint64_t pair_key)
{
    struct law_pair *pair = pair_of(laws, pair_key);
    const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_TO);
    if (is_held(to) && !is_held(from)) pair->holders++;
    if (!is_held(to) && is_held(from)) {
        if (pair->holders == 0)
            law_broken(laws, e, "M2", "nobody held it");
        else
            pair->holders--;
    }
    size_t excuse = index_map_get(&laws->accounts, law_deceived_key(event_int(e, FIELD_MESSAGE)));
    if (excuse == SIZE_MAX) excuse = LAWS_JUDGED;
    law_counts(laws, LAWS_COUNT_M2, (enum laws_excuse)excuse);
    if (is_end(to) || excuse) pair->ended = true;
    if (pair->holders == 0 && !pair->ended) law_broken(laws, e, "M2", "nobody holds it any more");
}

void laws_of_mail(struct laws *laws, const struct event *e)
{
    if (e->kind != EVENT_MAIL_STATE) return;
    uint64_t pair_key =
        law_hash_text(law_hash(7, (uint64_t)event_int(e, FIELD_MESSAGE)), event_text(e, FIELD_RECIPIENT));
    law_of_states(laws, e, pair_key);
    law_of_holding(laws, e, pair_key);
}
