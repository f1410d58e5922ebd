/* What resolvers remember, change by change. Which lines of the dialogue belong to one walk stands with the lines. */
#include <string.h>

#include "viz/page/page_internal.h"

/* As page_data.js numbers them; a hit changes nothing. */
enum { CACHE_PUT, CACHE_GONE, CACHE_EMPTIED, CACHE_SAME };

static int change_of(const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    return !strcmp(why, "put")       ? CACHE_PUT
           : !strcmp(why, "hit")     ? CACHE_SAME
           : !strcmp(why, "emptied") ? CACHE_EMPTIED
                                     : CACHE_GONE;
}

void page_write_names(const struct page *page)
{
    page_list_begin(page->out, "cache");
    for (size_t i = 0; page->extent < PAGE_WITHOUT_LINES && i < story_event_count(page->story); i++) {
        const struct event *e = story_event(page->story, i);
        if (e->kind != EVENT_DNS_CACHE || change_of(e) == CACHE_SAME) continue;
        page_row_begin(page->out);
        page_index(page->out, story_host_by_id(page->story, (uint32_t)event_int(e, FIELD_HOST)));
        page_index(page->out, i);
        page_int(page->out, e->at_ns);
        page_int(page->out, change_of(e));
        page_text(page->out, event_text(e, FIELD_NAME));
        page_text(page->out, event_text(e, FIELD_QTYPE));
        page_text(page->out, event_text(e, FIELD_TEXT));
        page_int(page->out, event_int(e, FIELD_TTL));
        page_row_end(page->out);
    }
    page_list_end(page->out);
}
