/* The most that one run of a journey can cause: messages, cost and carbon on the worst of its paths. */
#ifndef COMPILER_EXPLAIN_BOUNDS_H
#define COMPILER_EXPLAIN_BOUNDS_H

#include "core/arena.h"
#include "core/decimal.h"
#include "journey/program.h"

struct jc_bound {
    enum {
        JC_BOUND_KNOWN,
        JC_BOUND_NONE,
        JC_BOUND_HUGE
    } is; /* `most` is it; a circle that sends; beyond what is counted */
    struct jn_dec most;
};

struct jc_bounds {
    struct jc_bound messages, cost, carbon;
    uint16_t currency; /* of the cost; 0: no channel has one */
    bool mixed;        /* costs are in several currencies, and so there is no sum */
};

void jc_bounds_find(const struct jn_program *program, uint32_t journey, struct jn_arena *arena, struct jc_bounds *out);

/* A table of all journeys; or an object a line. */
void jc_bounds_text(const struct jn_program *program, struct jn_buf *out);
void jc_bounds_json(const struct jn_program *program, struct jn_buf *out);

#endif
