/* The commands' entry points: each takes parsed arguments and returns the exit status. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/args.h"

#define COMMAND(name, arguments, line, help) int cli_cmd_##name(const struct cli_args *args);
#include "cli/commands.def"
#undef COMMAND

/* Version of journey and of the libraries it runs on. */
void cli_print_version(void);

#endif
