/* Domains of mailboxes, each once, whatever the case of its letters (RFC 5321 2.4): what a limit of domains counts. */
#ifndef POSTROAD_MODEL_SMTP_DOMAIN_SET_H
#define POSTROAD_MODEL_SMTP_DOMAIN_SET_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed it is empty. */
struct domain_set {
    const char **places; /* open addressing, at most half full */
    size_t count, room;
};

/* path: "user@domain"; what has no @ is of the domain "". */
bool domain_set_has(const struct domain_set *set, const char *path);
/* Nothing when it is there; else the path is borrowed for as long as the set lives. */
void domain_set_add(struct domain_set *set, const char *path);
void domain_set_free(struct domain_set *set); /* and it is empty */

#endif
