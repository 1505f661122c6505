/* Journeys that are paused, resumed or stopped: what was decided, and what it does to each run when it is met. */
#ifndef RUNTIME_ENGINE_CONTROL_CONTROL_H
#define RUNTIME_ENGINE_CONTROL_CONTROL_H

#include "runtime/engine/turn.h"

/* Read back from the counters. */
void engine_control_open(struct jr_engine *engine);
/* A sweep has met everybody: what was decided is done. */
void engine_control_done(struct jr_engine *engine);

/* The journey's row, or NULL: it was never paused nor stopped. */
const struct engine_control *engine_control_of(const struct jr_engine *engine, struct jn_str journey);
/* Whether the run rests because its journey is paused: it ends by exits and goals, but goes nowhere. */
bool engine_is_paused(const struct jr_engine *engine, const struct engine_run *run);
/* Why nobody enters the journey; empty: people do. */
struct jn_str engine_control_closed(const struct jr_engine *engine, struct jn_str journey);

/* What was decided reaches the customer's runs, once. */
void turn_control(struct turn *turn, struct engine_customer *customer);
/* Messages that are not wanted any more, told with this turn. */
void turn_unwanted(struct turn *turn);
/* Notes a message that has not begun to leave and must not. */
void engine_unwanted_add(struct jr_engine *engine, uint64_t delivery);

#endif
