/* deliveries: messages by what has become of them, and dead letters tried anew. */
#include "cli/command.h"
#include "cli/server/admin.h"

static void deliveries_one(struct admin *a, const struct jn_json *node) {
    if (a->json) {
        admin_json(a, node);
        return;
    }
    static const char *const KEY[] = {"id", "state", "customer", "journey", "message"};
    static const char *const WHEN[] = {"due", "failed_at", "sent_at"};
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        jn_buf_printf(&a->out, "%s%.*s", i == 0 ? "" : "  ", JN_FMT(admin_shown(a, jn_json_get(node, KEY[i]))));
    int64_t attempts = jn_json_int(jn_json_get(node, "attempts"));
    jn_buf_printf(&a->out, "  %lld attempt%s", (long long)attempts, attempts == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof(WHEN) / sizeof(*WHEN); i++)
        if (jn_json_get(node, WHEN[i]) != NULL)
            jn_buf_printf(&a->out, "  %.*s", JN_FMT(admin_shown(a, jn_json_get(node, WHEN[i]))));
    if (jn_json_get(node, "last_reason") != NULL)
        jn_buf_printf(&a->out, "  %.*s", JN_FMT(admin_shown(a, jn_json_get(node, "last_reason"))));
    jn_buf_char(&a->out, '\n');
}

static jn_rc deliveries_list(struct admin *a) {
    const char *state = a->args->value[CLI_OPT_STATE];
    int index;
    jn_rc rc = cli_args_choice(a->args, CLI_OPT_STATE, &index, &a->err);
    if (rc != JN_OK) return rc;
    const char *path = jn_arena_printf(&a->arena, "/api/deliveries?state=%s", state == NULL ? "pending" : state).p;
    return admin_each(a, path, deliveries_one);
}

static jn_rc deliveries_retry(struct admin *a, const char *id) {
    struct jn_json *answer;
    const char *path = jn_arena_printf(&a->arena, "/api/deliveries/%s/retry", admin_escaped(a, id)).p;
    jn_rc rc = admin_ask(a, "POST", path, JN_STR(""), &answer);
    if (rc == JN_OK && a->json) admin_json(a, answer);
    if (rc == JN_OK && !a->json) jn_buf_printf(&a->out, "%s is tried again\n", id);
    jn_json_free(answer);
    return rc;
}

int cli_cmd_deliveries(const struct cli_args *args) {
    struct admin a;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_DELIVERIES_FORMAT);
    bool retry = args->n_path > 1 && strcmp(args->path[0], "retry") == 0;
    if (rc == JN_OK && args->n_path > 0 && !retry)
        rc = jn_fail(&a.err, JN_USAGE, "write `deliveries`, `deliveries --state dead` or `deliveries retry ID`");
    if (rc == JN_OK && args->n_path == 0) rc = deliveries_list(&a);
    for (int i = 1; rc == JN_OK && i < args->n_path; i++)
        rc = deliveries_retry(&a, args->path[i]);
    return admin_end(&a, rc);
}
