/* Engine time never goes back, and jumps of the wall clock are noticed. */
#include "runtime/loop/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW INT64_C(1772326800000)
#define HOUR INT64_C(3600000)

static void test_time_never_goes_back(void **state) {
    (void)state;
    struct jr_clock clock = {0};
    assert_int_equal(jr_clock_advance(&clock, NOW), NOW);
    assert_int_equal(jr_clock_advance(&clock, NOW - HOUR), NOW);
    assert_int_equal(jr_clock_advance(&clock, NOW + 1), NOW + 1);
    int64_t a = jr_clock_now(&clock), b = jr_clock_now(&clock);
    assert_true(b >= a && a > NOW);
}

static void test_jumps(void **state) {
    (void)state;
    struct jr_clock clock = {0};
    assert_int_equal(jr_clock_jump(&clock, NOW, 1000), 0); /* the first look knows nothing */
    assert_int_equal(jr_clock_jump(&clock, NOW + 5000, 6000), 0);
    assert_int_equal(jr_clock_jump(&clock, NOW + 5000 + HOUR, 6000 + HOUR), 0); /* an hour has passed */
    assert_int_equal(jr_clock_jump(&clock, NOW + 5000 + 3 * HOUR, 6000 + HOUR), 2 * HOUR);
    assert_int_equal(jr_clock_jump(&clock, NOW + 5000 + HOUR, 6000 + HOUR), -2 * HOUR);
    assert_int_equal(jr_clock_jump(&clock, NOW + 5000 + HOUR + 500, 6000 + HOUR), 0); /* slewing is no jump */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_time_never_goes_back), cmocka_unit_test(test_jumps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
