#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/simulate/report.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "core/log.h"
#include "image/image.h"

#define SIMULATE_OUTPUT_MAX (256u << 20)
#define SIMULATE_CUSTOMERS  10000

/* A whole number, "1_000_000" too. */
static jn_rc simulate_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t preset,
                             uint64_t *out, struct jn_err *err) {
    uint64_t n = 0;
    bool sound = text != NULL && text[0] >= '0' && text[0] <= '9';
    *out = preset;
    if (text == NULL) return JN_OK;
    for (const char *c = text; sound && *c != '\0'; c++) {
        if (*c == '_') continue;
        sound = *c >= '0' && *c <= '9' && !__builtin_mul_overflow(n, 10, &n) &&
                !__builtin_add_overflow(n, (uint64_t)(*c - '0'), &n);
    }
    if (!sound || n < low || n > high)
        return jn_fail(err, JN_USAGE, "--%s takes a whole number from %llu to %llu, not `%.40s`", option,
                       (unsigned long long)low, (unsigned long long)high, text);
    *out = n;
    return JN_OK;
}

static jn_rc simulate_options(const struct cli_args *args, struct sim_cohort *out, struct jn_err *err) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t customers, threads, preset = processors < 1 ? 1 : (uint64_t)processors;
    out->together = args->value[CLI_OPT_TOGETHER] != NULL;
    jn_rc rc = simulate_number("customers", args->value[CLI_OPT_CUSTOMERS], 1,
                               out->together ? SIM_TOGETHER_MAX : SIM_CUSTOMERS_MAX,
                               out->together ? 1000 : SIMULATE_CUSTOMERS, &customers, err);
    if (rc == JN_OK) rc = simulate_number("seed", args->value[CLI_OPT_SEED], 0, INT64_MAX, 1, &out->seed, err);
    if (rc == JN_OK)
        rc = simulate_number("threads", args->value[CLI_OPT_THREADS], 1, SIM_THREADS_MAX,
                             preset > SIM_THREADS_MAX ? SIM_THREADS_MAX : preset, &threads, err);
    if (rc != JN_OK) return rc;
    out->customers = (uint32_t)customers;
    out->threads = (uint32_t)threads;
    return JN_OK;
}

static jn_rc simulate_model(const struct cli_args *args, const struct jn_program *program, struct jn_arena *arena,
                            struct sim_model *out, struct jn_err *err) {
    const char *file = args->value[CLI_OPT_MODEL];
    struct jn_buf text;
    if (file == NULL) return sim_model_read(program, "the suggested model", JN_STR("{}"), arena, out, err);
    jn_rc rc = cli_read_file(file, SIM_MODEL_MAX, &text, err);
    if (rc == JN_OK) rc = sim_model_read(program, file, jn_buf_view(&text), arena, out, err);
    jn_buf_release(&text);
    return rc;
}

static jn_rc simulate_print_model(const struct jn_program *program, struct jn_err *err) {
    struct jn_buf text;
    jn_buf_init(&text, SIM_MODEL_MAX);
    sim_model_suggest(program, &text);
    jn_buf_char(&text, '\n');
    jn_rc rc = cli_write(stdout, jn_buf_view(&text), err);
    jn_buf_release(&text);
    return rc;
}

static jn_rc simulate_report(const struct cli_args *args, const struct sim_report *report, bool json,
                             struct jn_err *err) {
    const char *svg = args->value[CLI_OPT_SVG];
    struct jn_buf out;
    jn_rc rc = JN_OK;
    jn_buf_init(&out, SIMULATE_OUTPUT_MAX);
    if (svg != NULL) {
        sim_report_svg(report, &out);
        rc = cli_replace_file(svg, jn_buf_view(&out), err);
        jn_buf_reset(&out);
    }
    if (json)
        sim_report_json(report, &out);
    else
        sim_report_text(report, &out);
    if (rc == JN_OK && out.failed)
        rc = jn_fail(err, JN_TOO_LARGE, "the report is larger than %u bytes", SIMULATE_OUTPUT_MAX);
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&out), err);
    jn_buf_release(&out);
    return rc;
}

static jn_rc simulate_run(const struct cli_args *args, struct jn_program *program, bool json, struct jn_arena *arena,
                          struct jn_err *err) {
    struct sim_cohort cohort;
    struct sim_model model;
    struct sim_tally tally;
    struct jn_buf image;
    if (args->value[CLI_OPT_PRINT_MODEL] != NULL) return simulate_print_model(program, err);
    jn_rc rc = simulate_options(args, &cohort, err);
    if (rc == JN_OK) rc = simulate_model(args, program, arena, &model, err);
    if (rc != JN_OK) return rc;
    jn_buf_init(&image, JN_IMAGE_MAX);
    sim_tally_init(&tally, program, &model, arena);
    rc = jn_image_encode(program, &image, err);
    if (rc == JN_OK) rc = sim_cohort_run(&cohort, program, jn_buf_view(&image), &model, &tally, err);
    struct sim_report report = {.program = program,
                                .model = &model,
                                .cohort = &cohort,
                                .tally = &tally,
                                .path = args->n_path == 0 ? "." : args->path[0],
                                .model_file = args->value[CLI_OPT_MODEL]};
    if (rc == JN_OK) rc = simulate_report(args, &report, json, err);
    sim_tally_release(&tally);
    jn_buf_release(&image);
    return rc;
}

int cli_cmd_simulate(const struct cli_args *args) {
    struct jn_arena arena;
    struct jc_result result = {0};
    struct jn_err err;
    int json = 0, status = 0;
    jn_log_set_level(JN_LOG_OFF);
    jn_arena_init(&arena);
    jn_rc rc = cli_args_choice(args, CLI_OPT_SIMULATE_FORMAT, &json, &err);
    if (rc == JN_OK && args->n_path > 1)
        rc = jn_fail(&err, JN_USAGE, "name one workspace; %d were named", args->n_path);
    if (rc == JN_OK) rc = cli_compile_one(args->n_path == 0 ? "." : args->path[0], &arena, &result, &err);
    if (rc == JN_OK && result.program == NULL) {
        cli_print_diagnostics(result.diags);
        status = 1;
    } else if (rc == JN_OK) {
        rc = simulate_run(args, result.program, json == 1, &arena, &err);
    }
    jn_arena_release(&arena);
    return rc == JN_OK ? status : cli_failed(&err);
}
