/* A view of a journal that is written by hand (handwritten.h), alone on the window, and what is seen of it: its texts,
   its marks, what can be pressed. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_WRITTEN_VIEW_H
#define POSTROAD_TESTS_VIZ_DRAW_WRITTEN_VIEW_H

#include "sim/journal/journal_memory.h"
#include "viz/draw/scene.h"

/* pc --0.1 s-- mail.a.example --1 s-- mx.b.example */
#define PLACES                                                                                                         \
    "0 host.add host=1 name=pc role=client address=0x0a000001\n"                                                       \
    "0 host.add host=2 name=mail.a.example role=mail_server address=0x0a000002\n"                                      \
    "0 host.add host=3 name=mx.b.example role=mail_server address=0x0a000003\n"                                        \
    "0 link.add link=1 name=near host=1 peer=2 rate_out=8000000 rate_back=8000000 delay_out=0.1 delay_back=0.1\n"      \
    "0 link.add link=2 name=far host=2 peer=3 rate_out=8000000 rate_back=8000000 delay_out=1 delay_back=1\n"
#define WORLD "0 run.begin title='By hand' seed=7 version=test\n" PLACES

enum { SEEN_MOST = 2000 };

struct heard {
    char text[400];
    struct box box;
};

/* Of the picture that was drawn last. */
struct written_view {
    struct journal_memory *journal;
    struct scene *scene;
    struct heard words[SEEN_MOST], marks[SEEN_MOST];
    size_t n_words, n_marks;
};
extern struct written_view seen;

void open_view(const char *view, const char *journal);
void open_view_that_runs_again(const char *view, const char *journal, const struct rerun *rerun);
void close_view(void);
void draw(void);
void draw_at(double at_s);

/* The first text with this in it; NULL. */
const struct heard *word(const char *text);
struct box place_of_word(const char *text); /* a failed expectation when it is not there */
void expect_words(const char *const *texts, size_t n);
#define SAYS_ALL(...)                                                                                                  \
    expect_words((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
/* Whether in the row of this text another stands further to the right. */
bool has_fact(const char *name, const char *value);

struct point middle(struct box b);
/* Ends the test when there is none. */
const struct target *target(enum act act, size_t arg);

#endif
