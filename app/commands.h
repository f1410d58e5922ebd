/* The subcommands of postroad: one file each. To add one: a prototype here, a row in main.c, a file of its name. */
#ifndef POSTROAD_APP_COMMANDS_H
#define POSTROAD_APP_COMMANDS_H

/* argv[0] is the subcommand's name. Each returns an exit code of exit_codes.h. */
int command_view(int argc, char **argv);
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_show(int argc, char **argv);
int command_export(int argc, char **argv);
int command_import(int argc, char **argv);
int command_live(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_study(int argc, char **argv);

#endif
