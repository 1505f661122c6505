#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/walked.h"
#include "cli/workspace.h"
#include "compiler/explain/graph.h"

#define GRAPH_MAX       (64u << 20)
#define GRAPH_STEPS_MAX 2000 /* of all journeys drawn as SVG: nobody reads more, and laying them out takes time */

static jn_rc graph_choose(const struct jn_program *program, const char *wanted, struct jn_arena *arena,
                          uint32_t **journey, uint32_t *n, struct jn_err *err) {
    *journey = JN_NEW_ARRAY(arena, uint32_t, program->n_journey + 1);
    *n = 0;
    for (uint32_t i = 0; i < program->n_journey; i++)
        if (wanted == NULL || jn_str_is(program->string[program->journey[i].name], wanted)) (*journey)[(*n)++] = i;
    return *n > 0 ? JN_OK : jn_fail(err, JN_NOT_FOUND, "there is no journey %s", wanted == NULL ? "here" : wanted);
}

static jn_rc graph_print(const struct jn_program *program, const struct cli_args *args, int language,
                         struct jn_arena *arena, struct jn_err *err) {
    struct cli_walked walked;
    const char *coverage = args->value[CLI_OPT_GRAPH_COVERAGE], *flow = args->value[CLI_OPT_FLOW];
    const char *file = coverage != NULL ? coverage : flow;
    struct jc_graph_marks marks = {.mark = coverage != NULL ? JC_GRAPH_COVERAGE : JC_GRAPH_FLOW};
    uint32_t *journey = NULL, n = 0, steps = 0;
    struct jn_buf out;
    jn_rc rc = graph_choose(program, args->value[CLI_OPT_JOURNEY], arena, &journey, &n, err);
    for (uint32_t i = 0; i < n; i++)
        steps += program->journey[journey[i]].n_step;
    if (rc == JN_OK && language == JC_GRAPH_SVG && steps > GRAPH_STEPS_MAX)
        rc = jn_fail(err, JN_TOO_LARGE, "%u steps are too many to draw (at most %d); choose one with --journey NAME",
                     steps, GRAPH_STEPS_MAX);
    if (rc == JN_OK && file != NULL) rc = cli_walked_read(program, file, arena, &walked, err);
    if (rc != JN_OK) return rc;
    if (file != NULL) {
        marks.count = walked.count;
        marks.next = walked.next;
        marks.alt = walked.alt;
        marks.arm = walked.arm;
        marks.entered = walked.entered;
    }
    jn_buf_init(&out, GRAPH_MAX);
    jc_graph(program, journey, n, (enum jc_graph_language)language, file == NULL ? NULL : &marks, &out);
    rc = out.failed ? jn_fail(err, JN_TOO_LARGE, "the picture is larger than %u bytes", GRAPH_MAX)
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
    if (rc == JN_OK && args->value[CLI_OPT_GRAPH_COVERAGE] != NULL && args->value[CLI_OPT_FLOW] != NULL)
        rc = jn_fail(&err, JN_USAGE, "--coverage and --flow are two pictures; give one of them");
    if (rc == JN_OK) rc = cli_compile_one(args->n_path == 0 ? "." : args->path[0], &arena, &result, &err);
    int status = 0;
    if (rc == JN_OK && result.program == NULL) {
        cli_print_diagnostics(result.diags);
        status = 1;
    } else if (rc == JN_OK) {
        rc = graph_print(result.program, args, language, &arena, &err);
    }
    jn_arena_release(&arena);
    return rc == JN_OK ? status : cli_failed(&err);
}
