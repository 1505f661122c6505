/* What is said of journeys: both languages fill in the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compiler/explain/teller.h"

static unsigned blanks(struct jn_str text) {
    unsigned found = 0;
    for (size_t i = 0; i + 2 < text.n; i++)
        if (text.p[i] == '{' && text.p[i + 2] == '}') found |= 1u << (text.p[i + 1] - '0');
    return found;
}

static void both_languages_have_the_same_blanks(void **state) {
    (void)state;
    for (unsigned i = 0; i < JC_SENTENCES; i++) {
        struct jn_str en = jc_sentence_text((enum jc_sentence)i, JC_ENGLISH);
        struct jn_str zh = jc_sentence_text((enum jc_sentence)i, JC_CHINESE);
        if (blanks(en) != blanks(zh)) fail_msg("`%.*s` and `%.*s` fill in other things", JN_FMT(en), JN_FMT(zh));
    }
}

static void a_sentence_is_filled_in(void **state) {
    (void)state;
    struct jn_arena arena;
    jn_arena_init(&arena);
    struct jc_teller teller = {.tongue = JC_ENGLISH, .arena = &arena};
    struct jn_str said = JC_SAY(&teller, MEMBER, JN_STR("the {1}"), JN_STR("plan"));
    assert_true(jn_str_is(said, "the {1}'s plan")); /* what is filled in is not read again */
    jn_arena_release(&arena);
}

static void durations_are_said_in_their_largest_unit(void **state) {
    (void)state;
    struct jn_arena arena;
    jn_arena_init(&arena);
    struct jc_teller en = {.tongue = JC_ENGLISH, .arena = &arena}, zh = {.tongue = JC_CHINESE, .arena = &arena};
    assert_true(jn_str_is(jc_say_value(&en, jn_value_duration(JN_UNIT_MS, 3600000)), "1 hour"));
    assert_true(jn_str_is(jc_say_value(&en, jn_value_duration(JN_UNIT_MS, 5400000)), "90 minutes"));
    assert_true(jn_str_is(jc_say_value(&zh, jn_value_duration(JN_UNIT_MONTHS, 2)), "2 个月"));
    assert_true(jn_str_is(jc_say_days(&en, 1 | 16), "Monday or Friday"));
    assert_true(jn_str_is(jc_say_share(&en, 1250), "12.5%"));
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_languages_have_the_same_blanks),
        cmocka_unit_test(a_sentence_is_filled_in),
        cmocka_unit_test(durations_are_said_in_their_largest_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
