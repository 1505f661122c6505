/* A circuit breaker: when too many of the last calls fail, nothing is asked for a while, then one call tries. Pure:
 * time and chance are given. */
#ifndef RUNTIME_DELIVERY_BREAKER_H
#define RUNTIME_DELIVERY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/random.h"

#define JR_BREAKER_CALLS_MAX 1000 /* looked back at; the compiler allows no more */

struct jr_breaker_rules {
    uint32_t share, calls; /* opens when so large a share (of JN_SHARE_ALL) of the last `calls` failed; 0: never */
    uint32_t in_a_row;     /* … or so many after one another; 0: that does not count */
    uint32_t open_ms, longest_ms; /* how long it stays open: twice as long each time its try fails */
    bool spread;                  /* … a fifth more or less, so that what failed together is not tried together */
};

enum jr_breaker_state { JR_BREAKER_CLOSED, JR_BREAKER_OPEN, JR_BREAKER_HALF_OPEN };

struct jr_breaker {
    uint8_t failed[JR_BREAKER_CALLS_MAX]; /* the last calls, as a ring */
    uint32_t n, at, n_failed, in_a_row;
    uint32_t opened;    /* times since it was last closed */
    int64_t open_until; /* 0: closed */
    bool trying;        /* half open: one call is out */
};

enum jr_breaker_state jr_breaker_state(const struct jr_breaker *breaker);

/* When the next call may begin: 0 at once, INT64_MAX when the end of one is waited for. */
int64_t jr_breaker_until(const struct jr_breaker *breaker);
/* A call begins, which jr_breaker_until allowed. True: it is the one that tries. */
bool jr_breaker_begin(struct jr_breaker *breaker);
/* How a call ended; `tried` as jr_breaker_begin said. True when this opened or closed the breaker. */
bool jr_breaker_note(struct jr_breaker *breaker, const struct jr_breaker_rules *rules, bool tried, bool failed,
                     int64_t now, struct jn_random *random);
/* The call that was to try was not made: the next one tries. */
void jr_breaker_untried(struct jr_breaker *breaker, bool tried);

#endif
