/* What resolvers remember: read off the journal's dns.cache events, backwards from the present. */
#include <string.h>

#include "sim/journal/vtime.h"
#include "viz/story/story_internal.h"

enum { LOOK_BACK = 4000 };

static bool is_listed(const struct story_cached *out, size_t n, const struct event *e)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(out[i].name, event_text(e, FIELD_NAME)) == 0 &&
            strcmp(out[i].qtype, event_text(e, FIELD_QTYPE)) == 0)
            return true;
    return false;
}

/* Each name and type is what its latest change has made of it; one that ran out is listed for the time being, to be
   passed over in what came before. */
size_t story_cache(const struct story *story, size_t host, struct story_cached *out, size_t room)
{
    size_t n = 0, kept = 0, looked = 0;
    for (size_t i = story_so_far(story, story->cache_changes.items, story->cache_changes.count);
         i > 0 && n < room && looked < LOOK_BACK; i--, looked++) {
        size_t event = story->cache_changes.items[i - 1];
        const struct event *e = story_event(story, event);
        if (story_host_by_id(story, (uint32_t)event_int(e, FIELD_HOST)) != host) continue;
        const char *why = event_text(e, FIELD_WHY);
        if (strcmp(why, "emptied") == 0) break;
        if (strcmp(why, "hit") == 0 || is_listed(out, n, e)) continue;
        out[n++] = (struct story_cached){.name = event_text(e, FIELD_NAME),
                                         .qtype = event_text(e, FIELD_QTYPE),
                                         .text = event_text(e, FIELD_TEXT),
                                         .zone = event_text(e, FIELD_ZONE),
                                         .rank = event_text(e, FIELD_RANK),
                                         .event = event,
                                         .expires_ns = e->at_ns + event_int(e, FIELD_TTL) * SECOND};
    }
    for (size_t i = 0; i < n; i++)
        if (out[i].expires_ns > story_now(story)) out[kept++] = out[i];
    return kept;
}
