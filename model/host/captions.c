/* Captions watch the journal as a reader, and speak between events, since a reader must not emit. They ask for the
   kinds they wait for only in worlds whose captions somebody reads, and change nothing else. */
#include "model/host/captions.h"

#include <string.h>

#include "model/host/event_words.h"
#include "sim/journal/memory.h"

struct waiting {
    const struct scenario_caption *caption;
    uint32_t seen;           /* events that matched so far */
    uint64_t due_by;         /* the event that was waited for; 0: still waiting */
    int64_t at_ns, since_ns; /* what it says of the next attempt; when its mail was written */
    bool told;
};

struct captions {
    struct world *world;
    struct waiting *waiting;
    size_t n, n_due;
    bool tells_age;
    int64_t *written_ns; /* by message, where an age is told */
    size_t n_written;
};

static void note_writing(struct captions *captions, const struct event *e)
{
    size_t message = (size_t)event_int(e, FIELD_MESSAGE);
    if (message >= captions->n_written) {
        size_t n = 2 * message + 16;
        captions->written_ns = mem_realloc(captions->written_ns, n * sizeof *captions->written_ns);
        for (size_t i = captions->n_written; i < n; i++)
            captions->written_ns[i] = 0;
        captions->n_written = n;
    }
    captions->written_ns[message] = e->at_ns;
}

static int64_t written_ns(const struct captions *captions, const struct event *e)
{
    if (!captions->tells_age || !event_has(e->kind, FIELD_MESSAGE)) return 0;
    bool has_parent =
        event_has(e->kind, FIELD_PARENT) && event_int(e, FIELD_PARENT) > 0; /* a report is about another */
    size_t message = (size_t)event_int(e, has_parent ? FIELD_PARENT : FIELD_MESSAGE);
    return message < captions->n_written ? captions->written_ns[message] : 0;
}

static void on_event(void *context, const struct event *e)
{
    struct captions *captions = context;
    if (captions->tells_age && e->kind == EVENT_MAIL_COMPOSE) note_writing(captions, e);
    for (size_t i = 0; i < captions->n; i++) {
        struct waiting *waiting = &captions->waiting[i];
        const struct scenario_caption *caption = waiting->caption;
        if (waiting->due_by || caption->kind != e->kind) continue;
        if (!event_says(e, caption->words)) continue;
        if (++waiting->seen < caption->nth) continue;
        waiting->due_by = e->id;
        waiting->at_ns = event_has(e->kind, FIELD_AT) ? event_int(e, FIELD_AT) : 0;
        waiting->since_ns = written_ns(captions, e);
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
        captions->tells_age |= strstr(scenario->captions[i].say, "{age}") != NULL;
    }
    if (captions->tells_age) mask = event_mask_union(mask, event_mask_kind(EVENT_MAIL_COMPOSE));
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
                     F_TEXT(CITE, waiting->caption->cite ? waiting->caption->cite : ""), F_INT(AT, waiting->at_ns),
                     F_INT(SINCE, waiting->since_ns));
    }
}

void captions_free(struct captions *captions)
{
    if (!captions) return;
    mem_free(captions->waiting);
    mem_free(captions->written_ns);
    mem_free(captions);
}
