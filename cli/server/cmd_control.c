/* pause, resume and stop a journey of a running server. */
#include "cli/command.h"
#include "cli/server/admin.h"

static int control_do(const struct cli_args *args, enum cli_option format, const char *verb,
                      jn_rc (*body)(struct admin *a, struct jn_json_out *w)) {
    struct admin a;
    struct jn_buf text;
    struct jn_json_out w;
    jn_buf_init(&text, 4096);
    jn_rc rc = admin_begin(&a, args, format);
    if (rc == JN_OK && args->n_path == 0) rc = jn_fail(&a.err, JN_USAGE, "name a journey: `%s JOURNEY`", verb);
    jn_jw_init(&w, &text);
    jn_jw_object(&w);
    if (rc == JN_OK && body != NULL) rc = body(&a, &w);
    jn_jw_end_object(&w);
    for (int i = 0; rc == JN_OK && i < args->n_path; i++) {
        struct jn_json *answer;
        const char *path = jn_arena_printf(&a.arena, "/api/journeys/%s/%s", admin_escaped(&a, args->path[i]), verb).p;
        rc = admin_ask(&a, "POST", path, jn_buf_view(&text), &answer);
        if (rc == JN_OK && a.json) admin_json(&a, answer);
        if (rc == JN_OK && !a.json)
            jn_buf_printf(&a.out, "%s is %.*s\n", args->path[i], JN_FMT(jn_json_text(jn_json_get(answer, "state"))));
        jn_json_free(answer);
    }
    jn_buf_release(&text);
    return admin_end(&a, rc);
}

static jn_rc control_word(struct admin *a, struct jn_json_out *w, enum cli_option option, const char *key) {
    int index;
    if (a->args->value[option] == NULL) return JN_OK;
    jn_jw_key(w, key);
    jn_jw_z(w, a->args->value[option]);
    return cli_args_choice(a->args, option, &index, &a->err);
}

static jn_rc control_pause(struct admin *a, struct jn_json_out *w) {
    return control_word(a, w, CLI_OPT_CLOCK, "clock");
}

static jn_rc control_resume(struct admin *a, struct jn_json_out *w) {
    jn_rc rc = control_word(a, w, CLI_OPT_OVERDUE, "overdue");
    if (a->args->value[CLI_OPT_RESUME_SPREAD] == NULL) return rc;
    jn_jw_key(w, "spread");
    jn_jw_z(w, a->args->value[CLI_OPT_RESUME_SPREAD]);
    return rc;
}

int cli_cmd_pause(const struct cli_args *args) {
    return control_do(args, CLI_OPT_PAUSE_FORMAT, "pause", control_pause);
}

int cli_cmd_resume(const struct cli_args *args) {
    return control_do(args, CLI_OPT_RESUME_FORMAT, "resume", control_resume);
}

int cli_cmd_stop(const struct cli_args *args) {
    return control_do(args, CLI_OPT_STOP_FORMAT, "stop", NULL);
}
