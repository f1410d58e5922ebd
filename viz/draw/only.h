/* Showing only a part: what the ladder and the dialogue leave out when one connection, one mail or some hosts were
   chosen. A mail stands for the connections that carry it, and those on which
   it was offered and not taken. */
#ifndef POSTROAD_VIZ_DRAW_ONLY_H
#define POSTROAD_VIZ_DRAW_ONLY_H

#include "viz/draw/targets.h"
#include "viz/story/story.h"

enum { ONLY_CONNS_MAX = 256, ONLY_HOSTS_MAX = 16, ONLY_MARKS = 4096 };

/* How many lines of the dialogue are shown among the first `known`: noted every `step` lines, so that a run of millions
   is looked through once, and then only from one mark to the next. */
struct only_lines {
    size_t known, step, shown;
    uint32_t shown_before[ONLY_MARKS];
};

struct only {
    size_t conns[ONLY_CONNS_MAX], n_conns; /* 0: any */
    size_t hosts[ONLY_HOSTS_MAX], n_hosts; /* 0: any; else both ends must be among them, or one when there is but one */
    bool has_more;                         /* than there is room for; words say so */
    bool by_mail;                          /* the connections are those of this mail */
    size_t mail;
    char words[120];         /* "m1", "mail.a.example, mx1.b.example" */
    struct only_lines lines; /* worked out when it is asked for */
};

bool only_is_all(const struct only *only);
/* Chooses what is selected: a host is added, or taken away when it is chosen already; a mail, a packet, an event or a
   line stands for its connections. False, and all is shown again, when there is nothing to choose by. */
bool only_choose(struct only *only, const struct story *story, enum act what, size_t index);

/* only may be NULL: everything is shown. conn: STORY_NONE for names. */
bool only_shows(const struct only *only, size_t conn, size_t from, size_t to);

/* Of the story's lines: how many of the first n are shown; which is the one of this rank, from 0, below that count; and
   the last one shown before line i, or STORY_NONE. Of one story only, as what was chosen is. */
size_t only_lines_count(const struct only *only, const struct story *story, size_t n);
size_t only_line_at(const struct only *only, const struct story *story, size_t rank);
size_t only_line_before(const struct only *only, const struct story *story, size_t i);

#endif
