/* Which events captions and expectations mean. */
#include "model/host/event_words.h"

#include <string.h>

bool event_says(const struct event *e, const char *words)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    if (!words) return true;
    for (size_t i = 0; i < n; i++)
        if (field_type(fields[i]) == TYPE_TEXT && strstr(event_text(e, fields[i]), words)) return true;
    return false;
}

bool event_is_where(const struct event *e, const struct event_condition *where, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool is_so = where[i].text ? strstr(event_text(e, where[i].field), where[i].text) != NULL
                                   : event_int(e, where[i].field) == where[i].number;
        if (!is_so) return false;
    }
    return true;
}
