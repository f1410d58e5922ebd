/* Numbers in bytes of either order, for the formats of captures. */
#ifndef POSTROAD_MODEL_IMPORT_IMPORT_BYTES_H
#define POSTROAD_MODEL_IMPORT_IMPORT_BYTES_H

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t import_get_16(const uint8_t *at, bool big)
{
    return (uint16_t)(big ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

static inline uint32_t import_get_32(const uint8_t *at, bool big)
{
    uint32_t first = import_get_16(at, big), second = import_get_16(at + 2, big);
    return big ? first << 16 | second : second << 16 | first;
}

#endif
