/* `postroad study merge` and `postroad study export`: what is done with files of results. */
#ifndef POSTROAD_APP_STUDY_FILES_H
#define POSTROAD_APP_STUDY_FILES_H

/* As subcommands (commands.h); argv[0] is "merge", "export". */
int study_merge(int argc, char **argv);
int study_export(int argc, char **argv);

#endif
