/* The budget of retries: a fifth of first attempts, and one a second besides. */
#include "runtime/delivery/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW 1000000

static struct jr_budget budget;

static int spent(void **state) {
    (void)state;
    jr_budget_init(&budget, NOW);
    for (int i = 0; i < JR_BUDGET_FULL; i++) {
        assert_int_equal(jr_budget_at(&budget, NOW), NOW);
        jr_budget_retry(&budget, NOW);
    }
    assert_int_equal(jr_budget_at(&budget, NOW), NOW + JR_BUDGET_RESERVE_MS);
    return 0;
}

static void test_five_first_attempts_earn_a_retry(void **state) {
    (void)state;
    for (int i = 0; i < JR_BUDGET_FIRST_PER_RETRY; i++) {
        assert_true(jr_budget_at(&budget, NOW) > NOW);
        jr_budget_first(&budget, NOW);
    }
    assert_int_equal(jr_budget_at(&budget, NOW), NOW);
    jr_budget_retry(&budget, NOW);
    assert_true(jr_budget_at(&budget, NOW) > NOW);
}

static void test_a_second_earns_one(void **state) {
    (void)state;
    assert_int_equal(jr_budget_at(&budget, NOW + 400), NOW + JR_BUDGET_RESERVE_MS);
    assert_int_equal(jr_budget_at(&budget, NOW + JR_BUDGET_RESERVE_MS), NOW + JR_BUDGET_RESERVE_MS);
}

static void test_a_retry_that_succeeds_costs_nothing(void **state) {
    (void)state;
    jr_budget_return(&budget, NOW);
    assert_int_equal(jr_budget_at(&budget, NOW), NOW);
}

static void test_what_is_saved_is_bounded(void **state) {
    (void)state;
    int64_t later = NOW + INT64_C(365) * 24 * 3600 * 1000;
    for (int i = 0; i < 10000; i++)
        jr_budget_first(&budget, later);
    for (int i = 0; i < JR_BUDGET_FULL; i++)
        jr_budget_retry(&budget, later);
    assert_true(jr_budget_at(&budget, later) > later);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_five_first_attempts_earn_a_retry, spent),
        cmocka_unit_test_setup(test_a_second_earns_one, spent),
        cmocka_unit_test_setup(test_a_retry_that_succeeds_costs_nothing, spent),
        cmocka_unit_test_setup(test_what_is_saved_is_bounded, spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
