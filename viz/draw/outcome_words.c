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

static void say_counts(const size_t counts[STORY_MAIL_STATES], size_t n, char *buffer, size_t size)
{
    const char *between = "";
    snprintf(buffer, size, tr("of %zu mails: "), n);
    for (int state = STORY_MAIL_OUTBOX; state < STORY_MAIL_STATES; state++) {
        size_t used = strlen(buffer);
        if (!counts[state]) continue;
        snprintf(buffer + used, size - used, "%s%s %zu", between, story_mail_state_name(state), counts[state]);
        between = ", ";
    }
}

const char *letter_why_name(enum story_mail_state state, const char *why)
{
    switch (state) {
    case STORY_MAIL_DEFERRED:
    case STORY_MAIL_BOUNCED:
    case STORY_MAIL_DISCARDED:
    case STORY_MAIL_EXPANDED:
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
    size_t counts[STORY_MAIL_STATES] = {0}, n = 0, n_letters = story_letter_count(s);
    struct story_letter one = {0};
    for (size_t i = 0; i < n_letters && n_letters <= MOST_COUNTED; i++) {
        struct story_letter letter = story_letter(s, i);
        if (is_bounce(s, &letter)) continue;
        counts[letter.state]++;
        n++;
        one = letter;
    }
    buffer[0] = 0;
    if (n == 1)
        snprintf(buffer, size, tr("%s for %s: %s"), story_mail(s, one.mail)->name, one.recipient,
                 story_mail_state_name(one.state));
    else if (n > 1)
        say_counts(counts, n, buffer, size);
    return buffer;
}
