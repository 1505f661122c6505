/* destinations: where messages go and how these receivers do, and channels that are enabled again. */
#include "cli/command.h"
#include "cli/server/admin.h"

static void destinations_one(struct admin *a, const struct jn_json *node) {
    if (a->json) {
        admin_json(a, node);
        return;
    }
    static const char *const KEY[] = {"kind", "name", "state"};
    static const char *const WHEN[] = {"since", "until"};
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        jn_buf_printf(&a->out, "%s%.*s", i == 0 ? "" : "  ", JN_FMT(admin_shown(a, jn_json_get(node, KEY[i]))));
    jn_buf_printf(&a->out, "  %lld waiting, %lld in flight", (long long)jn_json_int(jn_json_get(node, "waiting")),
                  (long long)jn_json_int(jn_json_get(node, "in_flight")));
    for (size_t i = 0; i < sizeof(WHEN) / sizeof(*WHEN); i++)
        if (jn_json_get(node, WHEN[i]) != NULL)
            jn_buf_printf(&a->out, "  %s %.*s", WHEN[i], JN_FMT(admin_shown(a, jn_json_get(node, WHEN[i]))));
    jn_buf_char(&a->out, '\n');
}

static jn_rc destinations_enable(struct admin *a, const char *name) {
    struct jn_json *answer;
    const char *path = jn_arena_printf(&a->arena, "/api/destinations/%s/enable", admin_escaped(a, name)).p;
    jn_rc rc = admin_ask(a, "POST", path, JN_STR(""), &answer);
    if (rc == JN_OK && a->json) admin_json(a, answer);
    if (rc == JN_OK && !a->json) jn_buf_printf(&a->out, "%s is sent to again\n", name);
    jn_json_free(answer);
    return rc;
}

int cli_cmd_destinations(const struct cli_args *args) {
    struct admin a;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_DESTINATIONS_FORMAT);
    bool enable = args->n_path > 1 && strcmp(args->path[0], "enable") == 0;
    if (rc == JN_OK && args->n_path > 0 && !enable)
        rc = jn_fail(&a.err, JN_USAGE, "write `destinations` or `destinations enable CHANNEL`");
    if (rc == JN_OK && args->n_path == 0) rc = admin_each(&a, "/api/destinations", destinations_one);
    for (int i = 1; rc == JN_OK && i < args->n_path; i++)
        rc = destinations_enable(&a, args->path[i]);
    return admin_end(&a, rc);
}
