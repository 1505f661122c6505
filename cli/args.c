#include "cli/args.h"

#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

struct cli_option_row {
    enum cli_command command;
    const char *name;
    char letter;
    const char *argument;
    const char *text;
};

static const struct cli_option_row OPTION_ROW[CLI_OPTIONS] = {
#define OPTION(command, id, name, letter, argument, text) {CLI_##command, name, letter, argument, text},
#include "cli/options.def"
#undef OPTION
#define OPTION(id, name, argument, variable, preset, text) {CLI_serve, name, 0, argument, text},
#include "runtime/app/options.def"
#undef OPTION
};

struct cli_command_row {
    const char *name, *arguments, *line, *help;
};

static const struct cli_command_row COMMAND_ROW[CLI_COMMANDS] = {
#define COMMAND(name, arguments, line, help) {#name, arguments, line, help},
#include "cli/commands.def"
#undef COMMAND
};

static bool cli_option_applies(int option, enum cli_command command) {
    return OPTION_ROW[option].command == command || OPTION_ROW[option].command == CLI_any;
}

static int cli_find_long(enum cli_command command, struct jn_str name) {
    for (int i = 0; i < CLI_OPTIONS; i++)
        if (cli_option_applies(i, command) && jn_str_is(name, OPTION_ROW[i].name)) return i;
    return -1;
}

static int cli_find_letter(enum cli_command command, char letter) {
    for (int i = 0; i < CLI_OPTIONS; i++)
        if (cli_option_applies(i, command) && OPTION_ROW[i].letter == letter) return i;
    return -1;
}

static jn_rc cli_unknown(enum cli_command command, struct jn_str written, struct jn_err *err) {
    const char *nearest = NULL;
    unsigned best = 3;
    struct jn_str name = jn_str_sub(written, 2, written.n);
    for (int i = 0; i < CLI_OPTIONS && jn_str_starts(written, JN_STR("--")); i++) {
        if (!cli_option_applies(i, command)) continue;
        unsigned distance = jn_utf8_distance(name, jn_str_z(OPTION_ROW[i].name), best);
        if (distance < best) {
            best = distance;
            nearest = OPTION_ROW[i].name;
        }
    }
    if (nearest != NULL)
        return jn_fail(err, JN_USAGE, "unknown option %.*s of `journey %s`; did you mean --%s?", JN_FMT(written),
                       COMMAND_ROW[command].name, nearest);
    return jn_fail(err, JN_USAGE, "unknown option %.*s; see `journey %s --help`", JN_FMT(written),
                   COMMAND_ROW[command].name);
}

/* One option at argv[*at]; moves *at over its argument when that is the next word. */
static jn_rc cli_take_option(enum cli_command command, int argc, char **argv, int *at, struct cli_args *out,
                             struct jn_err *err) {
    char *word = argv[*at];
    char *inline_value = NULL;
    int option;
    if (word[1] == '-') {
        inline_value = strchr(word, '=');
        struct jn_str name = {word + 2, inline_value == NULL ? strlen(word) - 2 : (size_t)(inline_value - word) - 2};
        option = cli_find_long(command, name);
        if (inline_value != NULL) inline_value++;
        if (option < 0) return cli_unknown(command, (struct jn_str){word, name.n + 2}, err);
    } else {
        option = cli_find_letter(command, word[1]);
        if (option < 0) return cli_unknown(command, (struct jn_str){word, 2}, err);
        if (word[2] != '\0') inline_value = word + 2;
    }
    bool takes = OPTION_ROW[option].argument[0] != '\0';
    if (!takes && inline_value != NULL) return jn_fail(err, JN_USAGE, "--%s takes no value", OPTION_ROW[option].name);
    if (takes && inline_value == NULL) {
        if (*at + 1 >= argc)
            return jn_fail(err, JN_USAGE, "--%s needs a value: %s", OPTION_ROW[option].name,
                           OPTION_ROW[option].argument);
        inline_value = argv[++*at];
    }
    out->value[option] = takes ? inline_value : "";
    return JN_OK;
}

jn_rc cli_args_parse(enum cli_command command, int argc, char **argv, struct cli_args *out, struct jn_err *err) {
    *out = (struct cli_args){.path = argv};
    bool only_paths = false;
    for (int i = 1; i < argc; i++) {
        if (!only_paths && strcmp(argv[i], "--") == 0) {
            only_paths = true;
        } else if (!only_paths && argv[i][0] == '-' && argv[i][1] != '\0') {
            jn_rc rc = cli_take_option(command, argc, argv, &i, out, err);
            if (rc != JN_OK) return rc;
        } else {
            argv[out->n_path++] = argv[i]; /* paths gather at the front, over words already taken */
        }
    }
    return JN_OK;
}

const char *cli_args_named(const struct cli_args *args, const char *name) {
    for (int i = 0; i < CLI_OPTIONS; i++)
        if (args->value[i] != NULL && strcmp(OPTION_ROW[i].name, name) == 0) return args->value[i];
    return NULL;
}

jn_rc cli_args_choice(const struct cli_args *args, enum cli_option option, int *index, struct jn_err *err) {
    const char *value = args->value[option];
    const char *allowed = OPTION_ROW[option].argument;
    *index = 0;
    if (value == NULL) return JN_OK;
    size_t n = strlen(value);
    const char *at = allowed;
    for (int i = 0; at != NULL; i++) {
        const char *bar = strchr(at, '|');
        size_t length = bar == NULL ? strlen(at) : (size_t)(bar - at);
        if (n == length && memcmp(at, value, n) == 0) {
            *index = i;
            return JN_OK;
        }
        at = bar == NULL ? NULL : bar + 1;
    }
    return jn_fail(err, JN_USAGE, "--%s takes %s, not `%.40s`", OPTION_ROW[option].name, allowed, value);
}

static void cli_print_command_help(enum cli_command command) {
    const struct cli_command_row *row = &COMMAND_ROW[command];
    printf("journey %s [options] %s\n\n%s.\n\n", row->name, row->arguments, row->line);
    if (row->help[0] != '\0') printf("%s\n", row->help);
    printf("Options:\n");
    for (int i = 0; i < CLI_OPTIONS; i++) {
        if (!cli_option_applies(i, command)) continue;
        char written[64];
        int n = snprintf(written, sizeof(written), "--%s %s", OPTION_ROW[i].name, OPTION_ROW[i].argument);
        printf("  %c%c %-*s%s\n", OPTION_ROW[i].letter == 0 ? ' ' : '-',
               OPTION_ROW[i].letter == 0 ? ' ' : OPTION_ROW[i].letter, n > 29 ? n + 1 : 30, written,
               OPTION_ROW[i].text);
    }
}

void cli_print_help(enum cli_command command) {
    if (command != CLI_any) {
        cli_print_command_help(command);
        return;
    }
    printf("journey COMMAND [options] [PATHS]\n\nCustomer journeys as code: write them, prove them, test them, run "
           "them.\n\n");
    for (int i = 0; i < CLI_COMMANDS; i++)
        printf("  %-8s %-15s %s\n", COMMAND_ROW[i].name, COMMAND_ROW[i].arguments, COMMAND_ROW[i].line);
    printf("\n`journey COMMAND --help` teaches the command; `journey --version` says what runs.\n"
           "Exit status: 0 fine, 1 errors found, 2 differences, 64 usage, 70 internal fault.\n");
}
