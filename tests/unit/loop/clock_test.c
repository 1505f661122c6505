/* Engine time never goes back, does not follow a clock that leaps, and does not stand still for one that was put back.
 */
#include "runtime/loop/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW    INT64_C(1772326800000)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static void test_time_passes(void **state) {
    (void)state;
    struct jr_clock clock;
    jr_clock_open(&clock, 0);
    assert_int_equal(jr_clock_look(&clock, NOW, 0), NOW);
    assert_int_equal(jr_clock_look(&clock, NOW + HOUR, HOUR), NOW + HOUR); /* asleep or not: an hour has passed */
    assert_int_equal(jr_clock_look(&clock, NOW + HOUR + MINUTE, HOUR), NOW + HOUR + MINUTE); /* a small step is taken */
    assert_int_equal(jr_clock_jumped(&clock), MINUTE);
    assert_int_equal(jr_clock_jumped(&clock), 0);
    assert_int_equal(jr_clock_look(&clock, NOW + HOUR + MINUTE + 2 * SECOND, HOUR + SECOND),
                     NOW + HOUR + MINUTE + 2 * SECOND);
    assert_int_equal(jr_clock_jumped(&clock), 0); /* slewing is no jump */
    int64_t a = jr_clock_now(&clock), b = jr_clock_now(&clock);
    assert_true(b >= a && a > NOW);
    jr_clock_close(&clock);
}

static void test_a_leap_is_believed_after_ten_even_minutes(void **state) {
    (void)state;
    struct jr_clock clock;
    jr_clock_open(&clock, 0);
    (void)jr_clock_look(&clock, NOW, 0);
    assert_int_equal(jr_clock_look(&clock, NOW + DAY, SECOND), NOW + SECOND);
    assert_int_equal(jr_clock_error(&clock), DAY - SECOND);
    assert_int_equal(jr_clock_look(&clock, NOW + DAY + 9 * MINUTE, SECOND + 9 * MINUTE), NOW + SECOND + 9 * MINUTE);
    assert_int_equal(jr_clock_look(&clock, NOW + DAY + 10 * MINUTE, SECOND + 10 * MINUTE), NOW + DAY + 10 * MINUTE);
    assert_int_equal(jr_clock_error(&clock), 0);
    jr_clock_close(&clock);
}

static void test_a_leap_that_is_undone_never_was(void **state) {
    (void)state;
    struct jr_clock clock;
    jr_clock_open(&clock, 0);
    (void)jr_clock_look(&clock, NOW, 0);
    assert_int_equal(jr_clock_look(&clock, NOW + 365 * DAY, MINUTE), NOW + MINUTE);
    assert_int_equal(jr_clock_look(&clock, NOW + 2 * 365 * DAY, 9 * MINUTE), NOW + 9 * MINUTE); /* counted anew */
    assert_int_equal(jr_clock_look(&clock, NOW + 2 * 365 * DAY, 11 * MINUTE), NOW + 11 * MINUTE);
    assert_int_equal(jr_clock_look(&clock, NOW + 12 * MINUTE, 12 * MINUTE), NOW + 12 * MINUTE);
    assert_int_equal(jr_clock_error(&clock), 0);
    jr_clock_close(&clock);
}

/* However often somebody looks, and however little it is off each time. */
static void test_a_leap_is_not_believed_of_a_clock_that_stands_still(void **state) {
    (void)state;
    struct jr_clock clock;
    jr_clock_open(&clock, 0);
    (void)jr_clock_look(&clock, NOW, 0);
    for (int64_t s = 1; s <= 1200; s++)
        assert_int_equal(jr_clock_look(&clock, NOW + DAY, s * SECOND), NOW + s * SECOND);
    assert_int_equal(jr_clock_jumped(&clock), DAY - SECOND);
    for (int64_t s = 1; s < 580; s++)
        assert_int_equal(jr_clock_look(&clock, NOW + DAY + s * SECOND, (1200 + s) * SECOND), NOW + (1200 + s) * SECOND);
    assert_int_equal(jr_clock_look(&clock, NOW + DAY + 600 * SECOND, 1800 * SECOND), NOW + DAY + 600 * SECOND);
    jr_clock_close(&clock);
}

static void test_behind_time_goes_at_half_speed(void **state) {
    (void)state;
    struct jr_clock clock;
    jr_clock_open(&clock, 0);
    (void)jr_clock_look(&clock, NOW, 0);
    assert_int_equal(jr_clock_look(&clock, NOW - HOUR, 0), NOW);
    assert_int_equal(jr_clock_error(&clock), -HOUR);
    for (int64_t ms = 1; ms <= 10; ms++) /* however often somebody looks */
        (void)jr_clock_look(&clock, NOW - HOUR + ms, ms);
    assert_int_equal(jr_clock_look(&clock, NOW - HOUR + 10, 10), NOW + 5);
    assert_int_equal(jr_clock_look(&clock, NOW, HOUR), NOW + HOUR / 2);
    assert_int_equal(jr_clock_look(&clock, NOW + 2 * HOUR, 3 * HOUR), NOW + 2 * HOUR); /* they have met */
    jr_clock_close(&clock);
}

static void test_the_mark_outlives_the_process(void **state) {
    (void)state;
    struct jr_clock clock;
    jr_clock_open(&clock, NOW + HOUR);
    assert_int_equal(jr_clock_look(&clock, NOW, 0), NOW + HOUR); /* never back */
    jr_clock_close(&clock);
    jr_clock_open(&clock, NOW - 6 * DAY);
    assert_int_equal(jr_clock_look(&clock, NOW, 0), NOW); /* it was away */
    jr_clock_close(&clock);
    jr_clock_open(&clock, NOW - 8 * DAY);
    assert_int_equal(jr_clock_look(&clock, NOW, 0), NOW - 8 * DAY); /* for so long that the clock may be wrong */
    assert_int_equal(jr_clock_look(&clock, NOW + 10 * MINUTE, 10 * MINUTE), NOW + 10 * MINUTE);
    jr_clock_close(&clock);
}

static void test_two_threads_may_come_in_any_order(void **state) {
    (void)state;
    struct jr_clock clock;
    jr_clock_open(&clock, 0);
    (void)jr_clock_look(&clock, NOW + 5, 5);
    assert_int_equal(jr_clock_look(&clock, NOW + 3, 3), NOW + 5);
    assert_int_equal(jr_clock_look(&clock, NOW + 7, 7), NOW + 7);
    assert_int_equal(jr_clock_jumped(&clock), 0);
    jr_clock_close(&clock);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_time_passes),
                                       cmocka_unit_test(test_a_leap_is_believed_after_ten_even_minutes),
                                       cmocka_unit_test(test_a_leap_that_is_undone_never_was),
                                       cmocka_unit_test(test_a_leap_is_not_believed_of_a_clock_that_stands_still),
                                       cmocka_unit_test(test_behind_time_goes_at_half_speed),
                                       cmocka_unit_test(test_the_mark_outlives_the_process),
                                       cmocka_unit_test(test_two_threads_may_come_in_any_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
