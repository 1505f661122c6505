#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "compiler/explain/graph.h"

#define GRAPH_MAX (16u << 20)

static jn_rc graph_print(const struct jn_program *program, const char *wanted, enum jc_graph_language language,
                         struct jn_err *err) {
    struct jn_buf out;
    uint32_t n = 0;
    jn_buf_init(&out, GRAPH_MAX);
    for (uint32_t i = 0; i < program->n_journey; i++) {
        if (wanted != NULL && !jn_str_is(program->string[program->journey[i].name], wanted)) continue;
        if (n++ > 0) jn_buf_char(&out, '\n');
        jc_graph(program, i, language, &out);
    }
    jn_rc rc = n == 0 ? jn_fail(err, JN_NOT_FOUND, "there is no journey %s", wanted == NULL ? "here" : wanted)
                      : cli_write(stdout, jn_buf_view(&out), err);
    jn_buf_release(&out);
    return rc;
}

int cli_cmd_graph(const struct cli_args *args) {
    struct jn_arena arena;
    struct jc_result result = {0};
    struct jn_err err;
    int language = 0;
    jn_arena_init(&arena);
    jn_rc rc = cli_args_choice(args, CLI_OPT_AS, &language, &err);
    if (rc == JN_OK && args->n_path > 1)
        rc = jn_fail(&err, JN_USAGE, "name one workspace; %d were named", args->n_path);
    if (rc == JN_OK) rc = cli_compile_one(args->n_path == 0 ? "." : args->path[0], &arena, &result, &err);
    int status = 0;
    if (rc == JN_OK && result.program == NULL) {
        cli_print_diagnostics(result.diags);
        status = 1;
    } else if (rc == JN_OK) {
        rc = graph_print(result.program, args->value[CLI_OPT_JOURNEY], (enum jc_graph_language)language, &err);
    }
    jn_arena_release(&arena);
    return rc == JN_OK ? status : cli_failed(&err);
}
