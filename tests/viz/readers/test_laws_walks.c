/* D5: how many aliases a resolver follows, and how deep it looks for servers of servers. The journals are written by
   hand: only so many events as the law reads. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "viz/readers/laws.h"

enum { RESOLVER = 1, CLIENT = 2, SERVER = 3 };

struct book {
    struct journal *journal;
    struct laws *laws;
};

static struct book begin(void)
{
    struct book book = {journal_new(), laws_new()};
    journal_add_reader(book.journal, laws_reader(book.laws, true));
    return book;
}

/* How often D5 was broken. */
static unsigned end(struct book *book)
{
    unsigned n = 0;
    laws_finish(book->laws);
    for (size_t i = 0; i < laws_breaches(book->laws); i++)
        n += strncmp(laws_breach(book->laws, i), "D5 ", 3) == 0;
    journal_free(book->journal);
    laws_free(book->laws);
    return n;
}

static void asked(struct book *book, const char *qname)
{
    JOURNAL_EMIT(book->journal, DNS_ASKED, F_INT(HOST, RESOLVER), F_INT(PEER, CLIENT), F_TEXT(QNAME, qname),
                 F_TEXT(QTYPE, "A"), F_INT(ID, 7));
}

static void query(struct book *book, const char *qname)
{
    JOURNAL_EMIT(book->journal, DNS_QUERY, F_INT(HOST, RESOLVER), F_INT(PEER, SERVER), F_TEXT(QNAME, qname),
                 F_TEXT(QTYPE, "A"), F_INT(ID, 8), F_INT(NTH, 1));
}

static void put(struct book *book, const char *name, const char *type, const char *text)
{
    JOURNAL_EMIT(book->journal, DNS_CACHE, F_INT(HOST, RESOLVER), F_INT(PEER, SERVER), F_TEXT(NAME, name),
                 F_TEXT(QTYPE, type), F_TEXT(WHY, "put"), F_INT(TTL, 60), F_TEXT(ZONE, "."), F_TEXT(RANK, "answer"),
                 F_TEXT(TEXT, text));
}

/* x0 stands for x1, and so on; each is asked for. */
static void follow_aliases(struct book *book, int from, int to)
{
    char name[32], text[48];
    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "x%d.b.example", i);
        snprintf(text, sizeof text, "CNAME x%d.b.example.", i + 1);
        put(book, name, "CNAME", text);
        snprintf(name, sizeof name, "x%d.b.example", i + 1);
        query(book, name);
    }
}

Test(laws_walks, eleven_aliases_may_be_followed_and_no_twelfth)
{
    struct book book = begin();
    asked(&book, "x0.b.example");
    follow_aliases(&book, 0, 11);
    cr_expect_eq(end(&book), 0);
    book = begin();
    asked(&book, "x0.b.example");
    follow_aliases(&book, 0, 12);
    cr_expect_eq(end(&book), 1);
}

Test(laws_walks, what_a_client_asks_for_itself_is_the_beginning_of_another_way)
{
    struct book book = begin();
    asked(&book, "x0.b.example");
    follow_aliases(&book, 0, 9);
    asked(&book, "x3.b.example"); /* the cache knows x4 to x9 */
    follow_aliases(&book, 9, 14);
    cr_expect_eq(end(&book), 0);
}

Test(laws_walks, an_answer_has_eleven_aliases_at_most)
{
    char text[400] = "";
    struct book book = begin();
    asked(&book, "x0.b.example");
    for (int i = 1; i <= 12; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "CNAME x%d.b.example., ", i);
        JOURNAL_EMIT(book.journal, DNS_TOLD, F_INT(HOST, RESOLVER), F_INT(PEER, CLIENT), F_TEXT(QNAME, "x0.b.example"),
                     F_TEXT(QTYPE, "A"), F_INT(ID, 7), F_TEXT(RCODE, "NOERROR"), F_TEXT(TEXT, text));
    }
    cr_expect_eq(end(&book), 1);
}

/* The server of z0 lies in z1, whose server lies in z2, and so on. */
static void look_for_servers(struct book *book, int from, int to)
{
    char zone[32], server[48];
    for (int i = from; i < to; i++) {
        snprintf(zone, sizeof zone, "z%d.example", i);
        snprintf(server, sizeof server, "ns.z%d.example.", i + 1);
        put(book, zone, "NS", server);
        snprintf(server, sizeof server, "ns.z%d.example", i + 1);
        query(book, server);
    }
}

Test(laws_walks, servers_of_servers_are_looked_for_seven_deep)
{
    struct book book = begin();
    asked(&book, "www.z0.example");
    look_for_servers(&book, 0, 7);
    cr_expect_eq(end(&book), 0);
    book = begin();
    asked(&book, "www.z0.example");
    look_for_servers(&book, 0, 8);
    cr_expect_eq(end(&book), 1);
}

Test(laws_walks, a_zone_that_is_asked_about_directly_is_not_deep)
{
    struct book book = begin();
    asked(&book, "www.z0.example");
    look_for_servers(&book, 0, 6);
    asked(&book, "www.z4.example");
    look_for_servers(&book, 6, 11);
    cr_expect_eq(end(&book), 0);
}
