/* The keys beside a copy: they are no part of it, so that a copy that is kept for long shows nothing of whom is erased.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/check.h"
#include "runtime/store/seal/disk.h"
#include "runtime/store/sqlite/sqlite.h"

jn_rc sqlite_copy_is_sealed(sqlite3 *db, bool *out, struct jn_err *err) {
    int64_t sealed = 0;
    jn_rc rc = sqlite_number(db, "select coalesce((select value from meta where key = 'sealed'), 0)", &sealed, err);
    *out = sealed != JR_STORE_CLEAR;
    return rc;
}

jn_rc sqlite_copy_keys_path(const char *file, char out[JR_DISK_PATH_MAX], struct jn_err *err) {
    int n = snprintf(out, JR_DISK_PATH_MAX, "%s.keys", file);
    return n > 0 && n < JR_DISK_PATH_MAX ? JN_OK : jn_fail(err, JN_TOO_LARGE, "the path %s is too long", file);
}

/* At most `max` bytes of it; fewer when it is shorter. */
static jn_rc copy_keys_read(const char *path, int64_t max, struct jn_str *out, struct jn_err *err) {
    int fd = jr_disk_open(path, false);
    *out = JN_STR_NONE;
    if (fd < 0) return jr_disk_failure("open", path, err);
    int64_t size = jr_disk_size(fd);
    size_t n = size < 0 ? 0 : (size_t)(size < max ? size : max);
    char *bytes = jn_alloc(n);
    jn_rc rc = size >= 0 && jr_disk_read(fd, bytes, n, 0) ? JN_OK : jr_disk_failure("read", path, err);
    jr_disk_close(fd);
    *out = (struct jn_str){bytes, n};
    if (rc != JN_OK) free(bytes);
    return rc;
}

jn_rc sqlite_copy_keys(const struct jr_store_sqlite_state *state, const char *file, struct jn_err *err) {
    char from[JR_DISK_PATH_MAX], to[JR_DISK_PATH_MAX];
    struct jn_str bytes;
    jn_rc rc = sqlite_copy_keys_path(file, to, err);
    if (rc == JN_OK) rc = sqlite_keys_path(state->path, from, err);
    if (rc == JN_OK && access(to, F_OK) == 0)
        rc = jn_fail(err, JN_CONFLICT, "%s is there already; name a new file", to);
    if (rc == JN_OK) rc = copy_keys_read(from, INT64_MAX, &bytes, err);
    if (rc != JN_OK) return rc;
    rc = jr_disk_put(to, bytes, err);
    free((void *)(uintptr_t)bytes.p);
    return rc;
}

void sqlite_copy_keys_drop(const char *file) {
    char path[JR_DISK_PATH_MAX];
    if (sqlite_copy_keys_path(file, path, NULL) == JN_OK) (void)unlink(path);
}

/* ---- and back */

/* What a copy says of its keys. */
struct copy_sealed {
    int64_t master, keys, last; /* the last customer's number */
};

static jn_rc copy_sealed_read(sqlite3 *db, struct copy_sealed *out, struct jn_err *err) {
    jn_rc rc = sqlite_number(db, "select value from meta where key = 'master'", &out->master, err);
    if (rc == JN_OK) rc = sqlite_number(db, "select value from meta where key = 'keys'", &out->keys, err);
    if (rc == JN_OK) rc = sqlite_number(db, "select coalesce(max(customer), 0) from customer", &out->last, err);
    return rc;
}

/* Everybody in the copy whose key has been forgotten since. */
static jn_rc copy_forgotten(sqlite3 *db, const struct jr_keys *keys, struct jn_err *err) {
    uint8_t secret[JR_KEYS_SECRET];
    enum jr_key_state key;
    sqlite3_stmt *read = NULL, *put = NULL;
    jn_rc rc = sqlite_run(db, "create temp table gone (customer integer primary key)", "note who was erased", err);
    if (rc != JN_OK) return rc;
    int code = sqlite3_prepare_v2(db, "select customer, body from customer where part = 0", -1, &read, NULL);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(db, "insert into gone values (?1)", -1, &put, NULL);
    while (code == SQLITE_OK && rc == JN_OK && (code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jn_str body = {sqlite3_column_blob(read, 1), (size_t)sqlite3_column_bytes(read, 1)};
        uint64_t customer = (uint64_t)sqlite3_column_int64(read, 0);
        code = SQLITE_OK;
        if (!jr_seal_is_sealed(body)) continue;
        rc = jr_keys_read(keys, customer, secret, &key, err);
        if (rc == JN_OK && key == JR_KEY_NONE)
            rc = jn_fail(err, JN_CONFIG,
                         "the keys are older than the copy: that of customer %llu is missing; give newer ones with "
                         "--keys",
                         (unsigned long long)customer);
        if (rc != JN_OK || key != JR_KEY_FORGOTTEN) continue;
        sqlite_bind_u64(put, 1, customer);
        if (sqlite3_step(put) != SQLITE_DONE) code = SQLITE_ERROR;
        sqlite3_reset(put);
    }
    if (rc == JN_OK && code != SQLITE_DONE) rc = sqlite_failure(db, code, "say who was erased", err);
    sqlite3_finalize(read);
    sqlite3_finalize(put);
    return rc;
}

/* They were erased after the copy was made: they are erased from it. */
static jn_rc copy_erase(sqlite3 *db, const struct jr_keys *keys, uint64_t *erased, struct jn_err *err) {
    int64_t n = 0;
    jn_rc rc = copy_forgotten(db, keys, err);
    if (rc == JN_OK) rc = sqlite_number(db, "select count(*) from gone", &n, err);
    if (rc == JN_OK && n > 0)
        rc = sqlite_run(db,
                        "begin immediate;"
                        "delete from customer where part <> 0 and customer in (select customer from gone);"
                        "delete from delivery where customer in (select customer from gone);"
                        "delete from timer where customer in (select customer from gone);"
                        "delete from alias where customer in (select customer from gone);"
                        "delete from absorbed where owner in (select customer from gone);"
                        "update customer set body = " JR_BODY_ERASED
                        " where customer in (select customer from gone); commit",
                        "erase who was erased", err);
    *erased = (uint64_t)n;
    return rc;
}

/* What was set aside of them: under their keys, without their number. */
static jn_rc copy_erase_quarantine(sqlite3 *db, const struct jr_keys *keys, struct jn_err *err) {
    uint8_t secret[JR_KEYS_SECRET];
    enum jr_key_state key;
    sqlite3_stmt *read = NULL, *drop = NULL;
    jn_rc rc = JN_OK;
    int code = sqlite3_prepare_v2(db, "select seq, body from quarantine", -1, &read, NULL);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(db, "delete from quarantine where seq = ?1", -1, &drop, NULL);
    while (code == SQLITE_OK && rc == JN_OK && (code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jn_str body = {sqlite3_column_blob(read, 1), (size_t)sqlite3_column_bytes(read, 1)};
        code = SQLITE_OK;
        if (!jr_seal_is_sealed(body)) continue;
        rc = jr_keys_read(keys, jr_seal_customer(body), secret, &key, err);
        if (rc != JN_OK || key == JR_KEY_HELD) continue;
        sqlite3_bind_int64(drop, 1, sqlite3_column_int64(read, 0));
        if (sqlite3_step(drop) != SQLITE_DONE) code = SQLITE_ERROR;
        sqlite3_reset(drop);
    }
    if (rc == JN_OK && code != SQLITE_DONE) rc = sqlite_failure(db, code, "say what was set aside", err);
    sqlite3_finalize(read);
    sqlite3_finalize(drop);
    return rc;
}

/* Secrets of numbers that the copy has not given out yet stay behind: they are of other people. */
static jn_rc copy_keys_put(const char *from, const char *to, int64_t last, struct jn_err *err) {
    struct jn_str bytes;
    jn_rc rc = copy_keys_read(from, jr_keys_size((uint64_t)last + 1), &bytes, err);
    if (rc != JN_OK) return rc;
    rc = jr_disk_put(to, bytes, err);
    free((void *)(uintptr_t)bytes.p);
    return rc;
}

/* Where the keys are: where it was said, or still in the store's folder, or beside the copy. */
static jn_rc copy_keys_find(const char *file, const char *given, const char *own, char out[JR_DISK_PATH_MAX],
                            struct jn_err *err) {
    if (given == NULL && access(own, F_OK) != 0) return sqlite_copy_keys_path(file, out, err);
    (void)snprintf(out, JR_DISK_PATH_MAX, "%s", given != NULL ? given : own);
    return JN_OK;
}

jn_rc sqlite_restore_keys(sqlite3 *db, const char *folder, const char *file, const char *given,
                          struct jr_store_copy *out, struct jn_err *err) {
    char own[JR_DISK_PATH_MAX], from[JR_DISK_PATH_MAX];
    struct copy_sealed sealed;
    struct jr_master master;
    struct jr_keys keys;
    jn_rc rc = copy_sealed_read(db, &sealed, err);
    if (rc == JN_OK) rc = jr_disk_path(folder, SQLITE_KEYS, own, err);
    if (rc == JN_OK) rc = copy_keys_find(file, given, own, from, err);
    if (rc == JN_OK) rc = sqlite_sealed_master(folder, sealed.master, &master, err);
    if (rc != JN_OK) return rc;
    jr_master_wipe(&master);
    rc = jr_keys_open(from, (uint64_t)sealed.master, (uint64_t)sealed.keys, true, &keys, err);
    if (rc != JN_OK) return rc;
    rc = copy_erase(db, &keys, &out->erased, err);
    if (rc == JN_OK) rc = copy_erase_quarantine(db, &keys, err);
    jr_keys_close(&keys);
    return rc == JN_OK ? copy_keys_put(from, own, sealed.last, err) : rc;
}
