/* rollout: the version on trial. */
#include "cli/command.h"
#include "cli/server/rollout.h"
#include "cli/terminal.h"

#define ROLLOUT_GUARD_STOPPED 2 /* exit status */

static struct jn_str rollout_text(struct admin *a, const struct jn_json *node, const char *key) {
    return admin_shown(a, jn_json_get(node, key));
}

bool rollout_was_stopped(const struct jn_json *canary) {
    return jn_str_is(jn_json_text(jn_json_get(canary, "by")), "guard");
}

/* "3 of 120, 2.50%" */
static const char *rollout_share(struct admin *a, const struct jn_json *side) {
    int64_t of = jn_json_int(jn_json_get(side, "of")), bad = jn_json_int(jn_json_get(side, "bad"));
    double share = of == 0 ? 0 : 100.0 * (double)bad / (double)of;
    return jn_arena_printf(&a->arena, "%lld of %lld, %.2f%%", (long long)bad, (long long)of, share).p;
}

static void rollout_why(struct admin *a, const struct jn_json *why) {
    struct jn_str journey = jn_json_text(jn_json_get(why, "journey"));
    jn_buf_printf(&a->out, "          %.*s%s%s of its %.*s %.*s; of the version before: %s\n", JN_FMT(journey),
                  journey.n > 0 ? ": " : "", rollout_share(a, jn_json_get(why, "trial")),
                  JN_FMT(rollout_text(a, why, "of")), JN_FMT(rollout_text(a, why, "bad")),
                  rollout_share(a, jn_json_get(why, "current")));
}

void rollout_tell(struct admin *a, const struct jn_json *canary) {
    struct jn_str state = jn_json_text(jn_json_get(canary, "state")), version = rollout_text(a, canary, "version");
    if (jn_str_is(state, "running"))
        jn_buf_printf(&a->out, "canary    %.*s takes %.*s of those who enter since %.*s\n", JN_FMT(version),
                      JN_FMT(rollout_text(a, canary, "share")), JN_FMT(rollout_text(a, canary, "since")));
    if (!jn_str_is(state, "ended")) return;
    bool stopped = rollout_was_stopped(canary);
    jn_buf_printf(&a->out, "canary    %.*s was %s at %.*s: nobody enters it, %lld are inside\n", JN_FMT(version),
                  stopped ? "ended by its guard" : "aborted", JN_FMT(rollout_text(a, canary, "ended")),
                  (long long)jn_json_int(jn_json_get(canary, "inside")));
    if (stopped) rollout_why(a, jn_json_get(canary, "why"));
}

/* ---- the table */

static const struct {
    const char *title;
    uint32_t cells; /* 0: the last one */
} ROLLOUT_COLUMN[] = {{"journey", 24}, {"guard", 10}, {"on trial", 24}, {"before", 24}, {"margin", 0}};
#define ROLLOUT_COLUMNS (sizeof(ROLLOUT_COLUMN) / sizeof(*ROLLOUT_COLUMN))

static void rollout_row(struct admin *a, const struct jn_str cell[ROLLOUT_COLUMNS]) {
    for (size_t i = 0; i < ROLLOUT_COLUMNS; i++) {
        cli_cell(cell[i], ROLLOUT_COLUMN[i].cells, &a->out);
        if (ROLLOUT_COLUMN[i].cells > 0 && cell[i].n >= ROLLOUT_COLUMN[i].cells) jn_buf_char(&a->out, ' ');
    }
    jn_buf_char(&a->out, '\n');
}

static bool rollout_is_asked(const struct admin *a, struct jn_str journey) {
    for (int i = 0; i < a->args->n_path; i++)
        if (jn_str_is(journey, a->args->path[i])) return true;
    return a->args->n_path == 0;
}

static void rollout_table(struct admin *a, const struct jn_json *canary) {
    const struct jn_json *figures = jn_json_get(canary, "figures");
    struct jn_str title[ROLLOUT_COLUMNS];
    for (size_t i = 0; i < ROLLOUT_COLUMNS; i++)
        title[i] = jn_str_z(ROLLOUT_COLUMN[i].title);
    jn_buf_char(&a->out, '\n');
    rollout_row(a, title);
    for (size_t i = 0; i < jn_json_count(figures); i++) {
        const struct jn_json *figure = jn_json_at(figures, i);
        struct jn_str journey = jn_json_text(jn_json_get(figure, "journey"));
        if (journey.n > 0 && !rollout_is_asked(a, journey)) continue;
        struct jn_str cell[ROLLOUT_COLUMNS] = {
            journey.n == 0 ? JN_STR("(all)") : rollout_text(a, figure, "journey"), rollout_text(a, figure, "guard"),
            jn_str_z(rollout_share(a, jn_json_get(figure, "trial"))),
            jn_str_z(rollout_share(a, jn_json_get(figure, "current"))), jn_json_text(jn_json_get(figure, "margin"))};
        if (cell[ROLLOUT_COLUMNS - 1].n == 0) cell[ROLLOUT_COLUMNS - 1] = JN_STR("off");
        rollout_row(a, cell);
    }
}

/* ---- the command */

static jn_rc rollout_path(struct admin *a, const char **method, const char **path) {
    const struct cli_args *args = a->args;
    const char *raise = args->value[CLI_OPT_RAISE], *runs = args->value[CLI_OPT_ROLLOUT_RUNS];
    bool finish = args->value[CLI_OPT_FINISH] != NULL, abort = args->value[CLI_OPT_ABORT] != NULL;
    int verbs = (raise != NULL) + finish + abort, index;
    if (verbs > 1) return jn_fail(&a->err, JN_USAGE, "give one of --raise, --finish and --abort");
    if (runs != NULL && !abort) return jn_fail(&a->err, JN_USAGE, "--runs goes with --abort");
    jn_rc rc = runs == NULL ? JN_OK : cli_args_choice(args, CLI_OPT_ROLLOUT_RUNS, &index, &a->err);
    *method = verbs == 0 ? "GET" : "POST";
    *path = "/api/rollout";
    if (raise != NULL) *path = jn_arena_printf(&a->arena, "/api/rollout/raise?share=%s", admin_escaped(a, raise)).p;
    if (finish) *path = "/api/rollout/finish";
    if (abort)
        *path =
            jn_arena_printf(&a->arena, "/api/rollout/abort%s%s", runs == NULL ? "" : "?runs=", runs == NULL ? "" : runs)
                .p;
    return rc;
}

/* Names are of journeys that the trial compares. */
static jn_rc rollout_names(struct admin *a, const struct jn_json *canary) {
    const struct jn_json *figures = jn_json_get(canary, "figures");
    for (int i = 0; i < a->args->n_path; i++) {
        bool known = false;
        for (size_t f = 0; f < jn_json_count(figures); f++)
            known = known || jn_str_is(jn_json_text(jn_json_get(jn_json_at(figures, f), "journey")), a->args->path[i]);
        if (!known)
            return jn_fail(&a->err, JN_NOT_FOUND, "no version of the journey `%s` is on trial", a->args->path[i]);
    }
    return JN_OK;
}

static jn_rc rollout_run(struct admin *a, bool *stopped) {
    struct jn_json *canary = NULL;
    const char *method = "GET", *path = NULL;
    jn_rc rc = rollout_path(a, &method, &path);
    if (rc == JN_OK && a->args->n_path > 0) {
        rc = admin_ask(a, "GET", "/api/rollout", JN_STR_NONE, &canary);
        if (rc == JN_OK) rc = rollout_names(a, canary);
        jn_json_free(canary);
        canary = NULL;
    }
    if (rc == JN_OK) rc = admin_ask(a, method, path, JN_STR_NONE, &canary);
    if (rc == JN_OK && a->json) admin_json(a, canary);
    if (rc == JN_OK && !a->json) {
        bool none = jn_str_is(jn_json_text(jn_json_get(canary, "state")), "none");
        if (none) jn_buf_z(&a->out, "no version is on trial\n");
        rollout_tell(a, canary);
        if (!none) rollout_table(a, canary);
    }
    *stopped = rc == JN_OK && rollout_was_stopped(canary);
    jn_json_free(canary);
    return rc;
}

int cli_cmd_rollout(const struct cli_args *args) {
    struct admin a;
    bool stopped = false;
    jn_rc rc = admin_begin(&a, args, CLI_OPT_ROLLOUT_FORMAT);
    if (rc == JN_OK) rc = rollout_run(&a, &stopped);
    int status = admin_end(&a, rc);
    return status == 0 && stopped ? ROLLOUT_GUARD_STOPPED : status;
}
