/* verify and disasm: what there is to do with an image alone. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "core/hash.h"
#include "core/json.h"
#include "image/image.h"

static jn_rc cli_load_image(const struct cli_args *args, struct jn_arena *arena, struct jn_program **out,
                            struct jn_err *err) {
    if (args->n_path != 1) return jn_fail(err, JN_USAGE, "name one image, for example welcome.jbc");
    struct jn_buf bytes;
    jn_rc rc = cli_read_file(args->path[0], JN_IMAGE_MAX, &bytes, err);
    if (rc == JN_OK) rc = jn_image_load(jn_buf_view(&bytes), arena, out, err);
    jn_buf_release(&bytes);
    return rc;
}

static void cli_print_verdict(const struct cli_args *args, const struct jn_program *program, struct jn_buf *out) {
    jn_buf_printf(out, "%s: sound; %u journeys, %u messages, %u steps; id ", args->path[0], program->n_journey,
                  program->n_message, program->n_step);
    jn_hex((struct jn_str){(const char *)program->id, sizeof(program->id)}, out);
    jn_buf_char(out, '\n');
}

static void cli_print_verdict_json(const struct jn_program *program, const struct jn_err *err, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "sound");
    jn_jw_bool(&w, program != NULL);
    if (program == NULL) {
        jn_jw_key(&w, "reason");
        jn_jw_z(&w, err->text);
    } else {
        struct jn_buf hex;
        jn_buf_init(&hex, 64);
        jn_hex((struct jn_str){(const char *)program->id, sizeof(program->id)}, &hex);
        jn_jw_key(&w, "id");
        jn_jw_str(&w, jn_buf_view(&hex));
        jn_buf_release(&hex);
        jn_jw_key(&w, "journeys");
        jn_jw_int(&w, program->n_journey);
        jn_jw_key(&w, "steps");
        jn_jw_int(&w, program->n_step);
    }
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}

int cli_cmd_verify(const struct cli_args *args) {
    struct jn_err err = {.rc = JN_OK};
    int json;
    if (cli_args_choice(args, CLI_OPT_VERIFY_FORMAT, &json, &err) != JN_OK) return cli_failed(&err);
    struct jn_arena arena;
    struct jn_program *program = NULL;
    struct jn_buf out;
    jn_arena_init(&arena);
    jn_buf_init(&out, 1u << 16);
    jn_rc rc = cli_load_image(args, &arena, &program, &err);
    int status = rc == JN_OK ? 0 : rc == JN_USAGE ? cli_failed(&err) : 1;
    if (rc != JN_USAGE && json == 1)
        cli_print_verdict_json(program, &err, &out);
    else if (rc == JN_OK)
        cli_print_verdict(args, program, &out);
    else if (status == 1)
        cli_failed(&err);
    if (cli_write(stdout, jn_buf_view(&out), &err) != JN_OK) status = cli_failed(&err);
    jn_buf_release(&out);
    jn_arena_release(&arena);
    return status;
}

int cli_cmd_disasm(const struct cli_args *args) {
    struct jn_err err;
    int format;
    if (cli_args_choice(args, CLI_OPT_DISASM_FORMAT, &format, &err) != JN_OK) return cli_failed(&err);
    struct jn_arena arena;
    struct jn_program *program;
    struct jn_buf out;
    jn_arena_init(&arena);
    jn_buf_init(&out, 16 * (size_t)JN_IMAGE_MAX);
    jn_rc rc = cli_load_image(args, &arena, &program, &err);
    if (rc == JN_OK) {
        jn_image_disassemble(program, &out);
        rc = cli_write(stdout, jn_buf_view(&out), &err);
    }
    int status = rc == JN_OK ? 0 : rc == JN_USAGE ? cli_failed(&err) : (cli_failed(&err), 1);
    jn_buf_release(&out);
    jn_arena_release(&arena);
    return status;
}
