/* Wrong tokens of an address. */
#include "runtime/access/attempts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct jr_attempts attempts;

static void an_address_waits_out_its_window(void **state) {
    (void)state;
    attempts.n = 0;
    for (uint32_t i = 1; i <= JR_ATTEMPTS_ALLOWED; i++) {
        assert_int_equal(jr_attempts_wait(&attempts, 1, 1000), 0);
        assert_int_equal(jr_attempts_wrong(&attempts, 1, 1000), i);
    }
    assert_int_equal(jr_attempts_wait(&attempts, 1, 1000), 60);
    assert_int_equal(jr_attempts_wait(&attempts, 1, 60999), 1);
    assert_int_equal(jr_attempts_wait(&attempts, 2, 1000), 0); /* of that address alone */
    (void)jr_attempts_wrong(&attempts, 1, 60000);              /* trying on does not make it longer */
    assert_int_equal(jr_attempts_wait(&attempts, 1, 61000), 0);
    assert_int_equal(jr_attempts_wrong(&attempts, 1, 61000), 1);
}

static void the_table_is_bounded(void **state) {
    (void)state;
    attempts.n = 0;
    for (uint64_t address = 1; address <= JR_ATTEMPTS_MAX + 5; address++)
        assert_int_equal(jr_attempts_wrong(&attempts, address, (int64_t)address), 1);
    assert_int_equal(attempts.n, JR_ATTEMPTS_MAX);
    assert_int_equal(jr_attempts_wrong(&attempts, JR_ATTEMPTS_MAX + 5, 2000), 2);
    assert_int_equal(jr_attempts_wrong(&attempts, 1, 2000), 1); /* the oldest made room */
}

static void a_network_of_ipv6_is_one(void **state) {
    (void)state;
    assert_int_equal(jr_attempts_address(JN_STR("2001:db8:1:2::1")),
                     jr_attempts_address(JN_STR("2001:db8:1:2:ffff::9")));
    assert_true(jr_attempts_address(JN_STR("2001:db8:1:2::1")) != jr_attempts_address(JN_STR("2001:db8:1:3::1")));
    assert_true(jr_attempts_address(JN_STR("192.0.2.1")) != jr_attempts_address(JN_STR("192.0.2.2")));
    assert_true(jr_attempts_address(JN_STR("::ffff:192.0.2.1")) != jr_attempts_address(JN_STR("::ffff:192.0.2.2")));
    assert_int_equal(jr_attempts_address(JN_STR("")), jr_attempts_address(JN_STR_NONE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_waits_out_its_window),
        cmocka_unit_test(the_table_is_bounded),
        cmocka_unit_test(a_network_of_ipv6_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
