#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/scenario/coverage.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "core/log.h"
#include "image/image.h"

#define TEST_OUTPUT_MAX (64u << 20)

struct testing {
    struct jn_arena arena;
    bool json, coverage;
    struct jn_str filter, file; /* only that file's tests; empty: all */
    uint32_t n_passed, n_failed;
    bool broken; /* a workspace does not compile */
    struct cli_tally tally;
    struct jn_buf out, junit, table, missing, journeys, policies;
    struct jn_json_out journeys_json, policies_json;
};

static struct jn_str testing_plain(struct jn_str path) {
    while (jn_str_starts(path, JN_STR("./")))
        path = jn_str_sub(path, 2, path.n);
    return path;
}

static bool testing_wants(const struct testing *t, const struct jn_scenario *scenario) {
    if (t->file.n > 0 && !jn_str_eq(testing_plain(t->file), testing_plain(scenario->file))) return false;
    return t->filter.n == 0 || memmem(scenario->title.p, scenario->title.n, t->filter.p, t->filter.n) != NULL;
}

static jn_rc testing_one(struct testing *t, struct cli_coverage *coverage, struct jn_str image,
                         const struct jn_scenario *scenario, struct jn_err *err) {
    const struct jn_program *program = coverage->walk.program;
    struct cli_played played;
    struct jn_arena arena;
    jn_arena_init(&arena);
    jn_rc rc = cli_play(program, image, scenario, &arena, &played, err);
    if (rc == JN_OK) {
        if (played.finding == NULL)
            t->n_passed++;
        else
            t->n_failed++;
        if (t->json)
            cli_report_json(program, &played, &t->out);
        else
            cli_report_text(program, &played, &t->out);
        cli_report_junit(program, &played, &t->junit);
        cli_coverage_add(coverage, &played);
    }
    jn_arena_release(&arena);
    return rc;
}

static jn_rc testing_play(struct testing *t, const struct cli_workspace *workspace, const struct jc_result *result,
                          struct jn_err *err) {
    struct cli_coverage coverage;
    struct jn_buf image;
    jn_buf_init(&image, JN_IMAGE_MAX);
    cli_coverage_init(&coverage, result->program, workspace, &t->arena);
    jn_rc rc = jn_image_encode(result->program, &image, err);
    for (uint32_t i = 0; rc == JN_OK && i < result->n_scenario; i++) {
        if (!testing_wants(t, &result->scenario[i])) continue;
        cli_progress("test", t->n_passed + t->n_failed, 0);
        rc = testing_one(t, &coverage, jn_buf_view(&image), &result->scenario[i], err);
    }
    cli_coverage_report(&coverage, &t->table, &t->missing);
    cli_coverage_json_journeys(&coverage, &t->journeys_json);
    cli_coverage_json_policies(&coverage, &t->policies_json);
    for (unsigned i = 0; i < CLI_COVERS; i++) {
        t->tally.covered[i] += coverage.total.covered[i];
        t->tally.all[i] += coverage.total.all[i];
    }
    cli_coverage_release(&coverage);
    jn_buf_release(&image);
    return rc;
}

static jn_rc testing_workspace(struct testing *t, const struct cli_workspace *workspace, struct jn_err *err) {
    struct jc_result result;
    struct jn_arena arena;
    jn_arena_init(&arena);
    jn_rc rc = jc_compile(&arena, workspace->source, workspace->n_source, &result, err);
    if (rc == JN_OK && result.diags->n_error > 0) cli_print_diagnostics(result.diags);
    t->broken = t->broken || (rc == JN_OK && result.program == NULL);
    if (rc == JN_OK && result.program != NULL) rc = testing_play(t, workspace, &result, err);
    jn_arena_release(&arena);
    return rc;
}

/* ---- which workspaces */

static bool testing_compiles(const struct cli_workspace *workspace) {
    struct jc_result result;
    struct jn_arena arena;
    jn_arena_init(&arena);
    bool fine =
        jc_compile(&arena, workspace->source, workspace->n_source, &result, NULL) == JN_OK && result.program != NULL;
    jn_arena_release(&arena);
    return fine;
}

static bool testing_holds(const struct cli_workspace *workspace, struct jn_str file) {
    for (uint32_t i = 0; i < workspace->n_source; i++)
        if (jn_str_eq(testing_plain(workspace->source[i].path), testing_plain(file))) return true;
    return false;
}

static jn_rc testing_paths(struct testing *t, const struct cli_args *args, struct jn_err *err) {
    struct cli_workspace *workspace = NULL;
    uint32_t n = 0;
    jn_rc rc = cli_find_workspaces(args, &t->arena, &workspace, &n, err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        if (t->file.n == 0 || testing_holds(&workspace[i], t->file)) rc = testing_workspace(t, &workspace[i], err);
    return rc;
}

/* A file that does not stand alone is tested with the workspace that it belongs to. */
static jn_rc testing_file(struct testing *t, char *path, struct jn_str home, struct jn_err *err) {
    struct cli_args one = {.path = &path, .n_path = 1};
    struct cli_workspace *alone = NULL;
    uint32_t n = 0;
    jn_rc rc = cli_find_workspaces(&one, &t->arena, &alone, &n, err);
    if (rc != JN_OK) return rc;
    if (n == 1 && testing_compiles(alone)) return testing_workspace(t, alone, err);
    char *folder = (char *)(uintptr_t)jn_arena_str(&t->arena, home).p;
    one.path = &folder;
    t->file = jn_str_z(path);
    rc = testing_paths(t, &one, err);
    t->file = JN_STR_NONE;
    return rc;
}

/* Folders together, as `check` takes them; then each file that was named. */
static jn_rc testing_all(struct testing *t, const struct cli_args *args, struct jn_err *err) {
    struct cli_args folders = {.path = JN_NEW_ARRAY(&t->arena, char *, (size_t)args->n_path + 1)};
    struct jn_str home;
    for (int i = 0; i < args->n_path; i++)
        if (!cli_home_of_file(args->path[i], &t->arena, &home)) folders.path[folders.n_path++] = args->path[i];
    jn_rc rc = folders.n_path > 0 || args->n_path == 0 ? testing_paths(t, &folders, err) : JN_OK;
    for (int i = 0; rc == JN_OK && i < args->n_path; i++)
        if (cli_home_of_file(args->path[i], &t->arena, &home)) rc = testing_file(t, args->path[i], home, err);
    if (rc == JN_OK && !t->broken && t->filter.n > 0 && t->n_passed + t->n_failed == 0)
        rc = jn_fail(err, JN_NOT_FOUND, "no test's title contains `%.*s`", JN_FMT(t->filter));
    return rc;
}

/* ---- reports */

static jn_rc testing_write_junit(const struct testing *t, const char *path, struct jn_err *err) {
    struct jn_buf xml;
    jn_buf_init(&xml, TEST_OUTPUT_MAX);
    jn_buf_printf(&xml,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%u\" failures=\"%u\">\n  <testsuite "
                  "name=\"journey\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n",
                  t->n_passed + t->n_failed, t->n_failed, t->n_passed + t->n_failed, t->n_failed);
    jn_buf_str(&xml, jn_buf_view(&t->junit));
    jn_buf_z(&xml, "  </testsuite>\n</testsuites>\n");
    jn_rc rc = cli_replace_file(path, jn_buf_view(&xml), err);
    jn_buf_release(&xml);
    return rc;
}

static void testing_coverage_json(struct testing *t, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_end_array(&t->journeys_json);
    jn_jw_end_array(&t->policies_json);
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "journeys");
    jn_jw_raw(&w, jn_buf_view(&t->journeys));
    jn_jw_key(&w, "policies");
    jn_jw_raw(&w, jn_buf_view(&t->policies));
    jn_jw_key(&w, "percent");
    jn_jw_dec(&w, (struct jn_dec){cli_coverage_share(&t->tally), 2});
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}

static jn_rc testing_write_coverage(struct testing *t, const struct cli_args *args, struct jn_err *err) {
    const char *file = args->value[CLI_OPT_COVERAGE_FILE];
    struct jn_buf json;
    jn_buf_init(&json, TEST_OUTPUT_MAX);
    testing_coverage_json(t, &json);
    if (t->coverage && t->json) {
        jn_buf_str(&t->out, jn_buf_view(&json));
    } else if (t->coverage) {
        cli_coverage_head(&t->out);
        jn_buf_str(&t->out, jn_buf_view(&t->table));
        cli_coverage_row(JN_STR("all"), &t->tally, &t->out);
        if (t->missing.n > 0) jn_buf_z(&t->out, "not covered\n");
        jn_buf_str(&t->out, jn_buf_view(&t->missing));
    }
    jn_rc rc = file == NULL ? JN_OK : cli_replace_file(file, jn_buf_view(&json), err);
    jn_buf_release(&json);
    return rc;
}

/* Basis points of "80", "80%" or "87.5%"; JN_USAGE for anything else. */
static jn_rc testing_minimum(const struct cli_args *args, uint32_t *out, struct jn_err *err) {
    const char *text = args->value[CLI_OPT_MIN_COVERAGE];
    char *end = NULL;
    *out = 0;
    if (text == NULL) return JN_OK;
    double share = strtod(text, &end);
    if (*end == '%') end++;
    if (end == text || *end != '\0' || !(share >= 0 && share <= 100))
        return jn_fail(err, JN_USAGE, "--min-coverage takes a percentage from 0 to 100, for example 80%%, not `%.40s`",
                       text);
    *out = (uint32_t)(share * 100 + 0.5);
    return JN_OK;
}

static jn_rc testing_report(struct testing *t, const struct cli_args *args, uint32_t minimum, struct jn_err *err) {
    uint32_t share = cli_coverage_share(&t->tally);
    if (!t->json) jn_buf_printf(&t->out, "%u passed, %u failed\n", t->n_passed, t->n_failed);
    jn_rc rc = testing_write_coverage(t, args, err);
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&t->out), err);
    if (rc == JN_OK && args->value[CLI_OPT_JUNIT] != NULL) rc = testing_write_junit(t, args->value[CLI_OPT_JUNIT], err);
    if (rc != JN_OK || share >= minimum) return rc;
    if (!t->coverage || t->json) fprintf(stderr, "not covered\n%.*s", JN_FMT(jn_buf_view(&t->missing)));
    return jn_fail(err, JN_INVALID, "coverage is %u.%02u%%, less than %u.%02u%%", share / 100, share % 100,
                   minimum / 100, minimum % 100);
}

static void testing_open(struct testing *t) {
    jn_arena_init(&t->arena);
    struct jn_buf *buffers[] = {&t->out, &t->junit, &t->table, &t->missing, &t->journeys, &t->policies};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
        jn_buf_init(buffers[i], TEST_OUTPUT_MAX);
    jn_jw_init(&t->journeys_json, &t->journeys);
    jn_jw_init(&t->policies_json, &t->policies);
    jn_jw_array(&t->journeys_json);
    jn_jw_array(&t->policies_json);
}

static void testing_close(struct testing *t) {
    struct jn_buf *buffers[] = {&t->out, &t->junit, &t->table, &t->missing, &t->journeys, &t->policies};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
        jn_buf_release(buffers[i]);
    jn_arena_release(&t->arena);
}

int cli_cmd_test(const struct cli_args *args) {
    struct testing t = {.filter = jn_str_z(args->value[CLI_OPT_FILTER]),
                        .coverage = args->value[CLI_OPT_COVERAGE] != NULL};
    struct jn_err err;
    uint32_t minimum = 0;
    int json = 0;
    jn_log_set_level(JN_LOG_OFF); /* what the engine would log, the timelines tell */
    testing_open(&t);
    jn_rc rc = cli_args_choice(args, CLI_OPT_TEST_FORMAT, &json, &err);
    t.json = json == 1;
    if (rc == JN_OK) rc = testing_minimum(args, &minimum, &err);
    if (rc == JN_OK) rc = testing_all(&t, args, &err);
    cli_progress(NULL, 0, 0);
    if (rc == JN_OK) rc = testing_report(&t, args, minimum, &err);
    testing_close(&t);
    if (rc != JN_OK) return cli_failed(&err);
    return t.n_failed > 0 || t.broken ? 1 : 0;
}
