/* What is tracked of a customer, as bytes: nothing at all for whom nothing is tracked or planned. */
#include "runtime/engine/history/history.h"

void engine_tracking_encode(const struct engine_customer *customer, struct jn_buf *out) {
    bool planned = customer->own_due != INT64_MAX;
    if (customer->tracked_by == 0 && !planned) return;
    jn_buf_u8(out, ENGINE_KEPT_TRACKING);
    jn_buf_le64(out, customer->tracked_by);
    jn_buf_u8(out, planned);
    if (planned) jn_buf_svarint(out, customer->own_due);
    jn_buf_varint(out, customer->n_member);
    for (uint32_t i = 0; i < customer->n_member; i++) {
        jn_buf_le64(out, customer->member[i].key);
        jn_buf_u8(out, customer->member[i].in);
    }
}

bool engine_tracking_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    uint64_t n;
    out->tracked_by = jn_read_le64(in);
    if (jn_read_u8(in) != 0) out->own_due = out->stored_own_due = jn_read_svarint(in);
    n = jn_read_varint(in);
    if (in->failed || n > ENGINE_MEMBERS_MAX) return false;
    for (uint32_t i = 0; i < n; i++) {
        struct engine_member *member = engine_grow(arena, &out->member, &out->n_member, sizeof(*member));
        member->key = jn_read_le64(in);
        member->in = jn_read_u8(in) != 0;
    }
    return !in->failed;
}
