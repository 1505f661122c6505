/* A store that begins to be sealed: what is there already is sealed in slices, beside the work. */
#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "runtime/store/seal/disk.h"
#include "runtime/store/sqlite/sqlite.h"

#define SEALING_ROWS 500 /* looked at in a slice: a commit of some milliseconds */

/* Tables with a body, one after the other; names and what was set aside come last. */
static const struct {
    enum sqlite_statement read, put;
} SEALING_TABLE[] = {{SQL_REST_PARTS, SQL_SEAL_PART}, {SQL_REST_DELIVERIES, SQL_SEAL_DELIVERY}};
enum {
    SEALING_TABLES = sizeof(SEALING_TABLE) / sizeof(*SEALING_TABLE),
    SEALING_QUARANTINE = SEALING_TABLES,
    SEALING_NAMES,
    SEALING_DONE
};

/* How far it has come. Not kept: a new start looks at all rows again, and finds most of them sealed. */
struct sqlite_sealing {
    int table;
    int64_t customer, row; /* the last one */
    uint8_t name[1024];
    size_t n_name;
};

/* ---- the beginning */

static jn_rc sealing_new(struct jr_store_sqlite_state *state, uint64_t *master_id, struct jn_err *err) {
    char folder[SQLITE_FOLDER_MAX], path[JR_DISK_PATH_MAX];
    struct jr_master master;
    struct jr_keys keys;
    (void)snprintf(folder, sizeof(folder), "%.*s", (int)(strlen(state->path) - strlen("/" SQLITE_FILE)), state->path);
    jn_rc rc = sqlite_keys_path(state->path, path, err);
    if (rc == JN_OK) rc = jr_master_find(folder, true, &master, err);
    if (rc != JN_OK) return rc;
    *master_id = jr_master_id(&master);
    rc = jr_keys_make(path, *master_id, &keys, err);
    if (rc == JN_OK) state->seal = jr_seal_new(&master, &keys);
    jr_master_wipe(&master);
    return rc;
}

static jn_rc sealing_note(struct jr_store_sqlite_state *state, uint64_t master, int sealed, struct jn_err *err) {
    int code = sqlite_step(state, SQL_BEGIN);
    jn_rc rc = code == SQLITE_OK ? JN_OK : sqlite_write_failure(state, code, "begin to be sealed", err);
    if (rc != JN_OK) return rc;
    rc = sqlite_set_meta(state, "master", (int64_t)master, err);
    if (rc == JN_OK) rc = sqlite_set_meta(state, "keys", (int64_t)jr_seal_keys(state->seal)->id, err);
    if (rc == JN_OK) rc = sqlite_set_meta(state, "sealed", sealed, err);
    if (rc == JN_OK && (code = sqlite_step(state, SQL_COMMIT)) != SQLITE_OK)
        rc = sqlite_write_failure(state, code, "note that it is sealed", err);
    if (sqlite3_get_autocommit(state->db) == 0) sqlite_step(state, SQL_ROLLBACK);
    return rc;
}

jn_rc sqlite_seal(struct jr_store *store, bool *rest, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    int64_t any = 0;
    uint64_t master = 0;
    *rest = state->sealed != JR_STORE_SEALED;
    if (state->seal != NULL) return JN_OK;
    jn_rc rc = sqlite_number(state->db,
                             "select exists (select 1 from customer) or exists (select 1 from alias)"
                             " or exists (select 1 from quarantine)",
                             &any, err);
    if (rc == JN_OK) rc = sealing_new(state, &master, err);
    if (rc != JN_OK) return rc;
    int sealed = any != 0 ? JR_STORE_SEALING : JR_STORE_SEALED;
    rc = sealing_note(state, master, sealed, err);
    if (rc != JN_OK) {
        jr_seal_free(state->seal);
        state->seal = NULL;
        return rc;
    }
    state->sealed = sealed;
    *rest = sealed != JR_STORE_SEALED;
    return JN_OK;
}

/* ---- slices: each gives the number of rows that it has looked at, or fails with *code */

struct sealing_row {
    int64_t customer, row;
    struct jn_str body;
};

/* As the parts of a customer are numbered: the profile, runs from 1 up, events from -1 down. */
static struct jr_seal_place sealing_place(int table, const struct sealing_row *row) {
    if (SEALING_TABLE[table].read == SQL_REST_DELIVERIES)
        return (struct jr_seal_place){SQLITE_OF_DELIVERY, (uint64_t)row->row};
    if (row->row == 0) return (struct jr_seal_place){SQLITE_OF_CUSTOMER, (uint64_t)row->customer};
    return row->row > 0 ? (struct jr_seal_place){SQLITE_OF_RUN, (uint64_t)row->row}
                        : (struct jr_seal_place){SQLITE_OF_EVENT, (uint64_t)-row->row};
}

static struct jn_str sealing_column(struct jr_store_sqlite_state *state, sqlite3_stmt *read, int i) {
    return sqlite_column_str(read, i, &state->sealing);
}

static uint32_t sealing_bodies(struct jr_store_sqlite_state *state, struct sqlite_sealing *at, int *code) {
    sqlite3_stmt *read = state->statement[SEALING_TABLE[at->table].read];
    sqlite3_stmt *put = state->statement[SEALING_TABLE[at->table].put];
    struct sealing_row *rows = NULL;
    uint32_t n = 0;
    sqlite3_bind_int64(read, 1, at->customer);
    sqlite3_bind_int64(read, 2, at->row);
    sqlite3_bind_int64(read, 3, SEALING_ROWS);
    while ((*code = sqlite3_step(read)) == SQLITE_ROW) {
        struct sealing_row *row = sqlite_grow(&state->sealing, &rows, &n, sizeof(*row));
        *row = (struct sealing_row){sqlite3_column_int64(read, 0), sqlite3_column_int64(read, 1),
                                    sealing_column(state, read, 2)};
    }
    sqlite3_reset(read);
    *code = *code == SQLITE_DONE ? SQLITE_OK : *code;
    for (uint32_t i = 0; *code == SQLITE_OK && i < n; i++) {
        at->customer = rows[i].customer;
        at->row = rows[i].row;
        if (jr_seal_is_sealed(rows[i].body)) continue;
        sqlite3_bind_int64(put, 1, at->customer);
        sqlite3_bind_int64(put, 2, at->row);
        *code =
            sqlite_bind_body(state, put, 3, (uint64_t)at->customer, sealing_place(at->table, &rows[i]), rows[i].body);
        if (*code == SQLITE_OK) *code = sqlite_step(state, SEALING_TABLE[at->table].put);
    }
    return n;
}

static uint32_t sealing_quarantine(struct jr_store_sqlite_state *state, struct sqlite_sealing *at, int *code) {
    struct jr_row_quarantine *row;
    uint32_t n = 0;
    if (sqlite_quarantined(&state->base, (uint64_t)at->row, SEALING_ROWS, &state->sealing, &row, &n, &state->fault) !=
        JN_OK)
        *code = SQLITE_ABORT;
    for (uint32_t i = 0; *code == SQLITE_OK && i < n; i++) {
        at->row = (int64_t)row[i].seq;
        *code = sqlite_put_quarantine(state, &row[i]);
    }
    return n;
}

static uint32_t sealing_names(struct jr_store_sqlite_state *state, struct sqlite_sealing *at, int *code) {
    sqlite3_stmt *read = state->statement[SQL_REST_NAMES];
    struct jr_row_alias *rows = NULL;
    uint32_t n = 0;
    sqlite3_bind_blob64(read, 1, at->name, at->n_name, SQLITE_TRANSIENT);
    sqlite3_bind_int64(read, 2, SEALING_ROWS);
    while ((*code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_alias *row = sqlite_grow(&state->sealing, &rows, &n, sizeof(*row));
        *row = (struct jr_row_alias){sealing_column(state, read, 0), (uint64_t)sqlite3_column_int64(read, 1)};
    }
    sqlite3_reset(read);
    *code = *code == SQLITE_DONE ? SQLITE_OK : *code;
    for (uint32_t i = 0; *code == SQLITE_OK && i < n; i++) {
        struct jn_str name = rows[i].ext;
        at->n_name = name.n < sizeof(at->name) ? name.n : sizeof(at->name);
        memcpy(at->name, name.p, at->n_name);
        bool hashed = name.n == JR_SEAL_NAME && (uint8_t)name.p[0] == JR_SEALED_NAME;
        if (!hashed) *code = sqlite_put_alias(state, &rows[i]);
    }
    return n;
}

static jn_rc sealing_slice(struct jr_store_sqlite_state *state, struct sqlite_sealing *at, struct jn_err *err) {
    struct sqlite_sealing next = *at;
    int code = sqlite_step(state, SQL_BEGIN);
    state->fault.rc = JN_OK;
    uint32_t n = code != SQLITE_OK                  ? 0
                 : next.table < SEALING_TABLES      ? sealing_bodies(state, &next, &code)
                 : next.table == SEALING_QUARANTINE ? sealing_quarantine(state, &next, &code)
                                                    : sealing_names(state, &next, &code);
    if (n < SEALING_ROWS) next = (struct sqlite_sealing){.table = next.table + 1};
    if (code == SQLITE_OK && next.table == SEALING_DONE &&
        sqlite_set_meta(state, "sealed", JR_STORE_SEALED_ROWS, &state->fault) != JN_OK)
        code = SQLITE_ABORT;
    if (code == SQLITE_OK) code = sqlite_step(state, SQL_COMMIT);
    jn_arena_reset(&state->sealing);
    if (code == SQLITE_OK) {
        *at = next;
        return JN_OK;
    }
    jn_rc rc = state->fault.rc != JN_OK ? jn_fail(err, state->fault.rc, "%s", state->fault.text)
                                        : sqlite_write_failure(state, code, "be sealed", err);
    if (sqlite3_get_autocommit(state->db) == 0) sqlite_step(state, SQL_ROLLBACK);
    return rc;
}

jn_rc sqlite_seal_rest(struct jr_store *store, bool *rest, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    *rest = state->sealed == JR_STORE_SEALING;
    if (!*rest) return JN_OK;
    if (state->unsynced) return jn_fail(err, JN_UNSYNCED, "the store cannot write its log back: a sync failed");
    if (state->rest == NULL) state->rest = jn_alloc_zero(1, sizeof(*state->rest));
    jn_rc rc = sealing_slice(state, state->rest, err);
    if (rc == JN_OK && state->rest->table == SEALING_DONE) {
        state->sealed = JR_STORE_SEALED_ROWS;
        sqlite_seal_rest_end(state);
        *rest = false;
    }
    return rc;
}

void sqlite_seal_rest_end(struct jr_store_sqlite_state *state) {
    free(state->rest);
    state->rest = NULL;
}

jn_rc sqlite_seal_whole(struct jr_store_sqlite_state *state, struct jn_err *err) {
    if (state->sealed != JR_STORE_SEALED_ROWS) return JN_OK;
    jn_rc rc = sqlite_set_meta(state, "sealed", JR_STORE_SEALED, err);
    if (rc == JN_OK) state->sealed = JR_STORE_SEALED;
    return rc;
}
