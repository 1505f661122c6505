#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "core/log.h"
#include "image/image.h"
#include "runtime/app/app.h"

#define CLI_CONFIG_MAX (1u << 20)

/* `name = value` a line, # comments; names as the options', values as they are. Texts point into the file. */
static jn_rc cli_config_line(struct jr_app_options *options, struct jn_str line, const char *path, int number,
                             struct jn_err *err) {
    const char *equals = line.n == 0 ? NULL : memchr(line.p, '=', line.n);
    if (equals == NULL) return jn_fail(err, JN_CONFIG, "%s:%d: expected `name = value`", path, number);
    struct jn_str name = {line.p, (size_t)(equals - line.p)};
    struct jn_str value = {equals + 1, line.n - name.n - 1};
    while (name.n > 0 && name.p[name.n - 1] == ' ')
        name.n--;
    while (value.n > 0 && value.p[0] == ' ')
        value = jn_str_sub(value, 1, value.n);
#define OPTION(field, long_name, argument, variable, preset, text)                                                     \
    if (jn_str_is(name, long_name) || jn_str_is(name, #field)) {                                                       \
        options->field = argument[0] == '\0' && jn_str_is(value, "false") ? JN_STR_NONE : value;                       \
        return JN_OK;                                                                                                  \
    }
#include "runtime/app/options.def"
#undef OPTION
    return jn_fail(err, JN_CONFIG, "%s:%d: there is no option `%.*s`; see `journey serve --help`", path, number,
                   JN_FMT(name));
}

static jn_rc cli_config(struct jr_app_options *options, const char *path, struct jn_buf *text, struct jn_err *err) {
    jn_rc rc = cli_read_file(path, CLI_CONFIG_MAX, text, err);
    if (rc != JN_OK) return rc;
    struct jn_str rest = jn_buf_view(text);
    for (int number = 1; rest.n > 0; number++) {
        const char *end = memchr(rest.p, '\n', rest.n);
        struct jn_str line = {rest.p, end == NULL ? rest.n : (size_t)(end - rest.p)};
        rest = jn_str_sub(rest, line.n + 1, rest.n);
        while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\r'))
            line.n--;
        while (line.n > 0 && line.p[0] == ' ')
            line = jn_str_sub(line, 1, line.n);
        if (line.n == 0 || line.p[0] == '#') continue;
        rc = cli_config_line(options, line, path, number, err);
        if (rc != JN_OK) return rc;
    }
    return JN_OK;
}

static void cli_take_options(const struct cli_args *args, struct jr_app_options *options) {
#define OPTION(field, name, argument, variable, preset, text)                                                          \
    if (args->value[CLI_OPT_SERVE_##field] != NULL)                                                                    \
        options->field = argument[0] == '\0' ? JN_STR("true") : jn_str_z(args->value[CLI_OPT_SERVE_##field]);
#include "runtime/app/options.def"
#undef OPTION
}

/* What a server says are lines of JSON: what the compiler warns of, too. Mistakes are told to whoever starts it. */
static void cli_log_warnings(const struct jc_diags *diags) {
    for (const struct jc_diag *diag = diags->first; diag != NULL; diag = diag->next)
        JN_LOG(PROGRAM_WARNING, JN_LF_STR("code", jn_str_z(jc_code_name(diag->code))),
               JN_LF_STR("file", diags->source[diag->span.file].path), JN_LF_INT("line", diag->span.line),
               JN_LF_INT("column", diag->span.column), JN_LF_STR("message", diag->message));
}

/* An image file is taken as it is; anything else is a workspace to compile. */
static jn_rc cli_program_bytes(const char *path, struct jn_buf *image, int *status, struct jn_err *err) {
    *status = 0;
    if (jn_str_ends(jn_str_z(path), JN_STR(".jbc"))) return cli_read_file(path, JN_IMAGE_MAX, image, err);
    struct jn_arena arena;
    struct jc_result result = {0};
    jn_arena_init(&arena);
    jn_rc rc = cli_compile_one(path, &arena, &result, err);
    *status = rc == JN_OK && result.program == NULL;
    if (rc == JN_OK && *status == 0) {
        cli_log_warnings(result.diags);
        image->max = JN_IMAGE_MAX;
        rc = jn_image_encode(result.program, image, err);
    } else if (rc == JN_OK) {
        cli_print_diagnostics(result.diags);
    }
    jn_arena_release(&arena);
    return rc;
}

int cli_cmd_serve(const struct cli_args *args) {
    struct jn_err err;
    struct jr_app_options options;
    struct jn_buf config, image;
    int status = 0;
    jn_rc rc = JN_OK;
    jn_buf_init(&config, 0);
    jn_buf_init(&image, 0);
    jr_app_options_init(&options);
    if (args->n_path > 1) rc = jn_fail(&err, JN_USAGE, "name one workspace or image; %d were named", args->n_path);
    if (rc == JN_OK && args->value[CLI_OPT_CONFIG] != NULL)
        rc = cli_config(&options, args->value[CLI_OPT_CONFIG], &config, &err);
    if (rc == JN_OK) cli_take_options(args, &options);
    if (rc == JN_OK && args->n_path == 1) rc = cli_program_bytes(args->path[0], &image, &status, &err);
    if (rc == JN_OK && status == 0) {
        options.image = jn_buf_view(&image);
        rc = jr_app_run(&options, &err);
    }
    if (rc != JN_OK) status = cli_failed(&err);
    jn_buf_release(&image);
    jn_buf_release(&config);
    return status;
}
