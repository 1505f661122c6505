/* Values: comparing, calendar arithmetic, bytes, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/value.h"

static int64_t at(const char *iso) {
    int64_t ms;
    if (!jn_instant_parse(jn_str_z(iso), &ms)) fail_msg("%s", iso);
    return ms;
}

static const struct jn_zone *berlin(void) {
    const struct jn_zone *zone;
    assert_int_equal(jn_zone_find(JN_STR("Europe/Berlin"), &zone, NULL), JN_OK);
    return zone;
}

static void days_are_calendar_days_and_hours_elapse(void **state) {
    int64_t before = at("2026-03-28T11:00:00Z"); /* noon before the change to summer time */
    (void)state;
    assert_int_equal(jn_instant_add(berlin(), before, jn_value_duration(JN_UNIT_DAYS, 1)), at("2026-03-29T10:00:00Z"));
    assert_int_equal(jn_instant_add(berlin(), before, jn_value_duration(JN_UNIT_MS, 24 * JN_MS_HOUR)), at("2026-03-29T11:00:00Z"));
}

static void months_come_from_the_anchor(void **state) {
    int64_t anchor = at("2026-01-31T09:00:00Z");
    (void)state;
    assert_int_equal(jn_instant_add(jn_zone_utc(), anchor, jn_value_duration(JN_UNIT_MONTHS, 1)), at("2026-02-28T09:00:00Z"));
    assert_int_equal(jn_instant_add(jn_zone_utc(), anchor, jn_value_duration(JN_UNIT_MONTHS, 2)), at("2026-03-31T09:00:00Z"));
    assert_int_equal(jn_instant_add(jn_zone_utc(), anchor, jn_value_duration(JN_UNIT_MONTHS, -11)), at("2025-02-28T09:00:00Z"));
    assert_int_equal(jn_days_add_months(jn_days_from_civil(2024, 2, 29), 12), jn_days_from_civil(2025, 2, 28));
}

static void money_of_two_currencies_has_no_order(void **state) {
    uint16_t cny = 0, eur = 0;
    int order;
    (void)state;
    assert_true(jn_currency_pack(JN_STR("CNY"), &cny) && jn_currency_pack(JN_STR("EUR"), &eur) && !jn_currency_pack(JN_STR("cny"), &eur));
    struct jn_value a = jn_value_money(jn_dec_int(1), cny), b = jn_value_money(jn_dec_int(1), eur);
    assert_false(jn_value_cmp(a, b, &order));
    assert_false(jn_value_eq(a, b));
}

static void bytes_come_back_as_the_value(void **state) {
    struct jn_value list[] = {jn_value_text(JN_STR("a")), jn_value_text(JN_STR(""))};
    struct jn_value values[] = {JN_MISSING,
                                jn_value_bool(true),
                                jn_value_int(INT64_MIN + 1),
                                jn_value_money((struct jn_dec){4990, 2}, 123),
                                jn_value_text(JN_STR("购物车")),
                                jn_value_of(JN_T_DATE, -1),
                                jn_value_duration(JN_UNIT_MONTHS, 7),
                                {.type = JN_T_LIST, .len = 2, .list = list}};
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        struct jn_buf bytes;
        struct jn_reader in;
        jn_buf_init(&bytes, 1024);
        jn_value_encode(values[i], &bytes);
        jn_reader_init(&in, jn_buf_view(&bytes));
        assert_true(jn_value_eq(jn_value_decode(&in, &arena), values[i]));
        assert_true(!in.failed && in.at == in.n);
        for (size_t n = 0; n < bytes.n; n++) { /* cut off anywhere: refused, never read past the end */
            jn_reader_init(&in, (struct jn_str){bytes.p, n});
            jn_value_decode(&in, &arena);
            assert_true(in.failed);
        }
        jn_buf_release(&bytes);
    }
    jn_arena_release(&arena);
}

static void json_becomes_the_declared_type_or_a_reason(void **state) {
    static const struct {
        const char *json;
        enum jn_type type;
        bool fits;
    } rows[] = {{"12.5", JN_T_NUMBER, true},        {"\"12.5\"", JN_T_NUMBER, true},  {"\"x\"", JN_T_NUMBER, false}, {"true", JN_T_BOOL, true},
                {"\"true\"", JN_T_BOOL, false},     {"7", JN_T_TEXT, true},           {"{}", JN_T_TEXT, false},      {"\"2026-02-28\"", JN_T_DATE, true},
                {"\"2026-02-30\"", JN_T_DATE, false}, {"\"09:00\"", JN_T_TIME, true}, {"\"2026-03-01T09:00:00+08:00\"", JN_T_INSTANT, true},
                {"\"2026-03-01T09:00:00\"", JN_T_INSTANT, false}, {"49.9", JN_T_MONEY, true}, {"{\"amount\":\"1\",\"currency\":\"USD\"}", JN_T_MONEY, false},
                {"{\"amount\":\"1\",\"currency\":\"CNY\"}", JN_T_MONEY, true}, {"null", JN_T_DATE, true}, {"[1,2]", JN_T_LIST, true}, {"[[1]]", JN_T_LIST, false}};
    uint16_t cny = 0;
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    assert_true(jn_currency_pack(JN_STR("CNY"), &cny));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct jn_json *document;
        struct jn_value value;
        struct jn_err err = {.text = ""};
        assert_int_equal(jn_json_parse(jn_str_z(rows[i].json), &document, &err), JN_OK);
        bool fits = jn_value_from_json(document, rows[i].type, cny, &arena, &value, &err) == JN_OK;
        if (fits != rows[i].fits) fail_msg("%s as %s", rows[i].json, jn_type_word(rows[i].type));
        if (!fits) assert_true(err.rc == JN_UNPROCESSABLE && err.text[0] != '\0');
        jn_json_free(document);
    }
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_calendar_days_and_hours_elapse), cmocka_unit_test(months_come_from_the_anchor),
        cmocka_unit_test(money_of_two_currencies_has_no_order),    cmocka_unit_test(bytes_come_back_as_the_value),
        cmocka_unit_test(json_becomes_the_declared_type_or_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
