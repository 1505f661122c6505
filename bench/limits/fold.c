/* Rows changed in place, or appended to a journal and folded in later: the same changes of the same rows, both durable.
 *
 *   fold FILE in-place|journal ROWS CHANGES CHANGES-A-COMMIT CHANGES-A-FOLD
 *
 * A row is (number, 150 bytes). The journal keeps the newest change of each row; a fold writes them in the order of
 * their numbers, 5,000 in a transaction, and empties the journal. What it costs until all is folded is counted. Prints
 * one JSON object; the longest pause is that of one commit, fold or write-back. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROW_BYTES = 150, SLICE = 5000, CHECKPOINT_BYTES = 16 << 20, PAGE_BYTES = 2048 };

static sqlite3 *db;
static int pages;
static double longest;
static uint64_t state = 88172645463325252;

static double now(clockid_t which) {
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int ok) {
    if (ok) return;
    fprintf(stderr, "fold: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) {
    must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
    return statement;
}

static void step(sqlite3_stmt *statement) {
    must(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_reset(statement);
}

static sqlite3_int64 any(sqlite3_int64 rows) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return 1 + (sqlite3_int64)(state % (uint64_t)rows);
}

static int pages_of_log(void *user, sqlite3 *of, const char *name, int n) {
    (void)user, (void)of, (void)name;
    pages = n;
    return SQLITE_OK;
}

static double written(void) {
    char line[128];
    double value = 0;
    FILE *file = fopen("/proc/self/io", "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "wchar:", 6) == 0) value = strtod(line + 6, NULL);
    if (file != NULL) (void)fclose(file);
    return value;
}

static void commit(double began) {
    run("commit");
    if (pages >= CHECKPOINT_BYTES / PAGE_BYTES)
        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    double pause = now(CLOCK_MONOTONIC) - began;
    if (pause > longest) longest = pause;
}

static void create(sqlite3_int64 rows) {
    char body[ROW_BYTES] = {0};
    run("pragma page_size = 2048; pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -49152;"
        "pragma wal_autocheckpoint = 10000;"
        "create table row (number integer primary key, body blob not null) strict;"
        "create table journal (at integer primary key, number integer not null, body blob not null) strict; begin");
    sqlite3_stmt *put = prepare("insert into row values (?1, ?2)");
    for (sqlite3_int64 i = 1; i <= rows; i++) {
        sqlite3_bind_int64(put, 1, i);
        sqlite3_bind_blob(put, 2, body, ROW_BYTES, SQLITE_STATIC);
        step(put);
        if (i % 100000 == 0) run("commit; begin");
    }
    sqlite3_finalize(put);
    run("commit; pragma wal_checkpoint(truncate); pragma wal_autocheckpoint = 0; pragma synchronous = full");
    sqlite3_wal_hook(db, pages_of_log, NULL);
}

/* The newest change of each row, by number, a slice a transaction: what comes meanwhile need not wait for all. */
static void fold(void) {
    double began = now(CLOCK_MONOTONIC);
    run("create temp table newest (number integer primary key, body blob)");
    run("insert into newest select number, body from journal where true order by at on conflict (number) do update set"
        " body = excluded.body");
    sqlite3_stmt *read = prepare("select number, body from newest order by number"),
                 *put = prepare("update row set body = ?2 where number = ?1");
    run("begin");
    for (long n = 0; sqlite3_step(read) == SQLITE_ROW;) {
        sqlite3_bind_int64(put, 1, sqlite3_column_int64(read, 0));
        sqlite3_bind_value(put, 2, sqlite3_column_value(read, 1));
        step(put);
        if (++n % SLICE != 0) continue;
        commit(began);
        began = now(CLOCK_MONOTONIC);
        run("begin");
    }
    run("delete from journal");
    commit(began);
    sqlite3_finalize(read);
    sqlite3_finalize(put);
    run("drop table newest");
}

static void change(bool in_place, sqlite3_int64 rows, long changes, int group, long a_fold) {
    char body[ROW_BYTES] = {1};
    sqlite3_stmt *put = prepare(in_place ? "update row set body = ?2 where number = ?1"
                                         : "insert into journal (number, body) values (?1, ?2)");
    for (long i = 0; i < changes;) {
        double began = now(CLOCK_MONOTONIC);
        run("begin");
        for (int g = 0; g < group && i < changes; g++, i++) {
            memcpy(body, &i, sizeof(i)); /* what stays the same is not written again */
            sqlite3_bind_int64(put, 1, any(rows));
            sqlite3_bind_blob(put, 2, body, ROW_BYTES, SQLITE_STATIC);
            step(put);
        }
        commit(began);
        if (!in_place && (i % a_fold == 0 || i >= changes)) fold();
    }
    sqlite3_finalize(put);
    sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

int main(int argc, char **argv) {
    bool in_place = argc == 7 && strcmp(argv[2], "in-place") == 0;
    if (argc != 7 || (!in_place && strcmp(argv[2], "journal") != 0)) {
        fprintf(stderr, "usage: fold FILE in-place|journal ROWS CHANGES CHANGES-A-COMMIT CHANGES-A-FOLD\n");
        return 64;
    }
    sqlite3_int64 rows = strtoll(argv[3], NULL, 10);
    long changes = atol(argv[4]), a_fold = atol(argv[6]);
    must(sqlite3_open(argv[1], &db) == SQLITE_OK);
    run("pragma temp_store = memory");
    create(rows);
    double began = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID), bytes = written();
    change(in_place, rows, changes, atoi(argv[5]), a_fold);
    printf("{\"changes_per_second\":%.0f,\"cpu_us\":%.2f,\"written_bytes\":%.0f,\"longest_pause_ms\":%.1f}\n",
           (double)changes / (now(CLOCK_MONOTONIC) - began),
           (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)changes * 1e6, (written() - bytes) / (double)changes,
           longest * 1000);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
