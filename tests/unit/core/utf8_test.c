/* Text that is checked a word at a time is found wrong at just the byte that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_of_a_wrong_byte_is_found),
        cmocka_unit_test(what_is_right_is_right_at_each_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
