/* The limit of durable events: what SQLite itself commits of the rows that one event of `scenarios/visits` is, with the
 * store's own statements and settings, in groups; each of one of the customers that are in the store, in no order.
 *
 *   group_commit STORE CUSTOMERS EVENTS-A-COMMIT SECONDS
 *
 * Reads nothing, decides nothing, answers nobody. Prints one JSON object. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum statement {
#define STATEMENT(name, hot, text) SQL_##name,
#include "../../runtime/store/sqlite/statements.def"
#undef STATEMENT
    STATEMENTS
};

static const char *const TEXT[STATEMENTS] = {
#define STATEMENT(name, hot, text) text,
#include "../../runtime/store/sqlite/statements.def"
#undef STATEMENT
};

enum { EVENT_BYTES = 45, RUN_BYTES = 74, KEY_BYTES = 12, CHECKPOINT_BYTES = 16 << 20 };

static sqlite3 *db;
static sqlite3_stmt *statement[STATEMENTS];
static uint64_t next_seq;

static double now(clockid_t which) {
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int ok) {
    if (ok) return;
    fprintf(stderr, "group_commit: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static sqlite3_int64 number(const char *sql) {
    sqlite3_stmt *read;
    must(sqlite3_prepare_v2(db, sql, -1, &read, NULL) == SQLITE_OK && sqlite3_step(read) == SQLITE_ROW);
    sqlite3_int64 value = sqlite3_column_int64(read, 0);
    sqlite3_finalize(read);
    return value;
}

static void step(enum statement which) {
    must(sqlite3_step(statement[which]) == SQLITE_DONE);
    sqlite3_reset(statement[which]);
}

static uint64_t any(void) {
    static uint64_t state = 88172645463325252;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void put_event(sqlite3_int64 customer, sqlite3_int64 at) {
    static const char body[EVENT_BYTES], run[RUN_BYTES];
    uint64_t key[2] = {any(), any()};
    sqlite3_stmt *event = statement[SQL_PUT_EVENT], *part = statement[SQL_PUT_PART], *seen = statement[SQL_PUT_SEEN];
    sqlite3_bind_int64(part, 1, customer);
    sqlite3_bind_int64(part, 2, customer);
    sqlite3_bind_blob(part, 3, run, RUN_BYTES, SQLITE_STATIC);
    step(SQL_PUT_PART);
    sqlite3_bind_int64(event, 1, customer);
    sqlite3_bind_int64(event, 2, (sqlite3_int64)next_seq++);
    sqlite3_bind_int64(event, 3, at);
    sqlite3_bind_blob(event, 4, "visit", 5, SQLITE_STATIC);
    sqlite3_bind_blob(event, 5, body, EVENT_BYTES, SQLITE_STATIC);
    step(SQL_PUT_EVENT);
    sqlite3_bind_int64(seen, 1, at / 86400000);
    sqlite3_bind_blob(seen, 2, key, KEY_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(seen, 3, (sqlite3_int64)(key[1] >> 33));
    step(SQL_PUT_SEEN);
}

static void group(int events, uint64_t customers) {
    sqlite3_int64 at = (sqlite3_int64)(now(CLOCK_REALTIME) * 1000);
    step(SQL_BEGIN);
    for (int i = 0; i < events; i++)
        put_event((sqlite3_int64)(1 + any() % customers), at);
    sqlite3_bind_int64(statement[SQL_PUT_COUNTER], 1, 3);
    sqlite3_bind_int64(statement[SQL_PUT_COUNTER], 2, (sqlite3_int64)next_seq);
    step(SQL_PUT_COUNTER);
    step(SQL_COMMIT);
}

static int pages_of_log(void *user, sqlite3 *of, const char *name, int pages) {
    (void)of, (void)name;
    *(int *)user = pages;
    return SQLITE_OK;
}

static void prepare(const char *store) {
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/journey.db", store);
    must(sqlite3_open(path, &db) == SQLITE_OK);
    must(sqlite3_exec(db,
                      "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0;"
                      "pragma temp_store = memory; pragma secure_delete = on; pragma cache_size = -49152",
                      NULL, NULL, NULL) == SQLITE_OK);
    for (int i = 0; i < STATEMENTS; i++)
        must(sqlite3_prepare_v3(db, TEXT[i], -1, SQLITE_PREPARE_PERSISTENT, &statement[i], NULL) == SQLITE_OK);
    next_seq = 1 + (uint64_t)number("select value from counter where counter = 3");
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: group_commit STORE CUSTOMERS EVENTS-A-COMMIT SECONDS\n");
        return 64;
    }
    uint64_t customers = strtoull(argv[2], NULL, 10);
    int events = atoi(argv[3]), pages = 0;
    double seconds = atof(argv[4]);
    prepare(argv[1]);
    long done = 0, most = CHECKPOINT_BYTES / (long)number("pragma page_size");
    sqlite3_wal_hook(db, pages_of_log, &pages);
    double began = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    while (now(CLOCK_MONOTONIC) - began < seconds) {
        group(events, customers);
        done += events;
        if (pages >= most) sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    printf("{\"events_per_second\":%.0f,\"cpu_us\":%.1f}\n", (double)done / (now(CLOCK_MONOTONIC) - began),
           (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)done * 1e6);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(statement[i]);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
