/* Signatures against vectors computed by other implementations. */
#include "runtime/delivery/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const char *secret, const char *id, int64_t timestamp, const char *body, const char *signature) {
    struct jn_buf out;
    struct jn_err err;
    jn_buf_init(&out, 256);
    assert_int_equal(jr_signature(jn_str_z(secret), jn_str_z(id), timestamp, jn_str_z(body), &out, &err), JN_OK);
    assert_true(jn_str_is(jn_buf_view(&out), signature));
    jn_buf_release(&out);
}

static void test_vectors(void **state) {
    (void)state;
    /* The published example of Standard Webhooks. */
    expect("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
           "{\"test\": 2432232314}", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    expect("plain-key", "msg_1", 1, "{}", "v1,fTrYRuG0/kMupcmDm9ECWGLeZgNBDsS8f9KQyo4m/Oo=");
    expect("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "msg_2", 1700000000, "",
           "v1,9WDIzhtybKJfZJgK2x0K2Z2wn5IWvaPm6qd3FuMF0Yc=");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
