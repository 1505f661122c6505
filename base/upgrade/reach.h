/* Which steps of a journey can come after one. Private to this folder. */
#ifndef UPGRADE_REACH_H
#define UPGRADE_REACH_H

#include "core/arena.h"
#include "journey/program.h"

/* One bool a step of the journey: whether it can be reached from `step`, which counts as reached, without taking the
 * arm `closed` (JN_NONE: all are open). */
bool *upgrade_reach(const struct jn_program *program, const struct jn_journey *journey, uint32_t step, uint32_t closed,
                    struct jn_arena *arena);

/* The same as a list, nearest first. The way on where nothing is waited for any longer comes before the others. */
const uint32_t *upgrade_reach_order(const struct jn_program *program, const struct jn_journey *journey, uint32_t step,
                                    uint32_t closed, struct jn_arena *arena, uint32_t *n);

#endif
