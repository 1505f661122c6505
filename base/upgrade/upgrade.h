/* What becomes of the people inside when one program takes over from another: everything a run holds, found by name. */
#ifndef UPGRADE_UPGRADE_H
#define UPGRADE_UPGRADE_H

#include "core/arena.h"
#include "journey/program.h"

enum jn_move {
    JN_MOVE_STAYS,   /* the same step, saying the same */
    JN_MOVE_CHANGED, /* the same step, saying something else: who waits there is timed anew */
    JN_MOVE_GOES_ON, /* the step is gone: arrives at the next one behind it that is left */
    JN_MOVE_ENDS,    /* nothing behind it is left: ends as `changed` */
    JN_MOVES
};

struct jn_step_move {
    enum jn_move move;
    uint32_t step; /* of `to`; JN_NONE when it ends */
};

/* Why people at a step cannot be moved before the script says where to. */
struct jn_upgrade_problem {
    uint32_t journey, step; /* of `from` */
    struct jn_str text;
};

/* Every index is of `to`, absolute, or JN_NONE; one entry a record of `from`. A slot or property whose type is another
 * now has no counterpart. */
struct jn_upgrade {
    const struct jn_program *from, *to;
    const uint32_t *journey, *stage, *slot, *goal, *event, *prop;
    const struct jn_step_move *step; /* complete: every step has a row */
    const struct jn_upgrade_problem *problem;
    uint32_t n_problem;
};

/* Both programs must outlive the mapping, which lives in the arena. Cannot fail: what does not fit is a problem row. */
const struct jn_upgrade *jn_upgrade_make(const struct jn_program *from, const struct jn_program *to,
                                         struct jn_arena *arena);

/* Stable ids of the sends that people at a step of `from` may have passed already and would meet again in `to`, though
 * `from` would not have led them back: they are not sent again. The array lives in the arena. */
const uint32_t *jn_upgrade_repeats(const struct jn_upgrade *upgrade, uint32_t step, struct jn_arena *arena,
                                   uint32_t *n);

/* The first step behind an unfinished hold: where the run goes when nothing it waited for has come. */
uint32_t jn_upgrade_behind(const struct jn_step *step);

#endif
