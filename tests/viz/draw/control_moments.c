#include "tests/viz/draw/control_moments.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

enum { AT_MS = 2100 };

/* ---- Before the first picture ---- */

void at_a_loss(struct scene *s)
{
    scene_seek(s, (int64_t)AT_MS * MS);
}

static void show(struct scene *s, const char *arrangement)
{
    at_a_loss(s);
    workspace_read(&s->workspace, arrangement);
}

void the_queue(struct scene *s)
{
    show(s, "queue");
}

void the_sender(struct scene *s)
{
    show(s, "sender");
}

void the_segment(struct scene *s)
{
    show(s, "segment");
}

void why_late(struct scene *s)
{
    show(s, "why-late");
}

void in_the_middle(struct scene *s)
{
    at_a_loss(s);
    scene_look_at(s, "internet");
}

/* The longest part is open, and the longest of that. */
void a_part_of_why_late(struct scene *s)
{
    const struct why_plan *plan = s->why_plan;
    cr_assert(plan != NULL);
    for (size_t depth = 0; depth < 2; depth++) {
        size_t longest = 0;
        for (size_t i = 1; i < plan->n_parts; i++)
            if (plan->parts[i].to_ns - plan->parts[i].from_ns >
                plan->parts[longest].to_ns - plan->parts[longest].from_ns)
                longest = i;
        scene_activate(s, ACT_INTERVAL, longest);
    }
}

/* No mail of this world has so many: as if the first part were one of a long dialogue. */
void many_short_parts(struct scene *s)
{
    enum { SHORT = 13 };
    struct why_plan *plan = s->why_plan;
    cr_assert(plan != NULL);
    const struct why_part whole = plan->parts[0];
    for (int i = 0; i <= SHORT; i++) {
        plan->parts[i] = whole;
        plan->parts[i].from_ns += i;
        if (i < SHORT) plan->parts[i].to_ns = plan->parts[i].from_ns + 1;
    }
    plan->n_parts = plan->n_all_parts = SHORT + 1;
}

void the_dialogue(struct scene *s)
{
    show(s, "dialogue");
    scene_seek(s, story_end_ns(s->story));
}

void closely_at_the_lost_packet(struct scene *s)
{
    show(s, "closely");
    scene_select(s, (struct selection){ACT_PACKET, story_drop(s->story, 0)->packet});
}

void at_the_beginning(struct scene *s)
{
    scene_seek(s, 0);
}

void the_map(struct scene *s)
{
    show(s, "map");
}

void at_the_end(struct scene *s)
{
    scene_seek(s, story_end_ns(s->story));
}

void zoomed_in(struct scene *s)
{
    at_a_loss(s);
    scene_zoom(s, scene_now(s), 1 / 8.0);
}

void looking_at_a_host(struct scene *s)
{
    at_a_loss(s);
    scene_look_at(s, "mail.a.example");
}

void looking_at_a_link(struct scene *s)
{
    at_a_loss(s);
    scene_select(s, (struct selection){ACT_LINK, 0});
}

void looking_at_the_mail(struct scene *s)
{
    at_a_loss(s);
    scene_select(s, (struct selection){ACT_MAIL, 0});
}

void looking_at_the_lost_packet(struct scene *s)
{
    at_a_loss(s);
    scene_select(s, (struct selection){ACT_PACKET, story_drop(s->story, 0)->packet});
}

void only_the_mail(struct scene *s)
{
    looking_at_the_mail(s);
    only_choose(&s->only, s->story, ACT_MAIL, 0);
}

void one_view(struct scene *s)
{
    at_a_loss(s);
    scene_enlarge(s, VIEW_LADDER);
}

void a_host_in_focus(struct scene *s)
{
    at_a_loss(s);
    s->focus = (struct selection){ACT_HOST, 0};
}

void looking_for_loss(struct scene *s)
{
    snprintf(s->find.text, sizeof s->find.text, "loss");
}

void looking_for_loss_from_the_end(struct scene *s)
{
    at_the_end(s);
    looking_for_loss(s);
}

void the_line_is_open(struct scene *s)
{
    scene_find_open(s);
}

void two_bookmarks(struct scene *s)
{
    scene_seek(s, (int64_t)1000 * MS);
    scene_toggle_bookmark(s);
    scene_seek(s, (int64_t)3000 * MS);
    scene_toggle_bookmark(s);
    at_a_loss(s);
}

void in_doubt_about_quitting(struct scene *s)
{
    at_a_loss(s);
    s->asked = LEAVING_FOR_GOOD;
}

void the_page_of_keys(struct scene *s)
{
    at_a_loss(s);
    s->help = true;
}

void asked(struct scene *s)
{
    scene_set_guessing(s, true);
    scene_step(s, STORY_STEP_LINE, 1);
    for (int i = 0; i < 1000 && s->guessing.asked == SIZE_MAX; i++)
        scene_step(s, STORY_STEP_PACKET, 1);
}

void asked_and_answered(struct scene *s)
{
    asked(s);
    scene_activate(s, ACT_ANSWER, 0);
}

/* ---- After it ---- */

void what_if(struct scene *s)
{
    looking_at_the_lost_packet(s);
    scene_what_if(s, 0);
    scene_poll(s);
}

void the_menu_of_the_map(struct scene *s)
{
    s->menu = VIEW_MAP;
}

void scrolled_down(struct scene *s)
{
    scene_scroll(s, 9);
}

void dialogue_scrolled_back(struct scene *s)
{
    scene_scroll(s, -9);
}
