/* The digest of a mail without its trace lines: what every hop must hand on as it took it (RFC 5321 6.4). */
#include <string.h>
#include <strings.h>

#include "model/mail/message.h"

static bool is_trace_line(const char *line, size_t size)
{
    static const char *const fields[] = {
        "Received:", "Return-Path:", "Delivered-To:", "Postroad-Mail:", "List-Id:", "List-Post:", "Precedence:"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t length = strlen(fields[i]);
        if (size >= length && strncasecmp(line, fields[i], length) == 0) return true;
    }
    return false;
}

/* How long the trace lines at the top are, with those that continue them. */
static size_t trace_size(const char *content, size_t size)
{
    size_t used = 0;
    bool continues = false;
    while (used < size) {
        bool is_more = continues && (content[used] == ' ' || content[used] == '\t');
        if (!is_more && !is_trace_line(content + used, size - used)) return used;
        const char *newline = memchr(content + used, '\n', size - used);
        if (!newline) return used;
        used = (size_t)(newline - content) + 1;
        continues = true;
    }
    return used;
}

static uint64_t number_at(const char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return number;
}

uint64_t message_digest(const char *content, size_t size)
{
    size_t trace = trace_size(content, size);
    const char *byte = content + trace;
    uint64_t digest = size - trace;
    for (size_t left = size - trace; left > 0;) {
        size_t n = left < 8 ? left : 8;
        digest = (digest ^ (n == 8 ? number_at(byte, 8) : number_at(byte, n))) * UINT64_C(0x9fb21c651e98df25);
        digest ^= digest >> 32;
        byte += n;
        left -= n;
    }
    return digest & ((UINT64_C(1) << 48) - 1);
}
