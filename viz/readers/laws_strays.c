/* Which mails have line ends that mean other things to others: CR or LF alone, as only a mail that its scenario writes
   "verbatim" has, and where a client or a server with a teaching personality passes them on ("stray_line_endings":
   "pass"). What is said after such a mail, and its content, the laws of dialogues and M4 do not judge. Where a server
   moreover takes each of them for the end of a line ("lenient", "normalize") mails can be smuggled in, which nobody has
   written: such a world is not judged at all. */
#include <ctype.h>
#include <string.h>

#include "viz/readers/laws_internal.h"

enum { DEPTH = 8, NAME = 64 };
enum account { VERBATIM = 1, STRAY };

static uint64_t key_of(enum account account, uint64_t what)
{
    return law_hash(law_hash(111, account), what);
}

static bool is_set(const struct laws *laws, uint64_t key)
{
    return index_map_get(&laws->accounts, key) != SIZE_MAX;
}

/* Behind the string's closing quote; its bytes, as they are escaped, in `text`. */
static const char *read_string(const char *c, char text[NAME])
{
    size_t n = 0;
    for (c++; *c && *c != '"'; c++) {
        if (*c == '\\' && c[1]) c++;
        if (n + 1 < NAME) text[n++] = *c;
    }
    text[n] = '\0';
    return *c ? c + 1 : c;
}

/* /mail/NAME/verbatim, wherever it is true. */
static void find_verbatim(struct laws *laws, const char *c)
{
    char keys[DEPTH][NAME] = {""}, text[NAME];
    int depth = 0;
    while (*c) {
        if (*c == '{' || *c == '[') depth++;
        if (*c == '}' || *c == ']') depth--;
        if (*c != '"') {
            c++;
            continue;
        }
        c = read_string(c, text);
        c += strspn(c, " \n\t");
        if (*c != ':' || depth < 1 || depth >= DEPTH) continue;
        memcpy(keys[depth], text, NAME);
        c += 1 + strspn(c + 1, " \n\t");
        bool is_mail = depth == 3 && strcmp(keys[1], "mail") == 0 && strcmp(text, "verbatim") == 0;
        if (is_mail && *c == 't') index_map_put(&laws->accounts, key_of(VERBATIM, law_hash_text(1, keys[2])), 1);
    }
}

static void on_begin(struct laws *laws, const struct event *e)
{
    const char *scenario = event_text(e, FIELD_SCENARIO);
    laws->passes_strays = strstr(scenario, "\"pass\"") || strstr(scenario, "\"clean\"");
    bool reads_them =
        strstr(scenario, "\"lenient\"") || strstr(scenario, "\"normalize\"") || strstr(scenario, "\"keep\"");
    bool is_verbatim = strstr(scenario, "\"verbatim\"") != NULL;
    laws->has_personalities |= strstr(scenario, "\"pass\"") && reads_them && is_verbatim;
    if (is_verbatim && laws->passes_strays) find_verbatim(laws, scenario);
}

bool law_is_stray(const struct laws *laws, int64_t message)
{
    return laws->passes_strays && is_set(laws, key_of(STRAY, (uint64_t)message));
}

/* A report holds the mail that it is about. */
void laws_of_strays(struct laws *laws, const struct event *e)
{
    if (e->kind == EVENT_RUN_BEGIN) on_begin(laws, e);
    if (e->kind != EVENT_MAIL_COMPOSE || !laws->passes_strays) return;
    int64_t parent = event_int(e, FIELD_PARENT);
    bool is_verbatim = is_set(laws, key_of(VERBATIM, law_hash_text(1, event_text(e, FIELD_NAME))));
    if (is_verbatim || (parent && law_is_stray(laws, parent)))
        index_map_put(&laws->accounts, key_of(STRAY, (uint64_t)event_int(e, FIELD_MESSAGE)), 1);
}
