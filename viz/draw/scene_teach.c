/* What serves a lesson: whose captions are shown, and guessing, which stops before what is telling and asks. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/scene_internal.h"

/* ---- Guessing ---- */

void scene_forget_quiz(struct scene *s)
{
    quiz_free(s->guessing.quiz);
    mem_free(s->guessing.answers);
    s->guessing.quiz = NULL;
    s->guessing.answers = NULL;
    s->guessing.asked = SIZE_MAX;
}

static struct quiz *quiz_of(struct scene *s)
{
    struct guessing *g = &s->guessing;
    if (g->quiz) return g->quiz;
    g->quiz = quiz_new(s->story, s->classics);
    g->answers = mem_calloc(quiz_count(g->quiz) + 1, sizeof *g->answers);
    return g->quiz;
}

void scene_set_guessing(struct scene *s, bool guessing)
{
    s->guessing.on = guessing;
    s->guessing.asked = SIZE_MAX;
    if (guessing) quiz_of(s);
    s->dirty = true;
}

bool scene_is_guessing(const struct scene *s)
{
    return s->guessing.on;
}

/* Questions that were answered once are not asked again. */
void scene_stop_at_question(struct scene *s, size_t before)
{
    struct guessing *g = &s->guessing;
    size_t cursor = story_cursor(s->story);
    if (!g->on || cursor <= before) return;
    const struct quiz *quiz = quiz_of(s);
    for (size_t i = quiz_from(quiz, before); i < quiz_count(quiz); i++) {
        if (quiz_question(quiz, i)->ask_event >= cursor) return;
        if (g->answers[i]) continue;
        g->asked = i;
        g->resumes = s->playing;
        s->playing = false;
        scene_seek_event(s, quiz_question(quiz, i)->ask_event);
        return;
    }
}

static void answer(struct scene *s, size_t choice)
{
    struct guessing *g = &s->guessing;
    if (s->lesson_asks) {
        if (!s->lesson_answer && choice < s->lesson->question->n_choices) s->lesson_answer = (uint8_t)(choice + 1);
        return;
    }
    if (g->asked == SIZE_MAX || g->answers[g->asked]) return;
    if (choice >= quiz_question(g->quiz, g->asked)->n_choices) return;
    g->answers[g->asked] = (uint8_t)(choice + 1);
}

/* After the explanation, which shows what was asked; another question may stand at the same place. */
static void go_on(struct scene *s)
{
    struct guessing *g = &s->guessing;
    size_t asked = g->asked, next = asked + 1;
    if (s->lesson_asks) {
        s->lesson_asks = false;
        s->way = WAY_NEXT;
        return;
    }
    g->asked = SIZE_MAX;
    s->playing = g->resumes;
    if (asked == SIZE_MAX || next >= quiz_count(g->quiz) || g->answers[next]) return;
    if (quiz_question(g->quiz, next)->ask_event != quiz_question(g->quiz, asked)->ask_event) return;
    g->asked = next;
    s->playing = false;
}

const struct quiz_question *scene_question(const struct scene *s, size_t *answer)
{
    const struct guessing *g = &s->guessing;
    if (s->lesson_asks) {
        *answer = s->lesson_answer ? (size_t)s->lesson_answer - 1 : QUIZ_CHOICES;
        return s->lesson->question;
    }
    if (g->asked == SIZE_MAX) return NULL;
    *answer = g->answers[g->asked] ? (size_t)g->answers[g->asked] - 1 : QUIZ_CHOICES;
    return quiz_question(g->quiz, g->asked);
}

struct scene_score scene_score(const struct scene *s)
{
    const struct guessing *g = &s->guessing;
    struct scene_score score = {s->lesson_answer && s->lesson_answer == s->lesson->question->right + 1,
                                s->lesson_answer > 0};
    for (size_t i = 0; g->quiz && i < quiz_count(g->quiz); i++) {
        score.asked += g->answers[i] > 0;
        score.right += g->answers[i] == quiz_question(g->quiz, i)->right + 1;
    }
    return score;
}

/* ---- Projector and calm ---- */

/* Two views are enough for the last row; what was arranged before comes back afterwards. */
void scene_set_projector(struct scene *s, bool projector)
{
    if (projector == s->projector) return;
    s->projector = projector;
    if (!projector) {
        s->workspace = s->kept;
    } else {
        s->kept = s->workspace;
        workspace_read(&s->workspace, "|58(map,dialogue)");
    }
    s->enlarged = s->menu = VIEW_NONE;
    scene_forget_layers(s);
    s->dirty = true;
}

bool scene_is_calm(const struct scene *s)
{
    return s->calm;
}

bool scene_is_for_projector(const struct scene *s)
{
    return s->projector;
}

/* ---- Captions ---- */

static void next_captions(struct scene *s)
{
    s->captions = s->captions == CAPTIONS_NONE ? CAPTIONS_ALL : s->captions + 1;
    scene_make_pace_anew(s);
}

/* ---- Lessons and the gallery ---- */

/* A question stands before the next step, once. */
static void next_step(struct scene *s)
{
    if (!s->lesson || s->lesson->number >= s->lesson->count) return;
    s->lesson_asks = s->lesson->question && !s->lesson_answer;
    if (!s->lesson_asks) s->way = WAY_NEXT;
    s->playing &= !s->lesson_asks;
}

static bool go_elsewhere(struct scene *s, enum act act)
{
    if (act == ACT_LESSON_NEXT) next_step(s);
    if (act == ACT_LESSON_BACK && s->lesson && s->lesson->number > 1) s->way = WAY_BACK;
    if (act == ACT_GALLERY && s->has_gallery) scene_leave(s, LEAVING_FOR_GALLERY);
    return act == ACT_LESSON_NEXT || act == ACT_LESSON_BACK || act == ACT_GALLERY;
}

/* ---- Acts and keys ---- */

bool scene_teach(struct scene *s, enum act act, size_t arg)
{
    switch ((int)act) {
    case ACT_GUESS:
        scene_set_guessing(s, !s->guessing.on);
        return true;
    case ACT_ANSWER:
        answer(s, arg);
        return true;
    case ACT_GO_ON:
        go_on(s);
        return true;
    case ACT_CAPTIONS:
        next_captions(s);
        return true;
    case ACT_PROJECTOR:
        scene_set_projector(s, !s->projector);
        return true;
    case ACT_CALM:
        s->calm = !s->calm;
        return true;
    default:
        return go_elsewhere(s, act);
    }
}

/* While a question stands: the digits, and, after the answer, what goes on. Moving elsewhere in time leaves it. */
static bool quiz_key(struct scene *s, const struct input *in)
{
    size_t given;
    const struct quiz_question *q = scene_question(s, &given);
    if (!q) return false;
    if (in->key >= '1' && in->key < '1' + QUIZ_CHOICES) {
        answer(s, (size_t)(in->key - '1'));
        return true;
    }
    bool goes_on = in->key == ' ' || in->key == KEY_RIGHT || (in->key == KEY_ENTER && s->focus.what == ACT_NONE);
    if (goes_on) {
        if (given < QUIZ_CHOICES) go_on(s);
        return true;
    }
    if (in->key == KEY_ESCAPE && s->lesson_asks)
        s->lesson_asks = false;
    else if (in->key == KEY_ESCAPE)
        scene_set_guessing(s, false);
    return in->key == KEY_ESCAPE;
}

bool scene_teach_key(struct scene *s, const struct input *in)
{
    static const struct {
        int key;
        bool shift;
        enum act act;
    } keys[] = {{'g', false, ACT_GUESS},
                {'y', false, ACT_CAPTIONS},
                {'m', false, ACT_GALLERY},
                {'p', true, ACT_PROJECTOR},
                {'j', false, ACT_CALM}},
      in_lessons[] = {{'.', false, ACT_LESSON_NEXT}, {',', false, ACT_LESSON_BACK}};
    if (quiz_key(s, in)) return true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].key == in->key && keys[i].shift == in->shift) return scene_teach(s, keys[i].act, 0);
    for (size_t i = 0; s->lesson && i < sizeof in_lessons / sizeof *in_lessons; i++)
        if (in_lessons[i].key == in->key) return scene_teach(s, in_lessons[i].act, 0);
    return false;
}
