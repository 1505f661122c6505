/* Which ways runs took through a program: every step, side, timeout and arm counted, from what the engine tells. */
#ifndef CLI_SCENARIO_WALK_H
#define CLI_SCENARIO_WALK_H

#include "core/json.h"
#include "journey/runtime.h"

/* Where a live run was last. */
struct cli_walker {
    uint64_t run;
    uint32_t step;
};

struct cli_walk {
    const struct jn_program *program;
    uint64_t *count; /* of each step: how often it was carried out */
    uint64_t *next;  /* how often its first way, or only one, was taken */
    uint64_t *alt;   /* … the second: false, timed out, no further round, not answered */
    uint64_t *arm;   /* of each arm */
    struct cli_walker *walker;
    uint32_t n_walker, cap_walker;
};

void cli_walk_init(struct cli_walk *walk, const struct jn_program *program);
void cli_walk_release(struct cli_walk *walk);
void cli_walk_note(struct cli_walk *walk, const struct jr_trace *trace);
/* Live runs are forgotten: another test or customer begins. */
void cli_walk_pause(struct cli_walk *walk);
/* What another one counted, of the same program. */
void cli_walk_add(struct cli_walk *walk, const struct cli_walk *other);

/* Whether it matters which of two ways runs took: they lead to different places, or a service's defaults stand. */
bool cli_walk_forks(const struct jn_step *step);
/* The members "name" and "steps" of one journey, in an object that is open. */
void cli_walk_json(const struct cli_walk *walk, uint32_t journey, struct jn_json_out *w);

#endif
