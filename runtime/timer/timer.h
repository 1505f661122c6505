/* The soonest due times in memory over durable rows: 24 bytes each, ordered by (due, run), removed lazily.
 *
 * About `max` are held, and a page more; those behind `last` are in the store alone and are read when the ones in
 * memory run out. So memory and start-up do not grow with the number of customers who sleep. */
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
    uint64_t n, cap, max;
    struct jr_timer last; /* unless `whole`, no timer behind it is in memory */
    bool whole;           /* every timer of the store is in memory */
};

/* Nothing has been read from the store yet. `max` is 4 at least. */
void jr_timers_init(struct jr_timers *timers, uint64_t max);
void jr_timers_release(struct jr_timers *timers);
/* A timer that is in the store, or will be with the commit at hand. */
void jr_timers_add(struct jr_timers *timers, struct jr_timer timer);
/* Whether more should be read: rows of the store behind `last`, in order, given to jr_timers_fill. */
bool jr_timers_want(const struct jr_timers *timers);
/* The next n rows behind `last`; `end`: there are no more. */
void jr_timers_fill(struct jr_timers *timers, const struct jr_timer *row, uint64_t n, bool end);
/* The soonest, without taking it; false when none is in memory. */
bool jr_timers_peek(const struct jr_timers *timers, struct jr_timer *out);
/* Takes the soonest when it is due at `now`. A timer whose run has moved on is the caller's to recognise:
 * the run's own due time is the truth, the heap only says whom to look at. */
bool jr_timers_take(struct jr_timers *timers, int64_t now, struct jr_timer *out);

#endif
