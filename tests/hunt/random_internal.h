/* What those who make the parts of a random world share. */
#ifndef POSTROAD_TESTS_HUNT_RANDOM_INTERNAL_H
#define POSTROAD_TESTS_HUNT_RANDOM_INTERNAL_H

#include "tests/hunt/fault_kinds.h"
#include "tests/hunt/random_world.h"

enum { MAX_HOSTS = 28, MAX_USERS = 12, MAX_SERVERS = 8, NAME_BYTES = 32 };

struct maker {
    struct luck luck;
    struct random_world *world;
    size_t featured; /* the kind of fault that this world is made for: it strikes very probably */
    unsigned needs;  /* of the featured one, and sometimes of others: enum fault_needs */
    bool is_tree, has_tls;
    cJSON *json, *hosts, *links, *mails, *faults;
    char names[MAX_HOSTS][NAME_BYTES], users[MAX_USERS][NAME_BYTES], servers[MAX_SERVERS][NAME_BYTES];
    unsigned n_hosts, n_routers, n_servers, n_users, n_links;
};

/* The mail that a featured fault strikes goes from the first of these to the second. */
#define SENDING_SERVER   "mx.a.example"
#define RECEIVING_SERVER "mx.b.example"
#define SENDER           "u0@a.example"
#define RECIPIENT        "u0@b.example"

/* Whether this habit was drawn. */
bool maker_wants(const struct maker *m, const char *habit);
/* The role's object of a new host. */
cJSON *maker_add_host(struct maker *m, const char *name, const char *role);
cJSON *maker_add_link(struct maker *m, const char *a, const char *b);
/* The role's object of a host, or NULL. */
cJSON *maker_role(const struct maker *m, const char *host, const char *role);
/* The object under this key, which is made when there is none. */
cJSON *maker_object(cJSON *parent, const char *key);
/* The number of the link that begins at this host. */
unsigned maker_link_of(const struct maker *m, const char *host);

void random_hosts(struct maker *m);          /* random_hosts.c */
void random_names(struct maker *m);          /* random_names.c: name servers, resolvers, zones */
void random_links(struct maker *m);          /* random_links.c */
void random_mails(struct maker *m);          /* random_mails.c */
void random_tls(struct maker *m);            /* random_tls.c: of servers */
void random_faults(struct maker *m);         /* random_faults.c: all that was drawn */
void random_tls_of_clients(struct maker *m); /* who bear with no bad certificate, so that this comes last */
void random_healing(struct maker *m);        /* random_links.c */

#endif
