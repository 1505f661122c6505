/* Engine time: the wall clock, but never backwards, and not at once where the wall clock leaps forward. Shared by all
 * threads.
 *
 * A clock that is wrong must neither stop everybody nor write to everybody. Between two looks engine time goes on as
 * time passes. Where the wall clock is ahead by more than JR_CLOCK_LEAP_MS, it is believed when it has kept going
 * evenly for JR_CLOCK_STEADY_MS; until then what it alone makes due waits. Where it is behind, engine time goes at half
 * speed until they meet. */
#ifndef RUNTIME_LOOP_CLOCK_H
#define RUNTIME_LOOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define JR_CLOCK_JUMP_MS   10000 /* the wall clock moved this much more or less than time passed: worth a log line */
#define JR_CLOCK_LEAP_MS   600000
#define JR_CLOCK_STEADY_MS 600000
#define JR_CLOCK_ABSENT_MS (INT64_C(7) * 24 * 3600000) /* a process that was away for so long is not astonished */

struct jr_clock {
    uv_mutex_t lock;
    bool begun;
    int64_t now;          /* engine time at the last look */
    int64_t wall, steady; /* the readings then */
    int64_t even_since;   /* steady time since which the wall clock has gone evenly */
    int64_t even_wall;    /* what it said then */
    int64_t odd;          /* a millisecond that half speed has left over */
    bool doubting;        /* it is ahead and not believed yet */
    int64_t jumped;       /* jumps since they were asked for */
};

/* `mark`: engine time as it was kept; 0: there is none. */
void jr_clock_open(struct jr_clock *clock, int64_t mark);
void jr_clock_close(struct jr_clock *clock);

/* Now, in ms since 1970. From any thread. */
int64_t jr_clock_now(struct jr_clock *clock);

/* The two readings, given or taken: `wall` since 1970, `steady` since some start, also while suspended. */
int64_t jr_clock_wall(void);
int64_t jr_clock_steady(void);
/* Now, by readings that are given. */
int64_t jr_clock_look(struct jr_clock *clock, int64_t wall, int64_t steady);

/* By how many ms the wall clock has jumped since this was last asked. */
int64_t jr_clock_jumped(struct jr_clock *clock);
/* By how many ms the wall clock is ahead without being believed; negative: how far it is behind. */
int64_t jr_clock_error(struct jr_clock *clock);

#endif
