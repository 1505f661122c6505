/* Places in texts of several bytes a letter, with line ends of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/editor/position.h"

struct place {
    uint32_t offset, line, column[3]; /* in bytes, code points, UTF-16 */
};

/* Both ways, in each unit. */
static void check_places(struct jn_str text, const struct place *place, size_t n) {
    struct jn_arena arena;
    struct jn_err err;
    jn_arena_init(&arena);
    struct jc_lines lines = jc_lines_find(&arena, text);
    for (size_t i = 0; i < n; i++)
        for (enum jc_unit_of_columns unit = JC_COLUMN_BYTES; unit <= JC_COLUMN_UTF16; unit++) {
            struct jc_position position = {place[i].line, place[i].column[unit]}, back;
            uint32_t offset;
            assert_int_equal(jc_position_of(&lines, place[i].offset, unit, &back, &err), JN_OK);
            assert_int_equal(back.line, position.line);
            assert_int_equal(back.column, position.column);
            assert_int_equal(jc_position_offset(&lines, position, unit, &offset, &err), JN_OK);
            assert_int_equal(offset, place[i].offset);
        }
    jn_arena_release(&arena);
}

static void a_letter_counts_by_the_unit_asked_for(void **state) {
    (void)state;
    static const struct place PLACE[] = {{0, 0, {0, 0, 0}}, {1, 0, {1, 1, 1}}, {3, 0, {3, 2, 2}},
                                         {6, 0, {6, 3, 3}}, {10, 0, {10, 4, 5}}, {11, 0, {11, 5, 6}}};
    check_places(JN_STR("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80z"), PLACE, sizeof PLACE / sizeof *PLACE);
}

static void lines_end_as_in_editors(void **state) {
    (void)state;
    static const struct place PLACE[] = {{0, 0, {0, 0, 0}}, {1, 0, {1, 1, 1}}, {3, 1, {0, 0, 0}}, {4, 1, {1, 1, 1}},
                                         {5, 2, {0, 0, 0}}, {6, 2, {1, 1, 1}}, {7, 3, {0, 0, 0}}};
    check_places(JN_STR("a\r\nb\nc\r"), PLACE, sizeof PLACE / sizeof *PLACE);
    static const struct place EMPTY[] = {{0, 0, {0, 0, 0}}};
    check_places(JN_STR(""), EMPTY, 1);
    static const struct place BLANK[] = {{0, 0, {0, 0, 0}}, {2, 1, {0, 0, 0}}, {3, 2, {0, 0, 0}}};
    check_places(JN_STR("\r\n\n"), BLANK, 3);
}

static void a_byte_that_is_no_character_counts_as_one(void **state) {
    (void)state;
    static const struct place PLACE[] = {{1, 0, {1, 1, 1}}, {2, 0, {2, 2, 2}}, {3, 0, {3, 3, 3}}, {4, 0, {4, 4, 4}}};
    check_places(JN_STR("\xFF\xE4\xBD" "\0"), PLACE, sizeof PLACE / sizeof *PLACE);
}

static struct jc_position position_of(const struct jc_lines *lines, uint32_t offset) {
    struct jc_position out;
    struct jn_err err;
    assert_int_equal(jc_position_of(lines, offset, JC_COLUMN_UTF16, &out, &err), JN_OK);
    return out;
}

static uint32_t offset_of(const struct jc_lines *lines, uint32_t line, uint32_t column) {
    uint32_t out;
    struct jn_err err;
    assert_int_equal(jc_position_offset(lines, (struct jc_position){line, column}, JC_COLUMN_UTF16, &out, &err), JN_OK);
    return out;
}

static void within_a_character_and_behind_a_line_is_the_nearest_place_before(void **state) {
    (void)state;
    struct jn_arena arena;
    jn_arena_init(&arena);
    struct jc_lines lines = jc_lines_find(&arena, JN_STR("\xF0\x9F\x98\x80x\r\ny"));
    assert_int_equal(position_of(&lines, 2).column, 0);
    assert_int_equal(position_of(&lines, 6).column, 3); /* between CR and LF */
    assert_int_equal(offset_of(&lines, 0, 1), 0);       /* half of a pair */
    assert_int_equal(offset_of(&lines, 0, 3), 5);
    assert_int_equal(offset_of(&lines, 0, UINT32_MAX), 5);
    assert_int_equal(offset_of(&lines, 1, UINT32_MAX), 8);
    jn_arena_release(&arena);
}

static void what_is_behind_the_text_is_refused_by_name(void **state) {
    (void)state;
    struct jn_arena arena;
    struct jn_err err;
    struct jc_position position;
    uint32_t offset;
    jn_arena_init(&arena);
    struct jc_lines lines = jc_lines_find(&arena, JN_STR("a\nb"));
    assert_int_equal(jc_position_of(&lines, 4, JC_COLUMN_UTF16, &position, &err), JN_INVALID);
    assert_string_equal(err.text, "byte 4 is behind the text, which has 3");
    assert_int_equal(jc_position_offset(&lines, (struct jc_position){2, 0}, JC_COLUMN_UTF16, &offset, &err), JN_INVALID);
    assert_string_equal(err.text, "line 2 is behind the text, which has 2, counted from 0");
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_counts_by_the_unit_asked_for),
        cmocka_unit_test(lines_end_as_in_editors),
        cmocka_unit_test(a_byte_that_is_no_character_counts_as_one),
        cmocka_unit_test(within_a_character_and_behind_a_line_is_the_nearest_place_before),
        cmocka_unit_test(what_is_behind_the_text_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
