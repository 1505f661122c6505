/* What an attempt's end means for its message: accepted, tried again and when, or failed. Pure: time and chance are
 * given. */
#ifndef RUNTIME_DELIVERY_POLICY_H
#define RUNTIME_DELIVERY_POLICY_H

#include "core/random.h"
#include "journey/channel.h"

#define JR_RETRY_FIRST_MS   5000 /* delay before the first retry; each next one is three times as long */
#define JR_RETRY_LONGEST_MS (INT64_C(24) * 3600000) /* of delays, also of those the receiver asks for */

struct jr_retry_case {
    struct jr_attempt_end end;
    uint32_t attempts;  /* made, this one included */
    uint32_t retry_max; /* retries allowed after the first attempt */
    int64_t now;
    int64_t deadline; /* no attempt begins after it; 0: none */
};

struct jr_retry {
    enum jr_result result;
    int64_t at;         /* RETRY */
    const char *reason; /* FAILED: why not again, NULL when the attempt's own reason says it all */
};

/* Whether the receiver, having answered so (0: not at all), may be asked again. */
bool jr_retry_is_worth_it(uint32_t status);
struct jr_retry jr_retry_decide(const struct jr_retry_case *c, struct jn_random *random);

/* Delay before the attempt that follows `attempts` made, without jitter. */
int64_t jr_retry_delay(uint32_t attempts);

#endif
