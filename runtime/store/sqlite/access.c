/* Who may administer, and what they did. */
#include "core/buffer.h"
#include "runtime/store/sqlite/sqlite.h"

#define ACCESS_PRUNED "audit_pruned" /* in meta: the newest entry that was forgotten, its number and hash */
#define ACCESS_SLICE  1000           /* entries forgotten in a call */

static int access_token(struct jr_store_sqlite_state *state, const struct jr_row_token *row) {
    enum sqlite_statement which = row->body.p == NULL ? SQL_DROP_TOKEN : row->fresh ? SQL_PUT_TOKEN : SQL_SET_TOKEN;
    sqlite3_bind_blob(state->statement[which], 1, row->hash, sizeof(row->hash), SQLITE_STATIC);
    if (which != SQL_DROP_TOKEN) sqlite_bind_str(state->statement[which], 2, row->body);
    return sqlite_step(state, which);
}

int sqlite_commit_access(struct jr_store_sqlite_state *state, const struct jr_batch *batch) {
    sqlite3_stmt *put = state->statement[SQL_PUT_AUDIT];
    int code = SQLITE_OK;
    for (uint32_t i = 0; code == SQLITE_OK && i < batch->n_token; i++)
        code = access_token(state, &batch->token[i]);
    for (uint32_t i = 0; code == SQLITE_OK && i < batch->n_audit; i++) {
        const struct jr_row_audit *row = &batch->audit[i];
        sqlite_bind_u64(put, 1, row->seq);
        sqlite3_bind_int64(put, 2, row->at);
        sqlite3_bind_blob(put, 3, row->hash, sizeof(row->hash), SQLITE_STATIC);
        sqlite_bind_str(put, 4, row->body);
        code = sqlite_step(state, SQL_PUT_AUDIT);
    }
    return code;
}

static void access_hash(sqlite3_stmt *statement, int i, uint8_t out[32]) {
    const void *bytes = sqlite3_column_blob(statement, i);
    if (bytes != NULL && sqlite3_column_bytes(statement, i) == 32) memcpy(out, bytes, 32);
}

jn_rc sqlite_tokens(struct jr_store *store, struct jn_arena *arena, struct jr_row_token **out, uint32_t *n,
                    struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_TOKENS];
    int code;
    *n = 0;
    *out = NULL;
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_token *row = sqlite_grow(arena, out, n, sizeof(*row));
        *row = (struct jr_row_token){.body = sqlite_column_str(read, 1, arena)};
        access_hash(read, 0, row->hash);
    }
    return sqlite_read_done(state, SQL_TOKENS, code, err);
}

jn_rc sqlite_audit(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                   struct jr_row_audit **out, uint32_t *n, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_AUDIT];
    int code;
    *n = 0;
    *out = NULL;
    sqlite_bind_u64(read, 1, after);
    sqlite3_bind_int64(read, 2, max);
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_audit *row = sqlite_grow(arena, out, n, sizeof(*row));
        *row = (struct jr_row_audit){.seq = (uint64_t)sqlite3_column_int64(read, 0),
                                     .at = sqlite3_column_int64(read, 1),
                                     .body = sqlite_column_str(read, 3, arena)};
        access_hash(read, 2, row->hash);
    }
    return sqlite_read_done(state, SQL_AUDIT, code, err);
}

static jn_rc access_pruned(struct jr_store_sqlite_state *state, struct jr_audit_ends *out, struct jn_err *err) {
    sqlite3_stmt *read = state->statement[SQL_GET_META];
    sqlite3_bind_text(read, 1, ACCESS_PRUNED, -1, SQLITE_STATIC);
    int code = sqlite3_step(read);
    const char *bytes = code == SQLITE_ROW ? sqlite3_column_blob(read, 0) : NULL;
    if (bytes != NULL && sqlite3_column_bytes(read, 0) == 40) {
        struct jn_reader in;
        jn_reader_init(&in, (struct jn_str){bytes, 8});
        out->pruned = jn_read_le64(&in);
        memcpy(out->pruned_hash, bytes + 8, sizeof(out->pruned_hash));
    }
    return sqlite_read_done(state, SQL_GET_META, code, err);
}

jn_rc sqlite_audit_ends(struct jr_store *store, struct jr_audit_ends *out, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_AUDIT_LAST];
    *out = (struct jr_audit_ends){0};
    jn_rc rc = access_pruned(state, out, err);
    if (rc != JN_OK) return rc;
    out->last = out->pruned;
    memcpy(out->last_hash, out->pruned_hash, sizeof(out->last_hash));
    int code = sqlite3_step(read);
    if (code == SQLITE_ROW) {
        out->last = (uint64_t)sqlite3_column_int64(read, 0);
        access_hash(read, 1, out->last_hash);
    }
    return sqlite_read_done(state, SQL_AUDIT_LAST, code, err);
}

static int access_forget(struct jr_store_sqlite_state *state, const struct jr_row_audit *newest) {
    sqlite3_stmt *meta = state->statement[SQL_SET_META];
    struct jn_buf mark;
    jn_buf_init(&mark, 64);
    jn_buf_le64(&mark, newest->seq);
    jn_buf_add(&mark, newest->hash, sizeof(newest->hash));
    int code = sqlite_step(state, SQL_BEGIN);
    sqlite3_bind_text(meta, 1, ACCESS_PRUNED, -1, SQLITE_STATIC);
    sqlite3_bind_blob(meta, 2, mark.p, (int)mark.n, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite_step(state, SQL_SET_META);
    sqlite_bind_u64(state->statement[SQL_DROP_AUDIT], 1, newest->seq);
    if (code == SQLITE_OK) code = sqlite_step(state, SQL_DROP_AUDIT);
    if (code == SQLITE_OK) code = sqlite_step(state, SQL_COMMIT);
    if (sqlite3_get_autocommit(state->db) == 0) sqlite_step(state, SQL_ROLLBACK);
    jn_buf_release(&mark);
    return code;
}

jn_rc sqlite_audit_prune(struct jr_store *store, uint64_t upto, bool *more, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    struct jr_row_audit *row = NULL;
    struct jn_arena arena;
    uint32_t n = 0, gone = 0;
    jn_arena_init(&arena);
    jn_rc rc = sqlite_audit(store, 0, ACCESS_SLICE, &arena, &row, &n, err);
    while (gone < n && row[gone].seq <= upto)
        gone++;
    *more = gone == ACCESS_SLICE;
    if (rc == JN_OK && gone > 0) {
        int code = access_forget(state, &row[gone - 1]);
        if (code != SQLITE_OK) rc = sqlite_write_failure(state, code, "forget old entries of its audit log", err);
    }
    jn_arena_release(&arena);
    return rc;
}
