/* A scene on first-mail whose world is run again at once. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_WHAT_IF_SCENE_H
#define POSTROAD_TESTS_VIZ_DRAW_WHAT_IF_SCENE_H

void open_first_mail(void); /* to be closed by close_scene */

/* Into the line of a value that is open, in the place of what stands there; then the world is run again. */
void write_over(const char *text);

#endif
