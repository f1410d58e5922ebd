/* Starting programs: see program.h. */
#include "app/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { EXIT_NOT_STARTED = 127 };

struct program {
    pid_t pid;
    FILE *input;
    char *name;
};

bool program_is_there(const char *name)
{
    const char *path = getenv("PATH");
    for (const char *at = path; at && *at; at += strcspn(at, ":"), at += *at == ':') {
        char file[4096];
        int n = snprintf(file, sizeof file, "%.*s/%s", (int)strcspn(at, ":"), at, name);
        if (n > 0 && n < (int)sizeof file && access(file, X_OK) == 0) return true;
    }
    return false;
}

static void become(const char *const *words)
{
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    execvp(words[0], (char *const *)words);
    _exit(EXIT_NOT_STARTED);
}

static void say_not_started(const char *name)
{
    fprintf(stderr, tr("postroad: %s could not be started: %s\n"), name, strerror(errno));
}

struct program *program_start(const char *const *words)
{
    int ends[2];
    if (pipe(ends) != 0) {
        say_not_started(words[0]);
        return NULL;
    }
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        become(words);
    }
    close(ends[0]);
    FILE *input = pid < 0 ? NULL : fdopen(ends[1], "wb");
    if (!input) {
        say_not_started(words[0]);
        close(ends[1]);
        return NULL;
    }
    struct program *program = mem_calloc(1, sizeof *program);
    *program = (struct program){pid, input, mem_strdup(words[0])};
    return program;
}

FILE *program_input(const struct program *program)
{
    return program->input;
}

/* Also when a signal comes in between. */
static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return status;
}

static void drop(struct program *program)
{
    mem_free(program->name);
    mem_free(program);
}

bool program_finish(struct program *program)
{
    bool taken = fclose(program->input) == 0;
    int status = wait_for(program->pid);
    bool good = taken && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!good) fprintf(stderr, tr("postroad: %s has failed\n"), program->name);
    drop(program);
    return good;
}

void program_stop(struct program *program)
{
    kill(program->pid, SIGKILL);
    fclose(program->input);
    wait_for(program->pid);
    drop(program);
}

/* Forked twice, so that nobody has to wait for it; a pipe that closes when it is started tells whether it was. */
bool program_launch(const char *const *words)
{
    int ends[2];
    if (pipe(ends) != 0) return false;
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        setsid();
        if (fork() != 0) _exit(0);
        int nowhere = open("/dev/null", O_RDWR);
        for (int fd = 0; fd <= 2 && nowhere >= 0; fd++)
            dup2(nowhere, fd);
        signal(SIGPIPE, SIG_DFL);
        execvp(words[0], (char *const *)words);
        (void)!write(ends[1], "", 1);
        _exit(EXIT_NOT_STARTED);
    }
    close(ends[1]);
    char byte;
    bool started = pid > 0 && read(ends[0], &byte, 1) == 0;
    close(ends[0]);
    if (pid > 0) wait_for(pid);
    return started;
}
