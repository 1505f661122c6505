/* deliveries: messages by what has become of them, and dead letters tried anew. */
#include <errno.h>
#include <time.h>

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

/* The list's path, with what it is filtered by. */
static jn_rc deliveries_path(struct admin *a, const char **out) {
    static const struct {
        enum cli_option option;
        const char *name;
    } ROW[] = {{CLI_OPT_OF_CHANNEL, "channel"},
               {CLI_OPT_OF_JOURNEY, "journey"},
               {CLI_OPT_OF_MESSAGE, "message"},
               {CLI_OPT_OF_CUSTOMER, "customer"},
               {CLI_OPT_OF_SINCE, "since"}};
    const char *state = a->args->value[CLI_OPT_STATE];
    int index;
    jn_rc rc = cli_args_choice(a->args, CLI_OPT_STATE, &index, &a->err);
    if (rc != JN_OK) return rc;
    *out = jn_arena_printf(&a->arena, "/api/deliveries?state=%s", state == NULL ? "pending" : state).p;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        const char *value = a->args->value[ROW[i].option];
        if (value != NULL) *out = jn_arena_printf(&a->arena, "%s&%s=%s", *out, ROW[i].name, admin_escaped(a, value)).p;
    }
    return JN_OK;
}

static jn_rc deliveries_list(struct admin *a) {
    const char *path;
    jn_rc rc = deliveries_path(a, &path);
    return rc == JN_OK ? admin_each(a, path, deliveries_one) : rc;
}

static jn_rc deliveries_ask_retry(struct admin *a, const char *id, struct jn_json **answer) {
    const char *path = jn_arena_printf(&a->arena, "/api/deliveries/%s/retry", admin_escaped(a, id)).p;
    return admin_ask(a, "POST", path, JN_STR(""), answer);
}

static jn_rc deliveries_retry(struct admin *a, const char *id) {
    struct jn_json *answer;
    jn_rc rc = deliveries_ask_retry(a, id, &answer);
    if (rc == JN_OK && a->json) admin_json(a, answer);
    if (rc == JN_OK && !a->json) jn_buf_printf(&a->out, "%s is tried again\n", id);
    jn_json_free(answer);
    return rc;
}

/* ---- all that a filter lets through */

#define RETRY_RATE_MAX 1000
#define RETRY_MAX_MAX  1000000
#define NS_A_SECOND    1000000000LL

struct retrying {
    uint32_t rate, max;
    uint32_t tried, gone; /* gone: somebody else did meanwhile */
    struct timespec began;
};

static bool retrying_number(const char *text, const char *suffix, uint32_t max, uint32_t *out) {
    uint64_t n = 0;
    for (; *text >= '0' && *text <= '9' && n <= max; text++)
        n = n * 10 + (uint64_t)(*text - '0');
    *out = (uint32_t)n;
    return n >= 1 && n <= max && (*text == '\0' || strcmp(text, suffix) == 0);
}

static jn_rc retrying_read(struct admin *a, struct retrying *out) {
    const char *rate = a->args->value[CLI_OPT_RETRY_RATE], *max = a->args->value[CLI_OPT_RETRY_MAX];
    const char *state = a->args->value[CLI_OPT_STATE];
    *out = (struct retrying){.rate = 10, .max = 1000};
    if (state == NULL || strcmp(state, "dead") != 0)
        return jn_fail(&a->err, JN_USAGE,
                       "name the messages, or write `deliveries retry --state dead` for all that the filters let "
                       "through");
    if (rate != NULL && !retrying_number(rate, "/s", RETRY_RATE_MAX, &out->rate))
        return jn_fail(&a->err, JN_USAGE, "--rate is a number a second from 1 to %d, as 10/s", RETRY_RATE_MAX);
    if (max != NULL && !retrying_number(max, "", RETRY_MAX_MAX, &out->max))
        return jn_fail(&a->err, JN_USAGE, "--max is a number from 1 to %d", RETRY_MAX_MAX);
    clock_gettime(CLOCK_MONOTONIC, &out->began);
    return JN_OK;
}

/* By the clock and not by naps, so that what a request takes is no part of the rate. */
static void retrying_pace(const struct retrying *r) {
    int64_t ns = (int64_t)r->tried * NS_A_SECOND / r->rate + r->began.tv_nsec;
    struct timespec until = {r->began.tv_sec + (time_t)(ns / NS_A_SECOND), (long)(ns % NS_A_SECOND)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}

static jn_rc retrying_one(struct admin *a, struct retrying *r, const struct jn_json *node) {
    struct jn_json *answer;
    struct jn_str id = jn_arena_str(&a->arena, jn_json_text(jn_json_get(node, "id")));
    retrying_pace(r);
    jn_rc rc = deliveries_ask_retry(a, jn_arena_printf(&a->arena, "%.*s", JN_FMT(id)).p, &answer);
    jn_json_free(answer);
    if (rc == JN_OK)
        r->tried++;
    else if (rc == JN_CONFLICT || rc == JN_NOT_FOUND)
        r->gone++;
    return rc == JN_CONFLICT || rc == JN_NOT_FOUND ? JN_OK : rc;
}

/* A page; *next: the number behind which there is more, 0 for none. */
static jn_rc retrying_page(struct admin *a, struct retrying *r, const char *path, int64_t *next) {
    struct jn_json *page;
    jn_rc rc = admin_ask(a, "GET", path, JN_STR_NONE, &page);
    const struct jn_json *items = jn_json_get(page, "items");
    *next = jn_json_int(jn_json_get(page, "next"));
    for (size_t i = 0; rc == JN_OK && i < jn_json_count(items) && r->tried < r->max; i++)
        rc = retrying_one(a, r, jn_json_at(items, i));
    jn_json_free(page);
    return rc;
}

static jn_rc deliveries_retry_all(struct admin *a) {
    struct retrying r;
    const char *path = NULL;
    int64_t next = 0;
    jn_rc rc = retrying_read(a, &r);
    if (rc == JN_OK) rc = deliveries_path(a, &path);
    do {
        if (rc != JN_OK) return rc;
        struct jn_str page = jn_arena_printf(&a->arena, "%s&after=%lld", path, (long long)next);
        rc = retrying_page(a, &r, page.p, &next);
    } while (rc == JN_OK && next > 0 && r.tried < r.max);
    if (a->json)
        jn_buf_printf(&a->out, "{\"tried\":%u,\"gone\":%u,\"full\":%s}\n", r.tried, r.gone,
                      r.tried == r.max ? "true" : "false");
    else
        jn_buf_printf(&a->out, "%u message%s tried again%s\n", r.tried, r.tried == 1 ? " is" : "s are",
                      r.tried == r.max ? ": as many as --max lets; there may be more" : "");
    return rc;
}

int cli_cmd_deliveries(const struct cli_args *args) {
    struct admin a;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_DELIVERIES_FORMAT);
    bool retry = args->n_path > 0 && strcmp(args->path[0], "retry") == 0;
    if (rc == JN_OK && args->n_path > 0 && !retry)
        rc = jn_fail(&a.err, JN_USAGE, "write `deliveries`, `deliveries --state dead` or `deliveries retry ID`");
    if (rc == JN_OK && args->n_path == 0) rc = deliveries_list(&a);
    if (rc == JN_OK && retry && args->n_path == 1) rc = deliveries_retry_all(&a);
    for (int i = 1; rc == JN_OK && i < args->n_path; i++)
        rc = deliveries_retry(&a, args->path[i]);
    return admin_end(&a, rc);
}
