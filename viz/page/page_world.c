/* Hosts with their places on the map, links, and how both change. */
#include <math.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/map_plan.h"
#include "viz/page/page_internal.h"

enum { PLACES = 1000 }; /* parts of the map's width and height */

static void write_hosts(const struct page *page)
{
    size_t n = story_host_count(page->story);
    struct point *places = mem_calloc(n + 1, sizeof *places);
    map_places(page->story, places);
    page_list_begin(page->out, "hosts");
    for (size_t i = 0; i < n; i++) {
        struct story_host host = story_host(page->story, i);
        char address[80];
        uint32_t a = host.address;
        snprintf(address, sizeof address, "%u.%u.%u.%u%s%s", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255,
                 *host.address6 ? ", " : "", host.address6);
        page_row_begin(page->out);
        page_text(page->out, host.name);
        page_int(page->out, host.role);
        page_text(page->out, host.text);
        page_text(page->out, address);
        page_int(page->out, lround(places[i].x * PLACES));
        page_int(page->out, lround(places[i].y * PLACES));
        page_row_end(page->out);
    }
    page_list_end(page->out);
    mem_free(places);
}

static void write_links(const struct page *page)
{
    page_list_begin(page->out, "links");
    for (size_t i = 0; i < story_link_count(page->story); i++) {
        struct story_link link = story_link(page->story, i);
        page_row_begin(page->out);
        page_text(page->out, link.name);
        page_index(page->out, link.ends[0]);
        page_index(page->out, link.ends[1]);
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

static void begin_change(const struct page *page, size_t of, size_t event)
{
    page_row_begin(page->out);
    page_index(page->out, of);
    page_index(page->out, event);
    page_int(page->out, story_event_time(page->story, event));
}

/* "disk full · clock 5 min behind"; why it is down. */
static void host_words(const struct story_host *host, char *text, size_t size)
{
    size_t n = 0;
    snprintf(text, size, "%s", host->up ? "" : host->why);
    for (enum story_trouble i = 0; host->up && i < STORY_TROUBLES && n < size; i++)
        if (*host->trouble[i])
            n += (size_t)snprintf(text + n, size - n, "%s%s %s", n ? " · " : "", tr(story_trouble_name(i)),
                                  tr(host->trouble[i]));
}

static void write_host_change(const struct page *page, size_t event)
{
    const struct event *e = story_event(page->story, event);
    if (e->kind != EVENT_HOST_STATE && e->kind != EVENT_HOST_TROUBLE) return;
    size_t index = story_host_by_id(page->story, (uint32_t)event_int(e, FIELD_HOST));
    if (index == STORY_NONE) return;
    char text[160];
    struct story_host host = story_host(page->story, index);
    host_words(&host, text, sizeof text);
    begin_change(page, index, event);
    page_int(page->out, host.up);
    page_text(page->out, text);
    page_row_end(page->out);
}

static void write_link_change(const struct page *page, size_t event)
{
    const struct event *e = story_event(page->story, event);
    if (e->kind != EVENT_LINK_ADD && e->kind != EVENT_LINK_STATE && e->kind != EVENT_LINK_VALUE) return;
    size_t index = story_link_by_id(page->story, (uint32_t)event_int(e, FIELD_LINK));
    if (index == STORY_NONE) return;
    char text[160];
    struct story_link link = story_link(page->story, index);
    begin_change(page, index, event);
    page_int(page->out, link.up[0] | link.up[1] << 1);
    page_text(page->out, map_link_text(&link, text, sizeof text));
    page_row_end(page->out);
}

static void write_changes(const struct page *page, const char *list,
                          void (*write)(const struct page *page, size_t event))
{
    page_list_begin(page->out, list);
    for (size_t i = 0; i < story_event_count(page->story); i++) {
        story_seek_event(page->story, i);
        write(page, i);
    }
    page_list_end(page->out);
}

void page_write_world(const struct page *page)
{
    story_seek(page->story, story_end_ns(page->story));
    write_hosts(page);
    write_links(page);
    write_changes(page, "hostChanges", write_host_change);
    write_changes(page, "linkChanges", write_link_change);
}
