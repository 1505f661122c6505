/* The command line after the command's name: options by table, then paths. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "journey/error.h"

enum cli_command {
#define COMMAND(name, arguments, line, help) CLI_##name,
#include "cli/commands.def"
#undef COMMAND
    CLI_COMMANDS,
    CLI_any
};

enum cli_option {
#define OPTION(command, id, name, letter, argument, text) CLI_OPT_##id,
#include "cli/options.def"
#undef OPTION
#define OPTION(id, name, argument, variable, preset, text) CLI_OPT_SERVE_##id,
#include "runtime/app/options.def"
#undef OPTION
    CLI_OPTIONS
};

struct cli_args {
    const char *value[CLI_OPTIONS]; /* NULL: not given; "" for a flag */
    char **path;
    int n_path;
};

/* JN_USAGE with a sentence (and a suggestion for a misspelt option). argv[0] is the command's name. */
jn_rc cli_args_parse(enum cli_command command, int argc, char **argv, struct cli_args *out, struct jn_err *err);

/* True when the option is given and is one of the words in `allowed` ("text|json"); JN_USAGE otherwise.
 * *index is the word's place, 0 when the option is not given. */
jn_rc cli_args_choice(const struct cli_args *args, enum cli_option option, int *index, struct jn_err *err);

/* The value of the option of this long name, whichever command's it is; NULL when it is not given. */
const char *cli_args_named(const struct cli_args *args, const char *name);

void cli_print_help(enum cli_command command); /* CLI_any: the whole program */

#endif
