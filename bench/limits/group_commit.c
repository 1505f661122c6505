/* The limit of durable events: rows a second that SQLite itself commits in groups, as the store is configured (WAL,
 * synchronous=FULL).
 *
 *   group_commit FILE ROWS-A-COMMIT BYTES-A-ROW SECONDS */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(sqlite3 *db, int ok) {
    if (ok) return;
    fprintf(stderr, "group_commit: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3 *db, const char *sql) {
    must(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: group_commit FILE ROWS-A-COMMIT BYTES-A-ROW SECONDS\n");
        return 64;
    }
    int rows = atoi(argv[2]), bytes = atoi(argv[3]);
    double seconds = atof(argv[4]);
    sqlite3 *db;
    sqlite3_stmt *insert;
    must(NULL, sqlite3_open(argv[1], &db) == SQLITE_OK);
    run(db, "pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-65536;"
            "create table event(id integer primary key, body blob not null)");
    must(db, sqlite3_prepare_v2(db, "insert into event(body) values(?1)", -1, &insert, NULL) == SQLITE_OK);
    char *body = malloc((size_t)bytes);
    memset(body, 'e', (size_t)bytes);
    long done = 0;
    double began = now();
    while (now() - began < seconds) {
        run(db, "begin immediate");
        for (int i = 0; i < rows; i++) {
            sqlite3_bind_blob(insert, 1, body, bytes, SQLITE_STATIC);
            must(db, sqlite3_step(insert) == SQLITE_DONE);
            sqlite3_reset(insert);
        }
        run(db, "commit");
        done += rows;
    }
    printf("%.0f\n", (double)done / (now() - began));
    free(body);
    sqlite3_finalize(insert);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
