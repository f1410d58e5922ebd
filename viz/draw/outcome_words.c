#include "viz/draw/outcome_words.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"

enum { MOST_COUNTED = 5000 }; /* at each picture anew */

/* A bounce is not counted: it is what has become of another mail. */
static bool is_bounce(const struct story *s, const struct story_letter *letter)
{
    return story_mail(s, letter->mail)->parent != STORY_NONE;
}

struct counted {
    size_t letters, mails, doubled; /* doubled: of which a second copy came */
    size_t in_state[STORY_MAIL_STATES];
    struct story_letter latest;
};

static void count(const struct story *s, struct counted *c)
{
    for (size_t i = 0, n = story_letter_count(s); i < n && n <= MOST_COUNTED; i++) {
        struct story_letter letter = story_letter(s, i);
        if (is_bounce(s, &letter) || letter.state == STORY_MAIL_UNKNOWN) continue;
        c->in_state[letter.state]++;
        c->doubled += letter.copies > 1;
        c->mails += c->letters++ == 0 || letter.mail != c->latest.mail; /* those of one mail are neighbours */
        c->latest = letter;
    }
}

static void say_of_what(const struct counted *c, char *buffer, size_t size)
{
    if (c->mails == c->letters)
        snprintf(buffer, size, tr("of %zu mails: "), c->mails);
    else if (c->mails == 1)
        snprintf(buffer, size, tr("1 mail for %zu recipients: "), c->letters);
    else
        snprintf(buffer, size, tr("%zu mails for %zu recipients: "), c->mails, c->letters);
}

static void say_counts(const struct counted *c, char *buffer, size_t size)
{
    const char *between = "";
    say_of_what(c, buffer, size);
    for (int state = STORY_MAIL_OUTBOX; state < STORY_MAIL_STATES; state++) {
        size_t used = strlen(buffer);
        if (!c->in_state[state]) continue;
        snprintf(buffer + used, size - used, "%s%s %zu", between, story_mail_state_name(state), c->in_state[state]);
        between = ", ";
    }
    size_t used = strlen(buffer);
    if (c->doubled) snprintf(buffer + used, size - used, tr("; in more than one copy %zu"), c->doubled);
}

const char *letter_why_name(enum story_mail_state state, const char *why)
{
    switch (state) {
    case STORY_MAIL_DEFERRED:
    case STORY_MAIL_BOUNCED:
    case STORY_MAIL_DISCARDED:
    case STORY_MAIL_EXPANDED:
    case STORY_MAIL_NOT_SENT:
        return tr("because");
    case STORY_MAIL_HANDED_ON:
        return *why >= '0' && *why <= '9' ? tr("the answer") : tr("last step");
    case STORY_MAIL_UNKNOWN:
    case STORY_MAIL_OUTBOX:
    case STORY_MAIL_QUEUED:
    case STORY_MAIL_ACTIVE:
    case STORY_MAIL_DELIVERED:
    case STORY_MAIL_PICKED_UP:
    case STORY_MAIL_STATES:
        break;
    }
    return tr("last step");
}

const char *outcome_words(const struct story *s, char *buffer, size_t size)
{
    struct counted c = {0};
    count(s, &c);
    buffer[0] = 0;
    if (c.letters > 1) say_counts(&c, buffer, size);
    if (c.letters != 1) return buffer;
    snprintf(buffer, size, tr("%s for %s: %s"), story_mail(s, c.latest.mail)->name, c.latest.recipient,
             story_mail_state_name(c.latest.state));
    size_t used = strlen(buffer);
    if (c.latest.copies > 1) snprintf(buffer + used, size - used, tr(", %u copies"), c.latest.copies);
    return buffer;
}
