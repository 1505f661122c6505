/* customer: what a server knows of one, what happened, everything that is kept, and its erasure. */
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

/* What chance has given: control group and arms. */
static void customer_drawn(struct admin *a, const struct jn_json *item) {
    const struct jn_json *arms = jn_json_get(item, "arms");
    if (jn_json_bool(jn_json_get(item, "control"))) jn_buf_z(&a->out, "  in the control group: nothing is sent");
    for (size_t i = 0; i < jn_json_count(arms); i++) {
        const struct jn_json *arm = jn_json_at(arms, i);
        jn_buf_printf(
            &a->out, "  %.*s: %.*s (drawn %lld, below %lld of 10000)",
            JN_FMT(admin_shown(a, jn_json_get(arm, "split"))), JN_FMT(admin_shown(a, jn_json_get(arm, "arm"))),
            (long long)jn_json_int(jn_json_get(arm, "drawn")), (long long)jn_json_int(jn_json_get(arm, "below")));
    }
}

static void customer_item(struct admin *a, const struct jn_json *item) {
    static const char *const KEY[] = {"event", "journey", "step", "message", "state", "id", "left", "why", "reason"};
    static const struct {
        const char *key, *words;
    } WHY[] = {{"trigger", "by"}, {"goals", "goals"}, {"waits_for", "or"}, {"last_reason", "because"}};
    jn_buf_printf(&a->out, "%.*s  %.*s", JN_FMT(admin_shown(a, jn_json_get(item, "at"))),
                  JN_FMT(admin_shown(a, jn_json_get(item, "kind"))));
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++) {
        const struct jn_json *node = jn_json_get(item, KEY[i]);
        if (node != NULL) jn_buf_printf(&a->out, "  %.*s", JN_FMT(admin_shown(a, node)));
    }
    for (size_t i = 0; i < sizeof(WHY) / sizeof(*WHY); i++) {
        const struct jn_json *node = jn_json_get(item, WHY[i].key);
        if (node != NULL) jn_buf_printf(&a->out, "  %s %.*s", WHY[i].words, JN_FMT(admin_shown(a, node)));
    }
    customer_drawn(a, item);
    jn_buf_char(&a->out, '\n');
}

static void customer_timeline(struct admin *a, const struct jn_json *answer) {
    const struct jn_json *items = jn_json_get(answer, "items");
    for (size_t i = 0; i < jn_json_count(items); i++)
        customer_item(a, jn_json_at(items, i));
}

static void customer_erased(struct admin *a, const struct jn_json *receipt) {
    static const char *const KEY[] = {"ids", "runs", "events", "messages", "quarantined"};
    jn_buf_printf(&a->out, "%s is erased\n", a->args->path[0]);
    customer_line(a, "receipt", admin_shown(a, jn_json_get(receipt, "receipt")));
    for (size_t i = 0; i < sizeof(KEY) / sizeof(*KEY); i++)
        customer_line(a, KEY[i], admin_shown(a, jn_json_get(receipt, KEY[i])));
}

static const struct {
    const char *word, *method, *path;
    void (*tell)(struct admin *a, const struct jn_json *answer);
} CUSTOMER_ROW[] = {
    {"", "GET", "", customer_tell},
    {"timeline", "GET", "/timeline", customer_timeline},
    {"export", "GET", "/export", admin_json},
    {"erase", "DELETE", "", customer_erased},
};

int cli_cmd_customer(const struct cli_args *args) {
    struct admin a;
    struct jn_json *answer = NULL;
    const char *word = args->n_path == 2 ? args->path[1] : "";
    size_t row = 0, n = sizeof(CUSTOMER_ROW) / sizeof(*CUSTOMER_ROW);
    jn_rc rc = admin_begin(&a, args, CLI_OPT_CUSTOMER_FORMAT);
    while (row < n && strcmp(CUSTOMER_ROW[row].word, word) != 0)
        row++;
    if (rc == JN_OK && (args->n_path < 1 || args->n_path > 2 || row == n))
        rc = jn_fail(&a.err, JN_USAGE,
                     "name one customer, and what of: `customer ID`, `customer ID timeline|export|erase`");
    if (rc == JN_OK) {
        const char *id = admin_escaped(&a, args->path[0]);
        const char *path = jn_arena_printf(&a.arena, "/api/customers/%s%s", id, CUSTOMER_ROW[row].path).p;
        rc = admin_ask(&a, CUSTOMER_ROW[row].method, path, JN_STR_NONE, &answer);
    }
    if (rc == JN_OK) (a.json ? admin_json : CUSTOMER_ROW[row].tell)(&a, answer);
    jn_json_free(answer);
    return admin_end(&a, rc);
}
