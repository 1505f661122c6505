/* After a crash the database is looked through: a small one before it is trusted, a large one beside the work. */
#include <pthread.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/log.h"
#include "runtime/store/sqlite/sqlite.h"

#define LOOK_FIRST_PAGES 16384 /* 32 MiB: a tenth of a second */
#define LOOK_QUICK       "pragma quick_check(1)"

struct sqlite_look {
    sqlite3 *db; /* read-only, its own */
    pthread_t thread;
    _Atomic bool damaged, sound;
};

jn_rc sqlite_look_through(sqlite3 *db, const char *pragma, struct jn_err *err) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, pragma, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    const char *found = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    jn_rc rc = JN_OK;
    if (found == NULL)
        rc = sqlite_failure(db, code, "be checked", err);
    else if (strcmp(found, "ok") != 0 && sqlite_disk_failed(db))
        rc = jn_fail(err, JN_IO, "the store cannot be checked: disk I/O error (%.200s)", found);
    else if (strcmp(found, "ok") != 0)
        rc = jn_fail(err, JN_CORRUPT, "the database is damaged: %.200s", found);
    sqlite3_finalize(statement);
    return rc;
}

jn_rc sqlite_check(struct jr_store *store, struct jn_err *err) {
    return sqlite_look_through(sqlite_state(store)->db, LOOK_QUICK, err);
}

static uint32_t look_number(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* By SQLite's own handle: closing another one of the same file would give up its locks. */
uint64_t sqlite_stray_bytes(struct jr_store_sqlite_state *state) {
    enum { HEADER = 100, CHANGES = 24, PAGES = 28, CHANGES_COUNTED = 92 };
    uint8_t header[HEADER];
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int64_t page = 0, pages = 0;
    if (sqlite3_file_control(state->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
        file->pMethods->xRead(file, header, sizeof(header), 0) != SQLITE_OK ||
        sqlite_number(state->db, "pragma page_size", &page, NULL) != JN_OK ||
        sqlite_number(state->db, "pragma page_count", &pages, NULL) != JN_OK)
        return 0;
    /* A header that does not count its pages leaves that to the file's size. */
    if (look_number(header + CHANGES) != look_number(header + CHANGES_COUNTED)) return 0;
    int64_t own = look_number(header + PAGES); /* more than the log leaves, until it is written back */
    int64_t used = (own > pages ? own : pages) * page;
    return size > used ? (uint64_t)(size - used) : 0;
}

static void *look_run(void *user) {
    struct sqlite_look *look = user;
    struct jn_err err;
    jn_rc rc = sqlite_look_through(look->db, LOOK_QUICK, &err);
    if (rc == JN_CORRUPT) {
        JN_LOG(STORE_DAMAGED, JN_LF_STR("reason", jn_str_z(err.text)));
        look->damaged = true;
    }
    look->sound = rc == JN_OK;
    return NULL;
}

static jn_rc look_begin(struct jr_store_sqlite_state *state, struct jn_err *err) {
    struct sqlite_look *look = jn_alloc_zero(1, sizeof(*look));
    const char *path = sqlite3_db_filename(state->db, "main");
    int code = sqlite3_open_v2(path, &look->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    jn_rc rc = code == SQLITE_OK ? JN_OK : sqlite_failure(look->db, code, "open its database", err);
    if (rc == JN_OK && pthread_create(&look->thread, NULL, look_run, look) != 0)
        rc = jn_fail(err, JN_IO, "no thread can be had to check the database");
    if (rc == JN_OK) {
        state->look = look;
        return JN_OK;
    }
    sqlite3_close(look->db);
    free(look);
    return rc;
}

jn_rc sqlite_look(struct jr_store_sqlite_state *state, int64_t pages, struct jn_err *err) {
    return pages <= LOOK_FIRST_PAGES ? sqlite_look_through(state->db, LOOK_QUICK, err) : look_begin(state, err);
}

bool sqlite_is_damaged(const struct jr_store_sqlite_state *state) {
    return state->look != NULL && state->look->damaged;
}

bool sqlite_look_end(struct jr_store_sqlite_state *state) {
    struct sqlite_look *look = state->look;
    if (look == NULL) return true;
    sqlite3_interrupt(look->db);
    pthread_join(look->thread, NULL);
    bool sound = look->sound;
    sqlite3_close(look->db);
    free(look);
    state->look = NULL;
    return sound;
}
