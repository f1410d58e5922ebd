/* What is prepared in a window (window_driver.h) before one of its controls is used. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_CONTROL_MOMENTS_H
#define POSTROAD_TESTS_VIZ_DRAW_CONTROL_MOMENTS_H

#include "viz/draw/scene_internal.h"

enum { MS = 1000000 };

typedef void moment(struct scene *s);

/* Before the first picture. */
moment at_a_loss, the_queue, the_sender, the_segment, why_late, in_the_middle, a_part_of_why_late, many_short_parts,
    the_dialogue, closely_at_the_lost_packet, at_the_beginning, the_map, at_the_end, zoomed_in, looking_at_a_host,
    looking_at_a_link, looking_at_the_mail, looking_at_the_lost_packet, only_the_mail, one_view, a_host_in_focus,
    looking_for_loss, looking_for_loss_from_the_end, the_line_is_open, two_bookmarks, in_doubt_about_quitting,
    the_page_of_keys, asked, asked_and_answered;

/* After it. */
moment what_if, the_menu_of_the_map, scrolled_down, dialogue_scrolled_back;

#endif
