/* Lessons: loaded, or refused with at least one message; each step of one that is loaded can be shown (tried with a
   question whose right answer is one too high). */
#include "app/lesson.h"
#include "app/library.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_file.h"
#include "viz/draw/workspace.h"
#include "viz/story/classic.h"

/* In the place of the library: only what stands beside the lesson is there. */
char *library_find(const char *word)
{
    return mem_strdup(word);
}

static void must_be_text(const char *text)
{
    FUZZ_MUST(text && strlen(text) < 2000000);
}

static void try_step(const struct lesson *lesson, size_t i)
{
    const struct lesson_step *step = &lesson->steps[i];
    struct workspace workspace;
    must_be_text(step->scenario);
    must_be_text(step->page.title);
    must_be_text(step->page.text);
    FUZZ_MUST(step->page.number == i + 1 && step->page.count == lesson->n);
    FUZZ_MUST(step->moment >= -1 && step->moment < CLASSICS);
    FUZZ_MUST(step->at_ns >= 0 && (step->moment < 0 || step->at_ns == TIME_NEVER));
    if (step->show) FUZZ_MUST(workspace_read(&workspace, step->show));
    const struct quiz_question *q = step->page.question;
    if (!q) return;
    FUZZ_MUST(q->n_choices >= 2 && q->n_choices <= QUIZ_CHOICES && q->right < q->n_choices && q->cite);
    FUZZ_MUST(q->prompt[0] && q->explanation[0]);
    for (size_t k = 0; k < q->n_choices; k++)
        FUZZ_MUST(strnlen(q->choices[k], QUIZ_TEXT_BYTES) < QUIZ_TEXT_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static bool has_world;
    if (!has_world) fuzz_file("first-mail.json", "{}", 2);
    has_world = true;
    const char *path = fuzz_file("lesson.json", bytes, size);
    char *said = NULL;
    size_t said_size = 0;
    FILE *errors = open_memstream(&said, &said_size);
    bool is_one = lesson_is_one(path);
    struct lesson *lesson = lesson_load(path, errors);
    fclose(errors);
    FUZZ_MUST((lesson != NULL) == (said_size == 0));
    FUZZ_MUST(!lesson || is_one || lesson->n > 0);
    if (lesson) must_be_text(lesson->title);
    for (size_t i = 0; lesson && i < lesson->n; i++)
        try_step(lesson, i);
    lesson_free(lesson);
    free(said);
    return 0;
}
