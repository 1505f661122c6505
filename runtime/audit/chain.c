#include "runtime/audit/chain.h"

#include "core/arena.h"
#include "core/hash.h"

void jr_chain_hash(const uint8_t before[32], const struct jr_row_audit *row, uint8_t out[32]) {
    struct jn_sha256 hash;
    struct jn_buf text;
    jn_buf_init(&text, row->body.n + 64);
    jn_buf_add(&text, before, 32);
    jn_buf_le64(&text, row->seq);
    jn_buf_le64(&text, (uint64_t)row->at);
    jn_buf_str(&text, row->body);
    jn_sha256(jn_buf_view(&text), &hash);
    memcpy(out, hash.b, sizeof hash.b);
    jn_buf_release(&text);
}

jn_rc jr_chain_begin(struct jr_store *store, struct jr_chain_walk *walk, struct jn_err *err) {
    struct jr_audit_ends ends;
    *walk = (struct jr_chain_walk){0};
    jn_rc rc = store->ops->audit_ends(store, &ends, err);
    if (rc != JN_OK) return rc;
    walk->at = ends.pruned;
    memcpy(walk->hash, ends.pruned_hash, sizeof walk->hash);
    return JN_OK;
}

jn_rc jr_chain_begin_behind(struct jr_store *store, uint64_t number, struct jr_chain_walk *walk, struct jn_err *err) {
    struct jr_row_audit *row = NULL;
    struct jn_arena arena;
    uint32_t n = 0;
    if (number == 0) return jr_chain_begin(store, walk, err);
    *walk = (struct jr_chain_walk){.at = number};
    jn_arena_init(&arena);
    jn_rc rc = store->ops->audit(store, number - 1, 1, &arena, &row, &n, err);
    if (rc == JN_OK && n == 1 && row->seq == number)
        memcpy(walk->hash, row->hash, sizeof walk->hash);
    else if (rc == JN_OK)
        rc = jn_fail(err, JN_NOT_FOUND, "there is no entry of that number");
    jn_arena_release(&arena);
    return rc;
}

static void jr_chain__broken(struct jr_chain_walk *walk, const char *why) {
    walk->broken = walk->at + 1;
    walk->why = why;
}

static bool jr_chain__link(struct jr_chain_walk *walk, const struct jr_row_audit *row) {
    uint8_t hash[32];
    if (row->seq != walk->at + 1) {
        jr_chain__broken(walk, "it is missing");
        return false;
    }
    jr_chain_hash(walk->hash, row, hash);
    if (memcmp(hash, row->hash, sizeof hash) != 0) {
        jr_chain__broken(walk, "it is not what was written, or what stood before it is not");
        return false;
    }
    walk->at = row->seq;
    memcpy(walk->hash, hash, sizeof hash);
    walk->checked++;
    return true;
}

jn_rc jr_chain_step(struct jr_store *store, uint32_t max, struct jr_chain_walk *walk, bool *more, struct jn_err *err) {
    struct jr_row_audit *row = NULL;
    struct jn_arena arena;
    uint32_t n = 0;
    jn_arena_init(&arena);
    jn_rc rc = store->ops->audit(store, walk->at, max, &arena, &row, &n, err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        if (!jr_chain__link(walk, &row[i])) break;
    *more = rc == JN_OK && walk->broken == 0 && n == max;
    jn_arena_release(&arena);
    return rc;
}

void jr_chain_end(struct jr_chain_walk *walk, uint64_t made) {
    if (walk->broken == 0 && walk->at < made) jr_chain__broken(walk, "it is missing, and all behind it");
}
