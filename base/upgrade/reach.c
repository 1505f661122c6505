#include "upgrade/reach.h"

#include "image/image.h"
#include "upgrade/upgrade.h"

struct reach {
    uint32_t first; /* step of the journey */
    bool *seen;
    uint32_t *queue;
    uint32_t n;
};

static void reach_add(struct reach *r, uint32_t step) {
    if (step == JN_NONE || r->seen[step - r->first]) return;
    r->seen[step - r->first] = true;
    r->queue[r->n++] = step;
}

static struct reach reach_from(const struct jn_program *program, const struct jn_journey *journey, uint32_t step,
                               uint32_t closed, struct jn_arena *arena) {
    struct reach r = {.first = journey->first_step};
    r.seen = JN_NEW_ARRAY(arena, bool, journey->n_step);
    r.queue = JN_NEW_ARRAY(arena, uint32_t, journey->n_step);
    reach_add(&r, step);
    for (uint32_t i = 0; i < r.n; i++) {
        const struct jn_step *row = &program->step[r.queue[i]];
        if (jn_step_ways((enum jn_step_kind)row->kind) != JN_WAYS_ARMS) {
            reach_add(&r, jn_upgrade_behind(row));
            reach_add(&r, row->next);
            reach_add(&r, row->alt);
            continue;
        }
        for (uint32_t arm = row->a; arm < row->a + row->b; arm++)
            if (arm != closed) reach_add(&r, program->arm[arm].step);
    }
    return r;
}

bool *upgrade_reach(const struct jn_program *program, const struct jn_journey *journey, uint32_t step, uint32_t closed,
                    struct jn_arena *arena) {
    return reach_from(program, journey, step, closed, arena).seen;
}

const uint32_t *upgrade_reach_order(const struct jn_program *program, const struct jn_journey *journey, uint32_t step,
                                    uint32_t closed, struct jn_arena *arena, uint32_t *n) {
    struct reach r = reach_from(program, journey, step, closed, arena);
    *n = r.n;
    return r.queue;
}
