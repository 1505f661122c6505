/* What policies keep of a customer, as bytes. */
#ifndef RUNTIME_ENGINE_POLICY_KEPT_H
#define RUNTIME_ENGINE_POLICY_KEPT_H

#include "core/buffer.h"
#include "runtime/engine/customer.h"

/* Each writes its mark first, and nothing at all when there is nothing; the mark is read by the caller. */
void engine_consents_encode(const struct engine_customer *customer, struct jn_buf *out);
void engine_slots_encode(const struct engine_customer *customer, struct jn_buf *out);
void engine_recent_encode(const struct engine_customer *customer, struct jn_buf *out);
bool engine_consents_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out);
bool engine_slots_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out);
bool engine_recent_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out);

#endif
