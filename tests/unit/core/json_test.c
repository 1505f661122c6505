/* JSON: what is refused, what is kept exactly, and what the writer escapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/json.h"

static void refuses_what_is_not_strict(void **state) {
    static const char *const bad[] = {"",
                                      "{",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{\"a\":1,\"a\":2}",
                                      "01",
                                      "1.",
                                      "NaN",
                                      "Infinity",
                                      "1e400",
                                      "9223372036854775808",
                                      "\"\\u0000\"",
                                      "\"\\ud800\"",
                                      "\"\xff\"",
                                      "\"\xc0\x80\"",
                                      "\"\xed\xa0\x80\"",
                                      "'a'",
                                      "{a:1}",
                                      "[1] x",
                                      "\"a\nb\"",
                                      "// c\n1",
                                      "tru",
                                      "\"unfinished",
                                      "\xEF\xBB\xBF{}"};
    struct jn_json *document;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct jn_err err = {.text = ""};
        if (jn_json_parse(jn_str_z(bad[i]), &document, &err) == JN_OK) fail_msg("%s was taken", bad[i]);
        assert_true(err.rc == JN_INVALID && err.text[0] != '\0');
    }
}

static void depth_has_a_bound(void **state) {
    char text[2 * JN_JSON_MAX_DEPTH + 4];
    struct jn_json *document;
    (void)state;
    memset(text, '[', JN_JSON_MAX_DEPTH);
    memset(text + JN_JSON_MAX_DEPTH, ']', JN_JSON_MAX_DEPTH);
    assert_int_equal(jn_json_parse((struct jn_str){text, 2 * JN_JSON_MAX_DEPTH}, &document, NULL), JN_OK);
    jn_json_free(document);
    memset(text, '[', JN_JSON_MAX_DEPTH + 1);
    memset(text + JN_JSON_MAX_DEPTH + 1, ']', JN_JSON_MAX_DEPTH + 1);
    assert_int_equal(jn_json_parse((struct jn_str){text, 2 * JN_JSON_MAX_DEPTH + 2}, &document, NULL), JN_INVALID);
}

static void numbers_are_exact(void **state) {
    struct jn_json *document;
    struct jn_dec d;
    (void)state;
    assert_int_equal(jn_json_parse(JN_STR("[9007199254740993, 49.90, -0.5, 1e2, \"x\"]"), &document, NULL), JN_OK);
    assert_int_equal(jn_json_int(jn_json_at(document, 0)), INT64_C(9007199254740993));
    assert_true(jn_json_decimal(jn_json_at(document, 1), &d) && d.m == 499 && d.scale == 1);
    assert_true(jn_json_decimal(jn_json_at(document, 2), &d) && d.m == -5 && d.scale == 1);
    assert_true(jn_json_decimal(jn_json_at(document, 3), &d) && d.m == 100 && d.scale == 0);
    assert_false(jn_json_decimal(jn_json_at(document, 4), &d));
    jn_json_free(document);
}

static void the_writer_escapes_and_repairs(void **state) {
    struct jn_json_out w;
    struct jn_buf out;
    (void)state;
    jn_buf_init(&out, 1024);
    jn_jw_init(&w, &out);
    jn_jw_object(&w);
    jn_jw_key(&w, "a\"b");
    jn_jw_str(&w, JN_STR("line\nend\\ \x01 \xff 你"));
    jn_jw_key(&w, "n");
    jn_jw_array(&w);
    jn_jw_int(&w, -1);
    jn_jw_bool(&w, true);
    jn_jw_null(&w);
    jn_jw_end_array(&w);
    jn_jw_end_object(&w);
    struct jn_json *document;
    assert_int_equal(jn_json_parse(jn_buf_view(&out), &document, NULL), JN_OK);
    assert_true(jn_str_eq(jn_json_text(jn_json_get(document, "a\"b")), JN_STR("line\nend\\ \x01 \xEF\xBF\xBD 你")));
    assert_int_equal(jn_json_count(jn_json_get(document, "n")), 3);
    jn_json_free(document);
    jn_buf_release(&out);
}

/* Texts are looked at eight bytes at a time: every byte, at every place. */
static void each_byte_is_written_as_it_must_be(void **state) {
    (void)state;
    for (unsigned c = 0; c < 256; c++)
        for (size_t at = 0; at < 17; at++) {
            char text[17], expected[64];
            struct jn_buf out;
            struct jn_json_out w;
            memset(text, 'a', sizeof(text));
            text[at] = (char)c;
            char escape[8] = {(char)c};
            if (c == '"' || c == '\\') (void)snprintf(escape, sizeof(escape), "\\%c", (int)c);
            if (c < 0x20 || c == 0x7F) (void)snprintf(escape, sizeof(escape), "\\u%04x", c);
            if (c == '\n' || c == '\r' || c == '\t')
                (void)snprintf(escape, sizeof(escape), "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
            if (c >= 0x80) (void)snprintf(escape, sizeof(escape), "\xEF\xBF\xBD");
            (void)snprintf(expected, sizeof(expected), "\"%.*s%s%.*s\"", (int)at, text, escape, (int)(16 - at),
                           text + at + 1);
            jn_buf_init(&out, sizeof(expected));
            jn_jw_init(&w, &out);
            jn_jw_str(&w, (struct jn_str){text, sizeof(text)});
            jn_buf_char(&out, '\0');
            assert_string_equal(out.p, expected);
            jn_buf_release(&out);
        }
}

static void numbers_are_written(void **state) {
    static const struct {
        int64_t number;
        const char *text;
    } row[] = {{0, "0"},
               {7, "7"},
               {-7, "-7"},
               {1234567890, "1234567890"},
               {INT64_MAX, "9223372036854775807"},
               {INT64_MIN, "-9223372036854775808"}};
    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
        struct jn_buf out;
        struct jn_json_out w;
        jn_buf_init(&out, 64);
        jn_jw_init(&w, &out);
        jn_jw_int(&w, row[i].number);
        jn_buf_char(&out, '\0');
        assert_string_equal(out.p, row[i].text);
        jn_buf_release(&out);
    }
}

static void what_was_read_is_written_as_it_was(void **state) {
    struct jn_str text =
        JN_STR("{\"a\":[1,-2.5,null,true,false,\"\\n\\\"\"],\"你\":{\"b\":{}},\"c\":[],\"d\":1.0,\"e\":1e100}");
    struct jn_json *document;
    struct jn_buf out;
    (void)state;
    jn_buf_init(&out, 1024);
    assert_int_equal(jn_json_parse(text, &document, NULL), JN_OK);
    jn_json_dump(document, &out);
    assert_true(jn_str_eq(jn_buf_view(&out), text));
    jn_json_free(document);
    jn_buf_release(&out);
}

static void what_is_made_is_written(void **state) {
    struct jn_json *document = jn_json_new_object();
    struct jn_buf out;
    (void)state;
    jn_json_set(document, JN_STR("a"), jn_json_new_text(JN_STR("x")));
    jn_json_set(document, JN_STR("b"), jn_json_new_int(INT64_MIN));
    jn_json_set(document, JN_STR("c"), jn_json_new_text(JN_STR("\xff")));
    jn_json_set(document, JN_STR("d"), jn_json_new_text((struct jn_str){"\0", 1}));
    jn_buf_init(&out, 1024);
    jn_json_dump(document, &out);
    assert_true(jn_str_eq(jn_buf_view(&out), JN_STR("{\"a\":\"x\",\"b\":-9223372036854775808}")));
    jn_json_free(document);
    jn_buf_release(&out);
}

/* The memory of a document is bounded beside its text, at every place where it may run out. */
static void memory_has_a_bound(void **state) {
    (void)state;
    static const char *const PART[] = {"[],", "{},", "{\"a\":[]},"};
    for (size_t i = 0; i < sizeof PART / sizeof PART[0]; i++) {
        struct jn_buf text;
        struct jn_json *document;
        struct jn_err err;
        jn_buf_init(&text, 64 << 20);
        jn_buf_char(&text, '[');
        for (size_t k = 0; k < 2200000; k++)
            jn_buf_z(&text, PART[i]);
        jn_buf_z(&text, "0]");
        assert_int_equal(jn_json_parse(jn_buf_view(&text), &document, &err), JN_TOO_LARGE);
        assert_null(document);
        jn_buf_release(&text);
    }
    struct jn_json *document;
    struct jn_err err;
    struct jn_buf one; /* a single text */
    jn_buf_init(&one, 2 * JN_JSON_MAX_WEIGHT);
    jn_buf_char(&one, '"');
    assert_true(jn_buf_room(&one, JN_JSON_MAX_WEIGHT));
    memset(one.p + one.n, 'x', JN_JSON_MAX_WEIGHT);
    one.n += JN_JSON_MAX_WEIGHT;
    jn_buf_char(&one, '"');
    assert_int_equal(jn_json_parse(jn_buf_view(&one), &document, &err), JN_TOO_LARGE);
    assert_null(document);
    jn_buf_release(&one);
    assert_int_equal(jn_json_parse(JN_STR("[[],[]]"), &document, &err), JN_OK);
    assert_in_range(jn_json_weight(), 3 * 16, 4096);
    jn_json_free(document);
}

/* Names longer than most, with a NUL, and of nothing. */
static void members_are_found_by_any_name(void **state) {
    char name[300];
    struct jn_json *document;
    struct jn_buf text, out;
    (void)state;
    memset(name, 'n', sizeof(name));
    jn_buf_init(&text, 4096);
    jn_buf_init(&out, 4096);
    jn_buf_printf(&text, "{\"b\":1,\"%.300s\":2,\"\":3,\"t\":\"\\r\\t\\u007f\"}", name);
    assert_int_equal(jn_json_parse(jn_buf_view(&text), &document, NULL), JN_OK);
    assert_int_equal(jn_json_int(jn_json_get_str(document, (struct jn_str){name, 300})), 2);
    assert_null(jn_json_get_str(document, (struct jn_str){name, 299}));
    assert_int_equal(jn_json_int(jn_json_get_str(document, JN_STR(""))), 3);
    assert_null(jn_json_get_str(document, (struct jn_str){"b\0", 2}));
    assert_true(jn_json_int(NULL) == 0 && !jn_json_bool(NULL) && jn_json_count(NULL) == 0);
    assert_true(jn_json_kind(NULL) == JN_JSON_NULL && jn_json_text(NULL).n == 0);
    jn_json_dump(jn_json_get(document, "t"), &out);
    assert_true(jn_str_is(jn_buf_view(&out), "\"\\r\\t\\u007f\""));
    jn_json_free(document);
    assert_null(jn_json_new_text((struct jn_str){"a\0b", 3}));
    assert_null(jn_json_new_text(JN_STR("\xFF")));
    jn_buf_release(&out);
    jn_buf_release(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_what_is_not_strict),
                                       cmocka_unit_test(depth_has_a_bound),
                                       cmocka_unit_test(numbers_are_exact),
                                       cmocka_unit_test(the_writer_escapes_and_repairs),
                                       cmocka_unit_test(each_byte_is_written_as_it_must_be),
                                       cmocka_unit_test(numbers_are_written),
                                       cmocka_unit_test(what_was_read_is_written_as_it_was),
                                       cmocka_unit_test(what_is_made_is_written),
                                       cmocka_unit_test(members_are_found_by_any_name),
                                       cmocka_unit_test(memory_has_a_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
