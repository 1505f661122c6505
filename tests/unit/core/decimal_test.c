/* Decimals are exact, rounded where they must be, and refuse what they cannot hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/decimal.h"

static struct jn_dec dec(const char *z) {
    struct jn_dec d;
    if (!jn_dec_parse(jn_str_z(z), &d)) fail_msg("%s", z);
    return d;
}

static void expect(struct jn_dec d, const char *printed) {
    struct jn_buf out;
    jn_buf_init(&out, 64);
    jn_dec_print(d, 0, &out);
    if (!jn_str_is(jn_buf_view(&out), printed)) fail_msg("%.*s is not %s", JN_FMT(jn_buf_view(&out)), printed);
    jn_buf_release(&out);
}

static void parses_what_is_a_number(void **state) {
    struct jn_dec d;
    (void)state;
    expect(dec("-12.50"), "-12.5");
    expect(dec("0.000000001"), "0.000000001");
    expect(dec("9223372036854775807"), "9223372036854775807");
    expect(dec("1.5000000000000"), "1.5");
    const char *const bad[] = {"", "-", ".5", "5.", "1e3", "+1", "1 ", "0.0000000001", "9223372036854775808", "99999999999999999999", "1_000", "0x1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (jn_dec_parse(jn_str_z(bad[i]), &d)) fail_msg("%s was taken", bad[i]);
}

static void computes_exactly(void **state) {
    struct jn_dec d;
    (void)state;
    assert_true(jn_dec_add(dec("0.1"), dec("0.2"), &d));
    expect(d, "0.3");
    assert_true(jn_dec_mul(dec("1.1"), dec("1.1"), &d));
    expect(d, "1.21");
    assert_true(jn_dec_div(dec("1"), dec("3"), &d));
    expect(d, "0.333333333");
    assert_true(jn_dec_div(dec("2"), dec("3"), &d));
    expect(d, "0.666666667");
    assert_true(jn_dec_div(dec("-10"), dec("4"), &d));
    expect(d, "-2.5");
    assert_true(jn_dec_div(dec("1"), dec("-8"), &d));
    expect(d, "-0.125");
    assert_true(jn_dec_sub(dec("0.3"), dec("0.1"), &d));
    expect(d, "0.2");
    assert_true(jn_dec_mul(dec("0.000000001"), dec("0.5"), &d)); /* half to even */
    expect(d, "0");
    assert_true(jn_dec_mul(dec("0.000000003"), dec("0.5"), &d));
    expect(d, "0.000000002");
}

static void refuses_what_does_not_fit(void **state) {
    struct jn_dec d;
    (void)state;
    assert_false(jn_dec_add(dec("9223372036854775807"), dec("1"), &d));
    assert_false(jn_dec_mul(dec("9223372036854775807"), dec("2"), &d));
    assert_false(jn_dec_div(dec("1"), dec("0"), &d));
    assert_false(jn_dec_sub(dec("1"), jn_dec_int(INT64_MIN), &d));
    assert_false(jn_dec_from_double(1e300, &d));
    assert_false(jn_dec_from_double(0.0 / 0.0, &d));
}

static void takes_the_shortest_decimal_of_a_double(void **state) {
    struct jn_dec d;
    (void)state;
    assert_true(jn_dec_from_double(49.9, &d));
    expect(d, "49.9");
    assert_true(jn_dec_from_double(0.1 + 0.2, &d));
    expect(d, "0.3");
    assert_true(jn_dec_from_double(-1e-12, &d));
    expect(d, "0");
    assert_true(jn_dec_from_double(1e15, &d));
    expect(d, "1000000000000000");
    assert_true(jn_dec_from_double(-9.2e18, &d));
    expect(d, "-9200000000000000000");
    assert_true(jn_dec_from_double(-0.0, &d));
    expect(d, "0");
    assert_true(jn_dec_from_double(1e-300, &d));
    expect(d, "0");
    assert_false(jn_dec_from_double(9.25e18, &d));
}

static void rounds_as_people_do(void **state) {
    struct jn_dec d;
    (void)state;
    assert_true(jn_dec_round(dec("2.5"), 0, &d));
    expect(d, "3");
    assert_true(jn_dec_round(dec("-2.5"), 0, &d));
    expect(d, "-3");
    assert_true(jn_dec_round(dec("1.005"), 2, &d));
    expect(d, "1.01");
}

static void compares_across_places(void **state) {
    (void)state;
    assert_int_equal(jn_dec_cmp(dec("1.10"), dec("1.1")), 0);
    assert_int_equal(jn_dec_cmp(dec("9223372036854775807"), dec("0.000000001")), 1);
    assert_int_equal(jn_dec_cmp(dec("-1"), dec("1")), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_what_is_a_number),   cmocka_unit_test(computes_exactly),
        cmocka_unit_test(refuses_what_does_not_fit), cmocka_unit_test(takes_the_shortest_decimal_of_a_double),
        cmocka_unit_test(rounds_as_people_do),       cmocka_unit_test(compares_across_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
