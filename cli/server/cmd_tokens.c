/* tokens: who may administer a server; one made, one revoked. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/server/admin.h"

static void tokens_one(struct admin *a, const struct jn_json *node) {
    static const char *const KEY[] = {"id", "name", "role"};
    static const char *const WHEN[] = {"created", "expires", "used"};
    if (a->json) {
        admin_json(a, node);
        return;
    }
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        jn_buf_printf(&a->out, "%s%.*s", i == 0 ? "" : "  ", JN_FMT(admin_shown(a, jn_json_get(node, KEY[i]))));
    for (size_t i = 0; i < sizeof(WHEN) / sizeof(*WHEN); i++)
        if (jn_json_get(node, WHEN[i]) != NULL)
            jn_buf_printf(&a->out, "  %s %.*s", WHEN[i], JN_FMT(admin_shown(a, jn_json_get(node, WHEN[i]))));
    jn_buf_char(&a->out, '\n');
}

static void tokens_member(struct jn_json_out *w, const char *key, const char *value) {
    if (value == NULL) return;
    jn_jw_key(w, key);
    jn_jw_z(w, value);
}

/* The text goes to stdout alone, so that it can be put where it is needed without being shown. */
static jn_rc tokens_create(struct admin *a, const char *name) {
    struct jn_json *answer = NULL;
    struct jn_json_out w;
    struct jn_buf body;
    if (a->args->value[CLI_OPT_ROLE] == NULL)
        return jn_fail(&a->err, JN_USAGE, "say what it may do: --role viewer, operator, deployer or admin");
    jn_buf_init(&body, 4096);
    jn_jw_init(&w, &body);
    jn_jw_object(&w);
    tokens_member(&w, "name", name);
    tokens_member(&w, "role", a->args->value[CLI_OPT_ROLE]);
    tokens_member(&w, "expires", a->args->value[CLI_OPT_EXPIRES]);
    jn_jw_end_object(&w);
    jn_rc rc = admin_ask(a, "POST", "/api/tokens", jn_buf_view(&body), &answer);
    if (rc == JN_OK && a->json) admin_json(a, answer);
    if (rc == JN_OK && !a->json) {
        jn_buf_printf(&a->out, "%.*s\n", JN_FMT(jn_json_text(jn_json_get(answer, "text"))));
        (void)fprintf(stderr, "token %.*s is made; its text is shown this once, and is kept nowhere\n",
                      JN_FMT(admin_shown(a, jn_json_get(answer, "id"))));
    }
    jn_json_free(answer);
    jn_buf_release(&body);
    return rc;
}

static jn_rc tokens_revoke(struct admin *a, const char *id) {
    struct jn_json *answer = NULL;
    const char *path = jn_arena_printf(&a->arena, "/api/tokens/%s", admin_escaped(a, id)).p;
    jn_rc rc = admin_ask(a, "DELETE", path, JN_STR_NONE, &answer);
    if (rc == JN_OK && a->json) admin_json(a, answer);
    if (rc == JN_OK && !a->json)
        jn_buf_printf(&a->out, "%s (%.*s) is revoked\n", id, JN_FMT(admin_shown(a, jn_json_get(answer, "name"))));
    jn_json_free(answer);
    return rc;
}

int cli_cmd_tokens(const struct cli_args *args) {
    struct admin a;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_TOKENS_FORMAT);
    bool create = args->n_path == 2 && strcmp(args->path[0], "create") == 0;
    bool revoke = args->n_path > 1 && strcmp(args->path[0], "revoke") == 0;
    if (rc == JN_OK && args->n_path > 0 && !create && !revoke)
        rc = jn_fail(&a.err, JN_USAGE, "write `tokens`, `tokens create NAME --role ROLE` or `tokens revoke ID`");
    if (rc == JN_OK && args->n_path == 0) rc = admin_each(&a, "/api/tokens", tokens_one);
    if (rc == JN_OK && create) rc = tokens_create(&a, args->path[1]);
    for (int i = 1; rc == JN_OK && revoke && i < args->n_path; i++)
        rc = tokens_revoke(&a, args->path[i]);
    return admin_end(&a, rc);
}
