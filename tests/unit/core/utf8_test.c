/* Text that is checked a word at a time is found wrong at just the byte that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/utf8.h"

enum { LONG = 40 };

static void each_place_of_a_wrong_byte_is_found(void **state) {
    char text[LONG];
    (void)state;
    for (size_t n = 0; n <= LONG; n++)
        for (size_t at = 0; at < n; at++) {
            memset(text, 'a', sizeof(text));
            text[at] = (char)0xFF;
            assert_int_equal(jn_utf8_check((struct jn_str){text, n}), at);
        }
}

static void what_is_right_is_right_at_each_place(void **state) {
    static const char *const LETTER[] = {"\xC3\xA9", "\xE5\xAD\x90", "\xF0\x9F\x8E\x82"};
    char text[LONG];
    (void)state;
    for (size_t i = 0; i < sizeof(LETTER) / sizeof(*LETTER); i++) {
        size_t n = strlen(LETTER[i]);
        for (size_t at = 0; at + n <= LONG; at++) {
            memset(text, 'a', sizeof(text));
            memcpy(text + at, LETTER[i], n);
            assert_int_equal(jn_utf8_check((struct jn_str){text, LONG}), LONG);
            assert_int_equal(jn_utf8_check((struct jn_str){text, at + n}), at + n);
            assert_int_equal(jn_utf8_check((struct jn_str){text, at + n - 1}), at); /* cut off in the middle */
        }
    }
}

static void what_no_letter_may_be_written_as_is_found(void **state) {
    static const char *const WRONG[] = {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3(", "\xE5\xAD("};
    static const char *const RIGHT[] = {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"};
    (void)state;
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(*WRONG); i++) {
        size_t at = 0;
        assert_int_equal(jn_utf8_check(jn_str_z(WRONG[i])), 0);
        assert_int_equal(jn_utf8_next(jn_str_z(WRONG[i]), &at), 0xFFFD);
        assert_int_equal(at, 1);
    }
    for (size_t i = 0; i < sizeof(RIGHT) / sizeof(*RIGHT); i++)
        assert_int_equal(jn_utf8_check(jn_str_z(RIGHT[i])), strlen(RIGHT[i]));
}

static void letters_of_names_and_marks_of_direction(void **state) {
    (void)state;
    assert_true(jn_utf8_is_name_start('a') && jn_utf8_is_name_start('_') && jn_utf8_is_name_start(0x65C5) && jn_utf8_is_name('7'));
    assert_true(jn_utf8_is_name(0x301) && jn_utf8_is_name(0x903) && jn_utf8_is_name(0x663)); /* accent, sign, digit */
    assert_false(jn_utf8_is_name_start('7') || jn_utf8_is_name_start('-') || jn_utf8_is_name(' ') || jn_utf8_is_name(0x2026) || jn_utf8_is_name_start(0x301));
    for (uint32_t c = 0x2000; c < 0x2070; c++)
        assert_int_equal(jn_utf8_is_bidi(c), c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069));
    assert_true(jn_utf8_is_bidi(0x061C));
    assert_true(jn_utf8_width('a') == 1 && jn_utf8_width(0x65C5) == 2 && jn_utf8_width(0x301) == 0 && jn_utf8_width('\n') == 0 && jn_utf8_width(0x7F) == 0);
}

static void words_are_near_or_far(void **state) {
    char noise[200], name[65 + 1];
    (void)state;
    memset(noise, 0x80, sizeof(noise)); /* counts as no letter at all, and as two hundred */
    memset(name, 'a', sizeof(name));
    assert_int_equal(jn_utf8_distance(JN_STR("send"), JN_STR("sned"), 3), 1);
    assert_int_equal(jn_utf8_distance(JN_STR("kitten"), JN_STR("sitting"), 9), 3);
    assert_int_equal(jn_utf8_distance(JN_STR("kitten"), JN_STR("sitting"), 2), 3); /* farther than asked */
    assert_int_equal(jn_utf8_distance((struct jn_str){noise, sizeof(noise)}, JN_STR("a"), 100), 64);
    assert_int_equal(jn_utf8_distance((struct jn_str){name, 65}, JN_STR("a"), 2), 3);
    assert_int_equal(jn_utf8_distance(JN_STR("a"), (struct jn_str){name, 65}, 2), 3);
}

static void letters_are_composed_and_turned(void **state) {
    struct jn_arena arena;
    struct jn_buf out;
    (void)state;
    jn_arena_init(&arena);
    assert_true(jn_str_is(jn_utf8_nfc(&arena, JN_STR("e\xCC\x81")), "\xC3\xA9"));
    assert_true(jn_str_is(jn_utf8_nfc(&arena, JN_STR("e\xFF")), "e\xFF"));
    jn_buf_init(&out, 64);
    jn_utf8_upcase(JN_STR("stra\xC3\x9F" "e"), &out);
    jn_utf8_capitalize(JN_STR("\xC3\xA9TUDE"), &out);
    jn_utf8_capitalize(JN_STR(""), &out);
    assert_true(jn_str_is(jn_buf_view(&out), "STRASSE\xC3\x89tude"));
    jn_buf_release(&out);
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_of_a_wrong_byte_is_found),
        cmocka_unit_test(what_is_right_is_right_at_each_place),
        cmocka_unit_test(what_no_letter_may_be_written_as_is_found),
        cmocka_unit_test(letters_of_names_and_marks_of_direction),
        cmocka_unit_test(words_are_near_or_far),
        cmocka_unit_test(letters_are_composed_and_turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
