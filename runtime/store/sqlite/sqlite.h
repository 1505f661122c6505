/* The SQLite store within: one read-write connection that also does every checkpoint. Private to this folder. */
#ifndef RUNTIME_STORE_SQLITE_SQLITE_H
#define RUNTIME_STORE_SQLITE_SQLITE_H

#include <sqlite3.h>

#include "core/arena.h"
#include "journey/store.h"
#include "runtime/store/seal/disk.h"
#include "runtime/store/seal/seal.h"

enum sqlite_statement {
#define STATEMENT(name, hot, text) SQL_##name,
#include "runtime/store/sqlite/statements.def"
#undef STATEMENT
    SQL_STATEMENTS
};

#define SQLITE_FOLDER_MAX 3072
#define SQLITE_FILE       "journey.db"   /* in the folder */
#define SQLITE_KEYS       "journey.keys" /* beside it */
#define SQLITE_SEEN_DAYS  64             /* days of inbound ids that may be kept */

struct sqlite_look;

struct jr_store_sqlite_state {
    struct jr_store base;
    sqlite3 *db;
    struct sqlite_look *look; /* under way, or NULL */
    int checkpoint_pages;     /* of the log, after which it is written back */
    bool unsynced;            /* a sync failed: nothing may be written any more */
    sqlite3_stmt *statement[SQL_STATEMENTS];
    struct jr_seal *seal;        /* NULL: everything stands in the clear */
    _Atomic int sealed;          /* enum jr_store_sealed */
    struct sqlite_sealing *rest; /* how far what stood in the clear is sealed, or NULL */
    struct jn_arena sealing;     /* what a commit seals, until its end */
    struct jn_err fault;         /* of that; rc JN_OK: none */
    char *path;                  /* of the database; does not change */
    uint64_t generation;
    uint64_t stray_bytes;               /* behind the last page, when it was begun to be looked at */
    int lock;                           /* descriptor of the lock file */
    int64_t seen_day[SQLITE_SEEN_DAYS]; /* days that have rows, newest first */
    uint32_t n_seen_day;
};

static inline struct jr_store_sqlite_state *sqlite_state(struct jr_store *store) {
    return (struct jr_store_sqlite_state *)store;
}

/* ---- log.c */
/* The system's files, but for the log, whose writes are gathered until its sync: for the connection that writes. The
 * name of a VFS; not from two threads at once. */
const char *sqlite_log_vfs(void);

/* ---- failure.c */
/* Whether it is the disk: SQLite takes a page that the disk does not give (EIO) for damage. */
bool sqlite_disk_failed(sqlite3 *db);
/* What a result code means, with what was being done. */
jn_rc sqlite_failure(sqlite3 *db, int code, const char *doing, struct jn_err *err);
/* The same of the one connection that writes: after a failed sync it never does again. */
jn_rc sqlite_write_failure(struct jr_store_sqlite_state *state, int code, const char *doing, struct jn_err *err);

/* ---- open.c */
jn_rc sqlite_open(struct jn_str place, struct jr_store **out, struct jn_err *err);
void sqlite_close(struct jr_store *store);
jn_rc sqlite_look_at(struct jn_str place, struct jr_store **out, struct jn_err *err);
struct jr_store_facts sqlite_facts(const struct jr_store *store);

/* The file must be ours, or empty, before anything is written to it. `name` is for the error. */
jn_rc sqlite_identify(sqlite3 *db, const char *name, bool *fresh, struct jn_err *err);
jn_rc sqlite_number(sqlite3 *db, const char *sql, int64_t *out, struct jn_err *err);
/* One statement, or several, that answer nothing. */
jn_rc sqlite_run(sqlite3 *db, const char *sql, const char *doing, struct jn_err *err);
/* 0 when there is no such key. */
jn_rc sqlite_meta(struct jr_store_sqlite_state *state, const char *key, int64_t *out, struct jn_err *err);
jn_rc sqlite_set_meta(struct jr_store_sqlite_state *state, const char *key, int64_t value, struct jn_err *err);

/* ---- sealed.c: what is of a customer, on its way in and out */
enum sqlite_sealed_column { /* the kinds of place: letters, for they stand in errors */
                            SQLITE_OF_CUSTOMER = 'c',
                            SQLITE_OF_RUN = 'r',
                            SQLITE_OF_EVENT = 'e',
                            SQLITE_OF_DELIVERY = 'd',
                            SQLITE_OF_QUARANTINE = 'q',
                            SQLITE_OF_REASON = 'w',
                            SQLITE_OF_SENDER = 's'
};
extern const char SQLITE_QUARANTINE_KINDS[3]; /* of reason, body and customer */

/* Opens what seals the store of that folder, if it is sealed: before anything is written to it. */
jn_rc sqlite_sealed_open(struct jr_store_sqlite_state *state, const char *folder, bool reading, struct jn_err *err);
jn_rc sqlite_keys_path(const char *database, char out[JR_DISK_PATH_MAX], struct jn_err *err);
/* The master key, if it is the wanted one. */
jn_rc sqlite_sealed_master(const char *folder, int64_t wanted, struct jr_master *out, struct jn_err *err);
void sqlite_sealed_close(struct jr_store_sqlite_state *state);
/* SQLITE_ABORT with state->fault when it cannot be sealed. */
int sqlite_bind_body(struct jr_store_sqlite_state *state, sqlite3_stmt *statement, int i, uint64_t customer,
                     struct jr_seal_place place, struct jn_str body);
jn_rc sqlite_column_body(struct jr_store_sqlite_state *state, sqlite3_stmt *statement, int i,
                         struct jr_seal_place place, struct jn_arena *arena, struct jn_str *out, struct jn_err *err);
/* A name as the store knows it; `room` holds a hashed one. */
struct jn_str sqlite_name(struct jr_store_sqlite_state *state, struct jn_str name, uint8_t room[JR_SEAL_NAME]);
/* Overwrites the keys of whom the database says that they are to go. */
jn_rc sqlite_forget_keys(struct jr_store_sqlite_state *state, struct jn_err *err);

/* ---- sealing.c: a store that begins to be sealed */
jn_rc sqlite_seal(struct jr_store *store, bool *rest, struct jn_err *err);
jn_rc sqlite_seal_rest(struct jr_store *store, bool *rest, struct jn_err *err);
/* The database was written anew: what stood in the clear before is in no gap of it any more. */
jn_rc sqlite_seal_whole(struct jr_store_sqlite_state *state, struct jn_err *err);
void sqlite_seal_rest_end(struct jr_store_sqlite_state *state);

/* ---- copy.c */
jn_rc sqlite_backup(struct jr_store *store, const char *file, const _Atomic bool *stop, struct jr_store_copy *out,
                    struct jn_err *err);
jn_rc sqlite_restore(struct jn_str place, const char *file, const char *keys, struct jr_store_copy *out,
                     struct jn_err *err);

/* ---- copy_keys.c */
jn_rc sqlite_copy_is_sealed(sqlite3 *db, bool *out, struct jn_err *err);
/* FILE.keys of a copy in FILE. */
jn_rc sqlite_copy_keys_path(const char *file, char out[JR_DISK_PATH_MAX], struct jn_err *err);
jn_rc sqlite_copy_keys(const struct jr_store_sqlite_state *state, const char *file, struct jn_err *err);
void sqlite_copy_keys_drop(const char *file);
/* The keys of a copy into the folder of a store; who was erased after it was made is erased from it. */
jn_rc sqlite_restore_keys(sqlite3 *db, const char *folder, const char *file, const char *given,
                          struct jr_store_copy *out, struct jn_err *err);

/* ---- look.c */
/* By `pragma`, quick_check or integrity_check: JN_CORRUPT with the first finding. */
jn_rc sqlite_look_through(sqlite3 *db, const char *pragma, struct jn_err *err);
jn_rc sqlite_check(struct jr_store *store, struct jn_err *err);
/* What stands in the file behind its last page: SQLite reads none of it, and writes over it or cuts it off. */
uint64_t sqlite_stray_bytes(struct jr_store_sqlite_state *state);
/* Looks for damage: at once in a database of few pages, else on a thread of its own until sqlite_look_end. */
jn_rc sqlite_look(struct jr_store_sqlite_state *state, int64_t pages, struct jn_err *err);
bool sqlite_is_damaged(const struct jr_store_sqlite_state *state);
/* True when all was looked through and nothing found, also when nothing had to be. */
bool sqlite_look_end(struct jr_store_sqlite_state *state);

/* ---- lock.c */
jn_rc sqlite_lock(const char *folder, int *out, struct jn_err *err);

/* ---- commit.c */
/* Parts of a transaction that is open; SQLITE_OK, or why not. */
int sqlite_step(struct jr_store_sqlite_state *state, enum sqlite_statement which); /* runs one that gives no rows */
int sqlite_put_alias(struct jr_store_sqlite_state *state, const struct jr_row_alias *row);
int sqlite_put_quarantine(struct jr_store_sqlite_state *state, const struct jr_row_quarantine *row);
jn_rc sqlite_begin(struct jr_store *store, struct jn_err *err);
void sqlite_end(struct jr_store *store);
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
