#include "viz/draw/thumbnail.h"

#include <math.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "viz/draw/map_view.h"
#include "viz/story/pace.h"

struct thumbnail {
    struct journal_memory *journal;
    struct story *story;
    struct pace *pace;
    struct map_plan *plan;
    int64_t screen_ns, telling_ns;
    bool rests;
};

/* The first loss or refusal, just after it happened; where there is none, while the mail first travels. */
static int64_t telling_instant(const struct story *story)
{
    const struct story_mark *marks;
    size_t n = story_marks(story, &marks);
    for (size_t i = 0; i < n; i++)
        if (marks[i].kind == STORY_MARK_LOSS || marks[i].kind == STORY_MARK_DEFERRED) return marks[i].at_ns;
    if (story_transfer_count(story) == 0) return story_end_ns(story) / 2;
    const struct story_transfer *first = story_transfer(story, 0);
    return first->end_ns == TIME_NEVER ? first->begin_ns : first->begin_ns + (first->end_ns - first->begin_ns) / 2;
}

struct thumbnail *thumbnail_new(struct journal_memory *journal)
{
    struct thumbnail *t = mem_calloc(1, sizeof *t);
    t->journal = journal;
    t->story = story_new(journal);
    t->pace = pace_new(journal, pace_settings_default());
    t->telling_ns = pace_screen_at(t->pace, telling_instant(t->story)) + SECOND / 4;
    thumbnail_rest(t);
    return t;
}

void thumbnail_free(struct thumbnail *t)
{
    if (!t) return;
    map_plan_free(t->plan);
    pace_free(t->pace);
    story_free(t->story);
    journal_memory_free(t->journal);
    mem_free(t);
}

struct journal_memory *thumbnail_journal(struct thumbnail *t)
{
    return t->journal;
}

static void go_to(struct thumbnail *t, int64_t screen_ns)
{
    t->screen_ns = screen_ns;
    story_seek(t->story, pace_virtual_at(t->pace, screen_ns));
}

void thumbnail_play(struct thumbnail *t, int64_t passed_ns)
{
    int64_t at = t->rests ? 0 : t->screen_ns + passed_ns;
    t->rests = false;
    go_to(t, at > pace_total_ns(t->pace) ? 0 : at);
}

void thumbnail_rest(struct thumbnail *t)
{
    if (!t->rests) go_to(t, t->telling_ns);
    t->rests = true;
}

void thumbnail_draw(struct thumbnail *t, struct canvas *canvas, struct box box, const struct theme *theme)
{
    struct view view = {.canvas = canvas,
                        .story = t->story,
                        .pace = t->pace,
                        .screen_ns = t->screen_ns,
                        .theme = theme,
                        .unit = fmin(box.w / 400, box.h / 230),
                        .captions = CAPTIONS_NONE,
                        .id = VIEW_NONE};
    if (t->plan && (t->plan->area.x != box.x || t->plan->area.y != box.y || t->plan->area.w != box.w ||
                    t->plan->unit != view.unit)) {
        map_plan_free(t->plan);
        t->plan = NULL;
    }
    if (!t->plan) t->plan = map_plan_wordless(t->story, box, view.unit, canvas);
    canvas_clip(canvas, box);
    map_view_draw_still(&view, t->plan);
    map_view_draw_moving(&view, t->plan);
    canvas_unclip(canvas);
}
