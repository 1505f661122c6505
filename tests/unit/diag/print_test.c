/* How mistakes are shown: places, carets under wide characters and tabs, nothing that a terminal obeys, JSON alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compiler/diag/print.h"
#include "core/json.h"

struct paper {
    struct jn_arena arena;
    struct jc_source source;
    struct jc_diags diags;
    struct jn_buf out;
};

static void paper_init(struct paper *p, const char *text) {
    jn_arena_init(&p->arena);
    jn_buf_init(&p->out, 1 << 20);
    p->source = (struct jc_source){JN_STR("a.journey"), jn_str_z(text), JC_READ};
    jc_diags_init(&p->diags, &p->arena, &p->source, 1);
}

static void paper_release(struct paper *p) {
    jn_buf_release(&p->out);
    jn_arena_release(&p->arena);
}

static struct jc_span place(uint32_t line, uint32_t column, uint32_t offset, uint32_t end) {
    return (struct jc_span){.offset = offset, .end = end, .line = line, .column = column, .end_line = line,
                            .end_column = column + (end - offset)};
}

static const char *printed(struct paper *p) {
    jc_diags_print_text(&p->diags, false, &p->out);
    jn_buf_char(&p->out, '\0');
    return p->out.p;
}

static void test_place_line_carets_and_summary(void **state) {
    (void)state;
    struct paper p;
    paper_init(&p, "event a\nevent b c\n");
    jc_report(&p.diags, JC_E0201, place(2, 9, 16, 17), JN_FMT(JN_STR("c")));
    assert_string_equal(printed(&p), "a.journey:2:9: error[E0201]: `c` does not belong here\n"
                                     "    2 | event b c\n"
                                     "      |         ^\n"
                                     "1 error, 0 warnings in a.journey; more: journey explain E0201\n");
    paper_release(&p);
}

static void test_carets_stand_under_wide_characters_and_tabs(void **state) {
    (void)state;
    struct paper p;
    paper_init(&p, "\t旅程 坏\n");
    jc_report(&p.diags, JC_E0201, place(1, 5, 8, 11), JN_FMT(JN_STR("坏")));
    assert_non_null(strstr(printed(&p), "    1 |     旅程 坏\n"
                                        "      |          ^^\n"));
    paper_release(&p);
}

static void test_control_characters_are_never_echoed(void **state) {
    (void)state;
    struct paper p;
    paper_init(&p, "event \033[31m\xff \xe2\x80\xae\n");
    jc_report(&p.diags, JC_E0105, place(1, 7, 6, 7), JN_FMT(JN_STR("\033")));
    const char *text = printed(&p);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\xff'));
    assert_null(strstr(text, "\xe2\x80\xae"));
    paper_release(&p);
}

static void test_a_long_line_is_cut_around_the_place(void **state) {
    (void)state;
    struct paper p;
    char *text = test_malloc(5001);
    memset(text, 'x', 5000);
    text[5000] = '\0';
    paper_init(&p, text);
    jc_report(&p.diags, JC_E0201, place(1, 4001, 4000, 4001), JN_FMT(JN_STR("x")));
    assert_true(strlen(printed(&p)) < 1000);
    paper_release(&p);
    test_free(text);
}

static void test_a_place_outside_the_text_is_harmless(void **state) {
    (void)state;
    struct paper p;
    paper_init(&p, "a");
    jc_report(&p.diags, JC_E0202, place(9, 9, 4000, 4001), JN_FMT(JN_STR("x")));
    assert_non_null(strstr(printed(&p), "a.journey:9:9"));
    paper_release(&p);
}

static void test_the_same_mistake_at_one_place_is_told_once(void **state) {
    (void)state;
    struct paper p;
    paper_init(&p, "event a\n");
    jc_report(&p.diags, JC_E0201, place(1, 1, 0, 1), JN_FMT(JN_STR("x")));
    jc_report(&p.diags, JC_E0201, place(1, 1, 0, 1), JN_FMT(JN_STR("x")));
    assert_int_equal(p.diags.n_error, 1);
    paper_release(&p);
}

static void test_sorted_by_place(void **state) {
    (void)state;
    struct paper p;
    paper_init(&p, "event a\nevent b\n");
    jc_report(&p.diags, JC_E0201, place(2, 1, 8, 9), JN_FMT(JN_STR("second")));
    jc_report(&p.diags, JC_E0201, place(1, 1, 0, 1), JN_FMT(JN_STR("first")));
    jc_diags_sort(&p.diags);
    assert_int_equal(p.diags.first->span.line, 1);
    assert_int_equal(p.diags.first->next->span.line, 2);
    paper_release(&p);
}

static void test_json_says_the_same_in_one_line(void **state) {
    (void)state;
    struct paper p;
    paper_init(&p, "event a b\n");
    struct jc_diag *diag = jc_report(&p.diags, JC_E0201, place(1, 9, 8, 9), JN_FMT(JN_STR("b")));
    jc_hint(&p.diags, diag, "leave it out");
    jc_fix(&p.diags, diag, JN_STR(""));
    jc_relate(&p.diags, diag, place(1, 7, 6, 7), "declared here");
    const struct jc_diags *all = &p.diags;
    jc_sheet_json(&(struct jc_sheet){.diags = &all, .n_diags = 1}, &p.out);
    struct jn_json *json;
    struct jn_err err;
    assert_int_equal(jn_json_parse(jn_buf_view(&p.out), &json, &err), JN_OK);
    assert_true(jn_str_is(jn_json_text(jn_json_get(json, "code")), "E0201"));
    assert_true(jn_str_is(jn_json_text(jn_json_get(json, "severity")), "error"));
    assert_true(jn_str_is(jn_json_text(jn_json_get(json, "file")), "a.journey"));
    assert_int_equal(jn_json_int(jn_json_get(json, "column")), 9);
    assert_true(jn_str_is(jn_json_text(jn_json_get(json, "hint")), "leave it out"));
    assert_int_equal(jn_json_count(jn_json_get(json, "related")), 1);
    jn_json_free(json);
    paper_release(&p);
}

static void test_nearest_word(void **state) {
    (void)state;
    const struct jn_str words[] = {JN_STR("send"), JN_STR("stage"), JN_STR("to"), JN_STR("wait")};
    assert_true(jn_str_is(jc_nearest(JN_STR("sned"), words, 4), "send"));
    assert_true(jn_str_is(jc_nearest(JN_STR("stagee"), words, 4), "stage"));
    assert_int_equal(jc_nearest(JN_STR("sausage_meat"), words, 4).n, 0);
    assert_int_equal(jc_nearest(JN_STR("xyzzy"), words, 0).n, 0);
}

static void test_every_code_is_found_and_explained(void **state) {
    (void)state;
    struct jn_buf out;
    jn_buf_init(&out, 1 << 20);
    for (unsigned i = 0; i < JC_CODES; i++) {
        enum jc_code found;
        assert_true(jc_code_find(jn_str_z(jc_code_name((enum jc_code)i)), &found));
        assert_int_equal(found, i);
        jn_buf_reset(&out);
        jc_code_explain((enum jc_code)i, &out);
        assert_true(out.n > 0 && !out.failed);
    }
    jn_buf_release(&out);
    enum jc_code none;
    assert_false(jc_code_find(JN_STR("E9999"), &none));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_line_carets_and_summary),
        cmocka_unit_test(test_carets_stand_under_wide_characters_and_tabs),
        cmocka_unit_test(test_control_characters_are_never_echoed),
        cmocka_unit_test(test_a_long_line_is_cut_around_the_place),
        cmocka_unit_test(test_a_place_outside_the_text_is_harmless),
        cmocka_unit_test(test_the_same_mistake_at_one_place_is_told_once),
        cmocka_unit_test(test_sorted_by_place),
        cmocka_unit_test(test_json_says_the_same_in_one_line),
        cmocka_unit_test(test_nearest_word),
        cmocka_unit_test(test_every_code_is_found_and_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
