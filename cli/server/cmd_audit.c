/* audit: who did what on a server, and whether the log of it is as it was written. */
#include "cli/command.h"
#include "cli/server/admin.h"

static void audit_one(struct admin *a, const struct jn_json *node) {
    static const char *const KEY[] = {"number", "at", "who"};
    if (a->json) {
        admin_json(a, node);
        return;
    }
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        jn_buf_printf(&a->out, "%s%.*s", i == 0 ? "" : "  ", JN_FMT(admin_shown(a, jn_json_get(node, KEY[i]))));
    if (jn_json_get(node, "did") != NULL) {
        jn_buf_printf(&a->out, "  %.*s %.*s: %.*s\n", JN_FMT(admin_shown(a, jn_json_get(node, "did"))),
                      JN_FMT(admin_shown(a, jn_json_get(node, "object"))),
                      JN_FMT(admin_shown(a, jn_json_get(node, "why"))));
        return;
    }
    if (jn_json_get(node, "token") != NULL)
        jn_buf_printf(&a->out, " (%.*s, %.*s)", JN_FMT(admin_shown(a, jn_json_get(node, "token"))),
                      JN_FMT(admin_shown(a, jn_json_get(node, "role"))));
    jn_buf_printf(&a->out, "  from %.*s  %.*s", JN_FMT(admin_shown(a, jn_json_get(node, "from"))),
                  JN_FMT(admin_shown(a, jn_json_get(node, "route"))));
    if (jn_json_text(jn_json_get(node, "object")).n > 0)
        jn_buf_printf(&a->out, "  %.*s", JN_FMT(admin_shown(a, jn_json_get(node, "object"))));
    jn_buf_printf(&a->out, "  %.*s\n", JN_FMT(admin_shown(a, jn_json_get(node, "result"))));
}

static jn_rc audit_list(struct admin *a) {
    const char *since = a->args->value[CLI_OPT_SINCE];
    if (since == NULL) return admin_each(a, "/api/audit", audit_one);
    return admin_each(a, jn_arena_printf(&a->arena, "/api/audit?since=%s", admin_escaped(a, since)).p, audit_one);
}

static void audit_told(struct admin *a, const struct jn_json *answer, long long checked) {
    long long broken = (long long)jn_json_int(jn_json_get(answer, "broken"));
    if (a->json) {
        admin_json(a, answer);
    } else if (broken > 0) {
        jn_buf_printf(&a->out, "broken at entry %lld: %.*s; %lld entries before it are as they were written\n", broken,
                      JN_FMT(jn_json_text(jn_json_get(answer, "why"))), checked);
    } else {
        jn_buf_printf(&a->out, "sound: %lld entries; the last is number %lld, %.*s\n", checked,
                      (long long)jn_json_int(jn_json_get(answer, "last")),
                      JN_FMT(jn_json_text(jn_json_get(answer, "hash"))));
    }
}

static jn_rc audit_verify(struct admin *a, bool *sound) {
    long long checked = 0;
    for (int64_t after = 0;;) {
        struct jn_json *answer = NULL;
        const char *path = jn_arena_printf(&a->arena, "/api/audit/verify?after=%lld", (long long)after).p;
        jn_rc rc = admin_ask(a, "GET", path, JN_STR_NONE, &answer);
        if (rc != JN_OK) return rc;
        after = jn_json_int(jn_json_get(answer, "next"));
        checked += (long long)jn_json_int(jn_json_get(answer, "checked"));
        *sound = jn_json_bool(jn_json_get(answer, "sound"));
        if (after == 0) audit_told(a, answer, checked);
        jn_json_free(answer);
        if (after == 0) return JN_OK;
    }
}

int cli_cmd_audit(const struct cli_args *args) {
    struct admin a;
    bool sound = true;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_AUDIT_FORMAT);
    bool verify = args->n_path == 1 && strcmp(args->path[0], "verify") == 0;
    if (rc == JN_OK && args->n_path > 0 && !verify) rc = jn_fail(&a.err, JN_USAGE, "write `audit` or `audit verify`");
    if (rc == JN_OK) rc = verify ? audit_verify(&a, &sound) : audit_list(&a);
    int status = admin_end(&a, rc);
    return status == 0 && !sound ? 1 : status;
}
