/* What turns tell of runs, gathered on the lane's thread while somebody listens. */
#ifndef RUNTIME_APP_FEED_H
#define RUNTIME_APP_FEED_H

#include <stdatomic.h>

#include "runtime/api/told.h"

struct jr_feed {
    _Atomic bool wanted; /* set on the loop */
    /* of the turn under way */
    struct jn_arena *arena;
    struct jr_told *told;
    uint32_t n;
};

/* For jr_engine_options; `user` is the feed. */
void jr_feed_trace(void *user, const struct jr_trace *trace);

#endif
