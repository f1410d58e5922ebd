#include "tests/viz/draw/judged.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

const struct size sizes[SIZES] = {{1280, 800}, {1920, 1080}, {3840, 2160}};

enum { TOLD = 4 }; /* findings of one picture that are told */

static void tell(const struct finding *found, size_t n, const char *what)
{
    for (size_t i = 0; i < n && i < TOLD; i++)
        cr_expect(false, "%s: \"%s\" %s (%.0f, %.0f; %.0f x %.0f)%s%s", what, found[i].text, fault_name(found[i].fault),
                  found[i].where.x, found[i].where.y, found[i].where.w, found[i].where.h, *found[i].other ? ": " : "",
                  found[i].other);
}

void judge_page(struct page *page, bool whole, const char *what)
{
    const struct finding *found;
    size_t n = page_judge(page, &found);
    tell(found, n, what);
    if (!whole || n > 0) return;
    n = page_cut_texts(page, &found);
    tell(found, n, what);
}

static void say_picture(const struct scene *scene, struct size size, const char *what, char *text, size_t room)
{
    snprintf(text, room, "%s, %dx%d, %.0f %%, at %lld ns", what, size.w, size.h, scene_scale(scene) * 100,
             (long long)scene_now(scene));
}

void judge_scene(struct scene *scene, struct size size, const char *what)
{
    char text[200];
    struct page *page = page_new(size.w, size.h);
    scene_draw(scene, page_canvas(page));
    say_picture(scene, size, what, text, sizeof text);
    cr_expect(page_texts(page) > 3, "%s: there is nothing to read", text);
    judge_page(page, true, text);
    page_free(page);
}

/* What is shortened, and what the edge of a pane goes through. */
void judge_scene_uncut(struct scene *scene, struct size size, const char *what)
{
    const struct finding *found;
    char text[200];
    struct page *page = page_new(size.w, size.h);
    scene_draw(scene, page_canvas(page));
    say_picture(scene, size, what, text, sizeof text);
    cr_expect(gt(sz, page_texts(page), 3), "%s: there is nothing to read", text);
    size_t n = page_judge(page, &found);
    for (size_t i = 0; i < n; i++)
        if (found[i].fault == FAULT_CLIPPED) tell(&found[i], 1, text);
    n = page_cut_texts(page, &found);
    tell(found, n, text);
    page_free(page);
}

void look_at(struct scene *scene, size_t kind, double part)
{
    static const enum act kinds[LOOKED_AT_KINDS] = {ACT_NONE, ACT_PACKET, ACT_HOST, ACT_MAIL, ACT_EVENT, ACT_LINK};
    const struct story *s = scene_story(scene);
    const size_t counts[LOOKED_AT_KINDS] = {
        1, story_packet_count(s), story_host_count(s), story_mail_count(s), story_event_count(s), story_link_count(s)};
    kind %= LOOKED_AT_KINDS;
    if (counts[kind] > 0)
        scene_select(scene, (struct selection){kinds[kind], (size_t)(part * (double)(counts[kind] - 1))});
}
