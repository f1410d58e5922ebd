#include "tests/viz/draw/what_if_scene.h"

#include <stdio.h>

#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/rerun_at_once.h"

void open_first_mail(void)
{
    struct scene_options options = scene_options_default();
    rerun_at_once.why_not = NULL;
    options.rerun = &rerun_at_once;
    open_scene_of("first-mail", options);
}

void write_over(const char *text)
{
    for (int i = 0; i < 40; i++)
        press(KEY_BACKSPACE);
    struct input in = {.kind = INPUT_TEXT};
    snprintf(in.text, sizeof in.text, "%s", text);
    scene_handle(scene, &in);
    press(KEY_ENTER);
    scene_poll(scene);
    scene_draw(scene, canvas);
}
