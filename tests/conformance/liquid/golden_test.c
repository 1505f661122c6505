/* Liquid as others write it: every case of the golden suite. tests/process/liquid_test.py has some of them by the
 * command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "core/json.h"
#include "liquid/liquid.h"

#define CASES "tests/conformance/liquid/golden_liquid.json"

enum { CASES_MAX = 4 << 20, CASES_LEAST = 1000 };

/* Cases that contradict another one of the suite (it covers engines that differ): named, so that a change is seen. */
static const char *const DIFFER[] = {"tags, case, unexpected when token"};

static bool differs(struct jn_str name) {
    for (size_t i = 0; i < sizeof(DIFFER) / sizeof(*DIFFER); i++)
        if (jn_str_is(name, DIFFER[i])) return true;
    return false;
}

static bool get(void *user, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct jn_json *node = jn_json_get_str(jn_json_get(user, "data"), name);
    if (node != NULL) *out = jn_liquid_json(node, arena);
    return node != NULL;
}

static bool partial(void *user, struct jn_str name, struct jn_arena *arena, struct jn_str *source) {
    const struct jn_json *node = jn_json_get_str(jn_json_get(user, "templates"), name);
    (void)arena;
    if (node != NULL) *source = jn_json_text(node);
    return node != NULL;
}

static jn_rc render(struct jn_json *example, struct jn_arena *arena, struct jn_buf *out) {
    struct jn_liquid_context context = {
        .user = example, .get = get, .partial = partial, .now = (int64_t)time(NULL) * 1000};
    struct jn_str source = jn_json_text(jn_json_get(example, "template"));
    struct jn_liquid_mistake mistake;
    struct jn_liquid *liquid;
    struct jn_err err;
    jn_rc rc = jn_liquid_parse(source, arena, &liquid, &mistake);
    return rc == JN_OK ? jn_liquid_render(liquid, &context, arena, out, &err) : rc;
}

static bool is_wanted(const struct jn_json *example, struct jn_str text) {
    const struct jn_json *results = jn_json_get(example, "results");
    if (results == NULL) return jn_str_eq(jn_json_text(jn_json_get(example, "result")), text);
    for (size_t i = 0; i < jn_json_count(results); i++)
        if (jn_str_eq(jn_json_text(jn_json_at(results, i)), text)) return true;
    return false;
}

static bool is_right(struct jn_json *example) {
    struct jn_arena arena;
    struct jn_buf out;
    jn_arena_init(&arena);
    jn_buf_init(&out, JN_LIQUID_OUTPUT_MAX);
    jn_rc rc = render(example, &arena, &out);
    bool invalid = jn_json_bool(jn_json_get(example, "invalid"));
    bool right = invalid ? rc != JN_OK : rc == JN_OK && is_wanted(example, jn_buf_view(&out));
    jn_buf_release(&out);
    jn_arena_release(&arena);
    return right;
}

static struct jn_json *read_cases(void) {
    struct jn_json *cases;
    struct jn_buf text;
    char part[4096];
    size_t n;
    FILE *file = fopen(CASES, "rb");
    assert_non_null(file);
    jn_buf_init(&text, CASES_MAX);
    while ((n = fread(part, 1, sizeof(part), file)) > 0)
        jn_buf_add(&text, part, n);
    fclose(file);
    assert_false(text.failed);
    assert_int_equal(jn_json_parse(jn_buf_view(&text), &cases, NULL), JN_OK);
    jn_buf_release(&text);
    return cases;
}

static void every_case(void **state) {
    struct jn_json *cases = read_cases(), *tests = jn_json_get(cases, "tests");
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < jn_json_count(tests); i++) {
        struct jn_json *example = jn_json_at(tests, i);
        struct jn_str name = jn_json_text(jn_json_get(example, "name"));
        if (is_right(example) != differs(name)) continue;
        print_message("%.*s: %s\n", JN_FMT(name), differs(name) ? "is right now" : "is wrong");
        wrong++;
    }
    assert_int_equal(wrong, 0);
    assert_true(jn_json_count(tests) >= CASES_LEAST);
    jn_json_free(cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
