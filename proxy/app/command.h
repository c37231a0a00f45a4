/* app/command.h - the subcommands. Each takes its own arguments (argv[0] is its name) and gives the
 * exit code. */
#ifndef WHYTLS_APP_COMMAND_H
#define WHYTLS_APP_COMMAND_H

int cmd_run(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_judge(int argc, char **argv);
int cmd_ca(int argc, char **argv);
int cmd_profile(int argc, char **argv);
int cmd_lab(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_flows(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_devices(int argc, char **argv);
int cmd_review(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_plugins(int argc, char **argv);

#endif
