/* template: one Liquid template outside a workspace, for trying things out and for comparing with others. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "core/json.h"
#include "core/utf8.h"
#include "liquid/liquid.h"

#define TEMPLATE_MAX (1u << 20)
#define DATA_MAX     (16u << 20)

struct template_files {
    const struct jn_json *data;
    struct jn_str folder; /* of the template: partials lie beside it */
};

static bool template_get(void *user, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct template_files *files = user;
    const struct jn_json *node = jn_json_get_str(files->data, name);
    if (node == NULL) return false;
    *out = jn_liquid_json(node, arena);
    return true;
}

/* NAME.liquid in the template's own folder or below it, nowhere else. */
static bool template_partial(void *user, struct jn_str name, struct jn_arena *arena, struct jn_str *source) {
    const struct template_files *files = user;
    struct jn_buf text;
    bool leaves = name.n == 0 || name.p[0] == '/' || memchr(name.p, '\0', name.n) != NULL ||
                  memmem(name.p, name.n, "..", 2) != NULL || memchr(name.p, '\\', name.n) != NULL;
    if (leaves) return false;
    struct jn_str path = jn_arena_printf(arena, "%.*s/%.*s.liquid", JN_FMT(files->folder), JN_FMT(name));
    bool read = cli_read_file(path.p, TEMPLATE_MAX, &text, NULL) == JN_OK;
    if (read) *source = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return read;
}

static jn_rc template_data(const char *path, struct jn_json **out, struct jn_err *err) {
    struct jn_buf text;
    *out = NULL;
    if (path == NULL) return JN_OK;
    jn_rc rc = cli_read_file(path, DATA_MAX, &text, err);
    if (rc == JN_OK) rc = jn_json_parse(jn_buf_view(&text), out, err);
    if (rc == JN_OK && jn_json_kind(*out) != JN_JSON_OBJECT)
        rc = jn_fail(err, JN_INVALID, "%s: the data must be an object", path);
    jn_buf_release(&text);
    return rc;
}

static jn_rc template_parse(const char *path, struct jn_str source, struct jn_arena *arena, struct jn_liquid **out,
                            struct jn_err *err) {
    struct jn_liquid_mistake mistake;
    uint32_t line, column;
    if (jn_utf8_check(source) != source.n) return jn_fail(err, JN_INVALID, "%s: not valid UTF-8", path);
    if (jn_liquid_parse(source, arena, out, &mistake) == JN_OK) return JN_OK;
    jn_liquid_place(source, mistake.offset, &line, &column);
    const char *bar = strchr(mistake.text, '|');
    int n = bar == NULL ? (int)strlen(mistake.text) : (int)(bar - mistake.text);
    const char *hint = bar == NULL ? "" : bar + 1;
    if (mistake.kind == JN_LIQUID_SYNTAX)
        return jn_fail(err, JN_INVALID, "%s:%u:%u: expected %s", path, line, column, mistake.text);
    if (mistake.kind == JN_LIQUID_ARGUMENTS)
        return jn_fail(err, JN_INVALID, "%s:%u:%u: filter `%.*s` takes %s", path, line, column, n, mistake.text, hint);
    return jn_fail(err, JN_INVALID, "%s:%u:%u: there is no %s `%.*s`%s%s%s", path, line, column,
                   mistake.kind == JN_LIQUID_TAG ? "tag" : "filter", n, mistake.text,
                   hint[0] == '\0' ? "" : "; did you mean `", hint, hint[0] == '\0' ? "" : "`?");
}

static jn_rc template_render(const char *path, struct jn_str source, const struct jn_json *data, struct jn_arena *arena,
                             struct jn_buf *out, struct jn_err *err) {
    const char *slash = strrchr(path, '/');
    struct template_files files = {.data = data, .folder = JN_STR(".")};
    struct jn_liquid_context context = {.user = &files, .get = template_get, .partial = template_partial};
    struct jn_liquid *liquid;
    struct jn_err why;
    if (slash != NULL) files.folder = (struct jn_str){path, slash == path ? 1 : (size_t)(slash - path)};
    context.now = (int64_t)time(NULL) * 1000;
    jn_rc rc = template_parse(path, source, arena, &liquid, err);
    if (rc != JN_OK) return rc;
    rc = jn_liquid_render(liquid, &context, arena, out, &why);
    return rc == JN_OK ? JN_OK : jn_fail(err, rc, "%s: %s", path, why.text);
}

int cli_cmd_template(const struct cli_args *args) {
    struct jn_arena arena;
    struct jn_buf source, out;
    struct jn_json *data = NULL;
    struct jn_err err;
    jn_arena_init(&arena);
    jn_buf_init(&source, TEMPLATE_MAX);
    jn_buf_init(&out, JN_LIQUID_OUTPUT_MAX);
    jn_rc rc = args->n_path == 1 ? cli_read_file(args->path[0], TEMPLATE_MAX, &source, &err)
                                 : jn_fail(&err, JN_USAGE, "name one template, for example welcome.liquid");
    if (rc == JN_OK) rc = template_data(args->value[CLI_OPT_DATA], &data, &err);
    if (rc == JN_OK) rc = template_render(args->path[0], jn_buf_view(&source), data, &arena, &out, &err);
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&out), &err);
    jn_json_free(data);
    jn_buf_release(&out);
    jn_buf_release(&source);
    jn_arena_release(&arena);
    if (rc == JN_OK) return 0;
    int status = cli_failed(&err);
    return rc == JN_USAGE ? status : 1;
}
