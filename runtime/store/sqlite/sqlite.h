/* The SQLite store within: one read-write connection that also does every checkpoint. Private to this folder. */
#ifndef RUNTIME_STORE_SQLITE_SQLITE_H
#define RUNTIME_STORE_SQLITE_SQLITE_H

#include <sqlite3.h>

#include "core/arena.h"
#include "journey/store.h"

enum sqlite_statement {
#define STATEMENT(name, hot, text) SQL_##name,
#include "runtime/store/sqlite/statements.def"
#undef STATEMENT
    SQL_STATEMENTS
};

#define SQLITE_FOLDER_MAX 3072
#define SQLITE_FILE       "journey.db" /* in the folder */
#define SQLITE_SEEN_DAYS  64           /* days of inbound ids that may be kept */

struct sqlite_look;

struct jr_store_sqlite_state {
    struct jr_store base;
    sqlite3 *db;
    struct sqlite_look *look; /* under way, or NULL */
    int checkpoint_pages;     /* of the log, after which it is written back */
    bool unsynced;            /* a checkpoint's sync failed: nothing may be written any more */
    sqlite3_stmt *statement[SQL_STATEMENTS];
    char *path; /* of the database; does not change */
    uint64_t generation;
    int lock;                           /* descriptor of the lock file */
    int64_t seen_day[SQLITE_SEEN_DAYS]; /* days that have rows, newest first */
    uint32_t n_seen_day;
};

static inline struct jr_store_sqlite_state *sqlite_state(struct jr_store *store) {
    return (struct jr_store_sqlite_state *)store;
}

/* ---- failure.c */
/* What a result code means, with what was being done. */
jn_rc sqlite_failure(sqlite3 *db, int code, const char *doing, struct jn_err *err);

/* ---- open.c */
jn_rc sqlite_open(struct jn_str place, struct jr_store **out, struct jn_err *err);
void sqlite_close(struct jr_store *store);
jn_rc sqlite_look_at(struct jn_str place, struct jr_store **out, struct jn_err *err);
struct jr_store_facts sqlite_facts(const struct jr_store *store);

/* The file must be ours, or empty, before anything is written to it. `name` is for the error. */
jn_rc sqlite_identify(sqlite3 *db, const char *name, bool *fresh, struct jn_err *err);
jn_rc sqlite_number(sqlite3 *db, const char *sql, int64_t *out, struct jn_err *err);

/* ---- copy.c */
jn_rc sqlite_backup(struct jr_store *store, const char *file, const _Atomic bool *stop, struct jr_store_copy *out,
                    struct jn_err *err);
jn_rc sqlite_restore(struct jn_str place, const char *file, struct jr_store_copy *out, struct jn_err *err);

/* ---- look.c */
/* By `pragma`, quick_check or integrity_check: JN_CORRUPT with the first finding. */
jn_rc sqlite_look_through(sqlite3 *db, const char *pragma, struct jn_err *err);
jn_rc sqlite_check(struct jr_store *store, struct jn_err *err);
/* Looks for damage: at once in a database of few pages, else on a thread of its own until sqlite_look_end. */
jn_rc sqlite_look(struct jr_store_sqlite_state *state, int64_t pages, struct jn_err *err);
bool sqlite_is_damaged(const struct jr_store_sqlite_state *state);
/* True when all was looked through and nothing found, also when nothing had to be. */
bool sqlite_look_end(struct jr_store_sqlite_state *state);

/* ---- lock.c */
jn_rc sqlite_lock(const char *folder, int *out, struct jn_err *err);

/* ---- commit.c */
int sqlite_step(struct jr_store_sqlite_state *state, enum sqlite_statement which); /* runs one that gives no rows */
jn_rc sqlite_commit(struct jr_store *store, const struct jr_batch *batch, struct jn_err *err);
jn_rc sqlite_claim(struct jr_store *store, uint32_t lane, struct jr_lane *out, struct jn_err *err);
jn_rc sqlite_lane(struct jr_store *store, uint32_t lane, struct jr_lane *out, struct jn_err *err);
jn_rc sqlite_program_drop(struct jr_store *store, const uint8_t id[32], struct jn_err *err);
jn_rc sqlite_prune(struct jr_store *store, int64_t before, bool *more, struct jn_err *err);
jn_rc sqlite_forget(struct jr_store *store, uint64_t customer, int64_t at, uint64_t below, uint32_t max, uint32_t *n,
                    struct jn_err *err);
jn_rc sqlite_rewrite(struct jr_store *store, uint64_t max, bool *done, struct jn_err *err);
jn_rc sqlite_load_days(struct jr_store_sqlite_state *state, struct jn_err *err);

/* ---- access.c: who may administer, and what they did */
int sqlite_commit_access(struct jr_store_sqlite_state *state, const struct jr_batch *batch);
jn_rc sqlite_tokens(struct jr_store *store, struct jn_arena *arena, struct jr_row_token **out, uint32_t *n,
                    struct jn_err *err);
jn_rc sqlite_audit(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                   struct jr_row_audit **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_audit_ends(struct jr_store *store, struct jr_audit_ends *out, struct jn_err *err);
jn_rc sqlite_audit_prune(struct jr_store *store, uint64_t upto, bool *more, struct jn_err *err);

/* ---- read.c: the contract's reads */
jn_rc sqlite_find(struct jr_store *store, const struct jn_str *ext, uint32_t n, uint64_t *customer, struct jn_err *err);
jn_rc sqlite_seen(struct jr_store *store, struct jr_row_seen *row, uint32_t n, bool *known, struct jn_err *err);
jn_rc sqlite_load(struct jr_store *store, uint64_t customer, struct jn_arena *arena, struct jr_row_customer *out,
                  struct jr_row_run **run, uint32_t *n_run, struct jn_err *err);
jn_rc sqlite_events(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max, struct jn_arena *arena,
                    struct jr_row_event **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_recent(struct jr_store *store, uint64_t customer, uint64_t before, uint32_t max, struct jn_arena *arena,
                    struct jr_row_event **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_timers(struct jr_store *store, struct jr_row_timer after, uint32_t max, struct jn_arena *arena,
                    struct jr_row_timer **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_deliveries(struct jr_store *store, enum jr_delivery_state wanted, uint64_t after, uint32_t max,
                        struct jn_arena *arena, struct jr_row_delivery **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_outbox_of(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_delivery **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_dead(struct jr_store *store, const uint8_t id[16], uint64_t *delivery, struct jn_err *err);
jn_rc sqlite_quarantined(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                         struct jr_row_quarantine **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_customers(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_customer **out, uint32_t *n, struct jn_err *err);
jn_rc sqlite_counters(struct jr_store *store, struct jn_arena *arena, struct jr_row_counter **out, uint32_t *n,
                      struct jn_err *err);
jn_rc sqlite_programs(struct jr_store *store, struct jn_arena *arena, struct jr_row_program **out, uint32_t *n,
                      struct jn_err *err);

/* ---- small things for both */
static inline void sqlite_bind_str(sqlite3_stmt *statement, int i, struct jn_str s) {
    sqlite3_bind_blob64(statement, i, s.p == NULL ? "" : s.p, s.n, SQLITE_STATIC);
}

static inline void sqlite_bind_u64(sqlite3_stmt *statement, int i, uint64_t v) {
    sqlite3_bind_int64(statement, i, (sqlite3_int64)v);
}

struct jn_str sqlite_column_str(sqlite3_stmt *statement, int i, struct jn_arena *arena);
/* Ends a read: all rows were there, or why not. */
jn_rc sqlite_read_done(struct jr_store_sqlite_state *state, enum sqlite_statement which, int code, struct jn_err *err);
static inline void *sqlite_grow(struct jn_arena *arena, void *array, uint32_t *n, size_t size) {
    return jn_arena_grow(arena, array, n, size);
}

#endif
