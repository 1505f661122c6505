/* plan and deploy: a new version against the people inside. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/server/client.h"
#include "cli/server/plan.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "core/json.h"
#include "image/image.h"

#define PLAN_TEXT_MAX     (64u << 20)
#define DEPLOY_SPREAD_MAX 10080 /* minutes of a week */

/* A workspace that is compiled, or an image; *status 1: its mistakes have been printed. */
static jn_rc plan_load(const char *path, struct jn_arena *arena, struct jn_program **out, int *status,
                       struct jn_err *err) {
    struct jn_buf image;
    bool built = jn_str_ends(jn_str_z(path), JN_STR(".jbc"));
    jn_buf_init(&image, JN_IMAGE_MAX);
    jn_rc rc = built ? cli_read_file(path, JN_IMAGE_MAX, &image, err) : cli_compile_image(path, &image, status, err);
    if (rc == JN_OK && *status == 0) rc = jn_image_load(jn_buf_view(&image), arena, out, err);
    jn_buf_release(&image);
    return rc;
}

/* ---- what a server holds */

static jn_rc plan_fetch_version(const struct cli_args *args, const struct jn_json *item, struct jn_arena *arena,
                                struct cli_version *out, struct jn_err *err) {
    struct jn_buf image;
    struct jn_program *program;
    struct jn_str id = jn_json_text(jn_json_get(item, "version"));
    out->id = jn_arena_str(arena, id);
    struct jn_str path = jn_arena_printf(arena, "/api/versions/%.*s", JN_FMT(id));
    jn_rc rc = cli_request(args, "GET", path.p, JN_STR_NONE, &image, err);
    if (rc == JN_OK) rc = jn_image_load(jn_buf_view(&image), arena, &program, err);
    jn_buf_release(&image);
    if (rc != JN_OK) return rc;
    uint64_t *people = JN_NEW_ARRAY(arena, uint64_t, program->n_step);
    const struct jn_json *journeys = jn_json_get(item, "journeys");
    for (size_t j = 0; j < jn_json_count(journeys); j++) {
        const struct jn_json *steps = jn_json_get(jn_json_at(journeys, j), "steps");
        for (size_t s = 0; s < jn_json_count(steps); s++) {
            const struct jn_json *step = jn_json_at(steps, s);
            int64_t index = jn_json_int(jn_json_get(step, "index"));
            if (index >= 0 && index < (int64_t)program->n_step)
                people[index] = (uint64_t)jn_json_int(jn_json_get(step, "people"));
        }
    }
    out->program = program;
    out->people = people;
    return JN_OK;
}

/* The current version, and older ones that somebody is in. */
static jn_rc plan_fetch(const struct cli_args *args, struct jn_arena *arena, struct cli_plan *plan,
                        struct jn_err *err) {
    struct jn_buf answer;
    struct jn_json *document = NULL;
    struct cli_version *version = NULL;
    jn_rc rc = cli_request(args, "GET", "/api/versions", JN_STR_NONE, &answer, err);
    if (rc == JN_OK) rc = jn_json_parse(jn_buf_view(&answer), &document, err);
    const struct jn_json *items = jn_json_get(document, "items");
    for (size_t i = 0; rc == JN_OK && i < jn_json_count(items); i++) {
        const struct jn_json *item = jn_json_at(items, i);
        if (!jn_json_bool(jn_json_get(item, "current")) && jn_json_int(jn_json_get(item, "runs")) == 0) continue;
        rc = plan_fetch_version(args, item, arena, jn_arena_grow(arena, &version, &plan->n_version, sizeof(*version)),
                                err);
    }
    plan->version = version;
    jn_json_free(document);
    jn_buf_release(&answer);
    return rc;
}

static jn_rc plan_gather(const struct cli_args *args, struct jn_arena *arena, struct cli_plan *plan, int *status,
                         struct jn_err *err) {
    struct jn_program *to = NULL, *from = NULL;
    const char *against = args->value[CLI_OPT_AGAINST];
    if (args->n_path > 1) return jn_fail(err, JN_USAGE, "name the new workspace or image; %d were named", args->n_path);
    if (against != NULL && args->value[CLI_OPT_PLAN_SERVER] != NULL)
        return jn_fail(err, JN_USAGE, "give --against or --server, not both");
    jn_rc rc = plan_load(args->n_path == 0 ? "." : args->path[0], arena, &to, status, err);
    if (rc != JN_OK || *status != 0) return rc;
    plan->to = to;
    if (against == NULL) return plan_fetch(args, arena, plan, err);
    rc = plan_load(against, arena, &from, status, err);
    if (rc != JN_OK || *status != 0) return rc;
    struct cli_version *version = JN_NEW(arena, struct cli_version);
    *version = (struct cli_version){.id = jn_str_z(against), .program = from};
    plan->version = version;
    plan->n_version = 1;
    return JN_OK;
}

int cli_cmd_plan(const struct cli_args *args) {
    struct jn_arena arena;
    struct jn_buf out;
    struct jn_err err;
    struct cli_plan plan = {0};
    int status = 0, json = 0;
    jn_arena_init(&arena);
    jn_buf_init(&out, PLAN_TEXT_MAX);
    jn_rc rc = cli_args_choice(args, CLI_OPT_PLAN_FORMAT, &json, &err);
    if (rc == JN_OK) rc = plan_gather(args, &arena, &plan, &status, &err);
    if (rc == JN_OK && status == 0) {
        bool refused;
        bool changes = (json == 1 ? cli_plan_print_json : cli_plan_print)(&plan, &arena, &out, &refused);
        rc = cli_write(stdout, jn_buf_view(&out), &err);
        status = refused ? 1 : changes ? 2 : 0;
    }
    jn_buf_release(&out);
    jn_arena_release(&arena);
    return rc == JN_OK ? status : cli_failed(&err);
}

/* ---- deploy */

static jn_rc deploy_minutes(const char *text, unsigned long *out, struct jn_err *err) {
    *out = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p >= '0' && *p <= '9' && *out <= DEPLOY_SPREAD_MAX) {
            *out = *out * 10 + (unsigned long)(*p - '0');
            continue;
        }
        *out = DEPLOY_SPREAD_MAX + 1;
        break;
    }
    if (text[0] != '\0' && *out <= DEPLOY_SPREAD_MAX) return JN_OK;
    return jn_fail(err, JN_USAGE, "--spread is a number of minutes, at most a week: %d", DEPLOY_SPREAD_MAX);
}

/* What puts it on trial; the server reads it. */
static jn_rc deploy_trial(const struct cli_args *args, struct jn_arena *arena, const char **path, struct jn_err *err) {
    static const struct {
        enum cli_option option;
        const char *name, *parameter;
    } ROW[] = {{CLI_OPT_CANARY, "canary", "canary"},          {CLI_OPT_GUARD, "guard", "guard"},
               {CLI_OPT_GUARD_MIN, "guard-min", "min"},       {CLI_OPT_GUARD_ERROR, "guard-error", "error"},
               {CLI_OPT_GUARD_EXITS, "guard-exits", "exits"}, {CLI_OPT_CANARY_RUNS, "runs", "runs"}};
    bool trial = args->value[CLI_OPT_CANARY] != NULL;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        const char *value = args->value[ROW[i].option];
        if (value == NULL) continue;
        if (!trial) return jn_fail(err, JN_USAGE, "--%s goes with --canary", ROW[i].name);
        *path = jn_arena_printf(arena, "%s&%s=%s", *path, ROW[i].parameter, cli_escaped(arena, value)).p;
    }
    return JN_OK;
}

static jn_rc deploy_path(const struct cli_args *args, struct jn_arena *arena, const char **out, struct jn_err *err) {
    static const char *const MODE[] = {"pin", "migrate", "end"};
    static const char *const WAITS[] = {"anew", "keep"};
    int mode = 0, waits = 0;
    unsigned long minutes = 15;
    jn_rc rc = cli_args_choice(args, CLI_OPT_MODE, &mode, err);
    if (rc == JN_OK) rc = cli_args_choice(args, CLI_OPT_WAITS, &waits, err);
    if (rc != JN_OK) return rc;
    if (args->value[CLI_OPT_SPREAD] != NULL) rc = deploy_minutes(args->value[CLI_OPT_SPREAD], &minutes, err);
    if (rc != JN_OK) return rc;
    *out = jn_arena_printf(arena, "/api/program?mode=%s&waits=%s&spread=%lu", MODE[mode], WAITS[waits], minutes * 60).p;
    return deploy_trial(args, arena, out, err);
}

static void deploy_tell(const struct jn_buf *answer, struct jn_buf *out) {
    struct jn_json *document = NULL;
    if (jn_json_parse(jn_buf_view(answer), &document, NULL) == JN_OK) {
        int64_t n = jn_json_int(jn_json_get(document, "journeys"));
        const struct jn_json *canary = jn_json_get(document, "canary");
        bool trial = jn_str_is(jn_json_text(jn_json_get(canary, "state")), "running");
        jn_buf_printf(out, "deployed %.*s: %lld journey%s", JN_FMT(jn_json_text(jn_json_get(document, "version"))),
                      (long long)n, n == 1 ? "" : "s");
        if (trial)
            jn_buf_printf(out, ", on trial: it takes %.*s of those who enter (`journey rollout`)",
                          JN_FMT(jn_json_text(jn_json_get(canary, "share"))));
        jn_buf_char(out, '\n');
    }
    jn_json_free(document);
}

int cli_cmd_deploy(const struct cli_args *args) {
    struct jn_arena arena;
    struct jn_buf image, answer, out;
    struct jn_err err;
    const char *path = NULL;
    int status = 0;
    jn_arena_init(&arena);
    jn_buf_init(&image, JN_IMAGE_MAX);
    jn_buf_init(&answer, 0);
    jn_buf_init(&out, 4096);
    jn_rc rc = args->n_path > 1 ? jn_fail(&err, JN_USAGE, "name one workspace or image; %d were named", args->n_path)
                                : deploy_path(args, &arena, &path, &err);
    const char *source = args->n_path == 0 ? "." : args->path[0];
    if (rc == JN_OK)
        rc = jn_str_ends(jn_str_z(source), JN_STR(".jbc")) ? cli_read_file(source, JN_IMAGE_MAX, &image, &err)
                                                           : cli_compile_image(source, &image, &status, &err);
    if (rc == JN_OK && status == 0) {
        rc = cli_request(args, "PUT", path, jn_buf_view(&image), &answer, &err);
        if (rc == JN_OK) deploy_tell(&answer, &out);
        if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&out), &err);
    }
    jn_buf_release(&out);
    jn_buf_release(&answer);
    jn_buf_release(&image);
    jn_arena_release(&arena);
    return rc == JN_OK ? status : cli_failed(&err);
}
