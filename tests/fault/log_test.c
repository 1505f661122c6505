/* The log's writes are gathered, and nothing of what that promises otherwise is lost: a commit is few writes, it is on
 * the disk when it was acknowledged, what was not committed is read back within its transaction, and a write that fails
 * refuses the commit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "disk.h"
#include "runtime/store/sqlite/sqlite.h"

#define PATH "state/log.db"

enum { ROWS = 200, BYTES = 1000, PAGE = 2048 };

static struct disk disk;

static sqlite3 *open_database(void) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(PATH, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, sqlite_log_vfs()),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "pragma page_size = 2048; pragma journal_mode = wal; pragma synchronous = full;"
                                  "pragma wal_autocheckpoint = 0;"
                                  "create table if not exists t(n integer primary key, body blob)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    return db;
}

static int insert_rows(sqlite3 *db, int from) {
    char sql[256];
    (void)snprintf(sql, sizeof(sql),
                   "with recursive r(n) as (values(%d) union all select n + 1 from r where n < %d)"
                   "insert into t select n, zeroblob(%d) from r",
                   from, from + ROWS - 1, BYTES);
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int64_t count_rows(sqlite3 *db) {
    int64_t n = -1;
    assert_int_equal(sqlite_number(db, "select count(*) from t where length(body) = 1000", &n, NULL), JN_OK);
    return n;
}

static void a_commit_is_few_writes_and_on_the_disk(void **state) {
    (void)state;
    disk_open(&disk, 1);
    sqlite3 *db = open_database();
    uint64_t before = disk.writes;
    assert_int_equal(insert_rows(db, 1), SQLITE_OK);
    assert_true(ROWS * BYTES / PAGE > 10 * (disk.writes - before));
    disk_arm(&disk, DISK_POWER, DISK_LOSES_ALL, 1);
    assert_int_not_equal(insert_rows(db, ROWS + 1), SQLITE_OK);
    sqlite3_close(db);
    disk_restore(&disk);
    db = open_database();
    assert_int_equal(count_rows(db), ROWS);
    sqlite3_close(db);
    disk_close(&disk);
}

static void what_does_not_fit_in_memory_is_read_back(void **state) {
    (void)state;
    disk_open(&disk, 2);
    sqlite3 *db = open_database();
    assert_int_equal(sqlite3_exec(db, "pragma cache_size = 10; begin", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(insert_rows(db, 1), SQLITE_OK);
    assert_int_equal(count_rows(db), ROWS);
    assert_int_equal(sqlite3_exec(db, "rollback", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(count_rows(db), 0);
    assert_int_equal(insert_rows(db, 1), SQLITE_OK);
    assert_int_equal(count_rows(db), ROWS);
    sqlite3_close(db);
    disk_close(&disk);
}

static void a_write_that_fails_refuses_its_commit(void **state) {
    (void)state;
    disk_open(&disk, 3);
    sqlite3 *db = open_database();
    for (uint64_t strike = 1; strike <= 3; strike++) {
        int64_t before = count_rows(db);
        disk_arm(&disk, DISK_WRITE_FAILS, DISK_LOSES_ALL, strike);
        int code = insert_rows(db, (int)strike * ROWS + 1);
        bool failed = disk.struck;
        disk_restore(&disk);
        assert_int_equal(code == SQLITE_OK, !failed);
        assert_int_equal(count_rows(db), before + (failed ? 0 : ROWS));
    }
    assert_int_equal(insert_rows(db, 10 * ROWS), SQLITE_OK);
    sqlite3_close(db);
    disk_close(&disk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_is_few_writes_and_on_the_disk),
        cmocka_unit_test(what_does_not_fit_in_memory_is_read_back),
        cmocka_unit_test(a_write_that_fails_refuses_its_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
