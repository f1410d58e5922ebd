/* See bench_worlds.h. Users u0, u1, ... belong to domains d0.example, d1.example, ... in turn. */
#include "app/bench_worlds.h"

#include <stdio.h>

enum { USERS = 1000, SERVERS = 10 };

struct json {
    FILE *file;
    const char *comma;
};

static void begin(struct json *j, const char *section)
{
    fprintf(j->file, "%s\n\"%s\": {", j->comma, section);
    j->comma = "";
}

static void end(struct json *j)
{
    fputs("}", j->file);
    j->comma = ",";
}

/* For the members of a section, one after the other. */
static FILE *member(struct json *j)
{
    fprintf(j->file, "%s\n  ", j->comma);
    j->comma = ",";
    return j->file;
}

static struct json open_world(char **text, size_t *size, const char *title)
{
    struct json j = {.file = open_memstream(text, size), .comma = ","};
    fprintf(j.file, "{\"postroad\": 1, \"title\": \"%s\", \"seed\": 1", title);
    return j;
}

static void close_world(struct json *j)
{
    fputs("}\n", j->file);
    fclose(j->file);
}

/* Mail servers mx0.d0.example, ..., each with its share of the users. */
static void write_servers(struct json *j, unsigned servers, unsigned users)
{
    for (unsigned k = 0; k < servers; k++) {
        fprintf(member(j),
                "\"mx.d%u.example\": {\"mail_server\": {\"domains\": [\"d%u.example\"], \"users\": [\"inbox\"", k, k);
        for (unsigned i = k; i < users; i += servers)
            fprintf(j->file, ", \"u%u\"", i);
        fputs("]}}", j->file);
    }
}

static void write_clients(struct json *j, unsigned users, unsigned servers, const char *fetches_every)
{
    for (unsigned i = 0; i < users; i++) {
        unsigned k = i % servers;
        fprintf(member(j), "\"pc%u\": {\"client\": {\"user\": \"u%u@d%u.example\", \"submits_to\": \"mx.d%u.example\"",
                i, i, k, k);
        if (fetches_every)
            fprintf(j->file, ", \"fetches_from\": \"mx.d%u.example\", \"fetches_every\": \"%s\"", k, fetches_every);
        fputs("}}", j->file);
    }
}

static const char usual_link[] = "\"rate\": \"10 Mbit/s\", \"delay\": \"10 ms\", \"loss\": \"1 %\"";
static const char long_link[] = "\"rate\": \"1 Gbit/s\", \"delay\": \"400 ms\", \"loss\": \"0.1 %\"";

static void write_link(struct json *j, const char *values, const char *prefix, unsigned n, const char *suffix,
                       const char *to, unsigned m)
{
    fprintf(member(j), "\"l-%s%u\": {\"between\": [\"%s%u%s\", \"%s%u\"], %s}", prefix, n, prefix, n, suffix, to, m,
            values);
}

static void write_star(struct json *j, unsigned users, unsigned servers)
{
    begin(j, "links");
    for (unsigned k = 0; k < servers; k++)
        write_link(j, usual_link, "mx.d", k, ".example", "r", 0);
    for (unsigned i = 0; i < users; i++)
        write_link(j, usual_link, "pc", i, "", "r", 0);
    end(j);
}

char *bench_world_mail(uint64_t mails)
{
    char *text;
    size_t size;
    struct json j = open_world(&text, &size, "bench mail");
    begin(&j, "hosts");
    fputs("\"r0\": {\"router\": {}}", member(&j));
    write_servers(&j, SERVERS, USERS);
    write_clients(&j, USERS, SERVERS, "1 min");
    end(&j);
    write_star(&j, USERS, SERVERS);
    /* Of each ten users the one with the last digit k writes to those of the next domain. */
    begin(&j, "traffic");
    for (unsigned k = 0; k < SERVERS; k++) {
        fprintf(member(&j),
                "\"from%u\": {\"senders\": \"in turn\", \"subject\": \"Lunch {n}?\", \"text\": \"At noon, {to}?\"", k);
        fprintf(j.file, ", \"every\": {\"poisson\": \"600 ms\"}, \"count\": %llu, \"from\": [",
                (unsigned long long)(mails / SERVERS + (k < mails % SERVERS)));
        for (unsigned i = k; i < USERS; i += SERVERS)
            fprintf(j.file, "%s\"u%u@d%u.example\"", i > k ? ", " : "", i, k);
        fputs("], \"to\": [", j.file);
        for (unsigned i = 0; i < USERS; i++)
            if (i % SERVERS != k) fprintf(j.file, "%s\"u%u@d%u.example\"", i > (k == 0) ? ", " : "", i, i % SERVERS);
        fputs("]}", j.file);
    }
    end(&j);
    close_world(&j);
    return text;
}

/* A star of routers, to which users and servers are bound by links of these values. */
static void write_star_of_routers(struct json *j, const char *link)
{
    begin(j, "hosts");
    for (unsigned r = 0; r <= SERVERS; r++)
        fprintf(member(j), "\"r%u\": {\"router\": {}}", r);
    write_servers(j, SERVERS, USERS);
    write_clients(j, USERS, SERVERS, NULL);
    end(j);
    begin(j, "links");
    for (unsigned k = 0; k < SERVERS; k++) {
        write_link(j, link, "r", k + 1, "", "r", 0);
        write_link(j, link, "mx.d", k, ".example", "r", k + 1);
    }
    /* The users of a domain sit at all ten routers. */
    for (unsigned i = 0; i < USERS; i++)
        write_link(j, link, "pc", i, "", "r", i / SERVERS % SERVERS + 1);
    end(j);
}

/* Of mails to each server, submitted by its own users in turn. */
static void write_submissions(struct json *j, const char *size, const char *every, uint64_t mails)
{
    begin(j, "traffic");
    for (unsigned k = 0; k < SERVERS; k++) {
        fprintf(member(j), "\"to%u\": {\"senders\": \"in turn\", \"to\": \"inbox@d%u.example\", \"size\": \"%s\"", k, k,
                size);
        fprintf(j->file, ", \"every\": {\"poisson\": \"%s\"}, \"count\": %llu, \"from\": [", every,
                (unsigned long long)(mails / SERVERS + (k < mails % SERVERS)));
        for (unsigned i = k; i < USERS; i += SERVERS)
            fprintf(j->file, "%s\"u%u@d%u.example\"", i > k ? ", " : "", i, k);
        fputs("]}", j->file);
    }
    end(j);
}

static char *submissions_through_routers(const char *title, const char *link, const char *size_of_mail,
                                         const char *every, uint64_t mails)
{
    char *text;
    size_t size;
    struct json j = open_world(&text, &size, title);
    write_star_of_routers(&j, link);
    write_submissions(&j, size_of_mail, every, mails);
    close_world(&j);
    return text;
}

char *bench_world_mail_link(uint64_t mails)
{
    return submissions_through_routers("bench mail-link", usual_link, "20 kB", "100 ms", mails);
}

char *bench_world_view(uint64_t mails)
{
    return submissions_through_routers("bench view", long_link, "100 kB", "80 ms", mails);
}

char *bench_world_view_some(uint64_t mails)
{
    return submissions_through_routers("bench view, some", usual_link, "20 kB", "40 ms", mails);
}

char *bench_world_five_days(void)
{
    char *text;
    size_t size;
    struct json j = open_world(&text, &size, "bench five-days");
    begin(&j, "hosts");
    fputs("\"r0\": {\"router\": {}}", member(&j));
    write_servers(&j, 3, 6);
    write_clients(&j, 6, 3, "5 min");
    end(&j);
    write_star(&j, 6, 3);
    begin(&j, "traffic");
    fputs("\"office\": {\"from\": \"clients\", \"to\": \"clients\", \"every\": {\"poisson\": \"86.4 s\"}, \"count\": "
          "5000, "
          "\"subject\": \"Lunch {n}?\", \"text\": \"At noon?\"}",
          member(&j));
    end(&j);
    fputs(", \"faults\": [{\"at\": \"1 d\", \"for\": \"2 d\", \"stop_host\": {\"host\": \"mx.d1.example\"}}]", j.file);
    close_world(&j);
    return text;
}
