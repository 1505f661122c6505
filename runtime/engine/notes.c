/* What people do, and the runtime by itself, is noted with what it does: entries of the audit log and changes of tokens
 * wait for the next commit, whichever it is. */
#include <stdlib.h>

#include "core/check.h"
#include "core/json.h"
#include "runtime/audit/chain.h"
#include "runtime/engine/engine.h"

#define NOTES_SLICE  1000 /* entries forgotten at a time */
#define NOTES_ITSELF "the server itself"

struct engine_note {
    int64_t at;
    struct jn_str body; /* owned */
};

static struct jn_str notes_keep(struct jn_str text) {
    char *copy = jn_alloc(text.n + 1);
    if (text.n > 0) memcpy(copy, text.p, text.n);
    return (struct jn_str){copy, text.n};
}

static void notes_free(struct jn_str text) {
    free((char *)(uintptr_t)text.p);
}

jn_rc engine_notes_open(struct jr_engine *engine, struct jn_err *err) {
    struct jr_audit_ends ends;
    jn_rc rc = engine->store->ops->audit_ends(engine->store, &ends, err);
    if (rc != JN_OK) return rc;
    engine->noted = ends.last;
    memcpy(engine->noted_hash, ends.last_hash, sizeof(engine->noted_hash));
    return JN_OK;
}

static void notes_clear(struct jr_engine *engine) {
    for (uint32_t i = 0; i < engine->n_note; i++)
        notes_free(engine->note[i].body);
    for (uint32_t i = 0; i < engine->n_token; i++)
        notes_free(engine->token[i].body);
    engine->n_note = engine->n_token = 0;
}

void engine_notes_release(struct jr_engine *engine) {
    notes_clear(engine);
    free(engine->note);
    free(engine->token);
}

static uint64_t notes_add(struct jr_engine *engine, int64_t at, struct jn_str body) {
    if (engine->n_note == engine->cap_note) {
        engine->cap_note = engine->cap_note == 0 ? 64 : engine->cap_note * 2;
        engine->note = jn_realloc(engine->note, engine->cap_note * sizeof(*engine->note));
    }
    engine->note[engine->n_note++] = (struct engine_note){at, notes_keep(body)};
    return engine->noted + engine->n_note;
}

uint64_t jr_engine_note(struct jr_engine *engine, int64_t at, struct jn_str body) {
    return engine->n_note < JR_NOTES_MAX ? notes_add(engine, at, body) : 0;
}

/* It has no `route` and no `from`, which tells it from a token of that name. */
void jr_engine_decided(struct jr_engine *engine, int64_t at, enum jr_decided what, struct jn_str object,
                       struct jn_str why) {
    static const char *const DID[] = {
#define DECIDED(name, text) text,
#include "journey/tbl/decided.def"
#undef DECIDED
    };
    struct jn_buf body;
    struct jn_json_out w;
    jn_buf_init(&body, 4096);
    jn_jw_init(&w, &body);
    jn_jw_object(&w);
    jn_jw_key(&w, "who");
    jn_jw_z(&w, NOTES_ITSELF);
    jn_jw_key(&w, "did");
    jn_jw_z(&w, DID[what]);
    jn_jw_key(&w, "object");
    jn_jw_str(&w, object);
    jn_jw_key(&w, "why");
    jn_jw_str(&w, why);
    jn_jw_end_object(&w);
    (void)notes_add(engine, at, jn_buf_view(&body));
    jn_buf_release(&body);
}

void engine_notes_cut(struct jr_engine *engine, uint32_t n) {
    while (engine->n_note > n)
        notes_free(engine->note[--engine->n_note].body);
}

bool jr_engine_renote(struct jr_engine *engine, uint64_t number, struct jn_str body) {
    if (number <= engine->noted || number > engine->noted + engine->n_note) return false;
    struct engine_note *note = &engine->note[number - engine->noted - 1];
    notes_free(note->body);
    note->body = notes_keep(body);
    return true;
}

uint64_t jr_engine_noted(const struct jr_engine *engine) {
    return engine->noted;
}

bool jr_engine_has_notes(const struct jr_engine *engine) {
    return engine->n_note + engine->n_token > 0;
}

bool jr_engine_note_token(struct jr_engine *engine, const struct jr_row_token *row) {
    if (engine->n_token == JR_NOTES_MAX) return false;
    if (engine->token == NULL) engine->token = jn_alloc_zero(JR_NOTES_MAX, sizeof(*engine->token));
    struct jr_row_token *token = &engine->token[engine->n_token++];
    *token = *row;
    if (row->body.p != NULL) token->body = notes_keep(row->body); /* owned until the commit */
    return true;
}

/* The rows of what waits, the chain continued; *hash is then its head. */
static void notes_collect(const struct jr_engine *engine, struct jn_arena *arena, struct jr_batch *batch,
                          uint8_t hash[32]) {
    struct jr_row_audit *audit = JN_NEW_ARRAY(arena, struct jr_row_audit, engine->n_note);
    memcpy(hash, engine->noted_hash, 32);
    for (uint32_t i = 0; i < engine->n_note; i++) {
        audit[i] =
            (struct jr_row_audit){.seq = engine->noted + 1 + i, .at = engine->note[i].at, .body = engine->note[i].body};
        jr_chain_hash(hash, &audit[i], audit[i].hash);
        memcpy(hash, audit[i].hash, 32);
    }
    batch->audit = audit;
    batch->n_audit = engine->n_note;
    batch->token = engine->token;
    batch->n_token = engine->n_token;
}

jn_rc engine_commit(struct jr_engine *engine, struct jr_batch *batch, struct jn_arena *arena, struct jn_err *err) {
    uint8_t hash[32];
    batch->lane = engine->lane.lane;
    batch->epoch = engine->lane.epoch;
    batch->seq = engine->lane.seq;
    notes_collect(engine, arena, batch, hash);
    /* How many were ever made is counted apart, so that a cut tail shows. */
    if (engine->n_note > 0) *engine_counter(engine, ENGINE_NOTED) = engine->noted + engine->n_note;
    struct jr_row_counter *changed;
    batch->n_counter = engine_counters_changed(engine, arena, &changed);
    batch->counter = changed;
    jn_rc rc = engine->store->ops->commit(engine->store, batch, err);
    engine_counters_settle(&engine->counters, rc == JN_OK);
    engine->refused = rc != JN_OK;
    if (rc != JN_OK) return rc;
    engine->lane.seq++;
    engine->noted += engine->n_note;
    memcpy(engine->noted_hash, hash, sizeof(hash));
    notes_clear(engine);
    return JN_OK;
}

jn_rc jr_engine_put_token(struct jr_engine *engine, const struct jr_row_token *row, struct jn_arena *arena,
                          struct jn_err *err) {
    struct jr_batch batch = {0};
    if (!jr_engine_note_token(engine, row)) return jn_fail(err, JN_BUSY, "more waits to be noted than is held");
    jn_rc rc = engine_commit(engine, &batch, arena, err);
    if (rc != JN_OK) notes_free(engine->token[--engine->n_token].body); /* it must not come with a later commit */
    return rc;
}

static bool notes_is_old(const struct jr_engine *engine, const struct jr_row_audit *row, int64_t before) {
    return row->at < before || row->seq + JR_NOTES_KEPT <= engine->noted;
}

jn_rc jr_engine_forget_notes(struct jr_engine *engine, int64_t before, bool *more, struct jn_err *err) {
    struct jr_row_audit *row = NULL;
    struct jn_arena arena;
    uint32_t n = 0, gone = 0;
    jn_arena_init(&arena);
    *more = false;
    jn_rc rc = engine->store->ops->audit(engine->store, 0, 1, &arena, &row, &n, err);
    if (rc == JN_OK && n == 1 && notes_is_old(engine, row, before)) /* mostly not: then one row was read */
        rc = engine->store->ops->audit(engine->store, 0, NOTES_SLICE, &arena, &row, &n, err);
    while (rc == JN_OK && gone < n && notes_is_old(engine, &row[gone], before))
        gone++;
    if (gone > 0) rc = engine->store->ops->audit_prune(engine->store, row[gone - 1].seq, more, err);
    *more = rc == JN_OK && gone == NOTES_SLICE;
    jn_arena_release(&arena);
    return rc;
}

jn_rc jr_engine_check_notes(struct jr_engine *engine, struct jr_chain_walk *walk, uint32_t max, bool *more,
                            struct jn_err *err) {
    jn_rc rc = jr_chain_step(engine->store, max, walk, more, err);
    if (rc == JN_OK && !*more) jr_chain_end(walk, engine_counter_value(engine, ENGINE_NOTED));
    return rc;
}
