#include "runtime/loop/clock.h"

#include <time.h>

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

int64_t jr_clock_advance(struct jr_clock *clock, int64_t wall) {
    int64_t mark = atomic_load(&clock->mark);
    while (wall > mark && !atomic_compare_exchange_weak(&clock->mark, &mark, wall)) {
    }
    return wall > mark ? wall : mark;
}

int64_t jr_clock_now(struct jr_clock *clock) {
    return jr_clock_advance(clock, jr_clock_wall());
}

int64_t jr_clock_jump(struct jr_clock *clock, int64_t wall, int64_t steady) {
    int64_t passed = steady - clock->steady, moved = wall - clock->wall;
    bool first = clock->steady == 0 && clock->wall == 0;
    clock->wall = wall;
    clock->steady = steady;
    int64_t jump = first ? 0 : moved - passed;
    return jump > JR_CLOCK_JUMP_MS || jump < -JR_CLOCK_JUMP_MS ? jump : 0;
}
