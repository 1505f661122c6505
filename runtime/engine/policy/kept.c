/* Consents and counted messages as bytes behind a customer's profile; who has none costs none. */
#include "runtime/engine/policy/kept.h"

void engine_consents_encode(const struct engine_customer *customer, struct jn_buf *out) {
    if (customer->n_consent == 0) return;
    jn_buf_u8(out, ENGINE_KEPT_CONSENTS);
    jn_buf_varint(out, customer->n_consent);
    for (uint32_t i = 0; i < customer->n_consent; i++) {
        jn_buf_lstr(out, customer->consent[i].topic);
        jn_buf_u8(out, customer->consent[i].in ? 1 : 0);
    }
}

void engine_slots_encode(const struct engine_customer *customer, struct jn_buf *out) {
    if (customer->n_slot == 0) return;
    jn_buf_u8(out, ENGINE_KEPT_SLOTS);
    jn_buf_varint(out, customer->n_slot);
    for (uint32_t i = 0; i < customer->n_slot; i++) {
        jn_buf_svarint(out, customer->slot[i].at);
        jn_buf_varint(out, customer->slot[i].delivery);
        jn_buf_le64(out, customer->slot[i].journey);
        jn_buf_le64(out, customer->slot[i].channel);
    }
}

bool engine_consents_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    uint64_t n = jn_read_varint(in);
    if (in->failed || n > ENGINE_CONSENTS_MAX) return false;
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        struct engine_consent *consent = engine_grow(arena, &out->consent, &out->n_consent, sizeof(*consent));
        consent->topic = jn_read_lstr(in);
        consent->in = jn_read_u8(in) != 0;
    }
    return !in->failed;
}

bool engine_slots_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    uint64_t n = jn_read_varint(in);
    if (in->failed || n > ENGINE_SLOTS_MAX) return false;
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        struct engine_slot *slot = engine_grow(arena, &out->slot, &out->n_slot, sizeof(*slot));
        slot->at = jn_read_svarint(in);
        slot->delivery = jn_read_varint(in);
        slot->journey = jn_read_le64(in);
        slot->channel = jn_read_le64(in);
    }
    return !in->failed;
}

void engine_recent_encode(const struct engine_customer *customer, struct jn_buf *out) {
    if (customer->n_recent == 0) return;
    jn_buf_u8(out, ENGINE_KEPT_RECENT);
    jn_buf_varint(out, customer->n_recent);
    for (uint32_t i = 0; i < customer->n_recent; i++) {
        jn_buf_le64(out, customer->recent[i].id);
        jn_buf_le32(out, customer->recent[i].topic);
    }
}

bool engine_recent_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    uint64_t n = jn_read_varint(in);
    if (in->failed || n > ENGINE_RECENT_MAX) return false;
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        struct engine_recent *recent = engine_grow(arena, &out->recent, &out->n_recent, sizeof(*recent));
        recent->id = jn_read_le64(in);
        recent->topic = jn_read_le32(in);
    }
    return !in->failed;
}
