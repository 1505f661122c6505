/* What a customer's events say, computed attributes, and what becomes true for a customer as time passes. */
#ifndef RUNTIME_ENGINE_HISTORY_HISTORY_H
#define RUNTIME_ENGINE_HISTORY_HISTORY_H

#include "runtime/engine/turn.h"

#define HISTORY_MAX 10000 /* newest events of a customer that are the past */

/* Who an expression asks about the past; one a context. */
struct history_asker {
    struct turn *turn;
    struct engine_customer *customer;
    const struct engine_program *program;
};

/* ---- past.c, computed.c: what jr_context calls. A store that fails fails the turn (turn->asked). */
struct jn_value history_past(const struct jr_context *context, uint32_t past);
struct jn_value history_computed(const struct jr_context *context, uint32_t attr);

/* ---- kept.c */
void engine_tracking_encode(const struct engine_customer *customer, struct jn_buf *out);
bool engine_tracking_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out);

/* ---- segments.c: who is in the segments that journeys enter by */
/* Which segments a program tracks; at load. */
void engine_track_load(struct engine_program *program);
bool engine_tracks(const struct engine_program *program);
/* The membership that a customer has before anything happens in this turn, where none is known: nobody joins by it. */
void turn_track(struct turn *turn, struct engine_customer *customer);
/* Whoever has joined a segment enters; *moved when somebody did. Lowers customer->until. */
jn_rc turn_join(struct turn *turn, struct engine_customer *customer, bool *moved);
/* Plans the customer's own timer: the next `enter every`, or customer->until. */
void turn_plan_own(struct turn *turn, struct engine_customer *customer);
/* The customer's own time has come: journeys that enter at this time of day. */
jn_rc turn_fire_own(struct turn *turn, struct engine_customer *customer);

#endif
