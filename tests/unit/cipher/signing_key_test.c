/* Which secrets are keys. */
#include "cipher/signing_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_secrets_that_cannot_be_used(void **state) {
    (void)state;
    struct jn_err err;
    assert_int_equal(jn_signing_key_check(JN_STR("whsec_!!!"), &err), JN_CONFIG);
    assert_int_equal(jn_signing_key_check(JN_STR("whsec_"), &err), JN_CONFIG);
    assert_int_equal(jn_signing_key_check(JN_STR(""), &err), JN_CONFIG);
    assert_int_equal(jn_signing_key_check(JN_STR("whsec_AAAA"), &err), JN_OK);
    char long_key[JN_SIGNING_KEY_MAX + 1] = {0};
    memset(long_key, 'k', sizeof long_key);
    assert_int_equal(jn_signing_key_check((struct jn_str){long_key, sizeof long_key}, &err), JN_CONFIG);
    assert_int_equal(jn_signing_key_check((struct jn_str){long_key, sizeof long_key - 1}, &err), JN_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_secrets_that_cannot_be_used)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
