/* Copies: of a store into a file, beside the work; and of such a file into a new store. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/check.h"
#include "runtime/store/sqlite/sqlite.h"

#define COPY_STEPS 100000 /* of the virtual machine between two looks at *stop: about a millisecond */

static jn_rc copy_errno(struct jn_err *err, const char *what, const char *path) {
    char text[128];
    int code = errno;
    jn_rc rc = code == EROFS || code == EACCES || code == EPERM ? JN_READ_ONLY
               : code == ENOSPC || code == EDQUOT               ? JN_FULL
               : code == ENOENT || code == ENOTDIR              ? JN_NOT_FOUND
               : code == EEXIST                                 ? JN_CONFLICT
                                                                : JN_IO;
    return jn_fail(err, rc, "cannot %s %s: %s", what, path, strerror_r(code, text, sizeof(text)));
}

static int copy_stops(void *user) {
    const _Atomic bool *stop = user;
    return *stop;
}

/* What takes long on it is broken off once *stop; NULL: never. */
static jn_rc copy_open(const char *path, int flags, const _Atomic bool *stop, sqlite3 **out, struct jn_err *err) {
    int code = sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        jn_rc rc = sqlite_failure(*out, code, "open the copy", err);
        return jn_fail(err, rc, "cannot open %s: %s", path, sqlite3_errstr(code));
    }
    sqlite3_extended_result_codes(*out, 1);
    sqlite3_busy_timeout(*out, 2000);
    sqlite3_db_config(*out, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(*out, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    if (stop != NULL) sqlite3_progress_handler(*out, COPY_STEPS, copy_stops, (void *)(uintptr_t)stop);
    return JN_OK;
}

static jn_rc copy_count(sqlite3 *db, const char *sql, uint64_t *out, struct jn_err *err) {
    int64_t n = 0;
    jn_rc rc = sqlite_number(db, sql, &n, err);
    *out = (uint64_t)n;
    return rc;
}

static jn_rc copy_counts(sqlite3 *db, struct jr_store_copy *out, struct jn_err *err) {
    jn_rc rc = copy_count(db, "select count(*) from customer where part = 0", &out->customers, err);
    if (rc == JN_OK) rc = copy_count(db, "select count(*) from customer where part > 0", &out->runs, err);
    return rc == JN_OK ? copy_count(db, "select count(*) from delivery", &out->deliveries, err) : rc;
}

/* Whether what failed was a file, and which: of a copy, "the store" would be the wrong one. */
static jn_rc copy_name(jn_rc rc, const char *what, const char *path, struct jn_err *err) {
    return rc == JN_IO || rc == JN_UNSYNCED ? jn_fail(err, JN_IO, "cannot %s %s: disk I/O error", what, path) : rc;
}

/* A copy is looked through whole before anybody relies on it; it may come from anywhere. */
static jn_rc copy_check(const char *path, const _Atomic bool *stop, struct jr_store_copy *out, struct jn_err *err) {
    sqlite3 *db = NULL;
    bool fresh = false;
    uint64_t pages = 0, size = 0;
    jn_rc rc = copy_open(path, SQLITE_OPEN_READONLY, stop, &db, err);
    if (rc == JN_OK) rc = sqlite_identify(db, path, &fresh, err);
    if (rc == JN_OK && fresh) rc = jn_fail(err, JN_CORRUPT, "%s is no copy of a store: it is empty", path);
    if (rc == JN_OK) rc = sqlite_look_through(db, "pragma integrity_check(1)", err);
    if (rc == JN_OK) rc = copy_count(db, "pragma page_count", &pages, err);
    if (rc == JN_OK) rc = copy_count(db, "pragma page_size", &size, err);
    if (rc == JN_OK) rc = copy_counts(db, out, err);
    if (rc == JN_OK) rc = sqlite_copy_is_sealed(db, &out->sealed, err);
    out->bytes = pages * size;
    sqlite3_close(db);
    return copy_name(rc, "read", path, err);
}

/* The file and its name are on the disk when this returns. `to` must not be there. */
static jn_rc copy_publish(const char *from, const char *to, struct jn_err *err) {
    char folder[SQLITE_FOLDER_MAX];
    const char *slash = strrchr(to, '/');
    int n =
        snprintf(folder, sizeof(folder), "%.*s", slash == NULL ? 1 : (int)(slash - to) + 1, slash == NULL ? "." : to);
    if (n < 0 || (size_t)n >= sizeof(folder)) return jn_fail(err, JN_TOO_LARGE, "the path %s is too long", to);
    int file = open(from, O_RDONLY | O_CLOEXEC), directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    jn_rc rc = JN_OK;
    if (file < 0 || directory < 0 || fsync(file) != 0)
        rc = copy_errno(err, "sync", from);
    else if (link(from, to) != 0)
        rc = copy_errno(err, "create", to);
    else if (unlink(from) != 0 || fsync(directory) != 0)
        rc = copy_errno(err, "sync", folder);
    if (file >= 0) close(file);
    if (directory >= 0) close(directory);
    return rc;
}

static jn_rc copy_part(const char *file, char out[SQLITE_FOLDER_MAX], struct jn_err *err) {
    int n = snprintf(out, SQLITE_FOLDER_MAX, "%s.part", file);
    if (n < 0 || n >= SQLITE_FOLDER_MAX) return jn_fail(err, JN_TOO_LARGE, "the path %s is too long", file);
    if (access(file, F_OK) == 0) return jn_fail(err, JN_CONFLICT, "%s is there already; name a new file", file);
    int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return jn_fail(err, JN_CONFLICT,
                       "%s is there already: another copy is being made, or was broken off; remove it", out);
    if (fd < 0) return copy_errno(err, "create", out);
    close(fd);
    return JN_OK;
}

/* Of the two files, the one that was written is gone already, with what the system said of it. */
static jn_rc copy_blame(sqlite3 *db, const char *path, const char *part, jn_rc rc, struct jn_err *err) {
    if (sqlite_disk_failed(db)) return copy_name(JN_IO, "read", path, err);
    struct jn_err ignored;
    if (rc == JN_CORRUPT && sqlite_look_through(db, "pragma integrity_check(1)", &ignored) == JN_OK) rc = JN_IO;
    return copy_name(rc, "write", part, err);
}

/* `vacuum into` reads one snapshot, and leaves out what was deleted; the work goes on, and its log grows meanwhile. */
static jn_rc copy_vacuum(const char *path, const char *part, const _Atomic bool *stop, struct jn_err *err) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    jn_rc rc = copy_open(path, SQLITE_OPEN_READONLY, stop, &db, err);
    if (rc == JN_OK) {
        int code = sqlite3_prepare_v2(db, "vacuum into ?1", -1, &statement, NULL);
        if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 1, part, -1, SQLITE_STATIC);
        if (code == SQLITE_OK) code = sqlite3_step(statement);
        if (code != SQLITE_DONE) rc = sqlite_failure(db, code, "be copied", err);
        sqlite3_finalize(statement);
        if (rc != JN_OK) rc = copy_blame(db, path, part, rc, err);
    }
    sqlite3_close(db);
    return rc;
}

jn_rc sqlite_backup(struct jr_store *store, const char *file, const _Atomic bool *stop, struct jr_store_copy *out,
                    struct jn_err *err) {
    char part[SQLITE_FOLDER_MAX];
    jn_rc rc = copy_part(file, part, err);
    if (rc != JN_OK) return rc;
    rc = copy_vacuum(sqlite_state(store)->path, part, stop, err);
    if (rc == JN_OK) rc = copy_check(part, stop, out, err);
    if (rc == JN_OK && out->sealed) rc = sqlite_copy_keys(sqlite_state(store), file, err);
    if (rc == JN_OK) {
        rc = copy_publish(part, file, err);
        if (rc != JN_OK && out->sealed) sqlite_copy_keys_drop(file);
    }
    if (rc != JN_OK) (void)unlink(part);
    return rc != JN_OK && *stop ? jn_fail(err, JN_UNAVAILABLE, "the copy was broken off: the server is stopping") : rc;
}

/* ---- and back */

struct copy_wanted {
    const char *folder, *file, *keys;
};

static jn_rc copy_bytes(const char *from, const char *to, struct jn_err *err) {
    enum { AT_ONCE = 1 << 20 };
    int in = open(from, O_RDONLY | O_CLOEXEC), out = in < 0 ? -1 : open(to, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    char *bytes = jn_alloc(AT_ONCE);
    ssize_t n = 0, written = 0;
    jn_rc rc = in < 0 ? copy_errno(err, "open", from) : out < 0 ? copy_errno(err, "open", to) : JN_OK;
    while (rc == JN_OK && (n = TEMP_FAILURE_RETRY(read(in, bytes, AT_ONCE))) > 0)
        for (ssize_t at = 0; rc == JN_OK && at < n; at += written) {
            written = TEMP_FAILURE_RETRY(write(out, bytes + at, (size_t)(n - at)));
            if (written < 0) rc = copy_errno(err, "write", to);
        }
    if (rc == JN_OK && n < 0) rc = copy_errno(err, "read", from);
    free(bytes);
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    return rc;
}

/* Whoever holds the store's older bytes is not its owner any more. */
static jn_rc copy_next_generation(const char *path, const struct copy_wanted *wanted, struct jr_store_copy *out,
                                  struct jn_err *err) {
    sqlite3 *db = NULL;
    jn_rc rc = copy_open(path, SQLITE_OPEN_READWRITE, NULL, &db, err);
    if (rc == JN_OK && out->sealed) rc = sqlite_restore_keys(db, wanted->folder, wanted->file, wanted->keys, out, err);
    if (rc == JN_OK) rc = copy_counts(db, out, err);
    if (rc == JN_OK) {
        int code =
            sqlite3_exec(db,
                         "begin immediate; update lane set epoch = epoch + 1;"
                         "insert into meta (key, value) values ('clean', 0) on conflict (key) do update set value = 0;"
                         "insert into meta (key, value) values ('generation', 1)"
                         " on conflict (key) do update set value = value + 1; commit",
                         NULL, NULL, NULL);
        if (code != SQLITE_OK) rc = sqlite_failure(db, code, "note that it was restored", err);
    }
    sqlite3_close(db);
    return copy_name(rc, "write", path, err);
}

/* A database that was copied by hand, or is in use: what is in its log alone would be lost. */
static bool copy_has_log(const char *file) {
    char path[SQLITE_FOLDER_MAX];
    struct stat info;
    int n = snprintf(path, sizeof(path), "%s-wal", file);
    return n > 0 && (size_t)n < sizeof(path) && stat(path, &info) == 0 && info.st_size > 0;
}

jn_rc sqlite_restore(struct jn_str place, const char *file, const char *keys, struct jr_store_copy *out,
                     struct jn_err *err) {
    char folder[SQLITE_FOLDER_MAX - 64], path[SQLITE_FOLDER_MAX], part[SQLITE_FOLDER_MAX];
    int lock = -1;
    if (place.n == 0 || place.n >= sizeof(folder))
        return jn_fail(err, JN_CONFIG, "name the store's folder: sqlite:DIR, for example sqlite:/var/lib/journey");
    (void)snprintf(folder, sizeof(folder), "%.*s", JN_FMT(place));
    (void)snprintf(path, sizeof(path), "%s/" SQLITE_FILE, folder);
    if (access(file, R_OK) != 0) return copy_errno(err, "read", file);
    if (copy_has_log(file))
        return jn_fail(err, JN_CONFLICT,
                       "%s has a log beside it: it is a store's database, not a copy; `journey backup` makes copies",
                       file);
    jn_rc rc = copy_check(file, NULL, out, err);
    if (rc == JN_OK) rc = sqlite_lock(folder, &lock, err);
    if (rc != JN_OK) return rc;
    rc = copy_part(path, part, err);
    if (rc == JN_OK) {
        rc = copy_bytes(file, part, err);
        if (rc == JN_OK) rc = copy_next_generation(part, &(struct copy_wanted){folder, file, keys}, out, err);
        if (rc == JN_OK) rc = copy_publish(part, path, err);
        if (rc != JN_OK) (void)unlink(part);
    }
    close(lock);
    return rc;
}
