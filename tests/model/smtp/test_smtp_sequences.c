/* All sequences of up to five of twenty commands, and of up to three in the midst of a mail, against a table of what
   the RFCs allow, written down without a look at the server: laws M11 (reset) and M12 (one command, one reply). All in
   every build: with sanitizers the 3.4 million take a quarter of a minute.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/smtp/smtp_server.h"

TestSuite(smtp_sequences);

/* --- The table ----------------------------------------------------------------------------------------------------

   A state is five letters: hello (- none, h HELO, e EHLO), transaction (- none, m MAIL, r RCPT, c a chunk came),
   authenticated (- a), TLS (- t), and what is read (> commands, d content, D content in the midst of a line, x nothing
   any more). A row says for a token in which states (. any) it applies, the code it gets, 0 for none, and what becomes
   of the state (. as it was). The first row that applies counts. */

enum token {
    EHLO,
    HELO,
    MAIL,
    MAIL_BAD,
    RCPT,
    RCPT_UNKNOWN,
    DATA,
    DOT,
    BDAT,
    BDAT_LAST,
    BDAT_BAD,
    RSET,
    NOOP,
    VRFY,
    HELP,
    AUTH,
    AUTH_BAD,
    STARTTLS,
    FROB,
    QUIT,
    TOKENS
};

static const char *const lines[TOKENS] = {
    [EHLO] = "EHLO a.example\r\n",
    [HELO] = "HELO a.example\r\n",
    [MAIL] = "MAIL FROM:<alice@a.example>\r\n",
    [MAIL_BAD] = "MAIL FROM:alice\r\n",
    [RCPT] = "RCPT TO:<bob@b.example>\r\n",
    [RCPT_UNKNOWN] = "RCPT TO:<nobody@b.example>\r\n",
    [DATA] = "DATA\r\n",
    [DOT] = ".\r\n",
    [BDAT] = "BDAT 5\r\nRSET\n",
    [BDAT_LAST] = "BDAT 6 LAST\r\nQUIT\r\n",
    [BDAT_BAD] = "BDAT five\r\n",
    [RSET] = "RSET\r\n",
    [NOOP] = "NOOP\r\n",
    [VRFY] = "VRFY bob\r\n",
    [HELP] = "HELP\r\n",
    [AUTH] = "AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n",
    [AUTH_BAD] = "AUTH PLAIN AGJvYgB3cm9uZw==\r\n",
    [STARTTLS] = "STARTTLS\r\n",
    [FROB] = "FROB\r\n",
    [QUIT] = "QUIT\r\n",
};

struct row {
    enum token token;
    const char *in;
    int code;
    const char *out;
};

static const struct row table[] = {
    /* RFC 5321 4.1.1.1, 4.1.4: begins anew */
    {EHLO, "....>", 250, "e-..."},
    {HELO, "....>", 250, "h-..."},
    /* 4.1.1.2, 3.3 */
    {MAIL, "-...>", 503, "....."},
    {MAIL, ".-..>", 250, ".m..."},
    {MAIL, "....>", 503, "....."},
    {MAIL_BAD, "-...>", 503, "....."},
    {MAIL_BAD, ".-..>", 501, "....."},
    {MAIL_BAD, "....>", 503, "....."},
    /* 4.1.1.3; not behind BDAT (RFC 3030 2) */
    {RCPT, ".-..>", 503, "....."},
    {RCPT, ".c..>", 503, "....."},
    {RCPT, "....>", 250, ".r..."},
    {RCPT_UNKNOWN, ".-..>", 503, "....."},
    {RCPT_UNKNOWN, ".c..>", 503, "....."},
    {RCPT_UNKNOWN, "....>", 550, "....."},
    /* 4.1.1.4; never mixed with BDAT (RFC 3030 2) */
    {DATA, ".r..>", 354, "....d"},
    {DATA, "....>", 503, "....."},
    {DOT, "....>", 500, "....."},
    {DOT, "....d", 250, ".-..>"},
    {BDAT, "....d", 0, "....D"}, /* its last LF ends no line of content (RFC 5321 2.3.8) */
    /* RFC 3030 2: a failure takes its bytes, and the transaction with it */
    {BDAT, ".r..>", 250, ".c..."},
    {BDAT, ".c..>", 250, "....."},
    {BDAT, "....>", 503, ".-..."},
    {BDAT_LAST, ".r..>", 250, ".-..."},
    {BDAT_LAST, ".c..>", 250, ".-..."},
    {BDAT_LAST, "....>", 503, ".-..."},
    {BDAT_BAD, "....>", 421, "....x"},
    /* RFC 5321 4.1.1.5 to 9: any time */
    {RSET, "....>", 250, ".-..."},
    {NOOP, "....>", 250, "....."},
    {VRFY, "....>", 252, "....."},
    {HELP, "....>", 214, "....."},
    {FROB, "....>", 500, "....."},
    {QUIT, "....>", 221, "....x"},
    /* RFC 4954 4: once, and not in a transaction */
    {AUTH, "-...>", 503, "....."},
    {AUTH, ".--.>", 235, "..a.."},
    {AUTH, "....>", 503, "....."},
    {AUTH_BAD, "-...>", 503, "....."},
    {AUTH_BAD, ".--.>", 535, "....."},
    {AUTH_BAD, "....>", 503, "....."},
    /* RFC 3207 4: once, and all that was said is forgotten */
    {STARTTLS, "...->", 220, "---t."},
    {STARTTLS, "....>", 503, "....."},
};
enum { ROWS = sizeof table / sizeof table[0], STATE = 5, STATES = 3 * 4 * 2 * 2 * 4 };

static bool applies(const char *pattern, const char *state)
{
    for (int i = 0; i < STATE; i++)
        if (pattern[i] != '.' && pattern[i] != state[i]) return false;
    return true;
}

/* What is no row has no reply and no effect: content, and a session that is over. */
static const struct row *find_row(const struct row *rows, enum token token, const char *state)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].token == token && applies(rows[i].in, state)) return &rows[i];
    return NULL;
}

/* The table as the numbers that the many runs need: state by state. */
struct model {
    char states[STATES][STATE + 1];
    int n_states;
    int code[STATES][TOKENS], next[STATES][TOKENS];
};

static int state_number(struct model *m, const char *state)
{
    for (int i = 0; i < m->n_states; i++)
        if (strcmp(m->states[i], state) == 0) return i;
    cr_assert_lt(m->n_states, STATES);
    strcpy(m->states[m->n_states], state);
    return m->n_states++;
}

static void make_model(struct model *m, const struct row *rows)
{
    memset(m, 0, sizeof *m);
    state_number(m, "---->");
    for (int i = 0; i < m->n_states; i++) {
        for (int token = 0; token < TOKENS; token++) {
            const struct row *row = find_row(rows, (enum token)token, m->states[i]);
            char next[STATE + 1];
            strcpy(next, m->states[i]);
            for (int k = 0; row && k < STATE; k++)
                if (row->out[k] != '.') next[k] = row->out[k];
            if (m->states[i][4] == 'D' && token != BDAT) next[4] = 'd'; /* all others end their line */
            m->code[i][token] = row ? row->code : 0;
            m->next[i][token] = state_number(m, next);
        }
    }
}

/* --- The server, with as little around it as can be ------------------------------------------------------------- */

struct bench {
    struct smtp_server *server;
    int codes[16], n_codes; /* of whole replies */
    bool secure;            /* a handshake was begun */
    size_t n_recipients, n_messages;
};

static uint64_t hear(void *context, const char *bytes, size_t size)
{
    struct bench *b = context;

    for (size_t at = 0; at + 4 <= size;) {
        const char *end = memchr(bytes + at, '\n', size - at);
        if (bytes[at + 3] == ' ' && b->n_codes < 16)
            b->codes[b->n_codes++] = (bytes[at] - '0') * 100 + (bytes[at + 1] - '0') * 10 + bytes[at + 2] - '0';
        at = (size_t)(end + 1 - bytes);
    }
    return 0;
}

static void begin_tls(void *context)
{
    ((struct bench *)context)->secure = true;
}

static struct smtp_reply on_mail(void *context, const struct smtp_envelope *e)
{
    (void)context;
    (void)e;
    return smtp_reply_say(250, "ok");
}

static struct smtp_reply on_rcpt(void *context, const struct smtp_envelope *e, const char *path,
                                 const struct smtp_recipient_options *options)
{
    (void)context;
    (void)e;
    (void)options;
    return path[0] == 'b' ? smtp_reply_say(250, "ok") : smtp_reply_say(550, "unknown");
}

static struct smtp_reply on_message(void *context, const struct smtp_envelope *e, const char *content, size_t size)
{
    struct bench *b = context;

    (void)content;
    (void)size;
    b->n_messages++;
    b->n_recipients += e->n_forward_paths;
    return smtp_reply_say(250, "ok");
}

static struct smtp_reply on_auth(void *context, const char *user, const char *password)
{
    (void)context;
    return strcmp(user, "bob") == 0 && strcmp(password, "secret") == 0 ? smtp_reply_say(235, "ok")
                                                                       : smtp_reply_say(535, "no");
}

static void start(struct bench *b)
{
    struct smtp_server_config config = smtp_server_config_default("mx1.b.example");
    struct session_io io = {.context = b, .write = hear, .start_tls = begin_tls};
    struct smtp_server_policy policy = {
        .context = b, .mail = on_mail, .rcpt = on_rcpt, .message = on_message, .auth = on_auth};

    memset(b, 0, sizeof *b);
    config.auth = SMTP_AUTH_ALWAYS;
    config.line_endings = SMTP_LINES_KEEP; /* so that a chunk may end between CR and LF, or with LF alone */
    b->server = smtp_server_new(&config, io, policy);
    smtp_server_start(b->server, 0);
}

static void say(struct bench *b, enum token token)
{
    static const struct session_security security = {"TLSv1.3", "none", NULL, false};

    smtp_server_receive(b->server, lines[token], strlen(lines[token]), 0);
    if (!b->secure) return;
    b->secure = false;
    smtp_server_secured(b->server, &security, 0);
}

/* --- Sequences ---------------------------------------------------------------------------------------------------- */

/* False, when the server does otherwise than the model. */
static bool agrees(const struct model *m, const enum token *tokens, int n)
{
    struct bench b;
    int state = 0, expected[16] = {220}, n_expected = 1;
    size_t accepted = 0, recipients = 0, messages = 0;
    bool right;

    start(&b);
    for (int i = 0; i < n; i++) {
        int code = m->code[state][tokens[i]];
        if (code) expected[n_expected++] = code;
        if (tokens[i] == RCPT && code == 250) accepted++;
        if (code == 250 && (tokens[i] == DOT || tokens[i] == BDAT_LAST)) {
            recipients += accepted;
            messages++;
        }
        state = m->next[state][tokens[i]];
        if (m->states[state][1] == '-') accepted = 0;
        say(&b, tokens[i]);
    }
    right = b.n_codes == n_expected && memcmp(b.codes, expected, (size_t)n_expected * sizeof *expected) == 0 &&
            b.n_messages == messages && b.n_recipients == recipients &&
            smtp_server_is_over(b.server) == (m->states[state][4] == 'x');
    smtp_server_free(b.server);
    return right;
}

static void spell(const enum token *tokens, int n, char *out, size_t size)
{
    size_t used = 0;

    for (int i = 0; i < n; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%.*s, ", (int)strcspn(lines[tokens[i]], "\r"), lines[tokens[i]]);
}

/* Where a mail can be: so many of these have been said. */
static const enum token begun[] = {EHLO, MAIL, RCPT, DATA};
enum { BEGUN = sizeof begun / sizeof begun[0] };

/* Every sequence of this length, where so much has begun; how many were wrong. */
static size_t check_all(const struct model *m, int n_begun, int length, char *first, size_t size)
{
    size_t count = 1, wrong = 0;

    for (int i = 0; i < length; i++)
        count *= TOKENS;
    for (size_t k = 0; k < count; k++) {
        enum token tokens[8];
        size_t rest = k;
        memcpy(tokens, begun, sizeof begun);
        for (int i = length; i-- > 0; rest /= TOKENS)
            tokens[n_begun + i] = (enum token)(rest % TOKENS);
        if (agrees(m, tokens, n_begun + length)) continue;
        if (wrong++ == 0) spell(tokens, n_begun + length, first, size);
    }
    return wrong;
}

Test(smtp_sequences, all_up_to_five_commands_are_answered_as_the_table_says)
{
    struct model m;
    char first[300] = "";

    make_model(&m, table);
    for (int length = 1; length <= 5; length++) {
        size_t wrong = check_all(&m, 0, length, first, sizeof first);
        cr_assert_eq(wrong, 0, "%zu sequences of %d, the first: %s", wrong, length, first);
    }
    cr_assert(m.n_states > 40);
}

Test(smtp_sequences, all_up_to_three_commands_in_the_midst_of_a_mail_are_answered_as_the_table_says)
{
    struct model m;
    char first[300] = "";

    make_model(&m, table);
    for (int n_begun = 1; n_begun <= BEGUN; n_begun++)
        for (int length = 0; length <= 3; length++) {
            size_t wrong = check_all(&m, n_begun, length, first, sizeof first);
            cr_assert_eq(wrong, 0, "%zu sequences of %d behind %d, the first: %s", wrong, length, n_begun, first);
        }
}

/* --- The checker is itself tested: a wrong table is noticed ------------------------------------------------------- */

enum { LONGEST = 8, PAIRS = STATES * STATES };

/* Two tables side by side: what was said until they were in these states. */
struct pair {
    int a, b, length;
    enum token said[LONGEST];
};

/* The shortest sequence that is answered otherwise; its length, or 0 when there is none. */
static int find_difference(const struct model *a, const struct model *b, enum token said[LONGEST])
{
    static struct pair queue[PAIRS];
    static bool seen[STATES][STATES];
    size_t n = 1;

    memset(seen, 0, sizeof seen);
    memset(&queue[0], 0, sizeof queue[0]);
    for (size_t i = 0; i < n; i++) {
        const struct pair at = queue[i];
        for (int token = 0; token < TOKENS && at.length < LONGEST; token++) {
            struct pair next = {a->next[at.a][token], b->next[at.b][token], at.length + 1, {EHLO}};
            memcpy(next.said, at.said, sizeof at.said);
            next.said[at.length] = (enum token)token;
            bool over = a->states[next.a][4] == 'x', other_over = b->states[next.b][4] == 'x';
            if (a->code[at.a][token] != b->code[at.b][token] || over != other_over) {
                memcpy(said, next.said, sizeof next.said);
                return next.length;
            }
            if (seen[next.a][next.b]) continue;
            seen[next.a][next.b] = true;
            queue[n++] = next;
        }
    }
    return 0;
}

/* Whether the row makes any difference; if so, the server must be on the right table's side where it shows first. That
   may be behind more commands than are gone through above. */
static bool is_noticed(const struct model *right, const struct row *rows, size_t i)
{
    static struct model wrong;
    enum token said[LONGEST];

    make_model(&wrong, rows);
    int length = find_difference(right, &wrong, said);
    if (length == 0) return false;
    cr_assert(agrees(right, said, length) && !agrees(&wrong, said, length), "row %zu can say anything", i);
    return true;
}

Test(smtp_sequences, a_wrong_code_in_a_row_is_noticed)
{
    static struct model right;

    make_model(&right, table);
    for (size_t i = 0; i < ROWS; i++) {
        struct row rows[ROWS];
        memcpy(rows, table, sizeof table);
        rows[i].code = 299;
        cr_expect(is_noticed(&right, rows, i), "row %zu has no use", i);
    }
}

/* Each letter of the state behind each row, replaced by each other that it could be. */
Test(smtp_sequences, a_wrong_next_state_in_a_row_is_noticed)
{
    static const char *const letters[STATE] = {"-he", "-mrc", "-a", "-t", ">dDx"};
    static struct model right;
    unsigned noticed = 0, no_difference = 0;

    make_model(&right, table);
    for (size_t i = 0; i < ROWS; i++)
        for (int k = 0; k < STATE; k++)
            for (const char *letter = letters[k]; *letter; letter++) {
                struct row rows[ROWS];
                char out[STATE + 1];
                if (*letter == table[i].out[k]) continue;
                memcpy(rows, table, sizeof table);
                strcpy(out, table[i].out);
                out[k] = *letter;
                rows[i].out = out;
                if (is_noticed(&right, rows, i))
                    noticed++;
                else
                    no_difference++;
            }
    /* HELO for EHLO, what a session that is over might know, and what a row's states have already. */
    cr_expect(noticed == 448 && no_difference == 129, "%u are noticed, %u make no difference", noticed, no_difference);
}
