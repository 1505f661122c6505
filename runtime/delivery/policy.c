#include "runtime/delivery/policy.h"

int64_t jr_retry_delay(uint32_t attempts) {
    int64_t delay = JR_RETRY_FIRST_MS;
    for (uint32_t i = 1; i < attempts && delay < JR_RETRY_LONGEST_MS; i++)
        delay *= 3;
    return delay < JR_RETRY_LONGEST_MS ? delay : JR_RETRY_LONGEST_MS;
}

/* No answer, or one that says "later". Everything else is the receiver's decision. */
bool jr_retry_is_worth_it(uint32_t status) {
    return status == 0 || status == 408 || status == 425 || status == 429 || (status >= 500 && status <= 599);
}

/* 80% to 120% of the delay, so that messages which failed together do not come back together. */
static int64_t jr_retry__jitter(int64_t delay, struct jn_random *random) {
    int64_t spread = delay / 5;
    return delay - spread + (int64_t)jn_random_below(random, (uint64_t)(2 * spread) + 1);
}

struct jr_retry jr_retry_decide(const struct jr_retry_case *c, struct jn_random *random) {
    if (c->end.refused || c->end.rejected) return (struct jr_retry){.result = JR_RESULT_FAILED};
    if (c->end.status >= 200 && c->end.status <= 299) return (struct jr_retry){.result = JR_RESULT_ACCEPTED};
    if (!jr_retry_is_worth_it(c->end.status)) return (struct jr_retry){.result = JR_RESULT_FAILED};
    if (c->attempts > c->retry_max)
        return (struct jr_retry){.result = JR_RESULT_FAILED, .reason = "no retries are left"};
    int64_t asked = c->end.retry_after_ms < JR_RETRY_LONGEST_MS ? c->end.retry_after_ms : JR_RETRY_LONGEST_MS;
    int64_t delay = jr_retry__jitter(jr_retry_delay(c->attempts), random);
    int64_t at = c->now + (asked > delay ? asked : delay);
    if (c->deadline > 0 && at > c->deadline) {
        /* Our own delay may be cut short for a last attempt in time; one that was asked for may not. */
        int64_t left = c->deadline - c->now;
        if (left < asked || left < JR_RETRY_FIRST_MS)
            return (struct jr_retry){.result = JR_RESULT_FAILED,
                                     .reason = "the next attempt would be past the deadline"};
        at = c->deadline;
    }
    return (struct jr_retry){.result = JR_RESULT_RETRY, .at = at};
}
