#include "runtime/engine/identity/identity.h"

#define KEPT_KNOWN 1

void engine_identity_encode(const struct engine_customer *customer, struct jn_buf *out) {
    if (customer->seed.n == 0 && customer->n_alias == 0) {
        if (customer->known) jn_buf_u8(out, ENGINE_KEPT_KNOWN); /* and no more is to be said of most people */
        return;
    }
    jn_buf_u8(out, ENGINE_KEPT_IDENTITY);
    jn_buf_u8(out, customer->known ? KEPT_KNOWN : 0);
    jn_buf_lstr(out, customer->seed);
    jn_buf_varint(out, customer->n_alias);
    for (uint32_t i = 0; i < customer->n_alias; i++)
        jn_buf_lstr(out, customer->alias[i]);
}

bool engine_identity_decode(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    out->known = (jn_read_u8(in) & KEPT_KNOWN) != 0;
    out->seed = jn_read_lstr(in);
    uint64_t n = jn_read_varint(in);
    if (in->failed || n > ENGINE_ALIASES_MAX) return false;
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        struct jn_str *alias = engine_grow(arena, &out->alias, &out->n_alias, sizeof(*alias));
        *alias = jn_read_lstr(in);
    }
    return !in->failed;
}
