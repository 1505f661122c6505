#include <string.h>

#include "core/check.h"
#include "runtime/store/sqlite/sqlite.h"

enum { LOG_GATHER_BYTES = 128 << 10 }; /* a commit of some sixty pages */

/* The log's file. SQLite writes a page of it in two calls, and a commit has dozens of pages; what lies behind each
 * other is gathered, and given to the system in one call before it is synced or anything but written. With a sync in
 * each commit (synchronous = full) nothing is ever gathered that has been committed: whoever else reads the log finds
 * it in the file. */
struct log_file {
    sqlite3_file base;
    sqlite3_file *file; /* of the system: behind this in memory */
    unsigned char *gathered;
    sqlite3_int64 at; /* where in the file it begins */
    int n;
    bool gathers;
};

static sqlite3_vfs log_vfs, *log_system;

static struct log_file *log_of(sqlite3_file *file) {
    return (struct log_file *)file;
}

/* What cannot be written is forgotten: the transaction that wrote it is refused. */
static int log_flush(struct log_file *log) {
    int n = log->n;
    log->n = 0;
    return n == 0 ? SQLITE_OK : log->file->pMethods->xWrite(log->file, log->gathered, n, log->at);
}

static int log_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 at) {
    struct log_file *log = log_of(file);
    bool fits = at == log->at + log->n && n <= LOG_GATHER_BYTES - log->n;
    int code = fits ? SQLITE_OK : log_flush(log);
    if (code != SQLITE_OK) return code;
    if (!log->gathers || n > LOG_GATHER_BYTES) return log->file->pMethods->xWrite(log->file, data, n, at);
    if (log->n == 0) log->at = at;
    memcpy(log->gathered + log->n, data, (size_t)n);
    log->n += n;
    return SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at) {
    struct log_file *log = log_of(file);
    int code = log_flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xRead(log->file, to, n, at) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct log_file *log = log_of(file);
    int code = log_flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xTruncate(log->file, size) : code;
}

static int log_sync(sqlite3_file *file, int flags) {
    struct log_file *log = log_of(file);
    int code = log_flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xSync(log->file, flags) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    struct log_file *log = log_of(file);
    int code = log_flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xFileSize(log->file, size) : code;
}

static int log_control(sqlite3_file *file, int op, void *argument) {
    struct log_file *log = log_of(file);
    return log->file->pMethods->xFileControl(log->file, op, argument);
}

static int log_sector(sqlite3_file *file) {
    struct log_file *log = log_of(file);
    return log->file->pMethods->xSectorSize(log->file);
}

static int log_traits(sqlite3_file *file) {
    struct log_file *log = log_of(file);
    return log->file->pMethods->xDeviceCharacteristics(log->file);
}

/* A log is not locked; its database is. */
static int log_lock(sqlite3_file *file, int level) {
    (void)file, (void)level;
    return SQLITE_OK;
}

static int log_reserved(sqlite3_file *file, int *out) {
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int log_close(sqlite3_file *file) {
    struct log_file *log = log_of(file);
    (void)log_flush(log); /* of a transaction that did not commit */
    sqlite3_free(log->gathered);
    return log->file->pMethods->xClose(log->file);
}

static const sqlite3_io_methods LOG_METHODS = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_lock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

static int log_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    if ((flags & SQLITE_OPEN_WAL) == 0) return log_system->xOpen(log_system, path, file, flags, out);
    struct log_file *log = log_of(file);
    *log = (struct log_file){.file = (sqlite3_file *)(log + 1), .gathered = sqlite3_malloc(LOG_GATHER_BYTES)};
    if (log->gathered == NULL) return SQLITE_NOMEM;
    int code = log_system->xOpen(log_system, path, log->file, flags, out);
    if (code != SQLITE_OK) {
        sqlite3_free(log->gathered);
        return code;
    }
    log->gathers = (log_traits(file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
    log->base.pMethods = &LOG_METHODS;
    return SQLITE_OK;
}

const char *sqlite_log_vfs(void) {
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    if (log_system == system) return log_vfs.zName;
    log_system = system;
    log_vfs = *system;
    log_vfs.zName = "journey";
    log_vfs.szOsFile += (int)sizeof(struct log_file);
    log_vfs.xOpen = log_open;
    JN_CHECK(sqlite3_vfs_register(&log_vfs, 0) == SQLITE_OK);
    return log_vfs.zName;
}
