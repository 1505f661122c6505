#include "runtime/delivery/breaker.h"

#include <string.h>

#include "core/check.h"
#include "journey/program.h"

enum jr_breaker_state jr_breaker_state(const struct jr_breaker *breaker) {
    if (breaker->open_until == 0) return JR_BREAKER_CLOSED;
    return breaker->trying ? JR_BREAKER_HALF_OPEN : JR_BREAKER_OPEN;
}

int64_t jr_breaker_until(const struct jr_breaker *breaker) {
    return breaker->trying ? INT64_MAX : breaker->open_until;
}

bool jr_breaker_begin(struct jr_breaker *breaker) {
    JN_CHECK(!breaker->trying);
    breaker->trying = breaker->open_until != 0;
    return breaker->trying;
}

void jr_breaker_untried(struct jr_breaker *breaker, bool tried) {
    if (tried) breaker->trying = false;
}

static void jr_breaker__close(struct jr_breaker *breaker) {
    memset(breaker, 0, sizeof *breaker);
}

static void jr_breaker__open(struct jr_breaker *breaker, const struct jr_breaker_rules *rules, int64_t now,
                             struct jn_random *random) {
    uint64_t pause = rules->open_ms;
    for (uint32_t i = 0; i < breaker->opened && pause < rules->longest_ms; i++)
        pause *= 2;
    if (pause > rules->longest_ms) pause = rules->longest_ms;
    uint64_t spread = rules->spread ? pause / 5 : 0;
    breaker->open_until = now + (int64_t)(pause - spread + jn_random_below(random, 2 * spread + 1));
    breaker->trying = false;
    breaker->opened++;
}

/* The window of the newest `calls` outcomes; rules that look at fewer begin anew. */
static void jr_breaker__remember(struct jr_breaker *breaker, uint32_t calls, bool failed) {
    if (breaker->n > calls || breaker->at >= calls) jr_breaker__close(breaker);
    if (breaker->n == calls)
        breaker->n_failed -= breaker->failed[breaker->at];
    else
        breaker->n++;
    breaker->failed[breaker->at] = failed;
    breaker->n_failed += failed;
    breaker->at = (breaker->at + 1) % calls;
    breaker->in_a_row = failed ? breaker->in_a_row + 1 : 0;
}

bool jr_breaker_note(struct jr_breaker *breaker, const struct jr_breaker_rules *rules, bool tried, bool failed,
                     int64_t now, struct jn_random *random) {
    uint32_t calls = rules->calls < JR_BREAKER_CALLS_MAX ? rules->calls : JR_BREAKER_CALLS_MAX;
    if (rules->share == 0 || calls == 0) return false;
    if (breaker->open_until != 0) {
        if (!tried) return false; /* it began before the breaker opened */
        if (failed)
            jr_breaker__open(breaker, rules, now, random);
        else
            jr_breaker__close(breaker);
        return true;
    }
    jr_breaker__remember(breaker, calls, failed);
    bool too_many = breaker->n == calls && (uint64_t)breaker->n_failed * JN_SHARE_ALL >= (uint64_t)rules->share * calls;
    bool too_long = rules->in_a_row > 0 && breaker->in_a_row >= rules->in_a_row;
    if (!too_many && !too_long) return false;
    jr_breaker__open(breaker, rules, now, random);
    return true;
}
