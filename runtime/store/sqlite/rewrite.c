/* The database written anew. Deleting is not enough to be rid of bytes: when SQLite moves rows between pages, copies
 * stay behind in the gaps of the pages they came from. */
#include "runtime/store/sqlite/sqlite.h"

static jn_rc rewrite_run(struct jr_store_sqlite_state *state, const char *sql, struct jn_err *err) {
    int code = sqlite3_exec(state->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? JN_OK : sqlite_write_failure(state, code, "be written anew", err);
}

static uint64_t rewrite_bytes(struct jr_store_sqlite_state *state) {
    sqlite3_stmt *read = state->statement[SQL_PAGES];
    uint64_t bytes =
        sqlite3_step(read) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(read, 0) : UINT64_MAX; /* what fails waits */
    sqlite3_reset(read);
    return bytes;
}

/* The copy that it is made from stands in a file while it is needed, not in memory: it is as large as the database. */
jn_rc sqlite_rewrite(struct jr_store *store, uint64_t max, bool *done, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    *done = false;
    if (state->sealed == JR_STORE_SEALED) { /* the keys are gone, and with them what they sealed */
        *done = true;
        return JN_OK;
    }
    if (state->unsynced || rewrite_bytes(state) > max) return JN_OK;
    jn_rc rc = rewrite_run(state, "pragma temp_store = file; vacuum", err),
          kept = rewrite_run(state, "pragma temp_store = memory", NULL);
    if (rc != JN_OK || kept != JN_OK) return rc != JN_OK ? rc : kept;
    int code = sqlite3_wal_checkpoint_v2(state->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (code != SQLITE_OK) return sqlite_write_failure(state, code, "write its log back", err);
    *done = true;
    return sqlite_seal_whole(state, err);
}
