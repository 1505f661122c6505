#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/workspace.h"

#define CHECK_OUTPUT_MAX (16u << 20)

struct check {
    bool json, deny;
    uint32_t n_error, n_warning, n_file;
    struct jn_buf out;
};

static jn_rc check_workspace(struct check *check, const struct cli_workspace *workspace, struct jn_arena *arena,
                             struct jn_err *err) {
    struct jc_result result;
    jn_rc rc = jc_compile(arena, workspace->source, workspace->n_source, &result, err);
    if (rc != JN_OK) return rc;
    check->n_error += result.diags->n_error;
    check->n_warning += result.diags->n_warning;
    check->n_file += workspace->n_source;
    if (check->json)
        jc_diags_print_json(result.diags, &check->out);
    else if (result.diags->first != NULL)
        jc_diags_print_text(result.diags, cli_colour(stdout), &check->out);
    return JN_OK;
}

int cli_cmd_check(const struct cli_args *args) {
    struct check check = {0};
    struct cli_workspace *workspace = NULL;
    struct jn_arena arena;
    struct jn_err err;
    uint32_t n = 0;
    int json = 0, deny;
    jn_arena_init(&arena);
    jn_buf_init(&check.out, CHECK_OUTPUT_MAX);
    jn_rc rc = cli_args_choice(args, CLI_OPT_CHECK_FORMAT, &json, &err);
    if (rc == JN_OK) rc = cli_args_choice(args, CLI_OPT_DENY, &deny, &err);
    check.json = json == 1;
    check.deny = args->value[CLI_OPT_DENY] != NULL;
    if (rc == JN_OK) rc = cli_find_workspaces(args, &arena, &workspace, &n, &err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        rc = check_workspace(&check, &workspace[i], &arena, &err);
    bool clean = check.n_error == 0 && !(check.deny && check.n_warning > 0);
    if (rc == JN_OK && !check.json && check.n_error + check.n_warning == 0)
        jn_buf_printf(&check.out, "no mistakes in %u file%s\n", check.n_file, check.n_file == 1 ? "" : "s");
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&check.out), &err);
    jn_buf_release(&check.out);
    jn_arena_release(&arena);
    return rc != JN_OK ? cli_failed(&err) : clean ? 0 : 1;
}
