#include "tests/viz/draw/controlled_window.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/control_moments.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/run_scenario.h"

/* ---- What the window is given ---- */

static int opened_elsewhere;

static bool open_packet(void *context, const struct journal_memory *journal, uint64_t packet,
                        char said[ELSEWHERE_SAID_BYTES])
{
    (void)context;
    (void)journal;
    (void)packet;
    opened_elsewhere++;
    snprintf(said, ELSEWHERE_SAID_BYTES, "opened");
    return true;
}

static const struct elsewhere another_program = {.name = "Wireshark", .open = open_packet};
static const struct scene_lesson a_lesson = {.title = "Loss", .text = "Who notices it?", .number = 2, .count = 3};

/* ---- Driving ---- */

struct journal_memory *shown_journal;

void open_window(void)
{
    rerun_at_once.why_not = NULL;
    shown_journal = run_scenario("lost-segment");
    driver_open();
}

void close_window(void)
{
    driver_close();
    journal_memory_free(shown_journal);
}

void run(struct drive *drive, bool in_a_lesson)
{
    struct window_options options = window_options_default();
    options.playing = false;
    options.rerun = &rerun_at_once;
    options.elsewhere = &another_program;
    options.has_gallery = true;
    if (in_a_lesson) options.lesson = &a_lesson;
    if (!drive->prepare) drive->prepare = at_a_loss;
    opened_elsewhere = 0;
    rerun_saved[0] = 0;
    driver_run(shown_journal, &options, drive);
    SDL_SetWindowFullscreen(SDL_GetWindowFromID(1), 0);
    SDL_SetModState(KMOD_NONE);
}

/* ---- What it did ---- */

#define EFFECT(name, holds)                                                                                            \
    bool name(const struct seen *was, const struct seen *is)                                                           \
    {                                                                                                                  \
        (void)was, (void)is;                                                                                           \
        return (holds);                                                                                                \
    }
EFFECT(plays, !was->playing && is->playing && is->screen_ns >= was->screen_ns)
EFFECT(goes_on, is->cursor > was->cursor && !is->playing)
EFFECT(goes_back, is->cursor < was->cursor && !is->playing)
EFFECT(is_faster, is->speed == 2 * was->speed)
EFFECT(is_slower, is->speed == was->speed / 2)
EFFECT(is_at_the_beginning, was->now_ns > 0 && is->now_ns == 0)
EFFECT(is_at_the_end, is->now_ns > was->now_ns && is->now_ns > 3000ll * MS)
EFFECT(has_another_pace, was->pace == PACE_STORY && is->pace == PACE_STEADY)
EFFECT(shows_less_time, is->span.to_ns - is->span.from_ns < was->span.to_ns - was->span.from_ns)
EFFECT(shows_more_time, is->span.to_ns - is->span.from_ns > was->span.to_ns - was->span.from_ns)
EFFECT(shows_all_time, shows_more_time(was, is) && is->span.from_ns == 0)
EFFECT(writes, !was->finding && is->finding)
EFFECT(has_written_a_word, is->finding &&strlen(is->find) > strlen(was->find))
EFFECT(has_a_bookmark, was->bookmarks == 0 && is->bookmarks == 1)
EFFECT(is_at_a_second, is->now_ns == 1000ll * MS)
EFFECT(is_at_three_seconds, is->now_ns == 3000ll * MS)
EFFECT(has_a_focus, was->focus.what == ACT_NONE && is->focus.what != ACT_NONE)
EFFECT(has_turned_to_the_host, is->selection.what == ACT_HOST && is->selection.index == 0)
EFFECT(has_scrolled_down, is->scrolled > was->scrolled)
EFFECT(has_scrolled_up, is->scrolled < was->scrolled)
EFFECT(shows_a_part, was->only == 0 && is->only > 0)
EFFECT(shows_everything, was->only > 0 && is->only == 0)
EFFECT(is_open_elsewhere, opened_elsewhere == 1)
EFFECT(links, !was->linking && is->linking)
EFFECT(has_one_act, was->acts == 0 && is->acts == 1)
EFFECT(has_no_act, was->acts == 1 && is->acts == 0)
EFFECT(has_saved, strstr(rerun_saved, "\"faults\"") != NULL)
EFFECT(shows_the_other_run, is->run != was->run)
EFFECT(shows_all_views, was->enlarged == VIEW_LADDER && is->enlarged == VIEW_NONE)
EFFECT(has_a_menu, was->menu == VIEW_NONE && is->menu != VIEW_NONE)
EFFECT(is_arranged_otherwise, strcmp(was->arrangement, is->arrangement) != 0)
EFFECT(keeps_places, !was->keeps_places && is->keeps_places)
EFFECT(guesses, !was->guessing && is->guessing)
EFFECT(has_fewer_captions, was->captions == CAPTIONS_ALL && is->captions == CAPTIONS_OF_SCENARIO)
EFFECT(is_for_a_projector, !was->projector && is->projector)
EFFECT(is_calm, !was->calm && is->calm)
EFFECT(is_larger, is->scale > was->scale)
EFFECT(is_smaller, is->scale < was->scale)
EFFECT(is_dark, !was->dark && is->dark)
EFFECT(fills_the_screen, !was->full_screen && is->full_screen)
EFFECT(looks_at_nothing, was->selection.what != ACT_NONE && is->selection.what == ACT_NONE)
EFFECT(asks_whether_to_quit, !was->asks_to_quit && is->asks_to_quit)
EFFECT(asks_no_more, was->asks_to_quit && !is->asks_to_quit)
EFFECT(has_help, !was->help && is->help)
EFFECT(has_no_help, was->help && !is->help)
EFFECT(looks_at_a_packet, is->selection.what == ACT_PACKET)
EFFECT(looks_at_a_host, is->selection.what == ACT_HOST)
EFFECT(looks_at_a_link, is->selection.what == ACT_LINK)
EFFECT(looks_at_a_mail, is->selection.what == ACT_MAIL)
EFFECT(looks_at_an_event, is->selection.what == ACT_EVENT)
EFFECT(has_gone_elsewhere, is->cursor != was->cursor && is->selection.what != ACT_NONE)
EFFECT(marks_bytes, was->hover.what != ACT_BYTES && is->hover.what == ACT_BYTES)
EFFECT(has_another_sender, is->sender != was->sender && is->sender != STORY_NONE)
EFFECT(is_answered, was->answer == QUIZ_CHOICES && is->answer < QUIZ_CHOICES)
EFFECT(is_no_more_asked, was->answer < QUIZ_CHOICES && is->answer == SIZE_MAX)
EFFECT(has_moved_in_time, is->now_ns != was->now_ns && !is->playing)
EFFECT(shows_one_view, was->enlarged == VIEW_NONE && is->enlarged != VIEW_NONE)
EFFECT(has_closed_a_level, is->levels < was->levels)
EFFECT(tells_the_short_ones, is->tells_short && !was->tells_short)
EFFECT(has_stopped_writing, was->finding && !is->finding)
EFFECT(has_gone_on, is->cursor > was->cursor)
EFFECT(has_moved_the_host, point_distance(was->host, is->host) > 0.01)

bool shows_the_part(const struct seen *was, const struct seen *is)
{
    return shows_less_time(was, is) && is->now_ns >= is->span.from_ns && is->now_ns <= is->span.to_ns;
}
