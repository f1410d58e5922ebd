/* Packets, their way over each link, and where they die. */
#include <math.h>

#include "sim/journal/tr.h"
#include "viz/draw/packet_words.h"
#include "viz/page/page_internal.h"

static void write_packet(const struct page *page, size_t index)
{
    char text[96];
    const struct story_packet *packet = story_packet(page->story, index);
    page_row_begin(page->out);
    page_int(page->out, packet->class);
    page_index(page->out, packet->from);
    page_index(page->out, packet->to);
    page_index(page->out, page->step_of[packet->send_event]);
    page_int(page->out, packet->sent_ns);
    page_after(page->out, packet->end_ns, packet->sent_ns);
    page_index(page->out, packet->fate == STORY_ON_ITS_WAY ? STORY_NONE : page->step_of[packet->end_event]);
    page_text(page->out, packet_words(page->story, index, text, sizeof text));
    page_text(page->out, packet->fate == STORY_LOST ? packet_death_words(page->story, index, text, sizeof text) : "");
    page_int(page->out, packet->size);
    page_row_end(page->out);
}

static void write_hop(const struct page *page, const struct story_hop *hop)
{
    page_row_begin(page->out);
    page_index(page->out, hop->packet);
    page_index(page->out, hop->link);
    page_int(page->out, hop->dir);
    page_int(page->out, hop->sent_ns - story_packet(page->story, hop->packet)->sent_ns);
    page_after(page->out, hop->begins, hop->sent_ns);
    page_after(page->out, hop->arrives, hop->sent_ns);
    page_after(page->out, hop->end_ns, hop->sent_ns);
    page_row_end(page->out);
}

static void write_drop(const struct page *page, const struct story_drop *drop)
{
    page_row_begin(page->out);
    page_index(page->out, drop->packet);
    page_index(page->out, drop->hop);
    page_index(page->out, drop->host);
    page_int(page->out, drop->at_ns);
    page_index(page->out, drop->event);
    page_int(page->out, lround(drop->place * 1000));
    page_row_end(page->out);
}

static void write_classes(const struct page *page)
{
    page_list_begin(page->out, "classes");
    for (enum story_class class = 0; class < STORY_CLASSES; class ++) {
        page_row_begin(page->out);
        page_text(page->out, story_class_name(class));
        page_int(page->out, page->extent == PAGE_WHOLE && story_has_class(page->story, class));
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

void page_write_packets(const struct page *page)
{
    bool whole = page->extent == PAGE_WHOLE;
    write_classes(page);
    page_list_begin(page->out, "packets");
    for (size_t i = 0; whole && i < story_packet_count(page->story); i++)
        write_packet(page, i);
    page_list_end(page->out);
    page_list_begin(page->out, "hops");
    for (size_t i = 0; whole && i < story_hop_count(page->story); i++)
        write_hop(page, story_hop(page->story, i));
    page_list_end(page->out);
    page_list_begin(page->out, "drops");
    for (size_t i = 0; whole && i < story_drop_count(page->story); i++)
        write_drop(page, story_drop(page->story, i));
    page_list_end(page->out);
}
