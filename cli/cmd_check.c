#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "compiler/diag/print.h"
#include "compiler/explain/bounds.h"

#define CHECK_OUTPUT_MAX (16u << 20)

struct check {
    int form; /* enum jc_form: the order of the option's words is that of the rows */
    bool deny;
    bool bounds;
    enum jc_code denied;               /* JC_CODES: all warnings */
    const struct jn_program **program; /* of each workspace; NULL where there are errors */
    struct jc_sheet sheet;
    struct jn_arena arena;
};

/* `--deny warnings`, `--deny W0901`. */
static jn_rc check_deny(const struct cli_args *args, struct check *check, struct jn_err *err) {
    const char *what = args->value[CLI_OPT_DENY];
    check->deny = what != NULL;
    check->denied = JC_CODES;
    if (what == NULL || strcmp(what, "warnings") == 0) return JN_OK;
    if (!jc_code_find(jn_str_z(what), &check->denied))
        return jn_fail(err, JN_USAGE, "--deny takes `warnings` or the code of one; there is no %.40s", what);
    if (jc_code_severity(check->denied) == JC_WARNING) return JN_OK;
    return jn_fail(err, JN_USAGE, "--deny takes `warnings` or the code of one; %.40s is an error already", what);
}

static jn_rc check_limit(const struct cli_args *args, struct check *check, struct jn_err *err) {
    const char *number = args->value[CLI_OPT_MAX_ERRORS];
    char *end;
    if (number == NULL) return JN_OK;
    unsigned long n = strtoul(number, &end, 10);
    if (number[0] < '0' || number[0] > '9' || *end != '\0' || n > 1000000)
        return jn_fail(err, JN_USAGE, "--max-errors takes a number, not `%.40s`; 0 shows all", number);
    check->sheet.max_errors = (uint32_t)n;
    return JN_OK;
}

static jn_rc check_options(const struct cli_args *args, struct check *check, struct jn_err *err) {
    jn_rc rc = cli_args_choice(args, CLI_OPT_CHECK_FORMAT, &check->form, err);
    if (rc == JN_OK) rc = check_deny(args, check, err);
    if (rc == JN_OK) rc = check_limit(args, check, err);
    check->bounds = args->value[CLI_OPT_BOUNDS] != NULL;
    if (rc == JN_OK && check->bounds && check->form != JC_FORM_text && check->form != JC_FORM_json)
        rc = jn_fail(err, JN_USAGE, "--bounds goes with --format text or json");
    char *here = getcwd(NULL, 0);
    if (here != NULL) check->sheet.here = jn_arena_printf(&check->arena, "%s/", strcmp(here, "/") == 0 ? "" : here);
    free(here);
    check->sheet.colour = cli_colour(stdout);
    return rc;
}

static jn_rc check_workspace(struct check *check, const struct cli_workspace *workspace, const struct jc_diags **out,
                             const struct jn_program **program, struct jn_err *err) {
    struct jc_result result;
    jn_rc rc = jc_compile(&check->arena, workspace->source, workspace->n_source, &result, err);
    if (rc != JN_OK) return rc;
    if (check->deny) jc_diags_deny(result.diags, check->denied == JC_CODES ? NULL : &check->denied);
    *out = result.diags;
    *program = result.program;
    return JN_OK;
}

static jn_rc check_print(const struct check *check, uint32_t n_file, struct jn_err *err) {
    struct jn_buf out;
    jn_buf_init(&out, CHECK_OUTPUT_MAX);
    jc_sheet_print(&check->sheet, (enum jc_form)check->form, &out);
    if (check->form == JC_FORM_text && out.n == 0)
        jn_buf_printf(&out, "no mistakes in %u file%s\n", n_file, n_file == 1 ? "" : "s");
    for (uint32_t i = 0; check->bounds && i < check->sheet.n_diags; i++)
        if (check->program[i] != NULL && check->program[i]->n_journey > 0)
            (check->form == JC_FORM_json ? jc_bounds_json : jc_bounds_text)(check->program[i], &out);
    jn_rc rc = out.failed ? jn_fail(err, JN_TOO_LARGE, "there is more to say than %u MiB", CHECK_OUTPUT_MAX >> 20)
                          : cli_write(stdout, jn_buf_view(&out), err);
    jn_buf_release(&out);
    return rc;
}

int cli_cmd_check(const struct cli_args *args) {
    struct check check = {0};
    struct cli_workspace *workspace = NULL;
    struct jn_err err;
    uint32_t n = 0, n_file = 0;
    jn_arena_init(&check.arena);
    jn_rc rc = check_options(args, &check, &err);
    if (rc == JN_OK) rc = cli_find_workspaces(args, &check.arena, &workspace, &n, &err);
    const struct jc_diags **diags = JN_NEW_ARRAY(&check.arena, const struct jc_diags *, n + 1);
    check.program = JN_NEW_ARRAY(&check.arena, const struct jn_program *, n + 1);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        rc = check_workspace(&check, &workspace[i], &diags[i], &check.program[i], &err);
        n_file += workspace[i].n_source;
    }
    check.sheet.diags = diags;
    check.sheet.n_diags = n;
    if (rc == JN_OK) rc = check_print(&check, n_file, &err);
    bool clean = rc == JN_OK && jc_sheet_errors(&check.sheet) == 0;
    jn_arena_release(&check.arena);
    return rc != JN_OK ? cli_failed(&err) : clean ? 0 : 1;
}
