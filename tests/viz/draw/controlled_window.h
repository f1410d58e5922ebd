/* A window on a shipped scenario whose controls are used, each in a window just opened, and what they may have done. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_CONTROLLED_WINDOW_H
#define POSTROAD_TESTS_VIZ_DRAW_CONTROLLED_WINDOW_H

#include "tests/viz/draw/window_driver.h"

extern struct journal_memory *shown_journal; /* between open_window and close_window */

void open_window(void);
void close_window(void);
/* Prepared as at_a_loss (control_moments.h) unless the drive says otherwise. */
void run(struct drive *drive, bool in_a_lesson);

/* Whether it did what its name says. */
typedef bool effect(const struct seen *was, const struct seen *is);

effect plays, goes_on, goes_back, is_faster, is_slower, is_at_the_beginning, is_at_the_end, has_another_pace,
    shows_less_time, shows_more_time, shows_all_time, writes, has_written_a_word, has_a_bookmark, is_at_a_second,
    is_at_three_seconds, has_a_focus, has_turned_to_the_host, has_scrolled_down, has_scrolled_up, shows_a_part,
    shows_everything, is_open_elsewhere, links, has_one_act, has_no_act, has_saved, shows_the_other_run,
    shows_all_views, has_a_menu, is_arranged_otherwise, keeps_places, guesses, has_fewer_captions, is_for_a_projector,
    is_calm, is_larger, is_smaller, is_dark, fills_the_screen, looks_at_nothing, asks_whether_to_quit, asks_no_more,
    has_help, has_no_help, looks_at_a_packet, looks_at_a_host, looks_at_a_link, looks_at_a_mail, looks_at_an_event,
    has_gone_elsewhere, marks_bytes, has_another_sender, is_answered, is_no_more_asked, has_moved_in_time,
    shows_one_view, has_closed_a_level, tells_the_short_ones, has_stopped_writing, has_gone_on, has_moved_the_host,
    shows_the_part;

#endif
