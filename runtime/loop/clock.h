/* Engine time: the wall clock made monotone by a high-water mark, shared by all threads. */
#ifndef RUNTIME_LOOP_CLOCK_H
#define RUNTIME_LOOP_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define JR_CLOCK_JUMP_MS 10000 /* the wall clock moved this much more or less than time passed: worth a log line */

struct jr_clock {
    _Atomic int64_t mark; /* never goes back: what was due stays due, nothing fires twice */
    int64_t wall, steady; /* at the last look; of the thread that looks for jumps */
};

/* Now, in ms since 1970. From any thread. */
int64_t jr_clock_now(struct jr_clock *clock);

/* The two readings, given or taken: `wall` since 1970, `steady` since some start, also while suspended. */
int64_t jr_clock_wall(void);
int64_t jr_clock_steady(void);
/* By how many ms the wall clock jumped since the last look; 0: it did not. One thread only. */
int64_t jr_clock_jump(struct jr_clock *clock, int64_t wall, int64_t steady);
/* The mark after a wall reading. */
int64_t jr_clock_advance(struct jr_clock *clock, int64_t wall);

#endif
