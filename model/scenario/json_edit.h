/* Changing a JSON text so that it means another tree, and leaving alone what means the same in both: its layout, the
   order of its members, and how its numbers and texts are spelt. */
#ifndef POSTROAD_MODEL_SCENARIO_JSON_EDIT_H
#define POSTROAD_MODEL_SCENARIO_JSON_EDIT_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* The text as it must be to mean `wanted`, allocated; NULL when it is no JSON (json_parse). A value that differs is
   replaced in its place; a member or element more stands in the style of its neighbours; one less goes with its comma.
 */
char *json_edited(const char *text, size_t size, const cJSON *wanted);

#endif
