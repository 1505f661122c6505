/* A breaker over made-up time: what opens it, for how long, and who tries. */
#include "runtime/delivery/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journey/program.h"

#define NOW 1000000

static struct jr_breaker breaker;
static struct jn_random chance;
static const struct jr_breaker_rules RULES = {
    .share = JN_SHARE_ALL / 2, .calls = 20, .in_a_row = 10, .open_ms = 30000, .longest_ms = 120000};

static bool note(bool tried, bool failed, int64_t now) {
    return jr_breaker_note(&breaker, &RULES, tried, failed, now, &chance);
}

static int fresh(void **state) {
    (void)state;
    memset(&breaker, 0, sizeof breaker);
    jn_random_seed(&chance, 7);
    return 0;
}

static void open_it(int64_t now) {
    for (int i = 0; i < 9; i++)
        assert_false(note(false, true, now));
    assert_true(note(false, true, now));
}

static void test_failures_in_a_row_open_it(void **state) {
    (void)state;
    open_it(NOW);
    assert_int_equal(jr_breaker_state(&breaker), JR_BREAKER_OPEN);
    assert_int_equal(jr_breaker_until(&breaker), NOW + 30000);
}

static void test_half_of_the_last_calls_open_it(void **state) {
    (void)state;
    for (int i = 0; i < 19; i++)
        assert_false(note(false, i % 2 == 0, NOW));
    assert_true(note(false, false, NOW));
}

static void test_a_success_between_starts_the_row_anew(void **state) {
    (void)state;
    for (int i = 0; i < 9; i++)
        assert_false(note(false, true, NOW));
    assert_false(note(false, false, NOW));
    assert_int_equal(jr_breaker_until(&breaker), 0);
}

static void test_one_call_tries_and_closes_it(void **state) {
    (void)state;
    open_it(NOW);
    assert_true(jr_breaker_begin(&breaker));
    assert_int_equal(jr_breaker_state(&breaker), JR_BREAKER_HALF_OPEN);
    assert_true(jr_breaker_until(&breaker) == INT64_MAX);
    assert_false(note(false, false, NOW)); /* one that began before it opened says nothing */
    assert_true(note(true, false, NOW + 30000));
    assert_int_equal(jr_breaker_state(&breaker), JR_BREAKER_CLOSED);
    assert_int_equal(jr_breaker_until(&breaker), 0);
}

static void test_each_failed_try_doubles_the_pause_up_to_a_bound(void **state) {
    (void)state;
    static const int64_t PAUSE[] = {60000, 120000, 120000};
    open_it(NOW);
    for (size_t i = 0; i < 3; i++) {
        assert_true(jr_breaker_begin(&breaker));
        assert_true(note(true, true, NOW));
        assert_int_equal(jr_breaker_until(&breaker), NOW + PAUSE[i]);
    }
}

static void test_a_try_that_was_not_made_leaves_the_next_one_to_try(void **state) {
    (void)state;
    open_it(NOW);
    assert_true(jr_breaker_begin(&breaker));
    jr_breaker_untried(&breaker, true);
    assert_int_equal(jr_breaker_until(&breaker), NOW + 30000);
    assert_true(jr_breaker_begin(&breaker));
}

static void test_pauses_are_spread_by_a_fifth(void **state) {
    (void)state;
    struct jr_breaker_rules rules = RULES;
    bool differ = false;
    int64_t first = 0;
    rules.spread = true;
    for (int round = 0; round < 50; round++) {
        memset(&breaker, 0, sizeof breaker);
        for (int i = 0; i < 10; i++)
            (void)jr_breaker_note(&breaker, &rules, false, true, NOW, &chance);
        int64_t pause = jr_breaker_until(&breaker) - NOW;
        assert_in_range(pause, 24000, 36000);
        if (round == 0) first = pause;
        differ = differ || pause != first;
    }
    assert_true(differ);
}

static void test_without_rules_it_never_opens(void **state) {
    (void)state;
    struct jr_breaker_rules none = {0};
    for (int i = 0; i < 100; i++)
        assert_false(jr_breaker_note(&breaker, &none, false, true, NOW, &chance));
    assert_int_equal(jr_breaker_until(&breaker), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_failures_in_a_row_open_it, fresh),
        cmocka_unit_test_setup(test_half_of_the_last_calls_open_it, fresh),
        cmocka_unit_test_setup(test_a_success_between_starts_the_row_anew, fresh),
        cmocka_unit_test_setup(test_one_call_tries_and_closes_it, fresh),
        cmocka_unit_test_setup(test_each_failed_try_doubles_the_pause_up_to_a_bound, fresh),
        cmocka_unit_test_setup(test_a_try_that_was_not_made_leaves_the_next_one_to_try, fresh),
        cmocka_unit_test_setup(test_pauses_are_spread_by_a_fifth, fresh),
        cmocka_unit_test_setup(test_without_rules_it_never_opens, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
