/* Who acts first of what is due at one instant. */
#include "runtime/engine/policy/policy.h"

bool engine_is_held_back(const struct engine_run *run) {
    return run->status == ENGINE_LIVE && !run->gone && run->hold.type == JN_T_NUMBER &&
           jn_step_sends(run->program->program->step[run->step].kind);
}

bool engine_fires_before(const struct engine_run *a, const struct engine_run *b) {
    if (a->due != b->due) return a->due < b->due;
    bool a_sends = engine_is_held_back(a), b_sends = engine_is_held_back(b);
    if (a_sends != b_sends) return b_sends; /* what else is due may bring another message to this instant */
    if (!a_sends) return a->id < b->id;
    uint32_t a_rank = engine_journey(a)->priority, b_rank = engine_journey(b)->priority;
    if (a_rank != b_rank) return a_rank > b_rank;
    if (a->anchor != b->anchor) return a->anchor < b->anchor;
    return a->hold.i < b->hold.i;
}
