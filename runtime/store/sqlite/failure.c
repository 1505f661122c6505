#include <errno.h>

#include "runtime/store/sqlite/sqlite.h"

/* Each file remembers the last error that the system gave it, until it is closed. So where a disk has failed once,
 * damage is told as a disk that fails, until the next start. */
bool sqlite_disk_failed(sqlite3 *db) {
    int of_database = 0, of_log = 0;
    sqlite3_file *log = NULL;
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &of_database);
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);
    if (log != NULL && log->pMethods != NULL) (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &of_log);
    return of_database == EIO || of_database == ENXIO || of_log == EIO || of_log == ENXIO;
}

jn_rc sqlite_failure(sqlite3 *db, int code, const char *doing, struct jn_err *err) {
    int extended = db == NULL ? code : sqlite3_extended_errcode(db);
    const char *text = db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db);
    jn_rc rc = JN_IO;
    /* After a failed sync the system takes the pages for written: another try would succeed and keep nothing. */
    if (code == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC)
        rc = JN_UNSYNCED;
    switch (code & 0xFF) {
    case SQLITE_FULL:
        rc = JN_FULL;
        break;
    case SQLITE_NOMEM:
        rc = JN_UNAVAILABLE;
        break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        rc = JN_READ_ONLY;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        if (db == NULL || !sqlite_disk_failed(db)) rc = JN_CORRUPT;
        if (rc != JN_CORRUPT) text = "disk I/O error";
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        rc = JN_IN_USE;
        break;
    case SQLITE_CONSTRAINT:
        rc = extended == SQLITE_CONSTRAINT_NOTNULL ? JN_FENCED : JN_INVALID;
        break;
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
        rc = JN_INVALID;
        break;
    default:
        break;
    }
    return jn_fail(err, rc, "the store cannot %s: %s", doing, text);
}

jn_rc sqlite_write_failure(struct jr_store_sqlite_state *state, int code, const char *doing, struct jn_err *err) {
    jn_rc rc = sqlite_failure(state->db, code, doing, err);
    if (rc == JN_UNSYNCED) state->unsynced = true;
    return rc;
}
