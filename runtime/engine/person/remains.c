/* What stays of who was erased: the topics that were refused, so that an unsubscription outlives the person's data. */
#include "core/hash.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/person/person.h"
#include "runtime/engine/policy/policy.h"

#define REMAINS_MARK 0xFE /* no text begins so */

bool engine_remains_any(const struct engine_customer *customer) {
    for (uint32_t i = 0; i < customer->n_consent; i++)
        if (!customer->consent[i].in) return true;
    return false;
}

struct jn_str engine_remains_encode(const struct engine_customer *customer, struct jn_arena *arena) {
    struct jn_buf out;
    uint32_t n = 0;
    for (uint32_t i = 0; i < customer->n_consent; i++)
        n += !customer->consent[i].in;
    jn_buf_init(&out, 1u << 20);
    struct jn_str nobody = engine_merged_encode(0, arena);
    jn_buf_add(&out, nobody.p, nobody.n);
    jn_buf_varint(&out, n);
    for (uint32_t i = 0; i < customer->n_consent; i++)
        if (!customer->consent[i].in) jn_buf_lstr(&out, customer->consent[i].topic);
    struct jn_str bytes = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return bytes;
}

/* Keyed by the store's own number: a copy of another store's remains says nothing, nor does a table of hashes. */
struct jn_str engine_remains_key(const struct jr_engine *engine, struct jn_str id, struct jn_arena *arena) {
    struct jn_sha256 hash;
    struct jn_buf text;
    jn_buf_init(&text, 1u << 16);
    jn_buf_le64(&text, engine_counter_value(engine, ENGINE_NAMESPACE_HIGH));
    jn_buf_le64(&text, engine_counter_value(engine, ENGINE_NAMESPACE_LOW));
    jn_buf_z(&text, "erased");
    jn_buf_lstr(&text, id);
    jn_sha256(jn_buf_view(&text), &hash);
    jn_buf_reset(&text);
    jn_buf_u8(&text, REMAINS_MARK);
    jn_buf_add(&text, hash.b, 16);
    struct jn_str key = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return key;
}

jn_rc turn_remember(struct turn *turn, struct engine_customer *customer) {
    struct jr_store *store = turn->engine->store;
    struct jr_row_customer row;
    struct jr_row_run *run;
    struct jn_reader in;
    uint32_t n_run;
    uint64_t id, n;
    if (engine_counter_value(turn->engine, ENGINE_REMAINS) == 0) return JN_OK;
    struct jn_str key = engine_remains_key(turn->engine, customer->ext, turn->arena);
    jn_rc rc = store->ops->find(store, &key, 1, &id, turn->err);
    if (rc != JN_OK || id == 0) return rc;
    rc = store->ops->load(store, id, turn->arena, &row, &run, &n_run, turn->err);
    if (rc != JN_OK || row.body.p == NULL || !engine_merged_decode(row.body, &id) || id != 0) return rc;
    jn_reader_init(&in, row.body);
    (void)jn_read_u8(&in);
    (void)jn_read_varint(&in);
    n = jn_read_varint(&in);
    for (uint64_t i = 0; i < n && !in.failed; i++)
        engine_consent_put(customer, turn->arena, jn_read_lstr(&in), false);
    return JN_OK;
}

struct jn_str jr_engine_receipt(const struct jr_engine *engine, struct jn_str id, struct jn_arena *arena) {
    struct jn_str key = engine_remains_key(engine, id, arena);
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_buf_z(&text, "erased_");
    jn_hex(jn_str_sub(key, 1, key.n), &text);
    struct jn_str receipt = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return receipt;
}
