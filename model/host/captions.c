/* Captions watch the journal as a reader, and speak between events, since a reader must not emit. They ask for the
   kinds they wait for only in worlds whose captions somebody reads, and change nothing else. */
#include "model/host/captions.h"

#include "model/host/event_words.h"
#include "sim/journal/memory.h"

struct waiting {
    const struct scenario_caption *caption;
    uint32_t seen;   /* events that matched so far */
    uint64_t due_by; /* the event that was waited for; 0: still waiting */
    bool told;
};

struct captions {
    struct world *world;
    struct waiting *waiting;
    size_t n, n_due;
};

static void on_event(void *context, const struct event *e)
{
    struct captions *captions = context;
    for (size_t i = 0; i < captions->n; i++) {
        struct waiting *waiting = &captions->waiting[i];
        const struct scenario_caption *caption = waiting->caption;
        if (waiting->due_by || caption->kind != e->kind) continue;
        if (!event_says(e, caption->words)) continue;
        if (++waiting->seen < caption->nth) continue;
        waiting->due_by = e->id;
        captions->n_due++;
    }
}

struct captions *captions_new(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    if (scenario->n_captions == 0 || !journal_wants(world->journal, EVENT_CAPTION)) return NULL;
    struct captions *captions = mem_calloc(1, sizeof *captions);
    struct event_mask mask = event_mask_none();
    captions->world = world;
    captions->n = scenario->n_captions;
    captions->waiting = mem_calloc(captions->n, sizeof *captions->waiting);
    for (size_t i = 0; i < captions->n; i++) {
        captions->waiting[i].caption = &scenario->captions[i];
        mask = event_mask_union(mask, event_mask_kind(scenario->captions[i].kind));
    }
    journal_add_reader(world->journal,
                       (struct journal_reader){.mask = mask, .on_event = on_event, .context = captions});
    return captions;
}

void captions_settle(struct captions *captions)
{
    if (!captions || captions->n_due == 0) return;
    for (size_t i = 0; i < captions->n; i++) {
        struct waiting *waiting = &captions->waiting[i];
        if (!waiting->due_by || waiting->told) continue;
        waiting->told = true;
        captions->n_due--;
        journal_set_cause(captions->world->journal, waiting->due_by);
        JOURNAL_EMIT(captions->world->journal, CAPTION, F_INT(ABOUT, waiting->due_by),
                     F_TEXT(TEXT, waiting->caption->say),
                     F_TEXT(CITE, waiting->caption->cite ? waiting->caption->cite : ""));
    }
}

void captions_free(struct captions *captions)
{
    if (!captions) return;
    mem_free(captions->waiting);
    mem_free(captions);
}
