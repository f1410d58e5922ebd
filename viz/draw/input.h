/* What a person does, without SDL, so that tests can do it too. */
#ifndef POSTROAD_VIZ_DRAW_INPUT_H
#define POSTROAD_VIZ_DRAW_INPUT_H

#include <stdbool.h>

enum input_kind { INPUT_KEY, INPUT_PRESS, INPUT_MOVE, INPUT_RELEASE, INPUT_WHEEL, INPUT_TEXT };

/* Keys that are characters have the character's number ('t', '+', ' '). */
enum input_key {
    KEY_DELETE = 127,
    KEY_LEFT = 256, KEY_RIGHT, KEY_UP, KEY_DOWN, KEY_HOME, KEY_END, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_TAB, KEY_ENTER,
    KEY_ESCAPE, KEY_BACKSPACE
};

struct input {
    enum input_kind kind;
    int key;
    bool shift, ctrl, alt;
    double x, y;  /* pointer, in pixels of the canvas */
    char text[32]; /* what was written, UTF-8; only while the scene wants text */
    double wheel; /* upwards is more */
};

#endif
