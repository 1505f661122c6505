/* approvals: what people are to decide on a running server, and their decisions. */
#include "cli/command.h"
#include "cli/server/admin.h"

static void approvals_one(struct admin *a, const struct jn_json *node) {
    static const char *const KEY[] = {"id", "by", "customer", "journey", "step"};
    const char *by = a->args->value[CLI_OPT_BY];
    if (by != NULL && !jn_str_is(jn_json_text(jn_json_get(node, "by")), by)) return;
    if (a->json) {
        admin_json(a, node);
        return;
    }
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        jn_buf_printf(&a->out, "%s%.*s", i == 0 ? "" : "  ", JN_FMT(admin_shown(a, jn_json_get(node, KEY[i]))));
    jn_buf_printf(&a->out, "  until %.*s\n    %.*s\n", JN_FMT(admin_shown(a, jn_json_get(node, "until"))),
                  JN_FMT(admin_shown(a, jn_json_get(node, "text"))));
}

static jn_rc approvals_decide(struct admin *a, const char *decision, const char *id) {
    struct jn_json *answer;
    struct jn_json_out w;
    struct jn_buf body;
    jn_buf_init(&body, 4096);
    jn_jw_init(&w, &body);
    jn_jw_object(&w);
    jn_jw_key(&w, "decision");
    jn_jw_z(&w, decision);
    jn_jw_key(&w, "by");
    jn_jw_z(&w, a->args->value[CLI_OPT_BY]);
    jn_jw_end_object(&w);
    const char *path = jn_arena_printf(&a->arena, "/api/approvals/%s", admin_escaped(a, id)).p;
    jn_rc rc = body.failed ? jn_fail(&a->err, JN_TOO_LARGE, "the name behind --by is too long") : JN_OK;
    answer = NULL;
    if (rc == JN_OK) rc = admin_ask(a, "POST", path, jn_buf_view(&body), &answer);
    if (rc == JN_OK && a->json) admin_json(a, answer);
    if (rc == JN_OK && !a->json)
        jn_buf_printf(&a->out, "%s is %.*s\n", id, JN_FMT(admin_shown(a, jn_json_get(answer, "decision"))));
    jn_json_free(answer);
    jn_buf_release(&body);
    return rc;
}

int cli_cmd_approvals(const struct cli_args *args) {
    struct admin a;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_APPROVALS_FORMAT);
    bool verb = args->n_path > 1 && (strcmp(args->path[0], "approve") == 0 || strcmp(args->path[0], "reject") == 0);
    if (rc == JN_OK && args->n_path > 0 && !verb)
        rc = jn_fail(&a.err, JN_USAGE,
                     "write `approvals`, `approvals approve ID --by NAME` or `approvals reject ID --by NAME`");
    if (rc == JN_OK && verb && args->value[CLI_OPT_BY] == NULL)
        rc = jn_fail(&a.err, JN_USAGE, "say who decides: `--by NAME`, as the script names them");
    if (rc == JN_OK && args->n_path == 0) rc = admin_each(&a, "/api/approvals", approvals_one);
    for (int i = 1; rc == JN_OK && i < args->n_path; i++)
        rc = approvals_decide(&a, args->path[0], args->path[i]);
    return admin_end(&a, rc);
}
