#include "tests/hunt/pipes.h"

#include <errno.h>
#include <unistd.h>

bool pipe_send(int to, const void *what, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(to, (const char *)what + done, size - done);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) done += (size_t)n;
    }
    return true;
}

bool pipe_take(int from, void *what, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(from, (char *)what + done, size - done);
        if (n == 0 || (n < 0 && errno != EINTR)) return false;
        if (n > 0) done += (size_t)n;
    }
    return true;
}
