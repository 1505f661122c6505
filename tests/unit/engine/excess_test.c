/* Fisher's exact test against values worked out with exact fractions, and what looking again and again may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>

#include "core/random.h"
#include "runtime/engine/canary/excess.h"

static void assert_near(double is, double should) {
    if (fabs(is - should) > 1e-9 + 1e-6 * should) fail_msg("%.12g is not %.12g", is, should);
}

static void values_are_exact(void **state) {
    (void)state;
    assert_near(engine_excess(3, 4, 1, 4), 17.0 / 70); /* the lady tasting tea */
    assert_near(engine_excess(10, 100, 10, 900), 5.121643039787377e-06);
    assert_near(engine_excess(50, 50, 0, 450), 4.320731665401562e-70);
    assert_near(engine_excess(5, 50, 45, 450), 0.5776318632462599);
    assert_near(engine_excess(1, 50, 45, 450), 0.9938571289534808);
    assert_near(engine_excess(300, 1000, 2500, 9000), 0.074493065669363);
    assert_near(engine_excess(7, 10, 3, 4), 0.7902097902097902);
    assert_near(engine_excess(0, 50, 3, 900), 1);
    assert_near(engine_excess(20, 20, 20, 20), 1);
    assert_true(engine_excess(100000, 1000000, 100000, 9000000) < 1e-300);
    assert_true(engine_excess(100000, 1000000, 900000, 9000000) > 0.4);
}

/* Two equal coins, looked at each time the first has been thrown half as often again: it is rarely said that it is the
 * worse one, though a thousand looks at the plain value would say so often. */
static void who_looks_often_is_seldom_deceived(void **state) {
    enum { TRIALS = 400, THROWS = 2000 };
    struct jn_random dice;
    uint32_t deceived = 0;
    (void)state;
    jn_random_seed(&dice, 7);
    for (uint32_t t = 0; t < TRIALS; t++) {
        uint64_t x = 0, y = 0, next = 20, look = 0;
        bool said = false;
        for (uint64_t n = 1; n <= THROWS; n++) {
            x += jn_random_below(&dice, 10) == 0;
            y += jn_random_below(&dice, 10) == 0;
            if (n < next) continue;
            next = n + n / 2 + 1;
            said = said || engine_excess(x, n, y, n) < engine_excess_bound(0.05, 1, ++look);
        }
        deceived += said;
    }
    assert_in_range(deceived, 0, TRIALS * 5 / 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_exact),
        cmocka_unit_test(who_looks_often_is_seldom_deceived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
