/* postroad: finds the subcommand and lets it do the rest. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/heap.h"
#include "app/options.h"
#include "app/output.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"
#include "viz/draw/canvas.h"

struct subcommand {
    const char *name;
    int (*command)(int argc, char **argv);
    const char *operands, *help;
};

static const struct subcommand subcommands[] = {
    {"view", command_view, "[SCENARIO|JOURNAL|LESSON]", "the window; with no argument, the gallery"},
    {"run", command_run, "SCENARIO", "run without a window; print the transcript and the outcome"},
    {"check", command_check, "SCENARIO...", "validate only"},
    {"show", command_show, "JOURNAL", "print a journal as text or JSON Lines"},
    {"export", command_export, "JOURNAL|SCENARIO -o FILE", "make a capture, a picture or JSON Lines, by the ending"},
    {"import", command_import, "FILE [-o JOURNAL]", "make a journal of a capture, a mail.log or a mail's trace"},
    {"live", command_live, "SCENARIO [--listen ...]", "real time: real programs reach the simulated hosts"},
    {"bench", command_bench, "[WHAT] [MAILS]", "the project's own speed, in numbers"},
    {"study", command_study, "STUDY -o RESULTS.db", "many runs: vary, repeat, compare, measure"},
    {"plot", command_plot, "RESULTS.db -o FILE", "figures of a study, with confidence intervals, or a report"},
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static void print_help(FILE *out)
{
    fputs(
        tr("usage: postroad SUBCOMMAND [options]\n\n"
           "A laboratory for e-mail delivery: describe a small internet, watch a mail cross it packet by packet.\n\n"),
        out);
    for (int i = 0; i < SUBCOMMANDS; i++) {
        const struct subcommand *s = &subcommands[i];
        fprintf(out, "  postroad %-6s %-25s %s\n", s->name, s->operands, tr(s->help));
    }
    fputs(tr("\n  postroad SUBCOMMAND --help  describes each; postroad --version tells the version\n"), out);
}

static int unknown_subcommand(const char *written)
{
    const char *names[SUBCOMMANDS + 3] = {"--help", "--version"};
    size_t n = 2;
    for (int i = 0; i < SUBCOMMANDS; i++)
        names[n++] = subcommands[i].name;
    fprintf(stderr, tr("postroad: unknown subcommand \"%s\"\n"), written);
    const char *near = near_word_find(written, names);
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    fputs(tr("  see: postroad --help\n"), stderr);
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    const char *name = argv[1];
    if (!strcmp(name, "help") && argc == 3 && argv[2][0] != '-') {
        char *asked[] = {argv[0], argv[2], (char *)"--help"};
        return dispatch(3, asked);
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (!strcmp(name, "--version")) {
        puts("postroad " POSTROAD_VERSION);
        return EXIT_DONE;
    }
    for (int i = 0; i < SUBCOMMANDS; i++)
        if (!strcmp(name, subcommands[i].name)) return subcommands[i].command(argc - 1, argv + 1);
    return unknown_subcommand(name);
}

int main(int argc, char **argv)
{
    heap_prepare();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is told by the write that fails */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
    if (argc < 2) {
        fputs(tr("postroad: a subcommand is missing; to begin with: postroad view first-mail\n\n"), stderr);
        print_help(stderr);
        return EXIT_USAGE;
    }
    int code = output_finish(dispatch(argc, argv));
    canvas_forget_fonts();
    return code;
}
