#include "tests/viz/draw/crowd.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/viz/draw/run_scenario.h"

enum { ROOM = 1 << 20 };

struct text {
    char *at;
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    t->n += (size_t)vsnprintf(t->at + t->n, ROOM - t->n, format, arguments);
    va_end(arguments);
    assert(t->n < ROOM);
}

/* The name server is there without being written down. */
static size_t others_of(struct crowd c)
{
    return c.hosts - c.routers - 1;
}

/* Servers and clients take turns, so that a router has both. */
static void add_hosts(struct text *t, struct crowd c)
{
    for (size_t r = 0; r < c.routers; r++)
        add(t, "%s\"r%zu\":{\"router\":{}}", r ? "," : "\"hosts\":{", r);
    for (size_t i = 0; i < others_of(c); i++) {
        size_t k = i / 2;
        const char *calls = k == 0 ? "submits_to" : "fetches_from";
        if (i % 2 == 0)
            add(t, ",\"mx.d%zu.example\":{\"mail_server\":{\"domains\":[\"d%zu.example\"],\"users\":[\"bob\"]}}", k, k);
        else
            add(t, ",\"pc%zu\":{\"client\":{\"user\":\"bob@d%zu.example\",\"%s\":\"mx.d%zu.example\"}}", k, k, calls,
                k);
    }
    add(t, "},");
}

static void add_links(struct text *t, struct crowd c)
{
    const char *comma = "\"links\":{";
    for (size_t r = 0; r < c.routers; r++)
        for (size_t q = 0; q < r; q++, comma = ",")
            add(t, "%s\"j%zu-%zu\":{\"between\":[\"r%zu\",\"r%zu\"],\"rate\":\"100 Mbit/s\",\"delay\":\"5 ms\"}", comma,
                q, r, q, r);
    for (size_t i = 0; i < others_of(c); i++) {
        char name[32];
        size_t k = i / 2;
        snprintf(name, sizeof name, i % 2 ? "pc%zu" : "mx.d%zu.example", k);
        add(t, "%s\"l%zu\":{\"between\":[\"%s\",\"r%zu\"],\"rate\":\"10 Mbit/s\",\"delay\":\"10 ms\"}", comma, i, name,
            k % c.routers);
        comma = ",";
    }
    add(t, "},");
}

static void add_mail(struct text *t, struct crowd c)
{
    for (size_t m = 0; m < c.mails; m++) {
        add(t,
            "%s\"m%zu\":{\"at\":\"%zu s\",\"from\":\"bob@d0.example\",\"subject\":\"To all\",\"text\":\"hi\",\"to\":[",
            m ? "," : "\"mail\":{", m, 10 * m + 1);
        for (size_t k = 1; 2 * k < others_of(c); k++)
            add(t, "%s\"bob@d%zu.example\"", k > 1 ? "," : "", k);
        add(t, "]}");
    }
    add(t, "}");
}

static void add_faults(struct text *t, struct crowd c)
{
    for (size_t k = 1; k <= c.is_off; k++)
        add(t, "%s{\"at\":\"0 s\",\"for\":\"1 min\",\"stop_host\":{\"host\":\"mx.d%zu.example\"}}",
            k > 1 ? "," : ",\"faults\":[", k);
    if (c.is_off > 0) add(t, "]");
}

struct journal_memory *run_crowd(struct crowd crowd)
{
    struct text t = {malloc(ROOM), 0};
    assert(t.at);
    add(&t, "{\"postroad\":1,\"title\":\"A crowd\",\"seed\":1,");
    add_hosts(&t, crowd);
    add_links(&t, crowd);
    add_mail(&t, crowd);
    add_faults(&t, crowd);
    add(&t, "}");
    struct journal_memory *journal = run_scenario_text(t.at);
    free(t.at);
    assert(journal);
    return journal;
}
