#include "viz/page/page.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/theme.h"
#include "viz/page/page_assets.h"
#include "viz/page/page_internal.h"

static enum page_extent extent_of(const struct story *story)
{
    enum page_extent extent = PAGE_WHOLE;
    while (extent != PAGE_TOO_BIG && page_count_steps(story, extent) > PAGE_MOST_STEPS)
        extent++;
    return extent;
}

void page_after(struct page_writer *out, int64_t at_ns, int64_t since_ns)
{
    page_int(out, at_ns == TIME_NEVER ? -1 : at_ns - since_ns);
}

/* ---- Colours: those of the window ---- */

static void add_colour(struct text_buffer *css, const char *name, struct colour colour)
{
    text_addf(css, "--%s:#%06x;", name, colour_to_hex(colour));
}

static void add_theme(struct text_buffer *css, const struct theme *t)
{
    const struct {
        const char *name;
        struct colour colour;
    } rows[] = {
        {"paper", t->paper},       {"panel", t->panel},   {"edge", t->edge},           {"grid", t->grid},
        {"ink", t->ink},           {"faint", t->faint},   {"ghost", t->ghost},         {"accent", t->accent},
        {"on", t->on_accent},      {"wire", t->wire},     {"wire-down", t->wire_down}, {"client", t->client},
        {"server", t->server},     {"lost", t->lost},     {"warn", t->warn},           {"good", t->good},
        {"mail", t->mail},         {"bounce", t->bounce}, {"mail-ink", t->mail_ink},   {"icon", t->icon},
        {"icon-ink", t->icon_ink},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        add_colour(css, rows[i].name, rows[i].colour);
    for (size_t i = 0; i < STORY_CLASSES; i++)
        text_addf(css, "--class%zu:#%06x;", i, colour_to_hex(t->class[i]));
}

static void add_themes(struct text_buffer *css)
{
    text_adds(css, ":root{color-scheme:light dark;");
    add_theme(css, theme_of(false));
    text_adds(css, "}\n@media(prefers-color-scheme:dark){:root:not([data-theme=light]){");
    add_theme(css, theme_of(true));
    text_adds(css, "}}\n:root[data-theme=light]{color-scheme:light}\n:root[data-theme=dark]{color-scheme:dark;");
    add_theme(css, theme_of(true));
    text_adds(css, "}\n");
}

/* ---- The page ---- */

static void add_head(struct text_buffer *html, const struct page *page)
{
    const char *title = *story_title(page->story) ? story_title(page->story) : tr("A journey");
    text_adds(html, "<!DOCTYPE html>\n<html lang=\"");
    page_add_html(html, tr("en")); /* the language that the texts are in */
    text_adds(html, "\">\n<head>\n<meta charset=\"utf-8\">\n");
    text_addf(html,
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
              "script-src '%s'; base-uri 'none'; form-action 'none'\">\n",
              page_js_digest);
    text_adds(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"generator\" content=\"postroad " POSTROAD_VERSION "\">\n<title>");
    page_add_html(html, title);
    text_adds(html, "</title>\n<style>\n");
    add_themes(html);
    text_add(html, page_css, page_css_size);
    text_adds(html, "</style>\n</head>\n<body>\n<noscript><p>");
    page_add_html(html, tr("This page draws its pictures by a program in it: please let it run JavaScript. It loads "
                           "nothing from anywhere."));
    text_adds(html, "</p></noscript>\n");
}

static void write_data(const struct page *page)
{
    struct page_writer *out = page->out;
    page_named_text(out, "title", *story_title(page->story) ? story_title(page->story) : tr("A journey"));
    page_named_text(out, "seed", story_seed(page->story));
    page_value(out, "end", story_end_ns(page->story));
    page_value(out, "tellsStarts", story_tells_starts(page->story));
    page_value(out, "starts", story_starts(page->story));
    page_value(out, "extent", page->extent);
    page_write_words(out);
    page_write_world(page);
    page_write_steps(page);
    page_write_packets(page);
    page_write_mails(page);
    page_write_why(page);
    page_write_names(page);
}

static void write_page(const struct page *page, FILE *stream)
{
    struct text_buffer html = {0};
    add_head(&html, page);
    write_data(page);
    text_adds(&html, "<script type=\"application/json\" id=\"run\">");
    const struct text_buffer *data = page_writer_finish(page->out);
    text_add(&html, data->bytes, data->length);
    text_adds(&html, "</script>\n<script>");
    text_add(&html, page_js, page_js_size);
    text_adds(&html, "</script>\n</body>\n</html>\n");
    fwrite(html.bytes, 1, html.length, stream);
    text_free(&html);
}

/* The same as the window's. */
static struct pace *make_pace(const struct journal_memory *journal, const struct classics *classics)
{
    struct pace_reading readings[CLASSICS];
    size_t n = 0;
    for (size_t i = 0; i < classics_count(classics) && n < CLASSICS; i++) {
        const struct classic_moment *moment = classics_at(classics, i);
        if (moment->is_told) readings[n++] = (struct pace_reading){moment->event, strlen(classic_text(moment->kind))};
    }
    return pace_new_with(journal, pace_settings_default(), readings, n, NULL);
}

struct page_report page_write(const struct journal_memory *journal, FILE *stream)
{
    struct story *story = story_new(journal);
    struct page page = {.journal = journal, .story = story, .extent = extent_of(story)};
    struct page_report report = {page.extent, 0, page_count_steps(story, PAGE_WHOLE)};
    if (page.extent != PAGE_TOO_BIG) {
        struct classics *classics = classics_new(story);
        struct pace *pace = make_pace(journal, classics);
        page.classics = classics;
        page.pace = pace;
        page.out = page_writer_new();
        page.step_of = page_number_steps(story, page.extent);
        report.steps = page_count_steps(story, page.extent);
        write_page(&page, stream);
        mem_free(page.step_of);
        page_writer_free(page.out);
        pace_free(pace);
        classics_free(classics);
    }
    story_free(story);
    return report;
}
