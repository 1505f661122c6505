/* Which customer an input is about, and how two become one (language semantics 5). */
#ifndef RUNTIME_ENGINE_IDENTITY_IDENTITY_H
#define RUNTIME_ENGINE_IDENTITY_IDENTITY_H

#include "core/buffer.h"
#include "runtime/engine/turn.h"

/* ---- who.c */
/* The customer of input `at`, made when there is none; what was due of it has happened. Ids that come together name one
 * customer from now on, unless that would make two known ones one. NULL: the input is refused, and that is noted. */
jn_rc turn_who(struct turn *turn, const struct jr_input *input, uint32_t at, struct engine_customer **out);

/* ---- attribute.c */
/* Whose identity attribute the input's `customer`, or without one its traits, name; NULL: nobody's. */
jn_rc turn_by_attribute(struct turn *turn, const struct jr_input *input, struct engine_customer **out);
/* At the end of the turn: identity attributes that have changed find their customers from now on. */
jn_rc turn_claim_attributes(struct turn *turn);
/* They find nobody any more. */
jn_rc turn_unclaim_attributes(struct turn *turn, const struct engine_customer *customer);

/* ---- merge.c */
/* Everything of `from` is of `into`, in this turn's one commit. */
jn_rc turn_merge(struct turn *turn, struct engine_customer *into, struct engine_customer *from);
struct engine_customer *turn_merged_into(struct engine_customer *customer);

/* ---- runs.c */
/* Runs of `from` go on as runs of `into`; of two of the same journey and key the older stays. */
void identity_merge_runs(struct turn *turn, struct engine_customer *into, struct engine_customer *from);

/* ---- replay.c */
/* What two customers did before they became one. */
struct identity_past;
jn_rc identity_past_read(struct turn *turn, struct engine_customer *into, struct engine_customer *from,
                         struct identity_past **out);
/* Events that a run missed because they were the other's: they end it, reach its goals, pass its wait. */
jn_rc identity_replay(struct turn *turn, struct engine_customer *into, const struct identity_past *past);

/* ---- stored.c: the contract's reads of events, while some are still stored under other numbers */
jn_rc turn_stored_events(struct turn *turn, const struct engine_customer *customer, uint64_t after, uint32_t max,
                         struct jr_row_event **out, uint32_t *n);
jn_rc turn_stored_recent(struct turn *turn, const struct engine_customer *customer, uint64_t before, uint32_t max,
                         struct jr_row_event **out, uint32_t *n);

/* ---- kept.c: bytes behind a customer's profile; nothing for whom only a device's first id is known */
void engine_identity_encode(const struct engine_customer *customer, struct jn_buf *out);
bool engine_identity_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out);

#endif
