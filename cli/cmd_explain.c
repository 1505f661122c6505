#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "compiler/diag/diag.h"

int cli_cmd_explain(const struct cli_args *args) {
    struct jn_err err;
    enum jc_code code;
    if (args->n_path != 1) {
        jn_fail(&err, JN_USAGE, "name one diagnostic, for example `journey explain E0201`");
        return cli_failed(&err);
    }
    if (!jc_code_find(jn_str_z(args->path[0]), &code)) {
        jn_fail(&err, JN_NOT_FOUND, "there is no diagnostic %.40s; the list is in docs/diagnostics.md", args->path[0]);
        return cli_failed(&err);
    }
    struct jn_buf out;
    jn_buf_init(&out, 1u << 16);
    jc_code_explain(code, &out);
    jn_rc rc = cli_write(stdout, jn_buf_view(&out), &err);
    jn_buf_release(&out);
    return rc == JN_OK ? 0 : cli_failed(&err);
}
