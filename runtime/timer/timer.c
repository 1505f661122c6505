#include "runtime/timer/timer.h"

#include <stdlib.h>

#include "core/check.h"

#define ARITY 4 /* a 4-ary heap halves the levels and keeps siblings in a cache line or two */

void jr_timers_init(struct jr_timers *timers, uint64_t max) {
    JN_CHECK(max >= 4);
    *timers = (struct jr_timers){.max = max, .last = {.due = INT64_MIN}};
}

void jr_timers_release(struct jr_timers *timers) {
    free(timers->heap);
    *timers = (struct jr_timers){0};
}

static bool jr_timer_sooner(const struct jr_timer *a, const struct jr_timer *b) {
    return a->due < b->due || (a->due == b->due && a->run < b->run);
}

static void jr_timers_push(struct jr_timers *timers, struct jr_timer timer) {
    if (timers->n == timers->cap) {
        timers->cap = timers->cap == 0 ? 64 : timers->cap * 2;
        timers->heap = jn_realloc(timers->heap, timers->cap * sizeof(*timers->heap));
    }
    uint64_t at = timers->n++;
    while (at > 0) {
        uint64_t parent = (at - 1) / ARITY;
        if (!jr_timer_sooner(&timer, &timers->heap[parent])) break;
        timers->heap[at] = timers->heap[parent];
        at = parent;
    }
    timers->heap[at] = timer;
}

static int jr_timer_order(const void *a, const void *b) {
    return jr_timer_sooner(a, b) ? -1 : jr_timer_sooner(b, a);
}

/* Half of them stay, the soonest: a sorted array is a heap, and the next half comes back by one read of a range. */
static void jr_timers_shed(struct jr_timers *timers) {
    qsort(timers->heap, timers->n, sizeof(*timers->heap), jr_timer_order);
    timers->n = timers->max / 2;
    timers->last = timers->heap[timers->n - 1];
    timers->whole = false;
}

void jr_timers_add(struct jr_timers *timers, struct jr_timer timer) {
    if (!timers->whole && jr_timer_sooner(&timers->last, &timer)) return;
    jr_timers_push(timers, timer);
    if (timers->n > timers->max) jr_timers_shed(timers);
}

bool jr_timers_want(const struct jr_timers *timers) {
    return !timers->whole && timers->n < timers->max / 4;
}

void jr_timers_fill(struct jr_timers *timers, const struct jr_timer *row, uint64_t n, bool end) {
    for (uint64_t i = 0; i < n; i++)
        jr_timers_push(timers, row[i]);
    if (n > 0) timers->last = row[n - 1];
    timers->whole = end;
}

bool jr_timers_peek(const struct jr_timers *timers, struct jr_timer *out) {
    if (timers->n == 0) return false;
    *out = timers->heap[0];
    return true;
}

bool jr_timers_take(struct jr_timers *timers, int64_t now, struct jr_timer *out) {
    if (timers->n == 0 || timers->heap[0].due > now) return false;
    *out = timers->heap[0];
    struct jr_timer last = timers->heap[--timers->n];
    uint64_t at = 0;
    for (;;) {
        uint64_t child = at * ARITY + 1, best = child, end = child + ARITY;
        if (child >= timers->n) break;
        for (uint64_t i = child + 1; i < end && i < timers->n; i++)
            if (jr_timer_sooner(&timers->heap[i], &timers->heap[best])) best = i;
        if (!jr_timer_sooner(&timers->heap[best], &last)) break;
        timers->heap[at] = timers->heap[best];
        at = best;
    }
    if (timers->n > 0) timers->heap[at] = last;
    return true;
}
