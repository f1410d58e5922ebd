/* M10, no mail goes round for ever: no copy comes over more hops than the server that takes it allows (host.settings).
   With doubts, copies of several lengths are about, and nobody can say which is which.

   M18, time adds up: from the moment at which it was written to the end of each of its copies a mail is always in one
   stage, and in no two. At a host it waits, is under way, or is put off, one after the other; a host takes it while the
   one before is under way with it, so that what they hold joins without gap or overlap; what is under way is an
   attempt, or is passed over, and an attempt lies in it.

   Where a host does not know whether the next one has it (mail.doubt), or has stopped since it sent it, the next may
   take it while it waits again. Mails that one queue has twice are not told apart in attempts, and are not judged. */
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

enum account {
    WRITTEN_AT = 1,
    SENT_BY,
    SENDERS,
    PEER,
    LIST_OF,
    DOUBTED,
    STOPPED_AT,
    HOPS,
    MOST_HOPS,
    HAS_DOUBTS,
    IS_TWICE
};

/* A copy at a host. */
struct law_stage {
    int64_t total_ns, since_ns; /* in all stages before this one, those at other hosts included; when it began */
    uint64_t state;
    bool is_active, has_ended, is_open, is_told; /* is_open: an attempt; is_told: of one, since it is active */
};

struct law_stages {
    struct index_map accounts, copy_index, there_index, copies; /* by file; by host: the latest, and how many */
    TABLE_OF(struct law_stage) stages;
    bool says_twice; /* a server does, and its client takes replies for those to other commands */
};

static uint64_t key_of(enum account account, int64_t a, int64_t b)
{
    return law_hash(law_hash(law_hash(61, account), (uint64_t)a), (uint64_t)b);
}

static int64_t number_at(const struct law_stages *s, uint64_t key)
{
    size_t value = index_map_get(&s->accounts, key);
    return value == SIZE_MAX ? -1 : (int64_t)value;
}

static void put(struct law_stages *s, uint64_t key, int64_t value)
{
    index_map_put(&s->accounts, key, (size_t)value);
}

static uint64_t pair_there(int64_t message, const char *recipient, int64_t host)
{
    return law_hash_text(law_hash(law_hash(62, (uint64_t)message), (uint64_t)host), recipient);
}

static uint64_t key_there(const struct event *e)
{
    return pair_there(event_int(e, FIELD_MESSAGE), event_text(e, FIELD_RECIPIENT), event_int(e, FIELD_HOST));
}

/* The one copy that a host has; NULL when it has none, or several. */
static struct law_stage *only_copy(struct law_stages *s, uint64_t there)
{
    size_t index = index_map_get(&s->there_index, there);
    return index == SIZE_MAX || index_map_get(&s->copies, there) != 1 ? NULL : &s->stages.items[index];
}

static int64_t total_now(const struct law_stage *stage, int64_t now_ns)
{
    return stage->total_ns + (now_ns - stage->since_ns);
}

static void on_content(struct law_stages *s, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE), host = event_int(e, FIELD_HOST);
    int64_t there = number_at(s, key_of(PEER, event_int(e, FIELD_CONN), 0));
    uint64_t senders = key_of(SENDERS, message, there), sender = law_hash(law_hash(senders, 1), (uint64_t)host);
    put(s, key_of(SENT_BY, message, there), host);
    if (number_at(s, sender) >= 0) return;
    put(s, sender, 1);
    int64_t n = number_at(s, senders) < 0 ? 0 : number_at(s, senders);
    put(s, law_hash(law_hash(senders, 2), (uint64_t)n), host);
    put(s, senders, n + 1);
}

static bool is_unsure_of(const struct law_stages *s, int64_t message, const char *recipient, int64_t host)
{
    return number_at(s, key_of(STOPPED_AT, host, 0)) >= 0 ||
           number_at(s, law_hash(key_of(DOUBTED, message, host), law_hash_text(1, recipient))) > 0;
}

/* Where it comes from: the host that has sent it here, or the list that stands for it. Several may send it at a time,
   to the recipient and as a member of a list; then it comes from one that is under way with it. NULL: from nobody, or
   nobody can say from whom. */
static const struct law_stage *origin_of(struct law_stages *s, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE);
    uint64_t senders = key_of(SENDERS, message, event_int(e, FIELD_HOST));
    const struct law_stage *origin = NULL;
    bool is_known = true;
    for (int64_t i = 0; i < number_at(s, senders); i++) {
        const char *recipient = event_text(e, FIELD_RECIPIENT);
        int64_t host = number_at(s, law_hash(law_hash(senders, 2), (uint64_t)i));
        const struct law_stage *there = only_copy(s, pair_there(message, recipient, host));
        is_known &= there && !is_unsure_of(s, message, recipient, host);
        if (there && (!origin || there->is_active)) origin = there;
    }
    return is_known ? origin : NULL;
}

static enum laws_excuse excuse_of_taking(const struct law_stages *s, const struct event *e,
                                         const struct law_stage *origin)
{
    int64_t message = event_int(e, FIELD_MESSAGE), here = event_int(e, FIELD_HOST);
    if (number_at(s, key_of(LIST_OF, message, here)) >= 0) return LAWS_EXCUSE_NOT_TOLD;
    if (number_at(s, key_of(SENDERS, message, here)) < 0) return LAWS_JUDGED; /* a report, written here */
    if (!origin) return LAWS_EXCUSE_DOUBT;
    return !origin->is_active && s->says_twice ? LAWS_EXCUSE_TWICE : LAWS_JUDGED;
}

static void law_of_taking(struct laws *laws, const struct event *e, struct law_stage *stage)
{
    struct law_stages *s = laws->stages;
    int64_t message = event_int(e, FIELD_MESSAGE), written_ns = number_at(s, key_of(WRITTEN_AT, message, 0));
    stage->total_ns = written_ns >= 0 ? e->at_ns - written_ns : 0;
    const struct law_stage *origin = origin_of(s, e);
    enum laws_excuse excuse = excuse_of_taking(s, e, origin);
    law_counts(laws, LAWS_COUNT_M18, excuse);
    if (excuse || !origin) return;
    if (!origin->is_active) law_broken(laws, e, "M18", "it is taken from a host that is not under way with it");
    if (total_now(origin, e->at_ns) != stage->total_ns)
        law_broken(laws, e, "M18", "its stages so far last %.3f s, but it is %.3f s old",
                   (double)total_now(origin, e->at_ns) / 1e9, (double)stage->total_ns / 1e9);
}

static void law_of_hops(struct laws *laws, const struct event *e)
{
    struct law_stages *s = laws->stages;
    int64_t message = event_int(e, FIELD_MESSAGE), here = event_int(e, FIELD_HOST);
    const char *recipient = event_text(e, FIELD_RECIPIENT);
    int64_t from = number_at(s, key_of(SENT_BY, message, here)), most = number_at(s, key_of(MOST_HOPS, here, 0));
    int64_t hops = from < 0 ? 0 : number_at(s, law_hash(pair_there(message, recipient, from), HOPS));
    if (from >= 0 && hops < 0) hops = number_at(s, key_of(LIST_OF, message, from)); /* a member, by a list elsewhere */
    bool is_member = number_at(s, key_of(LIST_OF, message, here)) >= 0 && hops < 0;
    hops = is_member ? number_at(s, key_of(LIST_OF, message, here)) : from >= 0 ? hops + 1 : 0;
    /* Of several hosts that send it here it is not told which one this is from. */
    bool are_several = number_at(s, key_of(SENDERS, message, here)) > 1;
    if (are_several) hops = 0;
    bool has_doubts = number_at(s, key_of(HAS_DOUBTS, message, 0)) >= 0;
    law_counts(laws, LAWS_COUNT_M10,
               has_doubts    ? LAWS_EXCUSE_DOUBT
               : are_several ? LAWS_EXCUSE_SEVERAL_SENDERS
                             : LAWS_JUDGED);
    /* A report is written where it sets out, by no hop yet. */
    if (from >= 0 || is_member) put(s, law_hash(pair_there(message, recipient, here), HOPS), hops < 0 ? 0 : hops);
    if (most > 0 && hops >= most && !has_doubts)
        law_broken(laws, e, "M10", "it has come over %lld hops, where %lld are too many", (long long)hops,
                   (long long)most);
}

static struct law_stage *begin_copy(struct law_stages *s, const struct event *e, uint64_t copy)
{
    uint64_t there = key_there(e);
    size_t copies = index_map_get(&s->copies, there), index = s->stages.count;
    struct law_stage *stage = TABLE_ADD(&s->stages);
    index_map_put(&s->copy_index, copy, index);
    index_map_put(&s->there_index, there, index);
    index_map_put(&s->copies, there, copies == SIZE_MAX ? 1 : copies + 1);
    stage->since_ns = e->at_ns;
    if (copies != SIZE_MAX) {
        uint64_t twice = key_of(IS_TWICE, event_int(e, FIELD_MESSAGE), 0);
        put(s, law_hash_text(twice, event_text(e, FIELD_RECIPIENT)), 1);
        put(s, law_hash_text(twice, ""), 1);
    }
    return stage;
}

static bool is_end(const char *state)
{
    return strcmp(state, "queued") != 0 && strcmp(state, "active") != 0 && strcmp(state, "deferred") != 0 &&
           strcmp(state, "outbox") != 0;
}

static void law_of_ends(struct laws *laws, const struct event *e, const struct law_stage *stage)
{
    int64_t written_ns = number_at(laws->stages, key_of(WRITTEN_AT, event_int(e, FIELD_MESSAGE), 0));
    if (written_ns >= 0 && stage->total_ns != e->at_ns - written_ns)
        law_broken(laws, e, "M18", "its stages last %.3f s, but it is %.3f s old", (double)stage->total_ns / 1e9,
                   (double)(e->at_ns - written_ns) / 1e9);
}

static void on_state(struct laws *laws, const struct event *e)
{
    struct law_stages *s = laws->stages;
    const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_TO);
    if (strcmp(to, "picked up") == 0) return;
    uint64_t there = key_there(e), copy = law_hash_text(there, event_text(e, FIELD_QUEUE_ID));
    size_t index = index_map_get(&s->copy_index, copy);
    struct law_stage *stage = index == SIZE_MAX ? NULL : &s->stages.items[index];
    if (from[0] == '\0') {
        stage = begin_copy(s, e, copy);
        if (strcmp(to, "queued") == 0) law_of_taking(laws, e, stage);
        if (strcmp(to, "queued") == 0) law_of_hops(laws, e);
    }
    if (stage && stage->has_ended && strcmp(to, "queued") == 0) { /* a crash has made it due again */
        stage->total_ns += e->at_ns - stage->since_ns;
        stage->since_ns = e->at_ns;
        stage->state = law_hash_text(1, to);
        stage->has_ended = stage->is_active = false;
        return;
    }
    if (!stage || stage->has_ended) return;
    if (from[0] != '\0' && law_hash_text(1, from) != stage->state)
        law_broken(laws, e, "M18", "no stage of it ends here: it was not %s", from);
    else
        stage->total_ns += e->at_ns - stage->since_ns;
    bool goes_on = strcmp(from, "active") == 0 && strcmp(to, "queued") != 0;
    if (goes_on && only_copy(s, there) && !stage->is_told)
        law_broken(laws, e, "M18", "it was under way, but nobody has tried");
    stage->since_ns = e->at_ns;
    stage->state = law_hash_text(1, to);
    stage->is_active = strcmp(to, "active") == 0 || strcmp(to, "outbox") == 0;
    if (stage->is_active) stage->is_told = false;
    stage->has_ended = is_end(to) && strcmp(from, "") != 0;
    if (stage->has_ended) law_of_ends(laws, e, stage);
}

/* An attempt lies within the time in which the mail is under way, and no two of them overlap. */
static void on_attempt(struct laws *laws, const struct event *e)
{
    struct law_stage *stage = only_copy(laws->stages, key_there(e));
    if (!stage) return;
    if (e->kind == EVENT_ATTEMPT_BEGIN) {
        if (!stage->is_active) law_broken(laws, e, "M18", "an attempt begins while the mail waits");
        if (stage->is_open) law_broken(laws, e, "M18", "an attempt begins before the last one has ended");
        stage->is_open = true;
        return;
    }
    if (!stage->is_active) law_broken(laws, e, "M18", "an attempt ends while the mail waits");
    if (e->kind == EVENT_ATTEMPT_END) stage->is_open = false;
    stage->is_told = true;
}

static void on_settings(struct law_stages *s, const struct event *e)
{
    static const char words[] = "max_hops=";
    const char *found = strstr(event_text(e, FIELD_TEXT), words);
    if (found) put(s, key_of(MOST_HOPS, event_int(e, FIELD_HOST), 0), strtoll(found + strlen(words), NULL, 10));
}

void laws_of_stages(struct laws *laws, const struct event *e)
{
    if (!laws->stages) laws->stages = mem_calloc(1, sizeof *laws->stages);
    struct law_stages *s = laws->stages;
    int64_t host;
    switch (e->kind) {
    case EVENT_MAIL_COMPOSE:
        put(s, key_of(WRITTEN_AT, event_int(e, FIELD_MESSAGE), 0), e->at_ns);
        break;
    case EVENT_CONN_OPEN:
        put(s, key_of(PEER, event_int(e, FIELD_CONN), 0), event_int(e, FIELD_PEER));
        break;
    case EVENT_SMTP_CONTENT:
        on_content(s, e);
        break;
    case EVENT_MAIL_EXPAND:
        host = number_at(s, law_hash(key_there(e), HOPS));
        put(s, key_of(LIST_OF, event_int(e, FIELD_MESSAGE), event_int(e, FIELD_HOST)), host < 0 ? 0 : host);
        break;
    case EVENT_HOST_SETTINGS:
        on_settings(s, e);
        break;
    case EVENT_SMTP_RULE:
        s->says_twice |= strcmp(event_text(e, FIELD_TEXT), "it says everything twice") == 0;
        break;
    case EVENT_MAIL_DOUBT:
        put(s, key_of(HAS_DOUBTS, event_int(e, FIELD_MESSAGE), 0), 1);
        put(s,
            law_hash(key_of(DOUBTED, event_int(e, FIELD_MESSAGE), event_int(e, FIELD_HOST)),
                     law_hash_text(1, event_text(e, FIELD_RECIPIENT))),
            1);
        break;
    case EVENT_HOST_STATE:
        if (!event_int(e, FIELD_UP)) put(s, key_of(STOPPED_AT, event_int(e, FIELD_HOST), 0), e->at_ns);
        break;
    case EVENT_MAIL_STATE:
        on_state(laws, e);
        break;
    case EVENT_ATTEMPT_BEGIN:
    case EVENT_ATTEMPT_END:
    case EVENT_ATTEMPT_SKIP:
        on_attempt(laws, e);
        break;
    default:
        break;
    }
}

enum laws_excuse law_stages_excuse(const struct laws *laws, int64_t message, const char *recipient)
{
    const struct law_stages *s = laws->stages;
    /* Who has written to the recipient that it was taken for nobody can say. */
    if (index_map_get(&laws->accounts, law_deceived_key(message)) != SIZE_MAX) return LAWS_EXCUSE_DECEIVED;
    if (!s) return LAWS_JUDGED;
    bool is_twice = number_at(s, law_hash_text(key_of(IS_TWICE, message, 0), recipient)) > 0;
    return is_twice ? LAWS_EXCUSE_TWICE_IN_QUEUE : LAWS_JUDGED;
}

void laws_stages_free(struct laws *laws)
{
    struct law_stages *s = laws->stages;
    if (!s) return;
    index_map_free(&s->accounts);
    index_map_free(&s->copy_index);
    index_map_free(&s->there_index);
    index_map_free(&s->copies);
    mem_free(s->stages.items);
    mem_free(s);
}
