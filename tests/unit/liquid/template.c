#include "template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/json.h"
#include "core/value.h"
#include "liquid/liquid.h"

#define DATA                                                                                                           \
    "{\"one\":1,\"half\":0.5,\"yes\":true,\"no\":false,\"none\":null,\"word\":\"Wort\",\"empty\":\"\",\"blanks\":\" "  \
    "\\t\\n\","                                                                                                        \
    "\"list\":[3,1,2],\"other\":[3,1,4],\"nested\":[[1,[2]],\"a\\\"b\",null],\"object\":{\"a\":1,\"b\":\"x\"},"        \
    "\"same\":{\"a\":1,\"b\":\"x\"},\"less\":{\"a\":1},\"other_object\":{\"a\":2,\"b\":\"x\"},\"renamed\":{\"a\":1,"   \
    "\"c\":\"x\"},"                                                                                                    \
    "\"people\":[{\"name\":\"b\",\"age\":2},{\"name\":\"a\"},{\"age\":1}],\"lines\":\"a\\r\\nb\\rc\\nd\",\"html\":"    \
    "\"a&b<c>\\\"d\\\"'e'\","                                                                                          \
    "\"huge\":1e308,\"big\":9223372036854775807,\"small\":-9223372036854775808,\"nothing\":[],\"no_members\":{}}"

struct data {
    struct jn_json *json;
};

/* An object that cannot be listed: `{{ closed.here }}` is 1, and it has nothing else. */
static bool closed_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    (void)self;
    (void)arena;
    *out = (struct jn_liquid_value){.kind = JN_LIQUID_INT, .i = 1};
    return jn_str_is(name, "here");
}

static uint16_t currency(const char *code) {
    uint16_t packed = 0;
    assert_true(jn_currency_pack(jn_str_z(code), &packed));
    return packed;
}

static bool get(void *user, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    static const struct jn_liquid_object CLOSED = {closed_get, NULL, NULL};
    const struct data *data = user;
    const struct jn_value scalar[] = {
        jn_value_of(JN_T_DATE, jn_days_from_civil(2026, 3, 14)),
        jn_value_of(JN_T_INSTANT, jn_days_from_civil(2026, 3, 14) * JN_MS_DAY + 15 * JN_MS_HOUR),
        jn_value_of(JN_T_INSTANT, 0),
        jn_value_dec((struct jn_dec){125, 2}),
        jn_value_dec((struct jn_dec){1234567890, 9}),
        jn_value_money((struct jn_dec){12345, 1}, currency("CNY")),
        jn_value_money((struct jn_dec){1500, 0}, currency("JPY")),
        jn_value_duration(JN_UNIT_DAYS, 2),
        jn_value_bool(false),
        JN_MISSING,
    };
    static const char *const NAME[] = {"day",   "at",  "epoch", "exact", "finely",
                                       "money", "yen", "days",  "off",   "missing"};
    for (size_t i = 0; i < sizeof(NAME) / sizeof(*NAME); i++)
        if (jn_str_is(name, NAME[i])) {
            *out = jn_liquid_of(scalar[i]);
            return true;
        }
    *out = (struct jn_liquid_value){.kind = JN_LIQUID_OBJECT, .object = {&CLOSED, data}};
    if (jn_str_is(name, "closed")) return true;
    const struct jn_json *node = jn_json_get_str(data->json, name);
    if (node != NULL) *out = jn_liquid_json(node, arena);
    return node != NULL;
}

static bool partial(void *user, struct jn_str name, struct jn_arena *arena, struct jn_str *source) {
    (void)user;
    (void)arena;
    if (jn_str_is(name, "broken")) *source = JN_STR("one\n{{ two");
    if (jn_str_is(name, "says/it")) *source = JN_STR("<{{ it }}{% break %}>");
    if (jn_str_is(name, "plain")) *source = JN_STR("{{ plain }},{{ forloop.index }};");
    return !jn_str_is(name, "unknown");
}

/* What is written, or the sentence that it is refused with, in the arena. */
static struct jn_str answer(const char *template, bool strict, bool escape, struct jn_arena *arena) {
    struct data data = {0};
    struct jn_liquid_mistake mistake;
    struct jn_liquid *liquid;
    struct jn_buf out;
    struct jn_err err = {.text = ""};
    if (jn_liquid_parse(jn_str_z(template), arena, &liquid, &mistake) != JN_OK)
        return jn_arena_printf(arena, "%u+%u: %s", mistake.offset, mistake.n, mistake.text);
    assert_int_equal(jn_json_parse(JN_STR(DATA), &data.json, NULL), JN_OK);
    struct jn_liquid_context context = {
        .user = &data, .get = get, .partial = partial, .strict = strict, .escape = escape};
    context.now = jn_days_from_civil(2026, 3, 1) * JN_MS_DAY + 3723 * JN_MS_SECOND;
    jn_buf_init(&out, JN_LIQUID_OUTPUT_MAX);
    jn_rc rc = jn_liquid_render(liquid, &context, arena, &out, &err);
    struct jn_str text = rc == JN_OK ? jn_arena_str(arena, jn_buf_view(&out)) : jn_arena_str(arena, jn_str_z(err.text));
    jn_buf_release(&out);
    jn_json_free(data.json);
    return text;
}

void template_ask(const struct template_row *row, size_t n, bool strict, bool escape) {
    unsigned wrong = 0;
    for (size_t i = 0; i < n; i++) {
        struct jn_arena arena;
        jn_arena_init(&arena);
        struct jn_str got = answer(row[i].template, strict, escape, &arena);
        if (!jn_str_is(got, row[i].expected)) {
            print_message("%.200s\n  expected: %s\n       got: %.*s\n", row[i].template, row[i].expected, JN_FMT(got));
            wrong++;
        }
        jn_arena_release(&arena);
    }
    assert_int_equal(wrong, 0);
}
