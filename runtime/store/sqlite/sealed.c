/* Bodies and names on their way into the file and out of it: sealed, when the store is. */
#include <stdio.h>

#include "core/check.h"
#include "runtime/store/seal/disk.h"
#include "runtime/store/sqlite/sqlite.h"

#define SEALED_AHEAD (4 * JR_KEYS_AHEAD) /* keys that a store may have made and used for nobody yet */

const char SQLITE_QUARANTINE_KINDS[3] = {SQLITE_OF_REASON, SQLITE_OF_QUARANTINE, SQLITE_OF_SENDER};

/* ---- opening */

jn_rc sqlite_keys_path(const char *database, char out[JR_DISK_PATH_MAX], struct jn_err *err) {
    int folder = (int)(strlen(database) - strlen(SQLITE_FILE));
    int n = snprintf(out, JR_DISK_PATH_MAX, "%.*s" SQLITE_KEYS, folder, database);
    return n > 0 && n < JR_DISK_PATH_MAX ? JN_OK : jn_fail(err, JN_TOO_LARGE, "the path %s is too long", database);
}

jn_rc sqlite_sealed_master(const char *folder, int64_t wanted, struct jr_master *out, struct jn_err *err) {
    jn_rc rc = jr_master_find(folder, false, out, err);
    if (rc != JN_OK) return rc;
    uint64_t given = jr_master_id(out);
    if (given == (uint64_t)wanted) return JN_OK;
    return jn_fail(err, JN_CONFIG,
                   "the master key is another one than the store %s was sealed with: this is number %016llx, it was "
                   "%016llx; nothing was changed",
                   folder, (unsigned long long)given, (unsigned long long)wanted);
}

/* Keys of everybody in the database, and not of many whom it does not know. While it begins to be sealed, and for who
 * reads while another writes, one of the two may be behind. */
static jn_rc sealed_fits(struct jr_store_sqlite_state *state, const char *path, const struct jr_keys *keys,
                         bool reading, struct jn_err *err) {
    int64_t last = 0;
    jn_rc rc = sqlite_number(state->db, "select coalesce(max(customer), 0) from customer", &last, err);
    if (rc != JN_OK || state->sealed == JR_STORE_SEALING) return rc;
    if (keys->n < (uint64_t)last + 1 && last > 0)
        return jn_fail(err, JN_CONFIG,
                       "%s is cut off, or older than the store: it has keys of %llu customers, there are %lld; put the "
                       "newest one in its place, nothing was changed",
                       path, (unsigned long long)keys->n, (long long)last);
    if (!reading && keys->n > (uint64_t)last + 1 + SEALED_AHEAD)
        return jn_fail(err, JN_CONFIG,
                       "%s is newer than the store, or something was added to it: it has keys of %llu customers, there "
                       "are %lld; `journey restore` takes an older database, nothing was changed",
                       path, (unsigned long long)keys->n, (long long)last);
    return JN_OK;
}

jn_rc sqlite_sealed_open(struct jr_store_sqlite_state *state, const char *folder, bool reading, struct jn_err *err) {
    int64_t sealed = 0, wanted = 0, id = 0;
    char path[JR_DISK_PATH_MAX];
    struct jr_master master;
    struct jr_keys keys;
    jn_rc rc =
        sqlite_number(state->db, "select coalesce((select value from meta where key = 'sealed'), 0)", &sealed, err);
    if (rc != JN_OK || sealed == JR_STORE_CLEAR) return rc;
    rc = sqlite_number(state->db, "select coalesce((select value from meta where key = 'master'), 0)", &wanted, err);
    if (rc == JN_OK)
        rc = sqlite_number(state->db, "select coalesce((select value from meta where key = 'keys'), 0)", &id, err);
    if (rc == JN_OK) rc = sqlite_keys_path(state->path, path, err);
    if (rc == JN_OK) rc = sqlite_sealed_master(folder, wanted, &master, err);
    if (rc != JN_OK) return rc;
    state->sealed = (int)sealed;
    rc = jr_keys_open(path, (uint64_t)wanted, (uint64_t)id, reading, &keys, err);
    if (rc == JN_OK) {
        state->seal = jr_seal_new(&master, &keys);
        rc = sealed_fits(state, path, &keys, reading, err);
    }
    jr_master_wipe(&master);
    return rc;
}

void sqlite_sealed_close(struct jr_store_sqlite_state *state) {
    jr_seal_free(state->seal);
    state->seal = NULL;
    sqlite_seal_rest_end(state);
    jn_arena_release(&state->sealing);
}

/* ---- ways in and out */

static bool sealed_says_nobody(struct jr_seal_place place, struct jn_str body) {
    return place.kind == SQLITE_OF_CUSTOMER && body.n > 0 && (uint8_t)body.p[0] == JR_BODY_NOBODY;
}

int sqlite_bind_body(struct jr_store_sqlite_state *state, sqlite3_stmt *statement, int i, uint64_t customer,
                     struct jr_seal_place place, struct jn_str body) {
    jn_rc rc = state->seal == NULL ? JN_OK
               : sealed_says_nobody(place, body)
                   ? jr_keys_cover(jr_seal_keys(state->seal), customer, &state->fault)
                   : jr_seal_close(state->seal, customer, place, body, &state->sealing, &body, &state->fault);
    if (rc != JN_OK) return SQLITE_ABORT;
    sqlite_bind_str(statement, i, body);
    return SQLITE_OK;
}

jn_rc sqlite_column_body(struct jr_store_sqlite_state *state, sqlite3_stmt *statement, int i,
                         struct jr_seal_place place, struct jn_arena *arena, struct jn_str *out, struct jn_err *err) {
    const char *p = sqlite3_column_blob(statement, i);
    struct jn_str stored = {p == NULL ? "" : p, (size_t)sqlite3_column_bytes(statement, i)};
    jn_rc rc = JN_OK;
    if (jr_seal_is_sealed(stored)) {
        if (state->seal == NULL) return jn_fail(err, JN_CORRUPT, "a body is sealed in a store that is not");
        rc = jr_seal_open(state->seal, place, stored, arena, out, err);
        if ((rc != JN_CORRUPT && rc != JN_NOT_FOUND) || place.kind == SQLITE_OF_EVENT) return rc;
    }
    /* What a damaged row or key does not open is one customer's loss: who reads many rows goes on, and cannot decode
     * these bytes. What was set aside is never decoded. */
    bool decoded = place.kind == SQLITE_OF_CUSTOMER || place.kind == SQLITE_OF_RUN || place.kind == SQLITE_OF_DELIVERY;
    *out = rc == JN_OK || decoded ? jn_arena_str(arena, stored) : JN_STR("");
    return JN_OK;
}

struct jn_str sqlite_name(struct jr_store_sqlite_state *state, struct jn_str name, uint8_t room[JR_SEAL_NAME]) {
    if (state->seal == NULL) return name;
    jr_seal_name(state->seal, name, room);
    return (struct jn_str){(const char *)room, JR_SEAL_NAME};
}

/* ---- keys that go */

jn_rc sqlite_forget_keys(struct jr_store_sqlite_state *state, struct jn_err *err) {
    sqlite3_stmt *read = state->statement[SQL_FORGOTTEN];
    uint64_t *customer = NULL;
    uint32_t n = 0;
    int code;
    if (state->seal == NULL) return JN_OK;
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        uint64_t *place = sqlite_grow(&state->sealing, &customer, &n, sizeof(*place));
        *place = (uint64_t)sqlite3_column_int64(read, 0);
    }
    sqlite3_reset(read);
    jn_rc rc = code == SQLITE_DONE ? JN_OK : sqlite_failure(state->db, code, "read whose keys are to go", err);
    if (rc == JN_OK && n > 0) rc = jr_seal_forget(state->seal, customer, n, err);
    if (rc == JN_OK && n > 0) {
        code = sqlite_step(state, SQL_END_FORGOTTEN);
        if (code != SQLITE_OK) rc = sqlite_write_failure(state, code, "note whose keys are gone", err);
    }
    jn_arena_reset(&state->sealing);
    return rc;
}
