/* Values as texts and as JSON: for people, for the language's own source, and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/value.h"

static uint16_t currency(const char *code) {
    uint16_t packed = 0;
    assert_true(jn_currency_pack(jn_str_z(code), &packed));
    return packed;
}

static struct jn_value list_of(struct jn_value *at, uint32_t n) {
    return (struct jn_value){.type = JN_T_LIST, .len = n, .list = at};
}

static void expect(struct jn_buf *out, const char *expected) {
    if (!jn_str_is(jn_buf_view(out), expected)) fail_msg("%.*s is not %s", JN_FMT(jn_buf_view(out)), expected);
    jn_buf_release(out);
}

static void values_are_printed_for_people_and_for_source(void **state) {
    struct jn_value two[] = {jn_value_text(JN_STR("a\"b")), jn_value_text(JN_STR("c"))},
                    nested[] = {jn_value_int(1), list_of(two, 2)};
    const struct {
        struct jn_value value;
        const char *people, *source;
    } row[] = {
        {JN_MISSING, "", "missing"},
        {jn_value_bool(true), "true", "true"},
        {jn_value_dec((struct jn_dec){-125, 2}), "-1.25", "-1.25"},
        {jn_value_money((struct jn_dec){499, 1}, currency("CNY")), "49.90 CNY", "49.90 CNY"},
        {jn_value_money((struct jn_dec){5, 0}, currency("JPY")), "5 JPY", "5 JPY"},
        {jn_value_money((struct jn_dec){5, 0}, currency("TND")), "5.000 TND", "5.000 TND"},
        {jn_value_money((struct jn_dec){5, 0}, 0), "5.00 ???", "5.00 ???"},
        {jn_value_text(JN_STR("a\n\t\\\x01\x7F")), "a\n\t\\\x01\x7F", "\"a\\n\\t\\\\\\u{1}\\u{7f}\""},
        {jn_value_of(JN_T_DATE, 0), "1970-01-01", "1970-01-01"},
        {jn_value_of(JN_T_TIME, 9 * JN_MS_HOUR + 5000), "09:00:05", "09:00:05"},
        {jn_value_of(JN_T_INSTANT, 1), "1970-01-01T00:00:00.001Z", "1970-01-01T00:00:00.001Z"},
        {jn_value_duration(JN_UNIT_DAYS, 14), "2 weeks", "2 weeks"},
        {jn_value_duration(JN_UNIT_DAYS, 0), "0 days", "0 days"},
        {jn_value_duration(JN_UNIT_DAYS, 1), "1 day", "1 day"},
        {jn_value_duration(JN_UNIT_MONTHS, 2), "2 months", "2 months"},
        {jn_value_duration(JN_UNIT_MS, 2 * JN_MS_HOUR), "2 hours", "2 hours"},
        {jn_value_duration(JN_UNIT_MS, 90 * JN_MS_SECOND), "90 seconds", "90 seconds"},
        {jn_value_duration(JN_UNIT_MS, JN_MS_MINUTE), "1 minute", "1 minute"},
        {list_of(two, 2), "a\"b, c", "\"a\\\"b\", \"c\""},
        {list_of(nested, 2), "1, ", "1, "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
        struct jn_buf people, source;
        jn_buf_init(&people, 256);
        jn_buf_init(&source, 256);
        jn_value_print(row[i].value, &people);
        jn_value_print_source(row[i].value, &source);
        expect(&people, row[i].people);
        expect(&source, row[i].source);
    }
}

/* NULL as JSON: refused. */
static void json_is_read_and_written(void **state) {
    static const struct {
        const char *json;
        enum jn_type type;
        const char *written;
    } ROW[] = {
        {"null", JN_T_TEXT, "null"},
        {"true", JN_T_BOOL, "true"},
        {"1.50", JN_T_NUMBER, "1.5"},
        {"\"1.50\"", JN_T_NUMBER, "1.5"},
        {"12", JN_T_TEXT, "\"12\""},
        {"\"a\"", JN_T_TEXT, "\"a\""},
        {"1.5", JN_T_TEXT, NULL},
        {"{\"amount\":\"49.9\",\"currency\":\"CNY\"}", JN_T_MONEY, "{\"amount\":\"49.90\",\"currency\":\"CNY\"}"},
        {"49.9", JN_T_MONEY, "{\"amount\":\"49.90\",\"currency\":\"CNY\"}"},
        {"{\"amount\":1,\"currency\":\"USD\"}", JN_T_MONEY, NULL},
        {"{\"amount\":1,\"currency\":\"USDT\"}", JN_T_MONEY, NULL},
        {"{\"amount\":1,\"currency\":\"usd\"}", JN_T_MONEY, NULL},
        {"{\"amount\":\"x\",\"currency\":\"CNY\"}", JN_T_MONEY, NULL},
        {"{\"currency\":\"CNY\"}", JN_T_MONEY, NULL},
        {"[]", JN_T_MONEY, NULL},
        {"1e300", JN_T_NUMBER, NULL},
        {"\"2026-11-11\"", JN_T_DATE, "\"2026-11-11\""},
        {"20261111", JN_T_DATE, NULL},
        {"\"09:00\"", JN_T_TIME, "\"09:00\""},
        {"\"2026-11-11T09:00:00+08:00\"", JN_T_INSTANT, "\"2026-11-11T01:00:00Z\""},
        {"\"9999-12-31T23:00:00-02:00\"", JN_T_INSTANT, NULL},
        {"{\"count\":3,\"unit\":\"days\"}", JN_T_DURATION, "{\"count\":3,\"unit\":\"days\"}"},
        {"{\"count\":3,\"unit\":\"months\"}", JN_T_DURATION, "{\"count\":3,\"unit\":\"months\"}"},
        {"{\"count\":3,\"unit\":\"milliseconds\"}", JN_T_DURATION, "{\"count\":3,\"unit\":\"milliseconds\"}"},
        {"{\"count\":3,\"unit\":\"years\"}", JN_T_DURATION, NULL},
        {"{\"count\":\"3\",\"unit\":\"days\"}", JN_T_DURATION, NULL},
        {"\"3 days\"", JN_T_DURATION, NULL},
        {"[\"a\",1,true,null]", JN_T_LIST, "[\"a\",1,true,null]"},
        {"[]", JN_T_LIST, "[]"},
        {"[{}]", JN_T_LIST, NULL},
        {"[[]]", JN_T_LIST, NULL},
        {"[1e300]", JN_T_LIST, NULL},
        {"\"a\"", JN_T_LIST, NULL},
        {"1", JN_T_MISSING, NULL},
    };
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_json *document;
        struct jn_json_out w;
        struct jn_value value;
        struct jn_buf out;
        struct jn_err err = {.text = ""};
        assert_int_equal(jn_json_parse(jn_str_z(ROW[i].json), &document, NULL), JN_OK);
        jn_rc rc = jn_value_from_json(document, ROW[i].type, currency("CNY"), &arena, &value, &err);
        jn_json_free(document);
        if ((rc == JN_OK) != (ROW[i].written != NULL))
            fail_msg("%s: %s", ROW[i].json, rc == JN_OK ? "taken" : err.text);
        if (rc != JN_OK) {
            assert_true(rc == JN_UNPROCESSABLE && err.text[0] != '\0');
            continue;
        }
        jn_buf_init(&out, 256);
        jn_jw_init(&w, &out);
        jn_value_to_json(value, &w);
        expect(&out, ROW[i].written);
    }
    jn_arena_release(&arena);
}

static void a_value_too_long_to_show_is_called_so(void **state) {
    struct jn_json *document;
    struct jn_value value;
    struct jn_err err = {.text = ""};
    struct jn_arena arena;
    struct jn_buf text;
    (void)state;
    jn_arena_init(&arena);
    jn_buf_init(&text, 1u << 16);
    jn_buf_char(&text, '[');
    for (int i = 0; i < 1025; i++)
        jn_buf_z(&text, i == 0 ? "1" : ",1");
    jn_buf_char(&text, ']');
    assert_int_equal(jn_json_parse(jn_buf_view(&text), &document, NULL), JN_OK);
    assert_int_equal(jn_value_from_json(document, JN_T_LIST, 0, &arena, &value, &err), JN_UNPROCESSABLE);
    assert_string_equal(err.text, "the value is no list");
    jn_json_free(document);
    jn_buf_release(&text);
    jn_arena_release(&arena);
}

static void lists_are_equal_by_their_elements(void **state) {
    struct jn_value a[] = {jn_value_int(1), jn_value_int(2)}, b[] = {jn_value_int(1), jn_value_int(3)},
                    c[] = {list_of(a, 2)};
    (void)state;
    assert_true(jn_value_eq(list_of(a, 2), list_of(a, 2)) && jn_value_eq(list_of(a, 0), list_of(b, 0)));
    assert_false(jn_value_eq(list_of(a, 2), list_of(b, 2)) || jn_value_eq(list_of(a, 2), list_of(a, 1)));
    assert_false(jn_value_eq(list_of(c, 1), list_of(c, 1))); /* no lists in lists */
    assert_false(jn_value_eq(jn_value_int(1), jn_value_bool(true)));
}

static void what_is_beyond_all_time_stays_at_its_end(void **state) {
    (void)state;
    assert_int_equal(jn_duration_ms(jn_value_duration(JN_UNIT_DAYS, INT64_MAX)), INT64_MAX);
    assert_int_equal(jn_duration_ms(jn_value_duration(JN_UNIT_MONTHS, INT64_MIN)), INT64_MIN);
    assert_int_equal(jn_duration_ms((struct jn_value){.type = JN_T_DURATION, .scale = 9, .i = 1}), 0);
    assert_int_equal(jn_instant_add(jn_zone_utc(), INT64_MAX, jn_value_duration(JN_UNIT_MS, 1)), INT64_MAX);
    assert_int_equal(jn_instant_add(jn_zone_utc(), INT64_MIN, jn_value_duration(JN_UNIT_MS, -1)), INT64_MIN);
    assert_true(jn_instant_add(jn_zone_utc(), 0, jn_value_duration(JN_UNIT_DAYS, INT64_MAX)) > 0);
    assert_true(jn_instant_add(jn_zone_utc(), 0, jn_value_duration(JN_UNIT_MONTHS, INT64_MIN)) < 0);
}

static void bytes_that_are_no_value_are_refused(void **state) {
    static const struct {
        uint8_t bytes[4];
        size_t n;
    } ROW[] = {
        {{0}, 0},
        {{99}, 1},                                   /* no type */
        {{JN_T_NUMBER, 10, 2}, 3},                   /* more places than there are */
        {{JN_T_DURATION, JN_UNIT_MONTHS + 1, 2}, 3}, /* no unit */
        {{JN_T_LIST, 2, JN_T_BOOL}, 3},              /* more elements than bytes */
        {{JN_T_LIST, 1, JN_T_LIST, 0}, 4},           /* a list in a list */
        {{JN_T_LIST, 0x81, 8, JN_T_BOOL}, 4},        /* 1,025 elements */
        {{JN_T_BOOL, 0xFF}, 2},                      /* a number cut off */
    };
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_reader in;
        jn_reader_init(&in, (struct jn_str){(const char *)ROW[i].bytes, ROW[i].n});
        assert_true(jn_is_missing(jn_value_decode(&in, &arena)));
        if (!in.failed) fail_msg("row %zu", i);
    }
    struct jn_value one = jn_value_int(1), nested = list_of(&one, 1);
    struct jn_buf out;
    struct jn_reader in;
    jn_buf_init(&out, 64);
    jn_value_encode(list_of(&nested, 1), &out); /* what it cannot keep it keeps as missing */
    jn_reader_init(&in, jn_buf_view(&out));
    struct jn_value back = jn_value_decode(&in, &arena);
    assert_true(!in.failed && back.len == 1 && jn_is_missing(back.list[0]));
    jn_buf_release(&out);
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_printed_for_people_and_for_source),
        cmocka_unit_test(json_is_read_and_written),
        cmocka_unit_test(a_value_too_long_to_show_is_called_so),
        cmocka_unit_test(lists_are_equal_by_their_elements),
        cmocka_unit_test(what_is_beyond_all_time_stays_at_its_end),
        cmocka_unit_test(bytes_that_are_no_value_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
