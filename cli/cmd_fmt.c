#include <stdio.h>

#include "cli/command.h"
#include "cli/diff.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "compiler/diag/print.h"
#include "compiler/fix/fix.h"
#include "compiler/format/format.h"
#include "compiler/workspace/workspace.h"

#define FMT_MAX (8u << 20) /* of one formatted file: indentation cannot make it much larger */

struct fmt {
    bool check, diff, fix;
    enum jc_set set;
    uint32_t n_changed, n_broken;
};

/* What becomes of a file whose text should be `text`. */
static jn_rc fmt_write(struct fmt *fmt, const struct jc_source *source, struct jn_str text, struct jn_err *err) {
    bool stdin_name = jn_str_is(source->path, "-"), changed = !jn_str_eq(text, source->text);
    struct jn_arena arena;
    struct jn_buf out;
    jn_rc rc = JN_OK;
    fmt->n_changed += changed;
    jn_arena_init(&arena);
    jn_buf_init(&out, SIZE_MAX);
    if (fmt->diff)
        cli_diff(source->path, source->text, text, &out);
    else if (fmt->check && changed)
        jn_buf_printf(&out, "%.*s\n", JN_FMT(source->path));
    else if (stdin_name && !fmt->check)
        jn_buf_str(&out, text);
    else if (changed && !fmt->check)
        rc = cli_replace_file(jn_arena_str(&arena, source->path).p, text, err);
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&out), err);
    jn_buf_release(&out);
    jn_arena_release(&arena);
    return rc;
}

static jn_rc fmt_tell(const struct jc_diags *diags, struct jn_err *err) {
    struct jn_buf printed;
    jn_buf_init(&printed, SIZE_MAX);
    jc_diags_print_text(diags, cli_colour(stderr), &printed);
    jn_rc rc = cli_write(stderr, jn_buf_view(&printed), err);
    jn_buf_release(&printed);
    return rc;
}

/* `fixed` is the source with its fixes, or as it is. With mistakes left it is not formatted, but keeps its fixes. */
static jn_rc fmt_file(struct fmt *fmt, const struct jc_source *source, struct jn_str fixed, struct jn_err *err) {
    struct jc_source now = {source->path, fixed, JC_READ};
    struct jn_arena arena;
    struct jc_diags diags;
    struct jn_buf text;
    jn_arena_init(&arena);
    jn_buf_init(&text, FMT_MAX);
    jc_diags_init(&diags, &arena, &now, 1);
    jn_rc rc = jc_format_source(&arena, &diags, 0, fmt->set, &text, err);
    if (diags.n_error > 0) {
        fmt->n_broken++;
        jc_diags_sort(&diags);
        rc = fmt_tell(&diags, err);
        if (rc == JN_OK && !jn_str_eq(fixed, source->text)) rc = fmt_write(fmt, source, fixed, err);
    } else if (rc == JN_OK) {
        rc = fmt_write(fmt, source, jn_buf_view(&text), err);
    }
    jn_buf_release(&text);
    jn_arena_release(&arena);
    return rc;
}

static jn_rc fmt_workspace(struct fmt *fmt, const struct cli_workspace *workspace, struct jn_arena *arena,
                           struct jn_err *err) {
    uint32_t n = workspace->n_source, n_fixed = 0;
    struct jc_source *fixed = jn_arena_copy(arena, workspace->source, n * sizeof *fixed);
    jn_rc rc = fmt->fix ? jc_fix_workspace(arena, fixed, n, &n_fixed, err) : JN_OK;
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        rc = fmt_file(fmt, &workspace->source[i], fixed[i].text, err);
    return rc;
}

int cli_cmd_fmt(const struct cli_args *args) {
    struct fmt fmt = {.check = args->value[CLI_OPT_FMT_CHECK] != NULL,
                      .diff = args->value[CLI_OPT_DIFF] != NULL,
                      .fix = args->value[CLI_OPT_FIX] != NULL};
    struct cli_workspace *workspace = NULL;
    struct jn_arena arena;
    struct jn_err err;
    uint32_t n = 0;
    int words = 0;
    jn_arena_init(&arena);
    jn_rc rc = cli_args_choice(args, CLI_OPT_WORDS, &words, &err);
    if (args->value[CLI_OPT_WORDS] != NULL) fmt.set = words == 0 ? JC_SET_CHINESE : JC_SET_ENGLISH;
    if (rc == JN_OK) rc = cli_find_workspaces(args, &arena, &workspace, &n, &err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        rc = fmt_workspace(&fmt, &workspace[i], &arena, &err);
    jn_arena_release(&arena);
    if (rc != JN_OK) return cli_failed(&err);
    if (fmt.n_broken > 0) return 1;
    return (fmt.check || fmt.diff) && fmt.n_changed > 0 ? 2 : 0;
}
