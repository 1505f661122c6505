/* status and journeys: how a server does, and the people in its journeys. */
#include "cli/command.h"
#include "cli/server/rollout.h"
#include "cli/terminal.h"

static const struct {
    const char *title, *key;
    uint32_t cells; /* at the left; 0: the last one */
} STATUS_COLUMN[] = {
    {"journey", "name", 24}, {"state", "state", 10}, {"inside", "inside", 10}, {"entered", "entered", 10},
    {"left", "left", 10},    {"goals", "goals", 10}, {"sent", "sent", 10},     {"failed", "failed", 0},
};
#define STATUS_COLUMNS (sizeof(STATUS_COLUMN) / sizeof(*STATUS_COLUMN))

static void status_heads(struct admin *a) {
    for (size_t i = 0; i < STATUS_COLUMNS; i++)
        cli_cell(jn_str_z(STATUS_COLUMN[i].title), STATUS_COLUMN[i].cells, &a->out);
    jn_buf_char(&a->out, '\n');
}

static void status_journey(struct admin *a, const struct jn_json *node) {
    if (a->json) {
        admin_json(a, node);
        return;
    }
    for (size_t i = 0; i < STATUS_COLUMNS; i++) {
        struct jn_str shown = admin_shown(a, jn_json_get(node, STATUS_COLUMN[i].key));
        cli_cell(shown, STATUS_COLUMN[i].cells, &a->out);
        if (STATUS_COLUMN[i].cells > 0 && shown.n >= STATUS_COLUMN[i].cells) jn_buf_char(&a->out, ' ');
    }
    jn_buf_char(&a->out, '\n');
}

static void status_tell(struct admin *a, const struct jn_json *status) {
    const struct jn_json *deliveries = jn_json_get(status, "deliveries");
    struct jn_str program = admin_shown(a, jn_json_get(status, "program"));
    jn_buf_printf(&a->out, "time      %.*s\n", JN_FMT(admin_shown(a, jn_json_get(status, "time"))));
    jn_buf_printf(&a->out, "program   %.*s\n", JN_FMT(program));
    jn_buf_printf(&a->out, "inside    %lld, %lld of them cannot go on\n",
                  (long long)jn_json_int(jn_json_get(status, "inside")),
                  (long long)jn_json_int(jn_json_get(status, "parked")));
    jn_buf_printf(&a->out, "messages  %lld pending, %lld sent, %lld dead\n",
                  (long long)jn_json_int(jn_json_get(deliveries, "pending")),
                  (long long)jn_json_int(jn_json_get(deliveries, "sent")),
                  (long long)jn_json_int(jn_json_get(deliveries, "dead")));
    const struct jn_json *quarantine = jn_json_get(status, "quarantine");
    jn_buf_printf(&a->out, "set aside %lld events, %lld bytes; %lld were dropped\n",
                  (long long)jn_json_int(jn_json_get(quarantine, "events")),
                  (long long)jn_json_int(jn_json_get(quarantine, "bytes")),
                  (long long)jn_json_int(jn_json_get(quarantine, "dropped")));
    const struct jn_json *disabled = jn_json_get(status, "disabled");
    for (size_t i = 0; i < jn_json_count(disabled); i++) {
        const struct jn_json *row = jn_json_at(disabled, i);
        struct jn_str channel = admin_shown(a, jn_json_get(row, "channel"));
        jn_buf_printf(&a->out,
                      "disabled  %.*s since %.*s: its receiver says that it is gone; enable it by "
                      "`journey destinations enable %.*s`\n",
                      JN_FMT(channel), JN_FMT(admin_shown(a, jn_json_get(row, "since"))), JN_FMT(channel));
    }
    rollout_tell(a, jn_json_get(status, "canary"));
    jn_buf_char(&a->out, '\n');
}

int cli_cmd_status(const struct cli_args *args) {
    struct admin a;
    struct jn_json *status = NULL;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_STATUS_FORMAT);
    if (rc == JN_OK && args->n_path > 0) rc = jn_fail(&a.err, JN_USAGE, "status takes no names");
    if (rc == JN_OK) rc = admin_ask(&a, "GET", "/api/status", JN_STR_NONE, &status);
    if (rc == JN_OK && a.json) admin_json(&a, status);
    if (rc == JN_OK && !a.json) {
        status_tell(&a, status);
        status_heads(&a);
        rc = admin_each(&a, "/api/journeys", status_journey);
    }
    jn_json_free(status);
    return admin_end(&a, rc);
}

/* A version on trial stands above the journeys of the current one. */
static jn_rc status_canary(struct admin *a) {
    struct jn_json *canary;
    jn_rc rc = admin_ask(a, "GET", "/api/rollout", JN_STR_NONE, &canary);
    if (rc == JN_OK) rollout_tell(a, canary);
    jn_json_free(canary);
    return rc;
}

int cli_cmd_journeys(const struct cli_args *args) {
    struct admin a;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_JOURNEYS_FORMAT);
    if (rc == JN_OK && !a.json) rc = status_canary(&a);
    if (rc == JN_OK && !a.json) status_heads(&a);
    if (rc == JN_OK && args->n_path == 0) rc = admin_each(&a, "/api/journeys", status_journey);
    for (int i = 0; rc == JN_OK && i < args->n_path; i++) {
        struct jn_json *journey;
        const char *path = jn_arena_printf(&a.arena, "/api/journeys/%s", admin_escaped(&a, args->path[i])).p;
        rc = admin_ask(&a, "GET", path, JN_STR_NONE, &journey);
        if (rc == JN_OK) status_journey(&a, journey);
        jn_json_free(journey);
    }
    return admin_end(&a, rc);
}
