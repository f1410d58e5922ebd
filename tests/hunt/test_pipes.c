/* What a hunting process has found is larger than a pipe is sure to take at once, and comes in pieces on a busy
 * machine. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hunt/pipes.h"

enum { SIZE = 100000, PIECE = 777 };

static char sent[SIZE], taken[SIZE];

static void send_in_pieces(int to)
{
    for (size_t done = 0; done < SIZE; done += PIECE)
        pipe_send(to, sent + done, done + PIECE < SIZE ? PIECE : SIZE - done);
    _exit(0);
}

Test(pipes, what_comes_in_pieces_is_taken_whole)
{
    int ends[2];
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 31 >> 3);
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) send_in_pieces(ends[1]);
    close(ends[1]);
    cr_expect(pipe_take(ends[0], taken, SIZE));
    cr_expect_arr_eq(taken, sent, SIZE);
    cr_expect_not(pipe_take(ends[0], taken, 1), "it has come to its end");
    waitpid(child, NULL, 0);
    close(ends[0]);
}
