#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/check.h"
#include "runtime/store/sqlite/schema.h"
#include "runtime/store/sqlite/sqlite.h"

#define CHECKPOINT_BYTES (16 << 20) /* of the log; more makes recovery slow, fewer writes pages twice */

static const char *const TEXT[SQL_STATEMENTS] = {
#define STATEMENT(name, hot, text) text,
#include "runtime/store/sqlite/statements.def"
#undef STATEMENT
};

jn_rc sqlite_run(sqlite3 *db, const char *sql, const char *doing, struct jn_err *err) {
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? JN_OK : sqlite_failure(db, code, doing, err);
}

jn_rc sqlite_number(sqlite3 *db, const char *sql, int64_t *out, struct jn_err *err) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    if (code == SQLITE_ROW) *out = sqlite3_column_int64(statement, 0);
    jn_rc rc = code == SQLITE_ROW ? JN_OK : sqlite_failure(db, code, "read the database", err);
    sqlite3_finalize(statement);
    return rc;
}

jn_rc sqlite_identify(sqlite3 *db, const char *name, bool *fresh, struct jn_err *err) {
    int64_t application = 0, version = 0, tables = 0;
    jn_rc rc = sqlite_number(db, "pragma application_id", &application, err);
    if (rc == JN_OK) rc = sqlite_number(db, "pragma user_version", &version, err);
    if (rc == JN_OK) rc = sqlite_number(db, "select count(*) from sqlite_schema", &tables, err);
    if (rc != JN_OK) return rc;
    *fresh = application == 0 && version == 0 && tables == 0;
    if (*fresh) return JN_OK;
    if (application != SCHEMA_APPLICATION) return jn_fail(err, JN_CORRUPT, "%s is a database of another program", name);
    if (version > SCHEMA_VERSION)
        return jn_fail(err, JN_VERSION, "%s was written by a newer journey (schema %lld, this one knows %d)", name,
                       (long long)version, SCHEMA_VERSION);
    return JN_OK;
}

static jn_rc open_configure(sqlite3 *db, bool fresh, struct jn_err *err) {
    /* Settings that the file keeps come first. An event changes few bytes of a few pages: small ones are half as much
     * to write, to the log and back from it, and no larger on disk. Rows of more than 488 bytes pay with a page of
     * their own. FULL syncs the log at every commit, which is what acknowledged means. */
    jn_rc rc = fresh ? sqlite_run(db, "pragma page_size = 2048", "set the page size", err) : JN_OK;
    if (rc == JN_OK) rc = sqlite_run(db, "pragma journal_mode = wal", "use a write-ahead log", err);
    if (rc == JN_OK)
        rc = sqlite_run(
            db,
            "pragma synchronous = full; pragma wal_autocheckpoint = 0; pragma journal_size_limit = 67108864;"
            "pragma temp_store = memory; pragma mmap_size = 0; pragma secure_delete = on; pragma cell_size_check = on;"
            "pragma trusted_schema = off; pragma cache_size = -49152; pragma foreign_keys = off",
            "set up the connection", err);
    return rc;
}

static jn_rc open_create(sqlite3 *db, struct jn_err *err) {
    jn_rc rc = sqlite_run(db, "begin immediate;" SCHEMA_SQL, "create its tables", err);
    struct jn_buf sql;
    jn_buf_init(&sql, 256);
    jn_buf_printf(&sql, "pragma application_id = %d; pragma user_version = %d; commit", SCHEMA_APPLICATION,
                  SCHEMA_VERSION);
    jn_buf_char(&sql, '\0');
    if (rc == JN_OK) rc = sqlite_run(db, sql.p, "create its tables", err);
    jn_buf_release(&sql);
    return rc;
}

/* Each step is a transaction of its own: whoever is stopped between two goes on from there. */
static jn_rc open_migrate(sqlite3 *db, struct jn_err *err) {
    static const char *const STEP[] = SCHEMA_STEPS;
    _Static_assert(sizeof(STEP) / sizeof(*STEP) == SCHEMA_VERSION - 1, "a step leads to each version");
    int64_t version = 0;
    jn_rc rc = sqlite_number(db, "pragma user_version", &version, err);
    struct jn_buf sql;
    jn_buf_init(&sql, 4096);
    for (; rc == JN_OK && version >= 1 && version < SCHEMA_VERSION; version++) {
        jn_buf_reset(&sql);
        jn_buf_printf(&sql, "begin immediate; %s; pragma user_version = %lld; commit", STEP[version - 1],
                      (long long)version + 1);
        jn_buf_char(&sql, '\0');
        rc = sqlite_run(db, sql.p, "take its tables to the next version", err);
    }
    jn_buf_release(&sql);
    return rc;
}

static jn_rc open_prepare(struct jr_store_sqlite_state *state, struct jn_err *err) {
    for (int i = 0; i < SQL_STATEMENTS; i++) {
        int code = sqlite3_prepare_v3(state->db, TEXT[i], -1, SQLITE_PREPARE_PERSISTENT, &state->statement[i], NULL);
        if (code != SQLITE_OK) return sqlite_failure(state->db, code, "prepare its statements", err);
    }
    return JN_OK;
}

jn_rc sqlite_set_meta(struct jr_store_sqlite_state *state, const char *key, int64_t value, struct jn_err *err) {
    sqlite3_stmt *statement = state->statement[SQL_SET_META];
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, value);
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? JN_OK : sqlite_write_failure(state, code, "note its state", err);
}

jn_rc sqlite_meta(struct jr_store_sqlite_state *state, const char *key, int64_t *out, struct jn_err *err) {
    sqlite3_stmt *statement = state->statement[SQL_GET_META];
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    *out = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    jn_rc rc =
        code == SQLITE_ROW || code == SQLITE_DONE ? JN_OK : sqlite_failure(state->db, code, "read its state", err);
    sqlite3_reset(statement);
    return rc;
}

static jn_rc open_generation(struct jr_store_sqlite_state *state, struct jn_err *err) {
    int64_t generation;
    jn_rc rc = sqlite_meta(state, "generation", &generation, err);
    state->generation = (uint64_t)generation;
    return rc;
}

/* The log that a crash has left may be in the system's memory alone, its sync failed: it is written to the database and
 * synced anew before anything is built on it. A full disk may not have the room; then it is left as it is. */
static jn_rc open_write_back(struct jr_store_sqlite_state *state, struct jn_err *err) {
    int code = sqlite3_wal_checkpoint_v2(state->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (code == SQLITE_OK || code == SQLITE_FULL) return JN_OK;
    return sqlite_failure(state->db, code, "write its log back", err);
}

static jn_rc open_verify(struct jr_store_sqlite_state *state, bool fresh, struct jn_err *err) {
    int64_t pages = 0, clean = 1;
    jn_rc rc = fresh ? JN_OK : sqlite_meta(state, "clean", &clean, err);
    if (rc == JN_OK && clean != 1) {
        rc = open_write_back(state, err);
        if (rc == JN_OK) rc = sqlite_number(state->db, "pragma page_count", &pages, err);
        if (rc == JN_OK) rc = sqlite_look(state, pages, err);
    }
    return rc == JN_OK ? sqlite_set_meta(state, "clean", 0, err) : rc;
}

static jn_rc open_database(struct jr_store_sqlite_state *state, const char *folder, struct jn_err *err) {
    int64_t page = 0;
    bool fresh;
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* a lock and sums at each allocation, which nobody asks for */
    int code = sqlite3_open_v2(state->path, &state->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, sqlite_log_vfs());
    if (code != SQLITE_OK) return sqlite_failure(state->db, code, "open its database", err);
    sqlite3_extended_result_codes(state->db, 1);
    sqlite3_busy_timeout(state->db, 2000);
    sqlite3_db_config(state->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    jn_rc rc = sqlite_identify(state->db, state->path, &fresh, err);
    if (rc == JN_OK && !fresh && sqlite3_db_readonly(state->db, "main") == 1)
        rc = jn_fail(err, JN_READ_ONLY, "%s cannot be written to", state->path);
    if (rc == JN_OK && !fresh) { /* without its key nothing is changed, not even written back */
        sqlite3_db_config(state->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
        rc = sqlite_sealed_open(state, folder, false, err);
        if (rc == JN_OK) sqlite3_db_config(state->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, (int *)NULL);
    }
    if (rc == JN_OK) rc = open_configure(state->db, fresh, err);
    if (rc == JN_OK) rc = fresh ? open_create(state->db, err) : open_migrate(state->db, err);
    if (rc == JN_OK) rc = sqlite_number(state->db, "pragma page_size", &page, err);
    if (rc == JN_OK) state->checkpoint_pages = (int)(CHECKPOINT_BYTES / page);
    if (rc == JN_OK) rc = open_prepare(state, err);
    if (rc == JN_OK) rc = open_verify(state, fresh, err);
    if (rc == JN_OK) rc = open_generation(state, err);
    if (rc == JN_OK) rc = sqlite_load_days(state, err);
    if (rc == JN_OK) rc = sqlite_forget_keys(state, err); /* of a commit that was the last before a stop */
    return rc;
}

static void open_release(struct jr_store_sqlite_state *state) {
    sqlite_look_end(state);
    for (int i = 0; i < SQL_STATEMENTS; i++)
        sqlite3_finalize(state->statement[i]);
    /* Closing would write the log back, and sync again what the system takes for written. */
    if (state->unsynced) sqlite3_db_config(state->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    sqlite3_close(state->db);
    sqlite_sealed_close(state);
    if (state->lock >= 0) close(state->lock);
    free(state->path);
    free(state);
}

extern const struct jr_store_ops jr_store_sqlite;
static const struct jr_store_ops jr_store_sqlite_reading;

/* The state of a store that is still to be opened; the folder, too, when it is asked for. */
static jn_rc open_state(struct jn_str place, const struct jr_store_ops *ops, char folder[SQLITE_FOLDER_MAX],
                        struct jr_store_sqlite_state **out, struct jn_err *err) {
    struct jn_buf path;
    if (place.n == 0 || place.n >= SQLITE_FOLDER_MAX)
        return jn_fail(err, JN_CONFIG, "name the store's folder: sqlite:DIR, for example sqlite:/var/lib/journey");
    memcpy(folder, place.p, place.n);
    folder[place.n] = '\0';
    *out = jn_alloc_zero(1, sizeof(**out));
    (*out)->base.ops = ops;
    (*out)->lock = -1;
    jn_arena_init(&(*out)->sealing);
    jn_buf_init(&path, SQLITE_FOLDER_MAX + 64);
    jn_buf_printf(&path, "%s/" SQLITE_FILE, folder);
    jn_buf_char(&path, '\0');
    (*out)->path = path.p;
    return JN_OK;
}

jn_rc sqlite_open(struct jn_str place, struct jr_store **out, struct jn_err *err) {
    char folder[SQLITE_FOLDER_MAX];
    struct jr_store_sqlite_state *state;
    jn_rc rc = open_state(place, &jr_store_sqlite, folder, &state, err);
    if (rc != JN_OK) return rc;
    rc = sqlite_lock(folder, &state->lock, err);
    if (rc == JN_OK) rc = open_database(state, folder, err);
    state->unsynced = rc == JN_UNSYNCED;
    if (rc != JN_OK) {
        open_release(state);
        return rc;
    }
    *out = &state->base;
    return JN_OK;
}

static jn_rc open_reading(struct jr_store_sqlite_state *state, const char *folder, struct jn_err *err) {
    bool fresh = false;
    int64_t version = 0;
    if (access(state->path, F_OK) != 0)
        return jn_fail(err, JN_NOT_FOUND, "there is no store: %s is not there", state->path);
    int code = sqlite3_open_v2(state->path, &state->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) return sqlite_failure(state->db, code, "open its database", err);
    sqlite3_extended_result_codes(state->db, 1);
    sqlite3_busy_timeout(state->db, 2000);
    sqlite3_db_config(state->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    jn_rc rc = sqlite_identify(state->db, state->path, &fresh, err);
    if (rc == JN_OK && fresh) rc = jn_fail(err, JN_CORRUPT, "%s is empty", state->path);
    if (rc == JN_OK) rc = sqlite_number(state->db, "pragma user_version", &version, err);
    if (rc == JN_OK && version < SCHEMA_VERSION)
        rc = jn_fail(err, JN_VERSION,
                     "%s was written by an older journey (schema %lld, this one knows %d): serve it once first",
                     state->path, (long long)version, SCHEMA_VERSION);
    if (rc == JN_OK)
        rc = sqlite_run(state->db, "pragma cell_size_check = on; pragma trusted_schema = off; begin", "be read", err);
    if (rc == JN_OK) rc = open_prepare(state, err);
    if (rc == JN_OK) rc = open_generation(state, err);
    if (rc == JN_OK) state->stray_bytes = sqlite_stray_bytes(state);
    if (rc == JN_OK) rc = sqlite_sealed_open(state, folder, true, err); /* keys came before the rows that are read */
    return rc;
}

jn_rc sqlite_look_at(struct jn_str place, struct jr_store **out, struct jn_err *err) {
    char folder[SQLITE_FOLDER_MAX];
    struct jr_store_sqlite_state *state;
    jn_rc rc = open_state(place, &jr_store_sqlite_reading, folder, &state, err);
    if (rc != JN_OK) return rc;
    rc = open_reading(state, folder, err);
    if (rc != JN_OK) {
        open_release(state);
        return rc;
    }
    *out = &state->base;
    return JN_OK;
}

static uint64_t open_size(const char *path, const char *suffix) {
    char file[SQLITE_FOLDER_MAX + 64];
    struct stat info;
    int n = snprintf(file, sizeof(file), "%s%s", path, suffix);
    return n > 0 && (size_t)n < sizeof(file) && stat(file, &info) == 0 ? (uint64_t)info.st_size : 0;
}

struct jr_store_facts sqlite_facts(const struct jr_store *store) {
    const struct jr_store_sqlite_state *state = (const struct jr_store_sqlite_state *)store;
    return (struct jr_store_facts){.sealed = (enum jr_store_sealed)state->sealed,
                                   .generation = state->generation,
                                   .bytes = open_size(state->path, ""),
                                   .stray_bytes = state->stray_bytes,
                                   .log_bytes = open_size(state->path, "-wal")};
}

void sqlite_close(struct jr_store *store) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    bool sound = sqlite_look_end(state);
    if (sound && !state->unsynced && sqlite_set_meta(state, "clean", 1, NULL) == JN_OK)
        sqlite3_wal_checkpoint_v2(state->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    open_release(state);
}

static void reading_close(struct jr_store *store) {
    open_release(sqlite_state(store));
}

static jn_rc reading_commit(struct jr_store *store, const struct jr_batch *batch, struct jn_err *err) {
    (void)store, (void)batch;
    return jn_fail(err, JN_READ_ONLY, "the store is only being looked at");
}

static jn_rc reading_seal(struct jr_store *store, bool *rest, struct jn_err *err) {
    (void)store, (void)err;
    *rest = false;
    return JN_OK; /* the owner's to do, too */
}

static jn_rc reading_drop(struct jr_store *store, const uint8_t id[32], struct jn_err *err) {
    (void)store, (void)id, (void)err;
    return JN_OK; /* a program that nobody needs any more stays: it is the owner's to drop */
}

static jn_rc reading_check(struct jr_store *store, struct jn_err *err) {
    return sqlite_look_through(sqlite_state(store)->db, "pragma integrity_check(1)", err);
}

/* What only reads is the same for both. */
#define SQLITE_READS                                                                                                   \
    .scheme = "sqlite", .find = sqlite_find, .seen = sqlite_seen, .load = sqlite_load, .events = sqlite_events,        \
    .recent = sqlite_recent, .timers = sqlite_timers, .deliveries = sqlite_deliveries, .outbox_of = sqlite_outbox_of,  \
    .dead = sqlite_dead, .quarantined = sqlite_quarantined, .customers = sqlite_customers,                             \
    .counters = sqlite_counters, .programs = sqlite_programs, .tokens = sqlite_tokens, .audit = sqlite_audit,          \
    .audit_ends = sqlite_audit_ends, .facts = sqlite_facts

const struct jr_store_ops jr_store_sqlite = {SQLITE_READS,
                                             .open = sqlite_open,
                                             .close = sqlite_close,
                                             .look = sqlite_look_at,
                                             .claim = sqlite_claim,
                                             .begin = sqlite_begin,
                                             .commit = sqlite_commit,
                                             .end = sqlite_end,
                                             .program_drop = sqlite_program_drop,
                                             .prune = sqlite_prune,
                                             .audit_prune = sqlite_audit_prune,
                                             .forget = sqlite_forget,
                                             .seal = sqlite_seal,
                                             .seal_rest = sqlite_seal_rest,
                                             .rewrite = sqlite_rewrite,
                                             .check = sqlite_check,
                                             .backup = sqlite_backup,
                                             .restore = sqlite_restore};

/* One snapshot, whatever is written meanwhile. */
static const struct jr_store_ops jr_store_sqlite_reading = {SQLITE_READS,
                                                            .close = reading_close,
                                                            .claim = sqlite_lane,
                                                            .commit = reading_commit,
                                                            .program_drop = reading_drop,
                                                            .seal = reading_seal,
                                                            .seal_rest = reading_seal,
                                                            .check = reading_check};
