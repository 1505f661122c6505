/* runs: those that cannot go on, and their next try. */
#include "cli/command.h"
#include "cli/server/admin.h"

static void runs_one(struct admin *a, const struct jn_json *node) {
    if (a->json) {
        admin_json(a, node);
        return;
    }
    static const char *const KEY[] = {"run", "customer", "journey", "step", "parked"};
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        jn_buf_printf(&a->out, "%s%.*s", i == 0 ? "" : "  ", JN_FMT(admin_shown(a, jn_json_get(node, KEY[i]))));
    jn_buf_char(&a->out, '\n');
}

static jn_rc runs_retry(struct admin *a, const char *run) {
    struct jn_json *answer;
    const char *path = jn_arena_printf(&a->arena, "/api/runs/%s/retry", admin_escaped(a, run)).p;
    jn_rc rc = admin_ask(a, "POST", path, JN_STR(""), &answer);
    if (rc == JN_OK && a->json) admin_json(a, answer);
    if (rc == JN_OK && !a->json) jn_buf_printf(&a->out, "%s tries again\n", run);
    jn_json_free(answer);
    return rc;
}

int cli_cmd_runs(const struct cli_args *args) {
    struct admin a;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_RUNS_FORMAT);
    bool retry = args->n_path > 1 && strcmp(args->path[0], "retry") == 0;
    if (rc == JN_OK && args->n_path > 0 && !retry) rc = jn_fail(&a.err, JN_USAGE, "write `runs` or `runs retry RUN`");
    if (rc == JN_OK && args->n_path == 0) rc = admin_each(&a, "/api/runs", runs_one);
    for (int i = 1; rc == JN_OK && i < args->n_path; i++)
        rc = runs_retry(&a, args->path[i]);
    return admin_end(&a, rc);
}
