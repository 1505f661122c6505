#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "compiler/diag/diag.h"
#include "compiler/explain/story.h"

#define EXPLAIN_MAX (16u << 20)

/* In capitals: nobody means another code by e0305. */
static jn_rc explain_code(struct jn_str written, bool json, struct jn_buf *out, struct jn_err *err) {
    char upper[8];
    size_t n = 0;
    enum jc_code code;
    for (; n < written.n && n < sizeof upper; n++)
        upper[n] = (char)(written.p[n] >= 'a' && written.p[n] <= 'z' ? written.p[n] - 32 : written.p[n]);
    struct jn_str name = n < written.n ? written : (struct jn_str){upper, n};
    if (jc_code_find(name, &code)) {
        (json ? jc_code_explain_json : jc_code_explain)(code, out);
        return JN_OK;
    }
    struct jn_str near = jc_code_nearest(name);
    if (near.n > 0)
        return jn_fail(err, JN_NOT_FOUND, "there is no diagnostic %.*s; did you mean %.*s?",
                       JN_FMT(jn_str_sub(written, 0, 40)), JN_FMT(near));
    return jn_fail(err, JN_NOT_FOUND,
                   "there is no diagnostic %.*s, nor a file or folder called so; `journey explain` lists them",
                   JN_FMT(jn_str_sub(written, 0, 40)));
}

static void explain_all_json(struct jn_buf *out) {
    for (unsigned code = 0; code < JC_CODES; code++)
        jc_code_explain_json((enum jc_code)code, out);
}

/* ---- journeys in plain words */

enum { WORDS_ZH, WORDS_EN };

static void explain_story(const struct cli_args *args, const struct jc_result *result, uint32_t journey, int words,
                          bool json, struct jn_arena *arena, struct jn_buf *out) {
    struct jc_story story;
    enum jc_tongue tongue = words == WORDS_EN ? JC_ENGLISH : JC_CHINESE;
    if (args->value[CLI_OPT_EXPLAIN_WORDS] == NULL) tongue = jc_story_tongue(result, journey);
    jc_story_tell(result, journey, tongue, arena, &story);
    if (!json && out->n > 0) jn_buf_char(out, '\n');
    (json ? jc_story_print_json : jc_story_print_text)(&story, out);
}

static jn_rc explain_workspace(const struct cli_args *args, const struct jc_result *result, int words, bool json,
                               struct jn_arena *arena, struct jn_buf *out, struct jn_err *err) {
    const char *wanted = args->value[CLI_OPT_EXPLAIN_JOURNEY];
    const struct jn_program *p = result->program;
    bool any = false;
    for (uint32_t i = 0; i < p->n_journey; i++) {
        if (wanted != NULL && !jn_str_is(p->string[p->journey[i].name], wanted)) continue;
        explain_story(args, result, i, words, json, arena, out);
        any = true;
    }
    if (any) return JN_OK;
    return jn_fail(err, JN_NOT_FOUND, "there is no journey %s", wanted == NULL ? "here" : wanted);
}

static jn_rc explain_path(const struct cli_args *args, bool json, struct jn_buf *out, int *status, struct jn_err *err) {
    struct jn_arena arena;
    struct jc_result result = {0};
    int words = 0;
    jn_arena_init(&arena);
    jn_rc rc = cli_args_choice(args, CLI_OPT_EXPLAIN_WORDS, &words, err);
    if (rc == JN_OK) rc = cli_compile_one(args->path[0], &arena, &result, err);
    if (rc == JN_OK && result.program == NULL) {
        cli_print_diagnostics(result.diags);
        *status = 1;
    } else if (rc == JN_OK) {
        rc = explain_workspace(args, &result, words, json, &arena, out, err);
    }
    jn_arena_release(&arena);
    return rc;
}

/* A code is a code even where a file is called so: files have their ending, and `./` makes a folder plain. */
static bool explain_is_path(const char *argument) {
    struct jn_str text = jn_str_z(argument);
    if (jn_str_is(text, "-") || jn_str_is(text, ".") || memchr(text.p, '/', text.n) != NULL) return true;
    if (jn_str_ends(text, JN_STR(".journey"))) return true;
    bool coded = text.n == 5 && strspn(text.p + 1, "0123456789") == 4;
    return !coded && access(argument, F_OK) == 0;
}

int cli_cmd_explain(const struct cli_args *args) {
    struct jn_err err;
    struct jn_buf out;
    int json = 0, status = 0;
    bool about_journeys = args->value[CLI_OPT_EXPLAIN_JOURNEY] != NULL || args->value[CLI_OPT_EXPLAIN_WORDS] != NULL;
    jn_buf_init(&out, EXPLAIN_MAX);
    jn_rc rc = cli_args_choice(args, CLI_OPT_EXPLAIN_FORMAT, &json, &err);
    if (rc == JN_OK && args->n_path > 1)
        rc = jn_fail(&err, JN_USAGE, "name one diagnostic, for example `journey explain E0201`, or one workspace");
    if (rc == JN_OK && about_journeys && args->n_path == 0)
        rc = jn_fail(&err, JN_USAGE, "name the workspace, for example `journey explain . --words en`");
    if (rc == JN_OK && args->n_path == 1 && (about_journeys || explain_is_path(args->path[0])))
        rc = explain_path(args, json == 1, &out, &status, &err);
    else if (rc == JN_OK && args->n_path == 1)
        rc = explain_code(jn_str_z(args->path[0]), json == 1, &out, &err);
    else if (rc == JN_OK)
        (json == 1 ? explain_all_json : jc_code_list)(&out);
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&out), &err);
    jn_buf_release(&out);
    return rc == JN_OK ? status : cli_failed(&err);
}
