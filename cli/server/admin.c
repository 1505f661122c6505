#include "cli/server/admin.h"

#include <stdio.h>

#include "cli/server/client.h"
#include "cli/terminal.h"

#define ADMIN_NAME_MAX 4096

jn_rc admin_begin(struct admin *a, const struct cli_args *args, enum cli_option format) {
    int json = 0;
    *a = (struct admin){.args = args};
    jn_arena_init(&a->arena);
    jn_buf_init(&a->out, CLI_ANSWER_MAX);
    jn_rc rc = cli_args_choice(args, format, &json, &a->err);
    a->json = json == 1;
    return rc;
}

int admin_end(struct admin *a, jn_rc rc) {
    if (rc == JN_OK && a->out.failed) rc = jn_fail(&a->err, JN_TOO_LARGE, "the answer is larger than 64 MiB");
    if (rc == JN_OK) rc = cli_write(stdout, jn_buf_view(&a->out), &a->err);
    jn_buf_release(&a->out);
    jn_arena_release(&a->arena);
    return rc == JN_OK ? 0 : cli_failed(&a->err);
}

jn_rc admin_ask(struct admin *a, const char *method, const char *path, struct jn_str body, struct jn_json **out) {
    struct jn_buf answer;
    *out = NULL;
    jn_rc rc = cli_request(a->args, method, path, body, &answer, &a->err);
    if (rc == JN_OK) rc = jn_json_parse(jn_buf_view(&answer), out, &a->err);
    jn_buf_release(&answer);
    return rc;
}

jn_rc admin_each(struct admin *a, const char *path, void (*item)(struct admin *a, const struct jn_json *node)) {
    bool queried = strchr(path, '?') != NULL;
    const char *page = path;
    while (page != NULL) {
        struct jn_json *document;
        jn_rc rc = admin_ask(a, "GET", page, JN_STR_NONE, &document);
        if (rc != JN_OK) return rc;
        const struct jn_json *items = jn_json_get(document, "items");
        for (size_t i = 0; i < jn_json_count(items); i++)
            item(a, jn_json_at(items, i));
        int64_t next = jn_json_int(jn_json_get(document, "next"));
        page = next == 0 ? NULL
                         : jn_arena_printf(&a->arena, "%s%cafter=%lld", path, queried ? '&' : '?', (long long)next).p;
        jn_json_free(document);
    }
    return JN_OK;
}

void admin_json(struct admin *a, const struct jn_json *node) {
    jn_json_dump(node, &a->out);
    jn_buf_char(&a->out, '\n');
}

const char *admin_escaped(struct admin *a, const char *name) {
    return cli_escaped(&a->arena, name);
}

static struct jn_str admin_listed(struct admin *a, const struct jn_json *node) {
    struct jn_str all = JN_STR("");
    for (size_t i = 0; i < jn_json_count(node); i++)
        all = jn_arena_printf(&a->arena, "%.*s%s%.*s", JN_FMT(all), i == 0 ? "" : ", ",
                              JN_FMT(admin_shown(a, jn_json_at(node, i))));
    return all.n == 0 ? JN_STR("-") : all;
}

struct jn_str admin_shown(struct admin *a, const struct jn_json *node) {
    int64_t sum = 0;
    void *at = NULL;
    struct jn_str key;
    struct jn_json *value;
    switch (jn_json_kind(node)) {
    case JN_JSON_TEXT:
        return jn_arena_str(&a->arena, jn_json_text(node));
    case JN_JSON_ARRAY:
        return admin_listed(a, node);
    case JN_JSON_OBJECT:
        while (jn_json_next(node, &at, &key, &value))
            sum += jn_json_int(value);
        return jn_arena_printf(&a->arena, "%lld", (long long)sum);
    case JN_JSON_BOOL:
        return jn_json_bool(node) ? JN_STR("true") : JN_STR("false");
    case JN_JSON_INT:
        return jn_arena_printf(&a->arena, "%lld", (long long)jn_json_int(node));
    case JN_JSON_NULL:
    case JN_JSON_REAL:
        break;
    }
    if (node == NULL || jn_json_kind(node) == JN_JSON_NULL) return JN_STR("-");
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_json_dump(node, &text);
    struct jn_str shown = jn_arena_str(&a->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return shown;
}
