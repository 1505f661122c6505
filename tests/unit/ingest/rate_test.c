/* Events a second of each sender. */
#include "runtime/ingest/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_no_rate(void **state) {
    (void)state;
    struct jr_rates rates = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(jr_rate_take(&rates, 1, UINT32_MAX, 0), 0);
}

static void test_a_second_is_worth_a_second(void **state) {
    (void)state;
    struct jr_rates rates = {.per_second = 10};
    for (int i = 0; i < 10; i++)
        assert_int_equal(jr_rate_take(&rates, 1, 1, 1000), 0);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 1000), 1);
    assert_int_equal(jr_rate_take(&rates, 2, 1, 1000), 0); /* another sender has its own */
    assert_int_equal(jr_rate_take(&rates, 1, 1, 1100), 0);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 1100), 1);
    /* However long nothing came, no more than a second's worth is saved. */
    for (int i = 0; i < 10; i++)
        assert_int_equal(jr_rate_take(&rates, 1, 1, INT64_MAX / 2), 0);
    assert_int_equal(jr_rate_take(&rates, 1, 1, INT64_MAX / 2), 1);
}

static void test_a_large_batch_is_paid_off(void **state) {
    (void)state;
    struct jr_rates rates = {.per_second = 10};
    assert_int_equal(jr_rate_take(&rates, 1, 100, 0), 0);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 0), 10);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 8000), 2);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 9000), 1);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 9100), 0);
    rates.per_second = 1;
    assert_int_equal(jr_rate_take(&rates, 3, 1000000, 0), 0);
    assert_int_equal(jr_rate_take(&rates, 3, 1, 0), 3600);
}

/* Two threads may have read the clock in another order than they come in. */
static void test_time_that_went_back_costs_nothing(void **state) {
    (void)state;
    struct jr_rates rates = {.per_second = 10};
    assert_int_equal(jr_rate_take(&rates, 1, 10, 100000), 0);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 1000), 1);
    assert_int_equal(jr_rate_take(&rates, 1, 1, 2000), 0);
}

static void test_many_senders(void **state) {
    (void)state;
    struct jr_rates rates = {.per_second = 1};
    for (uint64_t sender = 0; sender < 10 * JR_RATES_MAX; sender++)
        assert_int_equal(jr_rate_take(&rates, sender, 1, (int64_t)sender), 0);
    assert_int_equal(rates.n, JR_RATES_MAX);
    assert_int_equal(jr_rate_take(&rates, 10 * JR_RATES_MAX - 1, 1, 10 * JR_RATES_MAX - 1), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_rate),
        cmocka_unit_test(test_a_second_is_worth_a_second),
        cmocka_unit_test(test_a_large_batch_is_paid_off),
        cmocka_unit_test(test_time_that_went_back_costs_nothing),
        cmocka_unit_test(test_many_senders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
