/* Everything that is kept of one person: given out, or erased; and what stays of who was erased. */
#ifndef RUNTIME_ENGINE_PERSON_PERSON_H
#define RUNTIME_ENGINE_PERSON_PERSON_H

#include "runtime/engine/turn.h"

/* ---- erase.c */
/* The customer of the input, if there is one, is erased when the turn ends: with all that the turn still does. */
jn_rc turn_ask_erasure(struct turn *turn, const struct jr_input *input);
/* At the end of the turn. */
jn_rc turn_erase(struct turn *turn);

/* Whether an event that was set aside is the customer's. */
bool engine_is_theirs(const struct engine_customer *customer, const struct jr_row_quarantine *row,
                      struct jn_arena *arena);

/* ---- remains.c: no value of the person, only which topics whoever has this id refused, under keyed hashes */
struct jn_str engine_remains_encode(const struct engine_customer *customer, struct jn_arena *arena);
bool engine_remains_any(const struct engine_customer *customer);
/* The key that finds the remains of an id: never an outside id, nor an attribute's key. */
struct jn_str engine_remains_key(const struct jr_engine *engine, struct jn_str id, struct jn_arena *arena);
/* A new customer: what was refused under the id before an erasure is refused still. */
jn_rc turn_remember(struct turn *turn, struct engine_customer *customer);

#endif
