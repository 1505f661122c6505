/* One run on its way from step to step: what the functions that carry out steps share. */
#ifndef RUNTIME_ENGINE_ACTIVATION_H
#define RUNTIME_ENGINE_ACTIVATION_H

#include "runtime/engine/turn.h"

struct activation {
    struct turn *turn;
    struct engine_customer *customer;
    struct engine_run *run;
    const struct jn_program *program;
    const struct jn_step *step;
    uint32_t next; /* where to go on; JN_NONE: the run holds or has ended */
};

struct jn_value activation_eval(struct activation *a, uint32_t expr);
/* The run rests here until `due`, unless something else moves it. */
void activation_hold(struct activation *a, int64_t due);

/* ---- flow/ */
jn_rc activation_repeat(struct activation *a);
jn_rc activation_wait_if(struct activation *a);
jn_rc activation_start(struct activation *a);
jn_rc activation_emit(struct activation *a);

#endif
