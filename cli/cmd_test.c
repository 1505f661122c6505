#include <stdio.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "core/log.h"
#include "image/image.h"

#define TEST_OUTPUT_MAX (64u << 20)

struct testing {
    bool json;
    struct jn_str filter;
    uint32_t n_passed, n_failed;
    bool broken; /* a workspace does not compile */
    struct jn_buf out, junit;
};

static bool testing_wants(const struct testing *t, const struct jn_scenario *scenario) {
    return t->filter.n == 0 || memmem(scenario->title.p, scenario->title.n, t->filter.p, t->filter.n) != NULL;
}

static jn_rc testing_one(struct testing *t, const struct jn_program *program, struct jn_str image,
                         const struct jn_scenario *scenario, struct jn_err *err) {
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
            cli_report_json(&played, &t->out);
        else
            cli_report_text(program, &played, &t->out);
        cli_report_junit(program, &played, &t->junit);
    }
    jn_arena_release(&arena);
    return rc;
}

static jn_rc testing_workspace(struct testing *t, const struct cli_workspace *workspace, struct jn_err *err) {
    struct jc_result result;
    struct jn_arena arena;
    struct jn_buf image;
    jn_arena_init(&arena);
    jn_buf_init(&image, JN_IMAGE_MAX);
    jn_rc rc = jc_compile(&arena, workspace->source, workspace->n_source, &result, err);
    if (rc == JN_OK && result.diags->n_error > 0) cli_print_diagnostics(result.diags);
    t->broken = t->broken || (rc == JN_OK && result.program == NULL);
    if (rc == JN_OK && result.program != NULL) {
        rc = jn_image_encode(result.program, &image, err);
        for (uint32_t i = 0; rc == JN_OK && i < result.n_scenario; i++)
            if (testing_wants(t, &result.scenario[i]))
                rc = testing_one(t, result.program, jn_buf_view(&image), &result.scenario[i], err);
    }
    jn_buf_release(&image);
    jn_arena_release(&arena);
    return rc;
}

static jn_rc testing_write_junit(const struct testing *t, const char *path, struct jn_err *err) {
    struct jn_buf xml;
    jn_buf_init(&xml, TEST_OUTPUT_MAX);
    jn_buf_printf(&xml,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"journey\" "
                  "tests=\"%u\" failures=\"%u\">\n",
                  t->n_passed + t->n_failed, t->n_failed);
    jn_buf_str(&xml, jn_buf_view(&t->junit));
    jn_buf_z(&xml, "  </testsuite>\n</testsuites>\n");
    jn_rc rc = cli_replace_file(path, jn_buf_view(&xml), err);
    jn_buf_release(&xml);
    return rc;
}

int cli_cmd_test(const struct cli_args *args) {
    struct testing t = {.filter = jn_str_z(args->value[CLI_OPT_FILTER])};
    struct cli_workspace *workspace = NULL;
    struct jn_arena arena;
    struct jn_err err;
    uint32_t n = 0;
    int json = 0;
    jn_log_set_level(JN_LOG_OFF); /* what the engine would log, the timelines tell */
    jn_arena_init(&arena);
    jn_buf_init(&t.out, TEST_OUTPUT_MAX);
    jn_buf_init(&t.junit, TEST_OUTPUT_MAX);
    jn_rc rc = cli_args_choice(args, CLI_OPT_TEST_FORMAT, &json, &err);
    t.json = json == 1;
    if (rc == JN_OK) rc = cli_find_workspaces(args, &arena, &workspace, &n, &err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        rc = testing_workspace(&t, &workspace[i], &err);
    if (rc == JN_OK && !t.json) jn_buf_printf(&t.out, "%u passed, %u failed\n", t.n_passed, t.n_failed);
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&t.out), &err);
    if (rc == JN_OK && args->value[CLI_OPT_JUNIT] != NULL)
        rc = testing_write_junit(&t, args->value[CLI_OPT_JUNIT], &err);
    jn_buf_release(&t.junit);
    jn_buf_release(&t.out);
    jn_arena_release(&arena);
    if (rc != JN_OK) return cli_failed(&err);
    return t.n_failed > 0 || t.broken ? 1 : 0;
}
