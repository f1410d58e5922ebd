/* A sender that hears nothing more waits until a timer runs out. Without the loss it would not have waited, but neither
   would its window have shrunk: so what is said from one run is an estimate. Where acknowledgements told of the gap,
   others were on their way all the time, and nothing can be said without another run: the mail may even have come
   later. */
#include "viz/draw/why_losses.h"

#include <string.h>

#include "viz/draw/packet_words.h"
#include "viz/draw/why_words.h"

static bool only_a_timer_noticed(const struct story *s, const struct story_packet *p)
{
    const char *why = p->repeated_by == STORY_NONE ? "" : story_packet(s, p->repeated_by)->why;
    return !strcmp(why, "retransmission timeout") || !strcmp(why, "tail loss probe");
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The act that would have let it arrive; false: there is none. */
static bool act_that_spares(const struct story *s, size_t packet, struct act_line *act)
{
    struct act_line offers[OFFERS_MAX];
    size_t n = what_if_offers(s, (struct selection){ACT_PACKET, packet}, offers);
    if (n == 0 || strncmp(offers[0].line, "{\"spare\"", 8) != 0) return false;
    *act = offers[0];
    return true;
}

/* The next loss on a link, of any interval from *interval on; STORY_NONE: no more. */
struct walk {
    const struct story *story;
    const struct delay_interval *intervals;
    size_t n, interval, drop;
    bool begun; /* in this interval */
};

static size_t next_loss(struct walk *w)
{
    for (; w->interval < w->n; w->interval++, w->begun = false) {
        const struct delay_interval *i = &w->intervals[w->interval];
        if (!w->begun) w->drop = story_drops_after(w->story, i->from_ns - 1);
        w->begun = true;
        for (size_t lost; (lost = why_next_loss(w->story, i, &w->drop)) != STORY_NONE;)
            if (story_drop(w->story, lost)->hop != STORY_NONE) return lost;
    }
    return STORY_NONE;
}

struct why_losses why_losses_of(const struct story *s, const struct delay_interval *intervals, size_t n)
{
    struct why_losses losses = {0};
    struct walk walk = {.story = s, .intervals = intervals, .n = n};
    struct act_line act;
    int64_t counted_ns = 0; /* up to there */
    for (size_t lost; (lost = next_loss(&walk)) != STORY_NONE;) {
        const struct story_packet *p = story_packet(s, story_drop(s, lost)->packet);
        const struct delay_interval *i = &intervals[walk.interval];
        losses.n++;
        losses.can_be_spared += act_that_spares(s, story_drop(s, lost)->packet, &act);
        if (!only_a_timer_noticed(s, p)) continue;
        losses.n_timed++;
        int64_t from_ns = later(later(p->sent_ns, i->from_ns), counted_ns),
                to_ns = p->sent_ns + why_resent_after_ns(s, lost);
        if (to_ns > i->to_ns) to_ns = i->to_ns;
        if (to_ns <= from_ns) continue;
        losses.waited_ns += to_ns - from_ns;
        counted_ns = to_ns;
    }
    return losses;
}

size_t why_losses_acts(const struct story *s, const struct delay_interval *intervals, size_t n, struct act_line *acts,
                       size_t room)
{
    struct walk walk = {.story = s, .intervals = intervals, .n = n};
    size_t found = 0;
    for (size_t lost; found < room && (lost = next_loss(&walk)) != STORY_NONE;)
        found += act_that_spares(s, story_drop(s, lost)->packet, &acts[found]);
    return found;
}
