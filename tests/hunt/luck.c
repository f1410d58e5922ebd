#include "tests/hunt/luck.h"

#include <string.h>

uint64_t luck_draw(struct luck *luck)
{
    uint64_t x = luck->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

unsigned luck_below(struct luck *luck, unsigned n)
{
    return (unsigned)(luck_draw(luck) >> 33) % n;
}

bool luck_odds(struct luck *luck, unsigned percent)
{
    return luck_below(luck, 100) < percent;
}

static cJSON *json_of(char *text)
{
    if (!strchr("{['0123456789", text[0]) && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return cJSON_CreateString(text);
    for (char *c = text; *c; c++)
        if (*c == '\'') *c = '"';
    cJSON *value = cJSON_ParseWithOpts(text, NULL, true); /* "20 ms" begins like a number, and is none */
    return value ? value : cJSON_CreateString(text);
}

cJSON *luck_value(struct luck *luck, const char *choices)
{
    unsigned n = 1;
    for (const char *c = choices; *c; c++)
        n += *c == '|';
    unsigned taken = luck_below(luck, n);
    while (taken-- > 0)
        choices = strchr(choices, '|') + 1;
    char text[400];
    size_t length = strcspn(choices, "|");
    if (length >= sizeof text) length = sizeof text - 1;
    memcpy(text, choices, length);
    text[length] = '\0';
    return json_of(text);
}

void luck_add(struct luck *luck, cJSON *object, const char *key, const char *choices)
{
    cJSON_AddItemToObject(object, key, luck_value(luck, choices));
}
