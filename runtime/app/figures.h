/* What turns of the engine come to in figures of /metrics. All of it by the lane's thread. */
#ifndef RUNTIME_APP_FIGURES_H
#define RUNTIME_APP_FIGURES_H

#include "journey/runtime.h"

/* An input that is committed, and what came of the turn besides. */
void jr_figures_input(const struct jr_input *input, enum jr_answer answer);
void jr_figures_turn(const struct jr_turn *turn);
void jr_figures_trace(const struct jr_trace *trace);

/* How many are inside, and wait for a time: told when it has changed, ten times a second at most. */
#define JR_FIGURES_EVERY_MS 100
struct jr_figures {
    bool changed;
    int64_t next; /* ms of uv_hrtime; not before */
};
void jr_figures_people(struct jr_figures *figures, const struct jr_engine *engine);
/* How long until they want to be told; -1: nothing has changed. */
int64_t jr_figures_in_ms(const struct jr_figures *figures);

#endif
