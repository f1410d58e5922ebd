/* Adding a link: it is chosen in the map's menu, then one host is pressed, and another. A line says what is waited for.
 */
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/draw/scene_internal.h"

bool scene_can_change(const struct scene *s)
{
    const struct what_if *w = &s->what_if;
    return w->rerun && !w->rerun->why_not && (w->n_acts < ACTS_MAX || scene_begins_anew(s));
}

void scene_link_open(struct scene *s)
{
    scene_say_why_not(s);
    if (!scene_can_change(s)) return;
    s->linking = (struct linking){.open = true, .first = STORY_NONE};
    s->focus = (struct selection){ACT_NONE, 0};
    if (s->enlarged != VIEW_NONE && s->enlarged != VIEW_MAP) s->enlarged = VIEW_MAP;
    if (s->enlarged == VIEW_NONE && !workspace_has(&s->workspace, VIEW_MAP)) s->enlarged = VIEW_MAP;
}

/* What is refused leaves the line open, which says why. */
void scene_link_choose(struct scene *s, size_t host)
{
    struct linking *l = &s->linking;
    struct act_line act = {.about = ""};
    l->refused = LINK_FINE;
    if (l->first == STORY_NONE) {
        l->first = host;
    } else if (l->first == host) {
        l->refused = LINK_TO_ITSELF;
    } else if (!what_if_link(s->story, l->first, host, &act, s->what_if.look_for)) {
        l->refused = LINK_TO_UNNAMED;
        s->what_if.look_for[0] = 0;
    } else {
        l->open = false;
        scene_add_act(s, &act);
    }
}

void scene_link_close(struct scene *s)
{
    s->linking = (struct linking){.first = STORY_NONE};
}

bool scene_tells_what_if(const struct scene *s)
{
    return *s->what_if.message && s->panels.views[VIEW_WHAT_IF].w <= 0;
}

const char *scene_link_hint(const struct scene *s)
{
    const struct linking *l = &s->linking;
    switch (l->refused) {
    case LINK_TO_ITSELF:
        return tr("A link joins two different hosts: press another one. Esc gives up.");
    case LINK_TO_UNNAMED:
        return tr("The scenario does not name one of the two, so no link to it can be written. Press another host. Esc "
                  "gives up.");
    case LINK_FINE:
        break;
    }
    return l->first == STORY_NONE ? tr("A new link: press the host where it begins. Esc gives up.")
                                  : tr("A new link: press the host where it ends. Esc gives up.");
}
