/* customer: what a server knows of one. */
#include "cli/command.h"
#include "cli/server/admin.h"

static void customer_line(struct admin *a, const char *title, struct jn_str shown) {
    jn_buf_printf(&a->out, "  %-14s %.*s\n", title, JN_FMT(shown));
}

static void customer_members(struct admin *a, const char *title, const struct jn_json *object) {
    void *at = NULL;
    struct jn_str key;
    struct jn_json *value;
    if (jn_json_count(object) == 0) return;
    jn_buf_printf(&a->out, "%s\n", title);
    while (jn_json_next(object, &at, &key, &value))
        customer_line(a, jn_arena_str(&a->arena, key).p, admin_shown(a, value));
}

static void customer_run(struct admin *a, const struct jn_json *run) {
    static const char *const KEY[] = {"held", "parked", "due"};
    const struct jn_json *ended = jn_json_get(run, "ended");
    bool live = jn_json_kind(ended) == JN_JSON_NULL;
    jn_buf_printf(&a->out, "  %.*s  ", JN_FMT(admin_shown(a, jn_json_get(run, "journey"))));
    if (live)
        jn_buf_printf(&a->out, "at %.*s", JN_FMT(admin_shown(a, jn_json_get(run, "step"))));
    else
        jn_buf_printf(&a->out, "left as %.*s", JN_FMT(admin_shown(a, ended)));
    jn_buf_printf(&a->out, ", entered %.*s", JN_FMT(admin_shown(a, jn_json_get(run, "entered"))));
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        if (jn_json_get(run, KEY[i]) != NULL)
            jn_buf_printf(&a->out, ", %s %.*s", KEY[i], JN_FMT(admin_shown(a, jn_json_get(run, KEY[i]))));
    jn_buf_char(&a->out, '\n');
}

static void customer_tell(struct admin *a, const struct jn_json *customer) {
    const struct jn_json *runs = jn_json_get(customer, "runs");
    jn_buf_printf(&a->out, "%.*s\n", JN_FMT(admin_shown(a, jn_json_get(customer, "id"))));
    customer_line(a, "also known as", admin_shown(a, jn_json_get(customer, "aliases")));
    customer_line(a, "tags", admin_shown(a, jn_json_get(customer, "tags")));
    customer_members(a, "attributes", jn_json_get(customer, "attributes"));
    customer_members(a, "consents", jn_json_get(customer, "consents"));
    if (jn_json_count(runs) > 0) jn_buf_z(&a->out, "runs\n");
    for (size_t i = 0; i < jn_json_count(runs); i++)
        customer_run(a, jn_json_at(runs, i));
}

int cli_cmd_customer(const struct cli_args *args) {
    struct admin a;
    struct jn_json *answer = NULL;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_CUSTOMER_SERVER, CLI_OPT_CUSTOMER_FORMAT);
    if (rc == JN_OK && args->n_path != 1) rc = jn_fail(&a.err, JN_USAGE, "name one customer: `customer ID`");
    if (rc == JN_OK) {
        const char *path = jn_arena_printf(&a.arena, "/api/customers/%s", admin_escaped(&a, args->path[0])).p;
        rc = admin_ask(&a, "GET", path, JN_STR_NONE, &answer);
    }
    if (rc == JN_OK) (a.json ? admin_json : customer_tell)(&a, answer);
    jn_json_free(answer);
    return admin_end(&a, rc);
}
