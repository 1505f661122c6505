/* The table of words: each is found by its spelling, in either set, and stands once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compiler/syntax/words.h"

static bool is_chinese(struct jn_str word) {
    for (size_t i = 0; i < word.n; i++)
        if (((unsigned char)word.p[i] & 0x80) == 0) return false;
    return word.n > 0;
}

static void test_every_word_is_found_by_its_spelling_and_stands_once(void **state) {
    (void)state;
    struct jn_arena arena;
    jn_arena_init(&arena);
    const struct jc_words *words = jc_words_new(&arena);
    const struct jc_word *row;
    for (uint32_t i = 0; (row = jc_word_row(i)) != NULL; i++) {
        if (!row->phrase && row->en.n > 0) assert_ptr_equal(jc_word_find(words, row->en), row);
        if (row->zh.n > 0) assert_ptr_equal(jc_word_find(words, row->zh), row);
        if (row->zh.n > 0) assert_true(is_chinese(row->zh));
    }
    assert_null(jc_word_find(words, JN_STR("sausage")));
    assert_null(jc_word_find(words, JN_STR("up to")));
    assert_null(jc_word_find(words, JN_STR("")));
    jn_arena_release(&arena);
}

/* Words for machines stay; `up` and `go` only stand in a phrase. */
static void test_every_word_can_be_said_in_chinese(void **state) {
    (void)state;
    static const char *const same[] = {"webhook", "hmac", "sha256", "base64", "smtp"};
    const struct jc_word *row, *phrase;
    for (uint32_t i = 0; (row = jc_word_row(i)) != NULL; i++) {
        bool said = row->zh.n > 0;
        for (size_t j = 0; j < sizeof same / sizeof *same; j++)
            said = said || jn_str_is(row->en, same[j]);
        for (uint32_t j = 0; !said && (phrase = jc_word_row(j)) != NULL; j++)
            said = phrase->phrase && phrase->token[0] == row->token[0];
        if (!said) print_error("%.*s has no Chinese word\n", JN_FMT(row->en));
        assert_true(said);
    }
}

static void test_units_in_both_sets(void **state) {
    (void)state;
    assert_ptr_equal(jc_unit_word(JN_STR("day")), jc_unit_word(JN_STR("days")));
    assert_ptr_equal(jc_unit_word(JN_STR("day")), jc_unit_word(JN_STR("天")));
    assert_int_equal(jc_unit_word(JN_STR("月"))->unit, JN_UNIT_MONTHS);
    assert_null(jc_unit_word(JN_STR("year")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_is_found_by_its_spelling_and_stands_once),
        cmocka_unit_test(test_every_word_can_be_said_in_chinese),
        cmocka_unit_test(test_units_in_both_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
