#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "compiler/diag/diag.h"

#define EXPLAIN_MAX (1u << 20)

/* In capitals: nobody means another code by e0305. */
static jn_rc explain_code(struct jn_str written, bool json, struct jn_buf *out, struct jn_err *err) {
    char upper[8];
    size_t n = 0;
    enum jc_code code;
    for (; n < written.n && n < sizeof upper; n++)
        upper[n] = (char)(written.p[n] >= 'a' && written.p[n] <= 'z' ? written.p[n] - 32 : written.p[n]);
    struct jn_str name = n < written.n ? written : (struct jn_str){upper, n};
    if (jc_code_find(name, &code)) {
        (json ? jc_code_explain_json : jc_code_explain)(code, out);
        return JN_OK;
    }
    struct jn_str near = jc_code_nearest(name);
    if (near.n > 0)
        return jn_fail(err, JN_NOT_FOUND, "there is no diagnostic %.*s; did you mean %.*s?",
                       JN_FMT(jn_str_sub(written, 0, 40)), JN_FMT(near));
    return jn_fail(err, JN_NOT_FOUND, "there is no diagnostic %.*s; `journey explain` lists them",
                   JN_FMT(jn_str_sub(written, 0, 40)));
}

static void explain_all_json(struct jn_buf *out) {
    for (unsigned code = 0; code < JC_CODES; code++)
        jc_code_explain_json((enum jc_code)code, out);
}

int cli_cmd_explain(const struct cli_args *args) {
    struct jn_err err;
    struct jn_buf out;
    int json = 0;
    jn_buf_init(&out, EXPLAIN_MAX);
    jn_rc rc = cli_args_choice(args, CLI_OPT_EXPLAIN_FORMAT, &json, &err);
    if (rc == JN_OK && args->n_path > 1)
        rc = jn_fail(&err, JN_USAGE, "name one diagnostic, for example `journey explain E0201`");
    if (rc == JN_OK && args->n_path == 1)
        rc = explain_code(jn_str_z(args->path[0]), json == 1, &out, &err);
    else if (rc == JN_OK)
        (json == 1 ? explain_all_json : jc_code_list)(&out);
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&out), &err);
    jn_buf_release(&out);
    return rc == JN_OK ? 0 : cli_failed(&err);
}
