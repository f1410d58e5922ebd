/* What a class can be asked before it sees what happens: questions made from the journal at the classic moments, each
   with plausible answers of which one is right. The same journal gives the same questions in the same order.

   To add one: a function in quiz.c that looks at an event, and its call in look_at. */
#ifndef POSTROAD_VIZ_STORY_QUIZ_H
#define POSTROAD_VIZ_STORY_QUIZ_H

#include "viz/story/classic.h"
#include "viz/story/story.h"

enum { QUIZ_CHOICES = 4, QUIZ_TEXT_BYTES = 240 };

struct quiz_question {
    size_t ask_event;    /* all up to and including this has been seen when it is asked */
    size_t answer_event; /* shows the answer; the same where nothing will follow */
    char prompt[QUIZ_TEXT_BYTES];
    char choices[QUIZ_CHOICES][QUIZ_TEXT_BYTES];
    size_t n_choices, right;
    char explanation[2 * QUIZ_TEXT_BYTES];
    const char *cite;
};

struct quiz;

/* Neither the story nor the classics are needed afterwards. */
struct quiz *quiz_new(const struct story *story, const struct classics *classics);
void quiz_free(struct quiz *quiz);
/* In the order in which they are asked. */
size_t quiz_count(const struct quiz *quiz);
const struct quiz_question *quiz_question(const struct quiz *quiz, size_t i);
/* The first question asked at this event or later; quiz_count when there is none. */
size_t quiz_from(const struct quiz *quiz, size_t event);

#endif
