#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "compiler/diag/print.h"
#include "compiler/format/format.h"
#include "compiler/workspace/workspace.h"

#define FMT_MAX (8u << 20) /* of one formatted file: indentation cannot make it much larger */

struct fmt {
    bool check, diff;
    enum jc_set set;
    uint32_t n_changed, n_broken;
};

/* Lines that differ, the old ones with -, the new ones with +; what is the same on both ends is left out. */
static void fmt_print_diff(struct jn_str path, struct jn_str before, struct jn_str after, struct jn_buf *out) {
    size_t same = 0, start = 0, tail = 0;
    while (same < before.n && same < after.n && before.p[same] == after.p[same])
        if (before.p[same++] == '\n') start = same;
    while (tail < before.n - start && tail < after.n - start &&
           before.p[before.n - 1 - tail] == after.p[after.n - 1 - tail])
        tail++;
    while (tail > 0 && before.p[before.n - tail] != '\n')
        tail--;
    if (tail > 0) tail--;
    jn_buf_printf(out, "--- %.*s\n+++ %.*s\n", JN_FMT(path), JN_FMT(path));
    for (int side = 0; side < 2; side++) {
        struct jn_str part =
            jn_str_sub(side == 0 ? before : after, start, (side == 0 ? before.n : after.n) - start - tail);
        while (part.n > 0) {
            const char *end = memchr(part.p, '\n', part.n);
            size_t n = end == NULL ? part.n : (size_t)(end - part.p);
            jn_buf_printf(out, "%c%.*s\n", side == 0 ? '-' : '+', (int)n, part.p);
            part = jn_str_sub(part, n + 1, part.n);
        }
    }
}

static jn_rc fmt_write(struct fmt *fmt, const struct jc_source *source, struct jn_str text, struct jn_err *err) {
    bool stdin_name = jn_str_is(source->path, "-") || jn_str_is(source->path, "<stdin>");
    bool changed = !jn_str_eq(text, source->text);
    struct jn_arena arena;
    struct jn_buf out;
    jn_rc rc = JN_OK;
    fmt->n_changed += changed;
    jn_arena_init(&arena);
    jn_buf_init(&out, 4 * FMT_MAX);
    if (fmt->diff && changed)
        fmt_print_diff(source->path, source->text, text, &out);
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

static jn_rc fmt_file(struct fmt *fmt, const struct jc_source *source, struct jn_err *err) {
    struct jn_arena arena;
    struct jc_diags diags;
    struct jn_buf text, printed;
    jn_arena_init(&arena);
    jn_buf_init(&text, FMT_MAX);
    jc_diags_init(&diags, &arena, source, 1);
    jn_rc rc = jc_format_source(&arena, &diags, 0, fmt->set, &text, err);
    if (diags.n_error > 0) {
        fmt->n_broken++;
        jn_buf_init(&printed, FMT_MAX);
        jc_diags_sort(&diags);
        jc_diags_print_text(&diags, cli_colour(stderr), &printed);
        rc = cli_write(stderr, jn_buf_view(&printed), err);
        jn_buf_release(&printed);
    } else if (rc == JN_OK) {
        rc = fmt_write(fmt, source, jn_buf_view(&text), err);
    }
    jn_buf_release(&text);
    jn_arena_release(&arena);
    return rc;
}

int cli_cmd_fmt(const struct cli_args *args) {
    struct fmt fmt = {.check = args->value[CLI_OPT_FMT_CHECK] != NULL, .diff = args->value[CLI_OPT_DIFF] != NULL};
    struct jc_workspace workspace = {0};
    struct jn_arena arena;
    struct jn_err err;
    jn_arena_init(&arena);
    fmt.check = fmt.check || fmt.diff;
    uint32_t n = args->n_path == 0 ? 1 : (uint32_t)args->n_path;
    struct jn_str *path = JN_NEW_ARRAY(&arena, struct jn_str, n);
    for (uint32_t i = 0; i < n; i++)
        path[i] = args->n_path == 0 ? JN_STR(".") : jn_str_z(args->path[i]);
    int words = 0;
    jn_rc rc = cli_args_choice(args, CLI_OPT_WORDS, &words, &err);
    if (args->value[CLI_OPT_WORDS] != NULL) fmt.set = words == 0 ? JC_SET_CHINESE : JC_SET_ENGLISH;
    if (rc == JN_OK) rc = jc_workspace_read(&arena, path, n, &workspace, &err);
    for (uint32_t i = 0; rc == JN_OK && i < workspace.n_source; i++)
        rc = fmt_file(&fmt, &workspace.source[i], &err);
    jn_arena_release(&arena);
    if (rc != JN_OK) return cli_failed(&err);
    if (fmt.n_broken > 0) return 1;
    return fmt.check && fmt.n_changed > 0 ? 2 : 0;
}
