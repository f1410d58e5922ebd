#include "app/lesson.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/library.h"
#include "model/scenario/checks.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { LARGEST_FILE = 1 << 20, MOST_STEPS = 200 };

static const int64_t longest_ns = 30 * 24 * HOUR;

static char *read_text(const char *path, size_t *size)
{
    FILE *f = fopen(path, "r");
    if (!f) return NULL;
    char *text = mem_alloc(LARGEST_FILE);
    *size = fread(text, 1, LARGEST_FILE, f);
    fclose(f);
    return text;
}

bool lesson_is_one(const char *path)
{
    size_t size = 0;
    char *text = read_text(path, &size);
    if (!text) return false;
    cJSON *root = cJSON_ParseWithLength(text, size);
    bool is = cJSON_HasObjectItem(root, "lesson");
    cJSON_Delete(root);
    mem_free(text);
    return is;
}

static void tell_problem(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    checks_report_line(context, line, column, what, hint);
}

/* ---- A step ---- */

/* A name is of a scenario that comes along; what has a slash or stands beside the lesson is a file. */
static void read_scenario(const struct spot *step, const char *lesson_path, struct lesson_step *out)
{
    const char *name = NULL, *slash = strrchr(lesson_path, '/');
    if (!want_text(step, "scenario", "\"lost-segment\"", &name)) {
        check_present(step, "scenario", "\"scenario\": \"lost-segment\"");
        return;
    }
    size_t folder = slash ? (size_t)(slash - lesson_path) + 1 : 0, size = folder + strlen(name) + sizeof ".json";
    static const char *const endings[] = {"", ".json"};
    for (size_t i = 0; i < 2 && !out->scenario; i++) {
        char *path = mem_alloc(size);
        snprintf(path, size, "%.*s%s%s", (int)folder, lesson_path, name, endings[i]);
        if (access(path, R_OK) == 0)
            out->scenario = path;
        else
            mem_free(path);
    }
    if (!out->scenario) out->scenario = library_find(name);
    if (access(out->scenario, R_OK) == 0) return;
    struct spot spot = spot_key(step, "scenario");
    spot_refuse(&spot, tr("a scenario that comes along, such as \"lost-segment\", or a file beside the lesson"),
                tr("there is no scenario \"%s\""), name);
}

static void read_moment(const struct spot *step, struct lesson_step *out)
{
    struct choice moments[CLASSICS];
    size_t chosen = 0;
    for (size_t i = 0; i < CLASSICS; i++)
        moments[i] = (struct choice){classic_name((enum classic)i), NULL};
    out->moment = want_choice(step, "moment", moments, CLASSICS, &chosen) ? (int)chosen : -1;
    struct spot spot = spot_key(step, "moment");
    if (out->at_ns != TIME_NEVER && spot.json)
        spot_refuse_key(&spot, tr("one of the two"), "%s", tr("\"at\" says already when"));
}

static void read_choices(const struct spot *question, struct quiz_question *q)
{
    struct spot choices;
    if (!check_present(question, "choices", "\"choices\": [\"yes\", \"no\"]") ||
        !want_array(question, "choices", "[\"yes\", \"no\"]", &choices))
        return;
    for (struct spot s = spot_first(&choices); s.json; s = spot_next(&s)) {
        if (q->n_choices == QUIZ_CHOICES) {
            spot_refuse(&s, NULL, tr("more than %d choices"), QUIZ_CHOICES);
            return;
        }
        if (check_text(&s, "\"yes\""))
            snprintf(q->choices[q->n_choices++], QUIZ_TEXT_BYTES, "%s", tr(cJSON_GetStringValue(s.json)));
    }
    if (q->n_choices < 2) spot_refuse(&choices, NULL, "%s", tr("there is nothing to choose from"));
}

static void read_question(const struct spot *step, struct lesson_step *out)
{
    static const struct key_rule keys[] = {
        {"ask", NULL}, {"choices", NULL}, {"right", NULL}, {"why", NULL}, {"cite", NULL}};
    struct spot question;
    struct quiz_question *q = &out->question;
    const char *ask = NULL, *why = NULL;
    int64_t right = 1;
    if (!want_object(step, "question", &question)) return;
    CHECK_KEYS(&question, keys);
    if (want_text(&question, "ask", "\"What will the server answer?\"", &ask))
        snprintf(q->prompt, sizeof q->prompt, "%s", tr(ask));
    else
        check_present(&question, "ask", "\"ask\": \"What will the server answer?\"");
    read_choices(&question, q);
    if (check_present(&question, "right", "\"right\": 1") &&
        want_integer(&question, "right", 1, q->n_choices ? (int64_t)q->n_choices : QUIZ_CHOICES, &right))
        q->right = (size_t)right - 1;
    if (want_text(&question, "why", "\"Because ...\"", &why))
        snprintf(q->explanation, sizeof q->explanation, "%s", tr(why));
    else
        check_present(&question, "why", "\"why\": \"Because ...\"");
    q->cite = "";
    want_text(&question, "cite", "\"RFC 5321 3.1\"", &q->cite);
    out->page.question = q;
}

static void read_step(const struct spot *spot, const char *lesson_path, struct lesson_step *step)
{
    static const struct key_rule keys[] = {{"scenario", NULL}, {"at", NULL},       {"moment", NULL},
                                           {"look_at", NULL},  {"show", NULL},     {"title", NULL},
                                           {"text", NULL},     {"question", NULL}, {"plays", NULL}};
    step->at_ns = TIME_NEVER;
    step->moment = -1;
    step->page.title = step->page.text = "";
    if (!check_object(spot)) return;
    CHECK_KEYS(spot, keys);
    read_scenario(spot, lesson_path, step);
    want_duration(spot, "at", 0, longest_ns, &step->at_ns);
    read_moment(spot, step);
    want_text(spot, "look_at", "\"mx1.b.example\"", &step->look_at);
    want_flag(spot, "plays", &step->plays);
    struct spot show = spot_key(spot, "show");
    struct workspace workspace;
    if (want_text(spot, "show", "\"ladder\"", &step->show) && !workspace_read(&workspace, step->show))
        spot_refuse(&show, tr("a view, such as \"ladder\", or several: \"|60(map,ladder)\""), "%s",
                    tr("this is no arrangement of views"));
    if (!want_text(spot, "title", "\"The handshake\"", &step->page.title))
        check_present(spot, "title", "\"title\": \"The handshake\"");
    if (!want_text(spot, "text", "\"Watch ...\"", &step->page.text))
        check_present(spot, "text", "\"text\": \"Watch ...\"");
    step->page.title = tr(step->page.title);
    step->page.text = tr(step->page.text);
    read_question(spot, step);
}

/* ---- The whole ---- */

static void read_steps(const struct spot *root, const char *path, struct lesson *lesson)
{
    struct spot steps;
    if (!check_present(root, "steps", "\"steps\": [ ... ]") || !want_array(root, "steps", "[ ... ]", &steps)) return;
    int n = cJSON_GetArraySize(steps.json);
    if (n < 1 || n > MOST_STEPS) {
        spot_refuse(&steps, NULL, tr("a lesson has between 1 and %d steps"), MOST_STEPS);
        return;
    }
    lesson->steps = mem_calloc((size_t)n, sizeof *lesson->steps);
    for (struct spot s = spot_first(&steps); s.json; s = spot_next(&s)) {
        struct lesson_step *step = &lesson->steps[lesson->n++];
        read_step(&s, path, step);
        step->page.number = lesson->n;
        step->page.count = (size_t)n;
    }
}

static void read_lesson(struct checks *checks, const char *path, struct lesson *lesson)
{
    static const struct key_rule keys[] = {
        {"lesson", NULL}, {"title", NULL}, {"sentence", NULL}, {"steps", NULL}, {"$schema", NULL}};
    struct spot root = spot_root(checks, json_root(lesson->document));
    int64_t version = 1;
    if (!check_object(&root)) return;
    CHECK_KEYS(&root, keys);
    want_integer(&root, "lesson", 1, 1, &version);
    lesson->title = lesson->sentence = "";
    if (!want_text(&root, "title", "\"First steps\"", &lesson->title))
        check_present(&root, "title", "\"title\": \"First steps\"");
    want_text(&root, "sentence", "\"What one learns.\"", &lesson->sentence);
    lesson->title = tr(lesson->title);
    lesson->sentence = tr(lesson->sentence);
    read_steps(&root, path, lesson);
}

struct lesson *lesson_load(const char *path, FILE *errors)
{
    size_t size = 0;
    char *text = read_text(path, &size);
    struct lesson *lesson = mem_calloc(1, sizeof *lesson);
    struct checks *checks = checks_new(path);
    if (!text)
        fprintf(errors, tr("%s: cannot be read\n"), path);
    else
        lesson->document = json_parse(text, size, tell_problem, checks);
    mem_free(text);
    if (lesson->document) {
        checks_set_document(checks, lesson->document);
        read_lesson(checks, path, lesson);
    }
    bool good = lesson->document && checks_count(checks) == 0;
    checks_print(checks, errors);
    checks_free(checks);
    if (good) return lesson;
    lesson_free(lesson);
    return NULL;
}

void lesson_free(struct lesson *lesson)
{
    if (!lesson) return;
    for (size_t i = 0; i < lesson->n; i++)
        mem_free(lesson->steps[i].scenario);
    mem_free(lesson->steps);
    if (lesson->document) json_free(lesson->document);
    mem_free(lesson);
}
