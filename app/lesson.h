/* A lesson: a list of steps, each an instant of a scenario with something to read and perhaps a question
   (docs/teaching.md; scenarios/lessons/lesson.schema.json). */
#ifndef POSTROAD_APP_LESSON_H
#define POSTROAD_APP_LESSON_H

#include <stdio.h>

#include "viz/draw/scene.h"

struct lesson_step {
    char *scenario;          /* a path */
    int64_t at_ns;           /* TIME_NEVER: at the moment, or at the beginning */
    int moment;              /* enum classic; -1: none */
    const char *look_at, *show; /* NULL: nothing; as it is */
    bool plays;
    struct scene_lesson page;
    struct quiz_question question;
};

struct lesson {
    const char *title, *sentence;
    struct lesson_step *steps;
    size_t n;
    struct json_document *document; /* holds the texts */
};

/* Whether the file is a lesson, good or bad. */
bool lesson_is_one(const char *path);
/* NULL when anything is wrong; all of it has then been told on errors. */
struct lesson *lesson_load(const char *path, FILE *errors);
void lesson_free(struct lesson *lesson);

#endif
