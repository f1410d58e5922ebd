/* See unseen_letters.h. */
#include "model/wire/unseen_letters.h"

#include <stddef.h>

bool letter_is_unseen(uint32_t letter)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x80, 0xA0},     {0xAD, 0xAD},     {0x34F, 0x34F},     {0x61C, 0x61C},     {0x115F, 0x1160},
                  {0x1680, 0x1680}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F},
                  {0x205F, 0x206F}, {0x3000, 0x3000}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
                  {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (letter >= ranges[i].first && letter <= ranges[i].last) return true;
    return false;
}

uint32_t utf8_letter_at(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    uint32_t letter = p[0] < 0x80 ? p[0] : p[0] & (p[0] >= 0xF0 ? 0x07 : p[0] >= 0xE0 ? 0x0F : 0x1F);
    for (p++; (*p & 0xC0) == 0x80; p++)
        letter = letter << 6 | (*p & 0x3F);
    return letter;
}
