#include "runtime/loop/clock.h"

#include <time.h>

#include "core/check.h"

static int64_t jr_clock__read(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t jr_clock_wall(void) {
    return jr_clock__read(CLOCK_REALTIME);
}

int64_t jr_clock_steady(void) {
    return jr_clock__read(CLOCK_BOOTTIME);
}

void jr_clock_open(struct jr_clock *clock, int64_t mark) {
    *clock = (struct jr_clock){.now = mark};
    JN_CHECK(uv_mutex_init(&clock->lock) == 0);
}

void jr_clock_close(struct jr_clock *clock) {
    uv_mutex_destroy(&clock->lock);
}

/* From here on it is seen whether the wall clock goes evenly. */
static void jr_clock__begin_anew(struct jr_clock *clock, int64_t wall, int64_t steady) {
    clock->even_since = steady;
    clock->even_wall = wall;
}

static bool jr_clock__is_jump(int64_t by) {
    return by > JR_CLOCK_JUMP_MS || by < -JR_CLOCK_JUMP_MS;
}

/* The first look: nothing but the mark says whether the wall clock is right. */
static void jr_clock__begin(struct jr_clock *clock, int64_t wall, int64_t steady) {
    bool away = clock->now != 0 && wall - clock->now > JR_CLOCK_ABSENT_MS;
    clock->begun = true;
    clock->doubting = away;
    jr_clock__begin_anew(clock, wall, steady);
    if (!away && wall > clock->now) clock->now = wall;
}

static int64_t jr_clock__later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* With the lock held. Two threads may have read in another order than they come in: then no time has passed. */
static void jr_clock__go_on(struct jr_clock *clock, int64_t wall, int64_t steady) {
    int64_t passed = jr_clock__later(steady - clock->steady, 0), jump = wall - clock->wall - (steady - clock->steady);
    int64_t drift = wall - clock->even_wall - (steady - clock->even_since); /* of one that stands still, or is slewed */
    if (jr_clock__is_jump(jump)) clock->jumped += jump;
    if (jr_clock__is_jump(jump) || jr_clock__is_jump(drift)) jr_clock__begin_anew(clock, wall, steady);
    int64_t expected = clock->now + passed;
    bool ahead = wall - expected > JR_CLOCK_LEAP_MS;
    clock->doubting = ahead && steady - clock->even_since < JR_CLOCK_STEADY_MS;
    if (clock->doubting) {
        clock->now = expected;
        return;
    }
    int64_t slow = passed + clock->odd; /* or looks that come each millisecond would make it stand still */
    clock->odd = slow % 2;
    clock->now = jr_clock__later(clock->now + slow / 2, wall);
}

int64_t jr_clock_look(struct jr_clock *clock, int64_t wall, int64_t steady) {
    uv_mutex_lock(&clock->lock);
    if (!clock->begun)
        jr_clock__begin(clock, wall, steady);
    else
        jr_clock__go_on(clock, wall, steady);
    clock->wall = wall;
    clock->steady = jr_clock__later(steady, clock->steady);
    int64_t now = clock->now;
    uv_mutex_unlock(&clock->lock);
    return now;
}

int64_t jr_clock_now(struct jr_clock *clock) {
    return jr_clock_look(clock, jr_clock_wall(), jr_clock_steady());
}

int64_t jr_clock_jumped(struct jr_clock *clock) {
    uv_mutex_lock(&clock->lock);
    int64_t jumped = clock->jumped;
    clock->jumped = 0;
    uv_mutex_unlock(&clock->lock);
    return jumped;
}

int64_t jr_clock_error(struct jr_clock *clock) {
    uv_mutex_lock(&clock->lock);
    int64_t error = clock->doubting || clock->wall < clock->now ? clock->wall - clock->now : 0;
    uv_mutex_unlock(&clock->lock);
    return error;
}
