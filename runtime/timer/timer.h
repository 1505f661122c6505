/* Due times in memory over durable rows: 24 bytes each, ordered by (due, run), removed lazily. */
#ifndef RUNTIME_TIMER_TIMER_H
#define RUNTIME_TIMER_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct jr_timer {
    int64_t due;
    uint64_t run;
    uint64_t customer;
};

struct jr_timers {
    struct jr_timer *heap; /* 4-ary, smallest first */
    uint64_t n, cap;
};

void jr_timers_init(struct jr_timers *timers);
void jr_timers_release(struct jr_timers *timers);
void jr_timers_add(struct jr_timers *timers, struct jr_timer timer);
/* The soonest, without taking it; false when there is none. */
bool jr_timers_peek(const struct jr_timers *timers, struct jr_timer *out);
/* Takes the soonest when it is due at `now`. A timer whose run has moved on is the caller's to recognise:
 * the run's own due time is the truth, the heap only says whom to look at. */
bool jr_timers_take(struct jr_timers *timers, int64_t now, struct jr_timer *out);

#endif
