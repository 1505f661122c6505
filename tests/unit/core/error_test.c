/* Errors: what each is answered as, and sentences too long for their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "core/utf8.h"
#include "journey/error.h"

static void each_error_has_a_name_a_sentence_and_answers(void **state) {
    (void)state;
    for (int i = 0; i < JN_RC_COUNT; i++) {
        jn_rc rc = (jn_rc)i;
        assert_true(jn_rc_name(rc)[0] != '\0' && jn_rc_text(rc)[0] != '\0');
        assert_in_range(jn_rc_http(rc), 200, 599);
        assert_in_range(jn_rc_exit(rc), 0, 125);
        if (jn_rc_retryable(rc)) assert_true(jn_rc_http(rc) == 429 || jn_rc_http(rc) >= 500);
    }
    assert_true(jn_rc_exit(JN_OK) == 0 && jn_rc_http(JN_OK) == 200);
}

static void a_long_sentence_is_cut_between_characters(void **state) {
    (void)state;
    for (int before = 0; before < 6; before++) {
        struct jn_err err;
        struct jn_buf text;
        jn_buf_init(&text, 4096);
        for (int i = 0; i < before; i++)
            jn_buf_char(&text, 'a');
        for (int i = 0; i < 300; i++)
            jn_buf_z(&text, "\xE6\x97\x85");
        assert_int_equal(jn_fail(&err, JN_INVALID, "%.*s", JN_FMT(jn_buf_view(&text))), JN_INVALID);
        size_t n = strlen(err.text);
        assert_true(n > sizeof(err.text) - 8 && jn_utf8_check(jn_str_z(err.text)) == n);
        jn_buf_release(&text);
    }
    assert_int_equal(jn_fail(NULL, JN_BUSY, "nobody asks"), JN_BUSY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_has_a_name_a_sentence_and_answers),
        cmocka_unit_test(a_long_sentence_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
