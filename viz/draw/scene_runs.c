/* What if: the run as it was and the run as it would have been. Only one of them is in the views; the other is a key
   away, at the same instant. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/scene_internal.h"

/* Which journal is shown: as it was (0), as it would have been (1). */
static void show(struct scene *s, int run)
{
    int64_t now = story_now(s->story);
    if (run == s->what_if.shown) return;
    s->what_if.shown = run;
    s->journal = run ? s->what_if.changed : s->what_if.original;
    scene_take_journal(s);
    scene_seek(s, now);
}

static void forget_changed(struct scene *s)
{
    struct what_if *w = &s->what_if;
    show(s, 0);
    comparison_free(w->comparison);
    w->comparison = NULL;
    w->has_cost = false;
    for (int i = 0; i < 2; i++) {
        story_free(w->stories[i]);
        w->stories[i] = NULL;
    }
    journal_memory_free(w->changed);
    w->changed = NULL;
}

static void end_job(struct scene *s)
{
    if (s->what_if.job) s->what_if.rerun->end(s->what_if.job);
    s->what_if.job = NULL;
}

/* The acts as they are now make another run; none at all, and only the original is left. */
static void run_again(struct scene *s)
{
    struct what_if *w = &s->what_if;
    end_job(s);
    forget_changed(s);
    w->message[0] = 0;
    w->is_saved = false;
    s->dirty = true;
    if (w->n_acts == 0) return;
    char *scenario = what_if_scenario(s->story, w->acts, w->n_acts);
    if (scenario) w->job = w->rerun->begin(w->rerun->context, scenario, story_seed(s->story));
    mem_free(scenario);
}

/* The view of it is opened beside the ladder, unless the user has it already or looks at one view alone. It goes again
   when there is nothing to compare. */
static void run_with_acts(struct scene *s)
{
    run_again(s);
    if (workspace_has(&s->workspace, VIEW_WHAT_IF) || s->enlarged != VIEW_NONE) return;
    enum view_id at = workspace_has(&s->workspace, VIEW_LADDER) ? VIEW_LADDER : VIEW_MAP;
    workspace_split(&s->workspace, at, VIEW_WHAT_IF, false);
    s->what_if.opened_view = !s->projector || !workspace_has(&s->kept, VIEW_WHAT_IF);
}

/* In the projector's arrangement and in the user's. */
static void close_own_view(struct scene *s)
{
    if (!s->what_if.opened_view) return;
    workspace_close(&s->workspace, VIEW_WHAT_IF);
    workspace_close(&s->kept, VIEW_WHAT_IF);
    s->what_if.opened_view = false;
}

bool scene_begins_anew(const struct scene *s)
{
    return s->what_if.changed && s->what_if.shown == 0;
}

/* Who acts on the run as it was asks about that run: numbers of packets are its own, and other changes would only be in
   the way of what the question is about. */
static void begin_anew(struct scene *s)
{
    struct what_if *w = &s->what_if;
    if (!scene_begins_anew(s)) return;
    memcpy(w->aside, w->acts, sizeof w->aside);
    w->n_aside = w->n_acts;
    w->n_acts = 0;
}

/* What was begun anew is taken back whole: the acts before it are there again. */
static void take_back_act(struct what_if *w)
{
    w->n_acts--;
    if (w->n_acts > 0) return;
    memcpy(w->acts, w->aside, sizeof w->acts);
    w->n_acts = w->n_aside;
    w->n_aside = 0;
}

void scene_add_act(struct scene *s, const struct act_line *act)
{
    begin_anew(s);
    s->what_if.acts[s->what_if.n_acts++] = *act;
    run_with_acts(s);
}

void scene_run_without_losses(struct scene *s)
{
    struct what_if *w = &s->what_if;
    const struct why_plan *plan = s->why_plan;
    if (!plan || plan->letter == STORY_NONE || !scene_can_change(s)) return;
    begin_anew(s);
    w->n_acts +=
        why_losses_acts(s->story, plan->intervals, plan->n_intervals, w->acts + w->n_acts, ACTS_MAX - w->n_acts);
    run_with_acts(s);
}

void scene_what_if(struct scene *s, size_t offer)
{
    struct act_line offers[OFFERS_MAX];
    size_t n = what_if_offers(s->story, s->selection, offers);
    if (offer >= n || !scene_can_change(s)) return;
    scene_add_act(s, &offers[offer]);
}

void scene_take_away(struct scene *s)
{
    struct act_line offers[OFFERS_MAX];
    size_t n = what_if_offers(s->story, s->selection, offers);
    if (n == 0 || strcmp(offers[n - 1].line, "null") != 0) return;
    scene_what_if(s, n - 1);
    scene_say_why_not(s);
}

void scene_edit_open(struct scene *s, size_t row)
{
    struct edit_row rows[EDITS_MAX];
    if (!scene_can_change(s) || row >= edits_of(s->story, s->selection, rows)) return;
    s->find = (struct find){.open = true, .edits = true, .row = rows[row]};
    snprintf(s->find.text, sizeof s->find.text, "%s", rows[row].value);
}

void scene_edit_apply(struct scene *s)
{
    struct act_line act = {.about = ""};
    if (!scene_can_change(s) || !edit_act(&s->find.row, s->find.text, &act)) return;
    s->find.refused = false;
    s->find.awaited = true;
    scene_add_act(s, &act);
}

void scene_undo_what_if(struct scene *s)
{
    if (s->what_if.n_acts == 0) return;
    take_back_act(&s->what_if);
    run_again(s);
    if (s->what_if.n_acts == 0) close_own_view(s);
}

static bool save_as_scenario(struct scene *s, char where[RERUN_WHY_BYTES], size_t *left_out)
{
    struct what_if *w = &s->what_if;
    const struct story *was = w->stories[0] ? w->stories[0] : s->story;
    char *scenario = what_if_scenario(was, w->acts, w->n_acts), *to_save = NULL;
    if (scenario) to_save = what_if_to_save(scenario, story_seed(was), w->changed, left_out);
    bool saved = to_save && w->rerun->save(w->rerun->context, to_save, where);
    w->is_saved |= saved;
    mem_free(to_save);
    mem_free(scenario);
    return saved;
}

/* Which expectations hold is not known before the world has been run. */
void scene_save_what_if(struct scene *s)
{
    struct what_if *w = &s->what_if;
    char where[RERUN_WHY_BYTES] = "";
    size_t left_out = 0;
    if (!w->rerun || !w->rerun->save || w->job) return;
    bool saved = save_as_scenario(s, where, &left_out);
    int n = snprintf(w->message, sizeof w->message, saved ? tr("Saved: %s") : tr("Not saved: %s"), where);
    if (saved && left_out && n > 0 && (size_t)n < sizeof w->message)
        snprintf(w->message + n, sizeof w->message - (size_t)n,
                 tr_count(". %zu expectation of the scenario does not hold in it, and was left out.",
                          ". %zu expectations of the scenario do not hold in it, and were left out.", left_out),
                 left_out);
    s->dirty = true;
}

bool scene_would_lose(const struct scene *s)
{
    return s->what_if.n_acts > 0 && !s->what_if.is_saved;
}

bool scene_save_unsaved(struct scene *s, char where[RERUN_WHY_BYTES])
{
    bool may_be_saved = s->what_if.rerun && s->what_if.rerun->save;
    size_t left_out;
    return scene_would_lose(s) && may_be_saved && save_as_scenario(s, where, &left_out);
}

void scene_show_run(struct scene *s, int run)
{
    if (run && !s->what_if.changed) return;
    show(s, run);
    s->dirty = true;
}

bool scene_is_running_again(const struct scene *s)
{
    return s->what_if.job != NULL;
}

/* What does not make a world is not kept; why is said, and those before it are run once more. */
static void drop_last_act(struct scene *s)
{
    struct what_if *w = &s->what_if;
    char why[sizeof w->message];
    snprintf(why, sizeof why, "%s", w->message);
    w->look_for[0] = 0;
    if (w->n_acts) take_back_act(w);
    run_again(s);
    snprintf(w->message, sizeof w->message, "%s", why);
    w->failed = w->job != NULL;
}

static void compare(struct what_if *w)
{
    const struct journal_memory *const journals[2] = {w->original, w->changed};
    w->comparison = comparison_new(w->stories[0], w->original, w->stories[1], w->changed);
    w->told = loss_cost_row(w->comparison);
    w->has_cost = w->told != STORY_NONE &&
                  loss_cost_of(w->comparison, (const struct story *const *)w->stories, journals, w->told, &w->cost);
}

void scene_poll(struct scene *s)
{
    struct what_if *w = &s->what_if;
    struct journal_memory *journal = NULL;
    if (!w->job) return;
    enum rerun_state state = w->rerun->poll(w->job, &journal, w->message);
    if (state == RERUN_GOES_ON) return;
    end_job(s);
    s->dirty = true;
    if (state == RERUN_FAILED) {
        drop_last_act(s);
        if (s->find.edits && s->find.awaited) s->find.open = s->find.refused = true;
        s->find.awaited = false;
        return;
    }
    s->find.awaited = false;
    if (!w->failed) w->message[0] = 0;
    w->failed = false;
    w->changed = journal;
    w->stories[0] = story_new(w->original);
    w->stories[1] = story_new(w->changed);
    compare(w);
    int64_t now = story_now(s->story), parts = w->comparison->first.at_ns;
    show(s, 1);
    w->left_ns = parts != TIME_NEVER && now > parts ? now : TIME_NEVER;
    if (w->left_ns != TIME_NEVER) scene_seek(s, parts);
    if (*w->look_for) scene_look_at(s, w->look_for);
    w->look_for[0] = 0;
}

/* A key asked for what the menu and the buttons refuse. */
void scene_say_why_not(struct scene *s)
{
    struct what_if *w = &s->what_if;
    if (w->rerun && w->rerun->why_not) snprintf(w->message, sizeof w->message, "%s", w->rerun->why_not);
}

struct compare_page scene_compare_page(const struct scene *s)
{
    const struct what_if *w = &s->what_if;
    const char *why_not = w->rerun ? w->rerun->why_not : NULL;
    return (struct compare_page){.acts = w->acts,
                                 .n_acts = w->n_acts,
                                 .comparison = w->comparison,
                                 .stories = {w->stories[0], w->stories[1]},
                                 .shown = w->shown,
                                 .told = w->comparison ? w->told : STORY_NONE,
                                 .cost = w->has_cost ? &w->cost : NULL,
                                 .running = w->job != NULL,
                                 .message = why_not && !w->n_acts ? why_not : w->message};
}

struct what_if_band scene_what_if_band(const struct scene *s)
{
    return (struct what_if_band){scene_compare_page(s), s->what_if.left_ns, s->what_if.n_aside};
}

void scene_free_what_if(struct scene *s)
{
    end_job(s);
    forget_changed(s);
}
