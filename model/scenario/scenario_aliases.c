/* "aliases" of a mail server: addresses that stand for others. An array of addresses is an alias, whose mail keeps its
   sender; an object with "owner" is a mailing list, whose bounces go to its owner (RFC 5321 3.9); one with "moved" is
   somebody who lives elsewhere now, which senders are told (3.4). */
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/tr.h"

static const struct key_rule list_keys[] = {{"members", NULL}, {"owner", NULL}, {"moved", NULL}};

static void load_members(struct loader *l, const struct spot *list, struct scenario_alias *alias)
{
    alias->members = loader_texts(l, list, "bob@b.example", &alias->n_members);
    if (alias->members && alias->n_members == 0 && list->json && !list->json->child)
        spot_refuse(list, tr("write [\"bob@b.example\"]"), tr("\"%s\" has no members"), alias->name);
    if (cJSON_IsString(list->json)) loader_good_name(list, name_mailbox_problem, tr("write it like \"bob@b.example\""));
    if (!cJSON_IsArray(list->json)) return;
    for (struct spot s = spot_first(list); s.json; s = spot_next(&s))
        if (cJSON_IsString(s.json)) loader_good_name(&s, name_mailbox_problem, tr("write it like \"bob@b.example\""));
}

static void load_moved(const struct spot *object, struct scenario_alias *alias)
{
    static const struct choice words[] = {{"forwards", NULL}, {"refuses", NULL}};
    struct spot moved = spot_key(object, "moved"), owner = spot_key(object, "owner");
    size_t which;
    if (!want_choice(object, "moved", words, 2, &which)) return;
    alias->moved = which == 0 ? ALIAS_MOVED_FORWARDS : ALIAS_MOVED_REFUSES;
    if (owner.json)
        spot_refuse_key(&moved, tr("delete one of the two"), tr("\"moved\" stands beside \"owner\""));
    else if (alias->n_members > 1)
        spot_refuse_key(&moved, tr("leave one address in \"members\""), tr("who has moved has one new address"));
}

static void load_list(struct loader *l, const struct spot *object, struct scenario_alias *alias)
{
    struct spot members = spot_key(object, "members"), owner = spot_key(object, "owner");
    CHECK_KEYS(object, list_keys);
    if (check_present(object, "members", "\"members\": [\"bob@b.example\"]")) load_members(l, &members, alias);
    load_moved(object, alias);
    if (!want_text(object, "owner", "list-owner@a.example", &alias->owner)) return;
    loader_good_name(&owner, name_mailbox_problem, tr("write it like \"list-owner@a.example\""));
    alias->owner = scenario_text(l->scenario->memory, alias->owner);
}

static bool is_user(const struct scenario_mail_server *m, const char *name)
{
    for (size_t i = 0; i < m->n_users; i++)
        if (strcmp(m->users[i], name) == 0) return true;
    return false;
}

void load_aliases(struct loader *l, const struct spot *server, struct scenario_mail_server *m)
{
    struct spot section;
    if (!want_object(server, "aliases", &section)) return;
    for (struct spot s = spot_first(&section); s.json; s = spot_next(&s))
        m->n_aliases++;
    m->aliases = scenario_alloc(l->scenario->memory, m->n_aliases + 1, sizeof *m->aliases);
    for (struct spot s = spot_first(&section); s.json; s = spot_next(&s)) {
        struct scenario_alias *alias = &m->aliases[s.index];
        alias->name = scenario_text(l->scenario->memory, s.key);
        loader_good_key(&s, name_local_part_problem, tr("write it like \"friends\""));
        if (is_user(m, alias->name))
            spot_refuse_key(&s, tr("call it otherwise, or take the user out"), tr("\"%s\" is a user here"),
                            alias->name);
        if (cJSON_IsObject(s.json))
            load_list(l, &s, alias);
        else
            load_members(l, &s, alias);
    }
}
