/* journey: one program for writing, proving, testing and running customer journeys. */
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "core/utf8.h"

static const struct {
    const char *name;
    int (*run)(const struct cli_args *args);
} COMMAND_ROW[CLI_COMMANDS] = {
#define COMMAND(name, arguments, line, help) {#name, cli_cmd_##name},
#include "cli/commands.def"
#undef COMMAND
};

static int cli_unknown_command(const char *word) {
    const char *nearest = NULL;
    unsigned best = 3;
    for (int i = 0; i < CLI_COMMANDS; i++) {
        unsigned distance = jn_utf8_distance(jn_str_z(word), jn_str_z(COMMAND_ROW[i].name), best);
        if (distance < best) {
            best = distance;
            nearest = COMMAND_ROW[i].name;
        }
    }
    fprintf(stderr, "journey: there is no command `%.40s`", word);
    if (nearest != NULL) fprintf(stderr, "; did you mean `%s`?", nearest);
    fprintf(stderr, "\nSee `journey --help`.\n");
    return jn_rc_exit(JN_USAGE);
}

/* The command of that name; CLI_COMMANDS: there is none. */
static int cli_command_of(const char *word) {
    int i = 0;
    while (i < CLI_COMMANDS && strcmp(word, COMMAND_ROW[i].name) != 0)
        i++;
    return i;
}

static int cli_help(const char *word) {
    int command = cli_command_of(word);
    if (command == CLI_COMMANDS) return cli_unknown_command(word);
    cli_print_help((enum cli_command)command);
    return 0;
}

static int cli_run(int command, int argc, char **argv) {
    struct cli_args args;
    struct jn_err err;
    if (cli_args_parse((enum cli_command)command, argc, argv, &args, &err) != JN_OK) return cli_failed(&err);
    if (args.value[CLI_OPT_HELP] != NULL) return cli_help(argv[0]);
    return COMMAND_ROW[command].run(&args);
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "help") == 0) return cli_help(argv[2]);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        cli_print_help(CLI_any);
        return argc < 2 ? jn_rc_exit(JN_USAGE) : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        cli_print_version();
        return 0;
    }
    int command = cli_command_of(argv[1]);
    return command == CLI_COMMANDS ? cli_unknown_command(argv[1]) : cli_run(command, argc - 1, argv + 1);
}
