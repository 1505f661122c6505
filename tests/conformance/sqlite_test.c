/* What is SQLite's own: places that are no store, files of others, newer schemas, damage, and plans without scans. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "core/arena.h"
#include "journey/store.h"

static const struct {
    const char *name;
    bool hot;
    const char *text;
} STATEMENT_ROW[] = {
#define STATEMENT(name, hot, text) {#name, hot, text},
#include "runtime/store/sqlite/statements.def"
#undef STATEMENT
};

static void make_store(const char *folder) {
    struct jr_store *store;
    struct jn_err err;
    char url[128];
    (void)snprintf(url, sizeof(url), "sqlite:%s", folder);
    assert_int_equal(jr_store_open(jn_str_z(url), &store, &err), JN_OK);
    store->ops->close(store);
}

static void expect_refusal(const char *folder, jn_rc wanted, const char *words) {
    struct jr_store *store;
    struct jn_err err = {.text = ""};
    char url[128];
    (void)snprintf(url, sizeof(url), "sqlite:%s", folder);
    assert_int_equal(jr_store_open(jn_str_z(url), &store, &err), wanted);
    if (strstr(err.text, words) == NULL) fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void change(const char *path, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void put_file(const char *path, const char *bytes, size_t n) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    close(fd);
}

static void hot_statements_scan_nothing(void **state) {
    sqlite3 *db;
    (void)state;
    make_store("plans");
    assert_int_equal(sqlite3_open("plans/journey.db", &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof(STATEMENT_ROW) / sizeof(*STATEMENT_ROW); i++) {
        sqlite3_stmt *plan;
        char sql[1024];
        if (!STATEMENT_ROW[i].hot || strncmp(STATEMENT_ROW[i].text, "begin", 5) == 0 ||
            strlen(STATEMENT_ROW[i].text) < 10)
            continue;
        (void)snprintf(sql, sizeof(sql), "explain query plan %s", STATEMENT_ROW[i].text);
        if (sqlite3_prepare_v2(db, sql, -1, &plan, NULL) != SQLITE_OK)
            fail_msg("%s: %s", STATEMENT_ROW[i].name, sqlite3_errmsg(db));
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *detail = (const char *)sqlite3_column_text(plan, 3);
            bool sorted = strstr(detail, "TEMP B-TREE") != NULL;
            bool scans = strncmp(detail, "SCAN", 4) == 0 && strstr(detail, "CONSTANT ROW") == NULL;
            if (sorted || (scans && strcmp(STATEMENT_ROW[i].name, "PUT_PROGRAM") != 0))
                fail_msg("%s: %s", STATEMENT_ROW[i].name, detail);
        }
        sqlite3_finalize(plan);
    }
    sqlite3_close(db);
}

static void a_newer_schema_is_left_alone(void **state) {
    (void)state;
    make_store("newer");
    change("newer/journey.db", "pragma user_version = 999");
    expect_refusal("newer", JN_VERSION, "written by a newer journey");
}

static void a_database_of_another_program_is_left_alone(void **state) {
    (void)state;
    assert_int_equal(mkdir("foreign", 0700), 0);
    change("foreign/journey.db", "create table t (x); pragma application_id = 7");
    expect_refusal("foreign", JN_CORRUPT, "another program");
}

static void what_is_no_database_is_refused(void **state) {
    char bytes[8192];
    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    assert_int_equal(mkdir("text", 0700), 0);
    put_file("text/journey.db", bytes, sizeof(bytes));
    expect_refusal("text", JN_CORRUPT, "not a database");
}

static void a_damaged_database_is_refused_after_a_crash(void **state) {
    char bytes[4096];
    (void)state;
    make_store("damaged");
    change("damaged/journey.db", "update meta set value = 0 where key = 'clean'");
    memset(bytes, 0x5A, sizeof(bytes));
    int fd = open("damaged/journey.db", O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, bytes, sizeof(bytes), 2 * 4096) == (ssize_t)sizeof(bytes));
    close(fd);
    expect_refusal("damaged", JN_CORRUPT, "damaged");
}

/* A large one is looked through beside the work; from the finding on nothing is written any more. */
static void damage_in_a_large_database_ends_its_commits(void **state) {
    char bytes[4096];
    struct jr_store *store;
    struct jr_lane lane;
    (void)state;
    make_store("large");
    change("large/journey.db",
           "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000)"
           "insert into quarantine (seq, at, source, reason, body) select i, 0, x'', x'', zeroblob(120) from n;"
           "update meta set value = 0 where key = 'clean'");
    memset(bytes, 0x5A, sizeof(bytes));
    int fd = open("large/journey.db", O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, bytes, sizeof(bytes), 5000 * 4096) == (ssize_t)sizeof(bytes));
    close(fd);
    assert_int_equal(jr_store_open(JN_STR("sqlite:large"), &store, NULL), JN_OK);
    assert_int_equal(store->ops->claim(store, 0, &lane, NULL), JN_OK);
    jn_rc rc = JN_OK;
    for (struct jr_batch batch = {.epoch = lane.epoch, .seq = lane.seq}; rc == JN_OK; batch.seq++)
        rc = store->ops->commit(store, &batch, NULL);
    assert_int_equal(rc, JN_CORRUPT);
    store->ops->close(store);
}

/* ---- written anew */

#define PEOPLE 2000

/* Whether the text stands anywhere in the file. */
static bool stands_in(const char *path, const char *text) {
    struct stat is;
    int fd = open(path, O_RDONLY);
    if (fd < 0) return false;
    assert_int_equal(fstat(fd, &is), 0);
    char *bytes = malloc((size_t)is.st_size + 1);
    assert_int_equal(read(fd, bytes, (size_t)is.st_size), is.st_size);
    bool found = memmem(bytes, (size_t)is.st_size, text, strlen(text)) != NULL;
    free(bytes);
    close(fd);
    return found;
}

/* Some events of each, in no order. */
static void put_events(struct jr_store *store, struct jr_batch *batch, struct jn_arena *arena) {
    struct jr_row_event *event = JN_NEW_ARRAY(arena, struct jr_row_event, PEOPLE);
    batch->event = event;
    batch->n_event = PEOPLE;
    for (uint64_t seq = 1; seq <= 3 * PEOPLE; seq++) {
        uint64_t customer = 1 + seq * 7919 % PEOPLE;
        struct jn_str body =
            jn_arena_printf(arena, "secret-%llu-%0*d", (unsigned long long)customer, (int)(40 + seq * 7919 % 350), 0);
        event[(seq - 1) % PEOPLE] = (struct jr_row_event){customer, seq, 10, JN_STR("e"), body};
        if (seq % PEOPLE != 0) continue;
        assert_int_equal(store->ops->commit(store, batch, NULL), JN_OK);
        batch->seq++;
    }
    batch->n_event = 0;
}

/* Rows that come in no order make pages split, and what is moved leaves copies behind: so there is something to find.
 */
static void no_byte_of_who_was_erased_is_left(void **state) {
    struct jr_store *store;
    struct jr_lane lane;
    uint64_t erased[PEOPLE / 10];
    struct jn_arena arena;
    uint32_t left = 0;
    bool done;
    (void)state;
    jn_arena_init(&arena);
    assert_int_equal(jr_store_open(JN_STR("sqlite:anew"), &store, NULL), JN_OK);
    assert_int_equal(store->ops->claim(store, 0, &lane, NULL), JN_OK);
    struct jr_batch batch = {.epoch = lane.epoch, .seq = lane.seq};
    put_events(store, &batch, &arena);
    for (uint32_t i = 0; i < PEOPLE / 10; i++)
        erased[i] = 1 + 10 * i;
    batch.erase = erased;
    batch.n_erase = PEOPLE / 10;
    assert_int_equal(store->ops->commit(store, &batch, NULL), JN_OK);
    assert_int_equal(store->ops->rewrite(store, 4096, &done, NULL), JN_OK);
    assert_false(done); /* it is larger than that */
    assert_int_equal(store->ops->rewrite(store, UINT64_MAX, &done, NULL), JN_OK);
    assert_true(done);
    for (uint32_t i = 0; i < PEOPLE / 10; i++) {
        char text[64];
        (void)snprintf(text, sizeof(text), "secret-%llu-", (unsigned long long)erased[i]);
        left += stands_in("anew/journey.db", text) || stands_in("anew/journey.db-wal", text);
    }
    assert_int_equal(left, 0);
    assert_true(stands_in("anew/journey.db", "secret-2-"));
    store->ops->close(store);
    jn_arena_release(&arena);
}

/* The tables as the first version had them, with a row of each that has changed since. */
#define FIRST_SCHEMA                                                                                                   \
    "drop table customer; drop table seen; drop index delivery_dead; drop index delivery_approval;"                    \
    "drop table token; drop table audit; drop table absorbed; drop table forgotten;"                                   \
    "alter table quarantine drop column customer; pragma user_version = 1;"                                            \
    "create table customer (customer integer primary key, body blob not null) strict;"                                 \
    "create table run (customer integer not null, run integer not null, body blob not null,"                           \
    " primary key (customer, run)) strict, without rowid;"                                                             \
    "create table event (customer integer not null, seq integer not null, at integer not null, name blob not null,"    \
    " body blob not null, primary key (customer, seq)) strict, without rowid;"                                         \
    "create table seen (day integer not null, key blob not null, digest integer not null, at integer not null,"        \
    " primary key (day, key)) strict, without rowid;"                                                                  \
    "insert into quarantine (seq, at, source, reason, body) values (1, 2, x'', x'', x'61');"                           \
    "insert into customer values (4, x'66'), (5, x'67'); insert into run values (5, 11, x'68'), (5, 9, x'69');"        \
    "insert into event values (5, 1, 100, x'61', x'7b7d'), (5, 2, 200, x'62', x'7b7d'), (4, 3, 300, x'63', x'7b7d');"  \
    "insert into seen values (7, x'000102030405060708090a0b0c0d0e0f', -1, 7)"

static void expect_rows_of_the_first_schema(struct jr_store *store, struct jn_arena *arena) {
    struct jr_row_quarantine *row;
    struct jr_row_customer customer, *customers;
    struct jr_row_run *run;
    struct jr_row_event *event;
    struct jr_row_seen seen = {.key = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
    bool known;
    uint32_t n;
    assert_int_equal(store->ops->quarantined(store, 0, 10, arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].customer.n == 0 && jn_str_is(row[0].body, "a"));
    assert_int_equal(store->ops->load(store, 5, arena, &customer, &run, &n, NULL), JN_OK);
    assert_true(jn_str_is(customer.body, "g") && n == 2 && run[0].run == 9 && jn_str_is(run[1].body, "h"));
    assert_int_equal(store->ops->events(store, 5, 0, 10, arena, &event, &n, NULL), JN_OK);
    assert_true(n == 2 && event[0].seq == 1 && event[1].at == 200 && jn_str_is(event[1].name, "b"));
    assert_int_equal(store->ops->customers(store, 0, 10, arena, &customers, &n, NULL), JN_OK);
    assert_true(n == 2 && customers[0].customer == 4 && jn_str_is(customers[0].body, "f"));
    assert_int_equal(store->ops->seen(store, &seen, 1, &known, NULL), JN_OK);
    assert_true(known && seen.digest == INT32_MAX);
}

static void an_older_schema_is_taken_to_this_one(void **state) {
    struct jr_store *store;
    struct jn_arena arena;
    (void)state;
    make_store("older");
    change("older/journey.db", FIRST_SCHEMA);
    struct jn_err err;
    assert_int_equal(jr_store_look(JN_STR("sqlite:older"), &store, &err), JN_VERSION); /* who looks changes nothing */
    assert_non_null(strstr(err.text, "serve it once first"));
    jn_arena_init(&arena);
    for (int i = 0; i < 2; i++) { /* once is enough */
        assert_int_equal(jr_store_open(JN_STR("sqlite:older"), &store, NULL), JN_OK);
        expect_rows_of_the_first_schema(store, &arena);
        store->ops->close(store);
    }
    jn_arena_release(&arena);
}

/* What later versions have added, taken away again. */
static void schemas_since_the_third_are_taken_to_this_one(void **state) {
    static const char *const EARLIER[] = {
        "pragma user_version = 5", "drop table absorbed; drop table forgotten; pragma user_version = 4",
        "drop table absorbed; drop table forgotten; drop table token; drop table audit; pragma user_version = 3"};
    (void)state;
    for (size_t i = 0; i < sizeof(EARLIER) / sizeof(*EARLIER); i++) {
        char folder[] = "since-0", url[] = "sqlite:since-0", database[] = "since-0/journey.db";
        folder[sizeof(folder) - 2] = url[sizeof(url) - 2] = database[sizeof("since-0") - 2] = (char)('3' + i);
        struct jr_store *store;
        struct jr_row_event *event;
        struct jn_arena arena;
        bool rest = true;
        uint32_t n;
        make_store(folder);
        change(database, EARLIER[i]);
        change(database, "insert into customer values (5, -1, 100, x'61', x'7b7d'), (5, 0, null, null, x'66')");
        jn_arena_init(&arena);
        assert_int_equal(jr_store_open(jn_str_z(url), &store, NULL), JN_OK);
        assert_int_equal(store->ops->seal(store, &rest, NULL), JN_OK);
        while (rest)
            assert_int_equal(store->ops->seal_rest(store, &rest, NULL), JN_OK);
        assert_int_equal(store->ops->events(store, 5, 0, 10, &arena, &event, &n, NULL), JN_OK);
        assert_true(n == 1 && event[0].at == 100 && jn_str_is(event[0].body, "{}"));
        store->ops->close(store);
        jn_arena_release(&arena);
    }
}

static void a_file_is_no_store(void **state) {
    (void)state;
    put_file("file", "x", 1);
    expect_refusal("file", JN_CONFIG, "is a file");
    expect_refusal("no/such/folder", JN_IO, "cannot create the folder");
    expect_refusal("", JN_CONFIG, "name the store's folder");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hot_statements_scan_nothing),
        cmocka_unit_test(a_newer_schema_is_left_alone),
        cmocka_unit_test(a_database_of_another_program_is_left_alone),
        cmocka_unit_test(what_is_no_database_is_refused),
        cmocka_unit_test(a_damaged_database_is_refused_after_a_crash),
        cmocka_unit_test(damage_in_a_large_database_ends_its_commits),
        cmocka_unit_test(no_byte_of_who_was_erased_is_left),
        cmocka_unit_test(an_older_schema_is_taken_to_this_one),
        cmocka_unit_test(schemas_since_the_third_are_taken_to_this_one),
        cmocka_unit_test(a_file_is_no_store),
    };
    char folder[] = "/tmp/journey-sqlite-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char remove[64];
    (void)snprintf(remove, sizeof remove, "rm -rf %s", folder);
    return failed == 0 && chdir("/") == 0 && system(remove) == 0 ? 0 : 1;
}
