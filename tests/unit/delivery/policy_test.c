/* What becomes of a message after each way an attempt can end. */
#include "runtime/delivery/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW INT64_C(1000000000)

static struct jr_retry decide(struct jr_retry_case c) {
    struct jn_random random;
    jn_random_seed(&random, 7);
    return jr_retry_decide(&c, &random);
}

static struct jr_retry_case after(uint32_t status) {
    return (struct jr_retry_case){.end.status = status, .attempts = 1, .retry_max = 5, .now = NOW};
}

static void test_statuses(void **state) {
    (void)state;
    for (uint32_t status = 0; status < 600; status++) {
        if (status > 0 && status < 100) continue;
        enum jr_result want = JR_RESULT_FAILED;
        if (status >= 200 && status <= 299) want = JR_RESULT_ACCEPTED;
        if (status == 0 || status == 408 || status == 425 || status == 429 || status >= 500) want = JR_RESULT_RETRY;
        assert_int_equal(decide(after(status)).result, want);
    }
}

static void test_backoff_grows_and_is_jittered(void **state) {
    (void)state;
    struct jn_random random;
    jn_random_seed(&random, 1);
    int64_t last = 0;
    for (uint32_t attempts = 1; attempts < 40; attempts++) {
        int64_t delay = jr_retry_delay(attempts);
        assert_true(delay >= last && delay <= JR_RETRY_LONGEST_MS);
        last = delay;
        bool differs = false;
        int64_t first = 0;
        for (int i = 0; i < 50; i++) {
            struct jr_retry_case c = after(500);
            c.attempts = attempts;
            c.retry_max = 100;
            struct jr_retry retry = jr_retry_decide(&c, &random);
            assert_int_equal(retry.result, JR_RESULT_RETRY);
            assert_in_range(retry.at, NOW + delay - delay / 5, NOW + delay + delay / 5);
            if (i == 0) first = retry.at;
            differs |= retry.at != first;
        }
        assert_true(differs);
    }
    assert_int_equal(jr_retry_delay(1), 5000);
    assert_int_equal(last, JR_RETRY_LONGEST_MS);
}

static void test_retries_end(void **state) {
    (void)state;
    struct jr_retry_case c = after(503);
    c.retry_max = 2;
    c.attempts = 2;
    assert_int_equal(decide(c).result, JR_RESULT_RETRY);
    c.attempts = 3;
    assert_int_equal(decide(c).result, JR_RESULT_FAILED);
    assert_non_null(decide(c).reason);
    c = after(0);
    c.retry_max = 0;
    assert_int_equal(decide(c).result, JR_RESULT_FAILED);
}

static void test_retry_after_is_honoured(void **state) {
    (void)state;
    struct jr_retry_case c = after(429);
    c.end.retry_after_ms = 120000;
    assert_int_equal(decide(c).at, NOW + 120000);
    c.end.retry_after_ms = 1; /* shorter than our own delay: ours is kept */
    assert_true(decide(c).at >= NOW + 4000);
    c.end.retry_after_ms = INT64_MAX;
    assert_int_equal(decide(c).at, NOW + JR_RETRY_LONGEST_MS);
}

static void test_never_past_the_deadline(void **state) {
    (void)state;
    struct jr_retry_case c = after(500);
    c.attempts = 4; /* delay of 135 s */
    c.deadline = NOW + 60000;
    assert_int_equal(decide(c).result, JR_RESULT_RETRY);
    assert_int_equal(decide(c).at, c.deadline); /* a last attempt in time */
    c.deadline = NOW + 1000;
    assert_int_equal(decide(c).result, JR_RESULT_FAILED);
    c.deadline = NOW + 60000;
    c.end.retry_after_ms = 90000; /* the receiver does not want it before */
    assert_int_equal(decide(c).result, JR_RESULT_FAILED);
}

static void test_refused_attempts_fail(void **state) {
    (void)state;
    struct jr_retry_case c = after(0);
    c.end.refused = true;
    assert_int_equal(decide(c).result, JR_RESULT_FAILED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_backoff_grows_and_is_jittered),
        cmocka_unit_test(test_retries_end),
        cmocka_unit_test(test_retry_after_is_honoured),
        cmocka_unit_test(test_never_past_the_deadline),
        cmocka_unit_test(test_refused_attempts_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
