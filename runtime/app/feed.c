#include "runtime/app/feed.h"

#include "runtime/app/figures.h"

void jr_feed_trace(void *user, const struct jr_trace *trace) {
    struct jr_feed *feed = user;
    struct jr_told told;
    jr_figures_trace(trace);
    if (!feed->wanted || feed->arena == NULL || !jr_told_make(trace, feed->arena, &told)) return;
    *(struct jr_told *)jn_arena_grow(feed->arena, &feed->told, &feed->n, sizeof told) = told;
}
