#include "viz/draw/gallery_search.h"

#include <stdio.h>
#include <string.h>

#include "viz/draw/gallery_internal.h"
#include "viz/story/wanted_words.h"

enum { CARD_BYTES = 1200 }; /* of all its words */

bool gallery_card_has(const struct gallery_card *card, const char *words)
{
    char all[CARD_BYTES], small[CARD_BYTES], wanted[GALLERY_SEARCH_BYTES];
    snprintf(all, sizeof all, "%s\n%s\n%s", card->title, card->name ? card->name : "", card->sentence);
    wanted_small_letters(all, small, sizeof small);
    wanted_small_letters(words, wanted, sizeof wanted);
    char *rest = NULL;
    for (char *word = strtok_r(wanted, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!strstr(small, word)) return false;
    return true;
}

/* Who was selected stays so where it is still there. */
static void look(struct gallery *g)
{
    struct gallery_search *s = &g->search;
    s->n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (gallery_card_has(&g->items[i].card, s->text)) s->found[s->n++] = i;
    if (s->n > 0 && gallery_search_place(g, g->selected) == s->n) g->selected = s->found[0];
    g->follows = true;
}

void gallery_search_mark(struct gallery *g)
{
    g->search.all = *g->search.text != '\0';
}

void gallery_search_begin(struct gallery *g)
{
    g->search.open = true;
    gallery_search_mark(g);
}

static void erase_marked(struct gallery_search *s)
{
    if (s->all) s->text[0] = 0;
    s->all = false;
}

void gallery_search_end(struct gallery *g)
{
    g->search.open = g->search.all = false;
    g->search.text[0] = 0;
    look(g);
}

void gallery_search_write(struct gallery *g, const char *text)
{
    struct gallery_search *s = &g->search;
    erase_marked(s);
    size_t n = strlen(s->text), more = strlen(text);
    if (n + more < sizeof s->text) memcpy(s->text + n, text, more + 1);
    look(g);
}

void gallery_search_erase(struct gallery *g)
{
    char *text = g->search.text;
    size_t n = strlen(text);
    g->search.open = n > 0;
    if (g->search.all) n = 1; /* all of it goes */
    g->search.all = false;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    if (n > 0) text[n - 1] = 0;
    look(g);
}

size_t gallery_search_place(const struct gallery *g, size_t card)
{
    size_t i = 0;
    while (i < g->search.n && g->search.found[i] != card)
        i++;
    return i;
}
