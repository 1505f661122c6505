/* Names by which the administration is asked. */
#include "runtime/access/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names_of_this_machine_are_always_taken(void **state) {
    static const char *const GOOD[] = {"localhost",     "LocalHost:8080", "127.0.0.1", "127.0.0.1:1",
                                       "127.8.9.10:80", "[::1]",          "[::1]:8080"};
    static const char *const BAD[] = {"",
                                      "evil.example",
                                      "localhost.evil.example",
                                      "127.0.0.1.evil.example:80",
                                      "128.0.0.1",
                                      "[::2]:80",
                                      "0.0.0.0",
                                      "10.0.0.1",
                                      "127.1",
                                      "[::1",
                                      ":80"};
    struct jr_hosts hosts;
    (void)state;
    assert_int_equal(jr_hosts_parse(JN_STR(""), true, &hosts, NULL), JN_OK);
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        if (!jr_hosts_take(&hosts, jn_str_z(GOOD[i]))) fail_msg("%s", GOOD[i]);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (jr_hosts_take(&hosts, jn_str_z(BAD[i]))) fail_msg("%s", BAD[i]);
    assert_false(jr_hosts_take(&hosts, JN_STR_NONE));
}

static void names_that_are_given_are_taken(void **state) {
    struct jr_hosts hosts;
    (void)state;
    assert_int_equal(jr_hosts_parse(JN_STR("journey.example.com, Admin.Internal"), true, &hosts, NULL), JN_OK);
    assert_true(jr_hosts_take(&hosts, JN_STR("journey.example.com:443")));
    assert_true(jr_hosts_take(&hosts, JN_STR("admin.internal")));
    assert_true(jr_hosts_take(&hosts, JN_STR("127.0.0.1:8080")));
    assert_false(jr_hosts_take(&hosts, JN_STR("example.com")));
    assert_int_equal(jr_hosts_parse(JN_STR(""), false, &hosts, NULL), JN_OK); /* everywhere: no name is known */
    assert_true(jr_hosts_take(&hosts, JN_STR("any.example")));
    assert_int_equal(jr_hosts_parse(JN_STR("one.example"), false, &hosts, NULL), JN_OK);
    assert_false(jr_hosts_take(&hosts, JN_STR("any.example")));
}

static void a_name_is_a_name(void **state) {
    static const char *const BAD[] = {"https://a.example", "a.example:80", "*.example", "a b"};
    struct jr_hosts hosts;
    struct jn_err err;
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(jr_hosts_parse(jn_str_z(BAD[i]), true, &hosts, &err), JN_CONFIG);
        assert_non_null(strstr(err.text, "no name of a host"));
    }
    char many[200] = "";
    for (int i = 0; i < 33; i++)
        strcat(many, "a,");
    assert_int_equal(jr_hosts_parse(jn_str_z(many), true, &hosts, &err), JN_CONFIG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_this_machine_are_always_taken),
        cmocka_unit_test(names_that_are_given_are_taken),
        cmocka_unit_test(a_name_is_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
