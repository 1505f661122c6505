/* Whatever a store is asked while a call of the system fails, it says so or has done it whole; nothing that was kept is
 * lost, what was asked can be asked again, and the store is sound: every call of every operation, one after the other.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "core/log.h"
#include "journey/store.h"
#include "system.h"

enum { PATH = 128, DAY = 86400000, BEGINNING = 8 };

#define S(literal)                                                                                                     \
    { literal, sizeof(literal) - 1 }

/* The master key is the last. */
static const char *const FILES[] = {"journey.db", "journey.db-wal", "journey.keys", "master.key"};
#define N_FILES (sizeof FILES / sizeof FILES[0])

struct place {
    char folder[PATH], url[PATH + 8], copy[PATH]; /* copy: of a backup, beside the folder */
    struct jr_store *store;
    struct jr_lane lane;
};

/* The folder that each try begins with. */
struct base {
    char *bytes[N_FILES];
    size_t n[N_FILES];
};

static char home[32];
static uint32_t apart =
    29; /* calls that fail, after those at the beginning: by these files are opened, and each fails */
static struct jn_arena arena;

/* ---- files */

static void path_of(char out[2 * PATH], const char *folder, const char *name) {
    (void)snprintf(out, 2 * PATH, "%s/%s", folder, name);
}

static void take_files(const struct place *p, struct base *base) {
    char path[2 * PATH];
    struct stat info;
    for (size_t i = 0; i < N_FILES; i++) {
        path_of(path, p->folder, FILES[i]);
        free(base->bytes[i]);
        base->bytes[i] = NULL;
        base->n[i] = 0;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) continue;
        assert_int_equal(fstat(fd, &info), 0);
        base->n[i] = (size_t)info.st_size;
        base->bytes[i] = malloc(base->n[i] + 1);
        assert_int_equal(read(fd, base->bytes[i], base->n[i]), base->n[i]);
        close(fd);
    }
}

static void put_files(const struct place *p, const struct base *base) {
    char path[2 * PATH];
    for (size_t i = 0; i < N_FILES; i++) {
        if (base->bytes[i] == NULL) continue;
        path_of(path, p->folder, FILES[i]);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_int_equal(write(fd, base->bytes[i], base->n[i]), base->n[i]);
        close(fd);
    }
}

static void drop_files(const struct place *p) {
    static const char *const MORE[] = {"journey.db-shm", "lock", "journey.db.part", "journey.keys.part",
                                       "master.key.part"};
    char path[2 * PATH];
    for (size_t i = 0; i < N_FILES + sizeof MORE / sizeof MORE[0]; i++) {
        path_of(path, p->folder, i < N_FILES ? FILES[i] : MORE[i - N_FILES]);
        (void)unlink(path);
    }
    static const char *const COPY[] = {"", ".part", ".part-journal", ".part-wal", ".keys", ".keys.part"};
    for (size_t i = 0; i < sizeof COPY / sizeof COPY[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", p->copy, COPY[i]);
        (void)unlink(path);
    }
}

/* ---- a store */

static jn_rc try_open(struct place *p, struct jn_err *err) {
    jn_rc rc = jr_store_open(jn_str_z(p->url), &p->store, err);
    if (rc != JN_OK) {
        p->store = NULL;
        return rc;
    }
    rc = p->store->ops->claim(p->store, 0, &p->lane, err);
    return rc;
}

static void close_it(struct place *p) {
    if (p->store != NULL) p->store->ops->close(p->store);
    p->store = NULL;
}

static void open_it(struct place *p) {
    struct jn_err err = {.text = ""};
    if (try_open(p, &err) != JN_OK) fail_msg("it does not open: %s", err.text);
}

static jn_rc commit(struct place *p, struct jr_batch batch, struct jn_err *err) {
    batch.epoch = p->lane.epoch;
    batch.seq = p->lane.seq;
    jn_rc rc = p->store->ops->commit(p->store, &batch, err);
    if (rc == JN_OK) p->lane.seq++;
    return rc;
}

static struct jr_batch first_rows(void) {
    static const struct jr_row_alias alias[] = {{S("ann"), 1}, {S("bo"), 2}, {S("cy"), 3}};
    static const struct jr_row_customer customer[] = {
        {1, S("profile of ann")}, {2, S("profile of bo")}, {3, S("profile of cy")}};
    static const struct jr_row_run run[] = {{1, 10, S("run ten")}, {2, 11, S("run eleven")}};
    static const struct jr_row_timer timer[] = {{500, 10, 1}, {400, 11, 2}};
    static const struct jr_row_event event[] = {{1, 1, 100, S("begin"), S("{}")},
                                                {2, 2, 200, S("begin"), S("{\"a\":1}")},
                                                {1, 3, 5 * (int64_t)DAY, S("end"), S("{}")}};
    static const struct jr_row_seen seen[] = {{{1}, 7, 100}, {{2}, 8, 9 * (int64_t)DAY}};
    static const struct jr_row_delivery delivery[] = {
        {.delivery = 1, .id = {1}, .customer = 1, .body = S("letter")},
        {.delivery = 2, .id = {2}, .customer = 2, .state = JR_DELIVERY_FAILED, .body = S("dead letter")}};
    static const struct jr_row_quarantine quarantine[] = {{1, 50, S("ann"), S("track"), S("wrong"), S("{}")},
                                                          {2, 60, S(""), S("track"), S("wrong"), S("[]")}};
    static const struct jr_row_counter counter[] = {{1, 10}, {2, 20}};
    static const struct jr_row_program program[] = {{{1}, S("image one")}, {{2}, S("image two")}};
    static const struct jr_row_token token[] = {{{1}, true, S("{\"name\":\"ci\"}")}};
    static const struct jr_row_audit audit[] = {{1, 10, {1}, S("{}")}, {2, 20, {2}, S("{}")}};
#define ROWS(name) .name = name, .n_##name = sizeof name / sizeof name[0]
    return (struct jr_batch){ROWS(alias),    ROWS(customer),   ROWS(run),     ROWS(timer),   ROWS(event), ROWS(seen),
                             ROWS(delivery), ROWS(quarantine), ROWS(counter), ROWS(program), ROWS(token), ROWS(audit)};
}

/* A second turn: one becomes another, one is erased, and rows of each kind come and go. */
static struct jr_batch second_rows(void) {
    static const struct jr_row_merge merge[] = {{3, 1}};
    static const uint64_t erase[] = {2};
    static const struct jr_row_alias alias[] = {{S("cy"), 1}, {S("bo"), 0}, {S("dan"), 4}};
    static const struct jr_row_customer customer[] = {
        {1, S("ann, who was cy")}, {2, S("\xFF")}, {3, S("\xFF")}, {4, S("dan")}};
    static const struct jr_row_run run[] = {{1, 10, {NULL, 0}}, {4, 12, S("run twelve")}};
    static const struct jr_row_timer timer_gone[] = {{500, 10, 1}, {400, 11, 2}};
    static const struct jr_row_timer timer[] = {{700, 12, 4}};
    static const struct jr_row_event event[] = {{4, 4, 300, S("begin"), S("{}")}};
    static const struct jr_row_delivery delivery[] = {
        {.delivery = 1, .id = {1}, .customer = 1, .due = 9, .attempts = 1},
        {.delivery = 3, .id = {3}, .customer = 4, .body = S("x")}};
    static const uint64_t quarantine_gone[] = {1};
    static const struct jr_row_counter counter[] = {{1, 11}};
    static const struct jr_row_token token[] = {{{1}, false, {NULL, 0}}};
    static const struct jr_row_audit audit[] = {{3, 30, {3}, S("{}")}};
    return (struct jr_batch){ROWS(merge),      ROWS(erase), ROWS(alias), ROWS(customer), ROWS(run),
                             ROWS(timer_gone), ROWS(timer), ROWS(event), ROWS(delivery), ROWS(quarantine_gone),
                             ROWS(counter),    ROWS(token), ROWS(audit)};
}

/* ---- all that it holds, as text */

struct told {
    struct jr_store *store;
    struct jn_buf *out;
    struct jn_err *err;
};

static void tell(struct told *t, const char *what, uint64_t a, uint64_t b, struct jn_str body) {
    jn_buf_printf(t->out, "%s %llu %llu %.*s\n", what, (unsigned long long)a, (unsigned long long)b, JN_FMT(body));
}

static jn_rc tell_names(struct told *t) {
    const struct jn_str name[] = {JN_STR("ann"), JN_STR("bo"), JN_STR("cy"), JN_STR("dan")};
    uint64_t customer[4];
    jn_rc rc = t->store->ops->find(t->store, name, 4, customer, t->err);
    for (int i = 0; rc == JN_OK && i < 4; i++)
        tell(t, "name", (uint64_t)i, customer[i], JN_STR(""));
    return rc;
}

static jn_rc tell_customers(struct told *t) {
    struct jr_row_customer *row;
    uint32_t n;
    jn_rc rc = t->store->ops->customers(t->store, 0, 100, &arena, &row, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "customer", row[i].customer, 0, row[i].body);
    return rc;
}

static jn_rc tell_customer(struct told *t, uint64_t customer) {
    const struct jr_store_ops *ops = t->store->ops;
    struct jr_row_customer row;
    struct jr_row_run *run;
    struct jr_row_event *event, *recent;
    struct jr_row_delivery *delivery;
    uint32_t n, n_recent;
    jn_rc rc = ops->load(t->store, customer, &arena, &row, &run, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "run", run[i].customer, run[i].run, run[i].body);
    if (rc == JN_OK) rc = ops->events(t->store, customer, 0, 100, &arena, &event, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "event", event[i].customer, event[i].seq, event[i].body);
    if (rc == JN_OK) rc = ops->recent(t->store, customer, UINT64_MAX >> 1, 100, &arena, &recent, &n_recent, t->err);
    if (rc == JN_OK) assert_int_equal(n_recent, n);
    if (rc == JN_OK) rc = ops->outbox_of(t->store, customer, 0, 100, &arena, &delivery, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "outbox", delivery[i].delivery, delivery[i].state, delivery[i].body);
    return rc;
}

static jn_rc tell_lane(struct told *t) {
    const struct jr_store_ops *ops = t->store->ops;
    struct jr_row_seen seen[] = {{.key = {1}, .at = 100}, {.key = {2}, .at = 9 * (int64_t)DAY}, {.key = {3}}};
    bool known[3];
    struct jr_row_timer *timer;
    struct jr_row_delivery *delivery;
    struct jr_row_quarantine *quarantine;
    struct jr_row_counter *counter;
    uint64_t dead = 0;
    uint32_t n;
    jn_rc rc = ops->seen(t->store, seen, 3, known, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < 3; i++)
        tell(t, "seen", i, known[i], JN_STR(""));
    if (rc == JN_OK) rc = ops->timers(t->store, (struct jr_row_timer){0}, 100, &arena, &timer, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "timer", timer[i].run, timer[i].customer, JN_STR(""));
    if (rc == JN_OK) rc = ops->deliveries(t->store, JR_DELIVERY_PENDING, 0, 100, &arena, &delivery, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "pending", delivery[i].delivery, delivery[i].attempts, delivery[i].body);
    if (rc == JN_OK) rc = ops->dead(t->store, (const uint8_t[16]){2}, &dead, t->err);
    tell(t, "dead", dead, 0, JN_STR(""));
    if (rc == JN_OK) rc = ops->quarantined(t->store, 0, 100, &arena, &quarantine, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "set aside", quarantine[i].seq, 0, quarantine[i].body);
    if (rc == JN_OK) rc = ops->counters(t->store, &arena, &counter, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "counter", counter[i].counter, counter[i].value, JN_STR(""));
    return rc;
}

static jn_rc tell_server(struct told *t) {
    const struct jr_store_ops *ops = t->store->ops;
    struct jr_row_program *program;
    struct jr_row_token *token;
    struct jr_row_audit *audit;
    struct jr_audit_ends ends;
    uint32_t n;
    jn_rc rc = ops->programs(t->store, &arena, &program, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "program", program[i].id[0], 0, program[i].image);
    if (rc == JN_OK) rc = ops->tokens(t->store, &arena, &token, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "token", token[i].hash[0], 0, token[i].body);
    if (rc == JN_OK) rc = ops->audit(t->store, 0, 100, &arena, &audit, &n, t->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        tell(t, "audit", audit[i].seq, audit[i].hash[0], audit[i].body);
    if (rc == JN_OK) rc = ops->audit_ends(t->store, &ends, t->err);
    if (rc == JN_OK) tell(t, "ends", ends.pruned, ends.last, JN_STR(""));
    return rc;
}

static jn_rc tell_all(struct place *p, struct jn_buf *out, struct jn_err *err) {
    struct told t = {p->store, out, err};
    jn_buf_reset(out);
    jn_rc rc = tell_names(&t);
    if (rc == JN_OK) rc = tell_customers(&t);
    for (uint64_t customer = 1; rc == JN_OK && customer <= 4; customer++)
        rc = tell_customer(&t, customer);
    if (rc == JN_OK) rc = tell_lane(&t);
    if (rc == JN_OK) rc = tell_server(&t);
    jn_arena_reset(&arena);
    return rc;
}

/* ---- operations */

static jn_rc do_open(struct place *p, struct jn_err *err) {
    close_it(p);
    return try_open(p, err);
}

static jn_rc do_look(struct place *p, struct jn_err *err) {
    struct jr_store *store;
    close_it(p);
    jn_rc rc = jr_store_look(jn_str_z(p->url), &store, err);
    if (rc != JN_OK) return rc;
    rc = store->ops->check(store, err);
    store->ops->close(store);
    return rc;
}

static jn_rc do_commit(struct place *p, struct jn_err *err) {
    return commit(p, second_rows(), err);
}

static jn_rc do_read(struct place *p, struct jn_err *err) {
    struct jn_buf out;
    jn_buf_init(&out, 1 << 16);
    jn_rc rc = tell_all(p, &out, err);
    jn_buf_release(&out);
    return rc;
}

static jn_rc do_check(struct place *p, struct jn_err *err) {
    return p->store->ops->check(p->store, err);
}

static jn_rc do_seal(struct place *p, struct jn_err *err) {
    bool rest = false;
    jn_rc rc = p->store->ops->seal(p->store, &rest, err);
    while (rc == JN_OK && rest && p->store->ops->facts(p->store).sealed == JR_STORE_SEALING)
        rc = p->store->ops->seal_rest(p->store, &rest, err);
    return rc;
}

static jn_rc do_rewrite(struct place *p, struct jn_err *err) {
    bool done;
    return p->store->ops->rewrite(p->store, UINT64_MAX, &done, err);
}

static jn_rc do_backup(struct place *p, struct jn_err *err) {
    static const _Atomic bool never = false;
    struct jr_store_copy copy;
    return p->store->ops->backup(p->store, p->copy, &never, &copy, err);
}

static jn_rc do_restore(struct place *p, struct jn_err *err) {
    struct jr_store_copy copy;
    return jr_store_restore(jn_str_z(p->url), p->copy, NULL, &copy, err);
}

static jn_rc do_forget(struct place *p, struct jn_err *err) {
    bool more;
    uint32_t n;
    jn_rc rc = p->store->ops->forget(p->store, 1, 2 * (int64_t)DAY, 100, 100, &n, err);
    if (rc == JN_OK) rc = p->store->ops->prune(p->store, 5 * (int64_t)DAY, &more, err);
    if (rc == JN_OK) rc = p->store->ops->audit_prune(p->store, 1, &more, err);
    return rc == JN_OK ? p->store->ops->program_drop(p->store, (const uint8_t[32]){1}, err) : rc;
}

/* The first two are what a crash is followed by. */
static const struct operation {
    const char *name;
    jn_rc (*run)(struct place *p, struct jn_err *err);
} OPERATIONS[] = {{"open", do_open},     {"look", do_look},      {"commit", do_commit},   {"read", do_read},
                  {"check", do_check},   {"seal", do_seal},      {"rewrite", do_rewrite}, {"backup", do_backup},
                  {"forget", do_forget}, {"restore", do_restore}};

/* ---- tries */

static bool begins_open(const struct operation *operation) {
    return operation->run != do_open && operation->run != do_look && operation->run != do_restore;
}

/* A copy is restored to where nothing is left of its store but the master key. */
static void began(struct place *p, const struct base *base, const struct operation *operation) {
    char path[2 * PATH];
    drop_files(p);
    put_files(p, base);
    if (begins_open(operation)) open_it(p);
    if (operation->run != do_restore) return;
    open_it(p);
    assert_int_equal(do_backup(p, NULL), JN_OK);
    close_it(p);
    for (size_t i = 0; i < N_FILES - 1; i++) {
        path_of(path, p->folder, FILES[i]);
        (void)unlink(path);
    }
}

static void is_sound(struct place *p, const char *name, uint32_t strike, struct jn_buf *out) {
    struct jn_err err = {.text = ""};
    if (p->store == NULL) open_it(p);
    if (p->store->ops->check(p->store, &err) != JN_OK) fail_msg("%s, call %u: %s", name, strike, err.text);
    if (tell_all(p, out, &err) != JN_OK) fail_msg("%s, call %u: %s", name, strike, err.text);
}

/* After it failed: again on the same store, unless that must not be written to any more; then on a new one. */
static void asked_again(struct place *p, const struct operation *operation, uint32_t strike, jn_rc failed) {
    struct jn_err err = {.text = ""};
    uint64_t seq = p->lane.seq;
    if (failed == JN_UNSYNCED || failed == JN_CORRUPT) close_it(p);
    if (p->store == NULL && begins_open(operation)) open_it(p);
    if (operation->run == do_commit && p->lane.seq > seq) return; /* it had come through, and only its sync had not */
    jn_rc rc = operation->run(p, &err);
    /* The copy, or what was restored, was put in place, and only its sync failed. */
    if (rc == JN_CONFLICT && (operation->run == do_backup || operation->run == do_restore)) return;
    if (rc != JN_OK) fail_msg("%s, call %u failed, and again: %s", operation->name, strike, err.text);
}

static uint32_t next_strike(uint32_t strike, uint32_t first) {
    if (strike < BEGINNING) return strike + 1;
    return strike == BEGINNING ? strike + first : strike + apart;
}

static void met(const struct base *base, const struct operation *operation, enum system_fault fault) {
    uint32_t first = 1 + (uint32_t)((operation - OPERATIONS) * SYSTEM_FAULTS + (long)fault) % apart;
    struct place p = {.store = NULL};
    struct jn_buf before, after, is;
    struct jn_err err;
    jn_buf_init(&before, 1 << 16);
    jn_buf_init(&after, 1 << 16);
    jn_buf_init(&is, 1 << 16);
    (void)snprintf(p.folder, sizeof p.folder, "%s/store", home);
    (void)snprintf(p.url, sizeof p.url, "sqlite:%s", p.folder);
    (void)snprintf(p.copy, sizeof p.copy, "%s/copy", home);
    (void)mkdir(p.folder, 0700);
    began(&p, base, &OPERATIONS[0]);
    is_sound(&p, operation->name, 0, &before);
    close_it(&p);
    for (uint32_t strike = 1, struck = 1; struck; strike = next_strike(strike, first)) {
        began(&p, base, operation);
        err.text[0] = '\0';
        system_arm(fault, strike);
        jn_rc rc = operation->run(&p, &err);
        struck = system_disarm();
        if (rc != JN_OK && !struck) fail_msg("%s: %s", operation->name, err.text);
        if (rc != JN_OK) {
            if (rc == JN_CORRUPT || err.text[0] == '\0') /* nothing is damaged: it could not be read or written */
                fail_msg("%s, call %u: %d `%s`", operation->name, strike, (int)rc, err.text);
            bool copies = operation->run == do_backup || operation->run == do_restore;
            if (copies && rc == JN_IO && strstr(err.text, home) == NULL)
                fail_msg("%s, call %u: no file in `%s`", operation->name, strike, err.text);
            if (fault == SYSTEM_INTERRUPTS || fault == SYSTEM_DOES_A_PART)
                fail_msg("%s does not go on at call %u: %s", operation->name, strike, err.text);
            asked_again(&p, operation, strike, rc);
        }
        is_sound(&p, operation->name, strike, &is);
        close_it(&p);
        if (strike == 1) jn_buf_str(&after, jn_buf_view(&is));
        assert_true(jn_str_eq(jn_buf_view(&is), jn_buf_view(&after)));
        assert_true(operation->run == do_commit || operation->run == do_forget ||
                    jn_str_eq(jn_buf_view(&is), jn_buf_view(&before)));
    }
    drop_files(&p);
    (void)rmdir(p.folder);
    jn_buf_release(&before);
    jn_buf_release(&after);
    jn_buf_release(&is);
}

/* A store with some rows; its process has ended in order, or not. */
static void made(struct base *base, bool sealed, bool crashed) {
    struct place p = {.store = NULL};
    struct jn_err err = {.text = ""};
    (void)snprintf(p.folder, sizeof p.folder, "%s/made", home);
    (void)snprintf(p.url, sizeof p.url, "sqlite:%s", p.folder);
    open_it(&p);
    if (sealed && do_seal(&p, &err) != JN_OK) fail_msg("%s", err.text);
    if (commit(&p, first_rows(), &err) != JN_OK) fail_msg("%s", err.text);
    if (crashed) take_files(&p, base);
    close_it(&p);
    if (!crashed) take_files(&p, base);
    drop_files(&p);
    (void)rmdir(p.folder);
}

static void every_call_fails(bool sealed, bool crashed) {
    struct base base = {.n = {0}};
    made(&base, sealed, crashed);
    for (int fault = 0; fault < SYSTEM_FAULTS; fault++)
        for (size_t i = 0; i < (crashed ? 2 : sizeof OPERATIONS / sizeof OPERATIONS[0]); i++)
            met(&base, &OPERATIONS[i], (enum system_fault)fault);
    for (size_t i = 0; i < N_FILES; i++)
        free(base.bytes[i]);
}

static void of_a_store_in_the_clear(void **state) {
    (void)state;
    every_call_fails(false, false);
}

static void of_a_sealed_one(void **state) {
    (void)state;
    every_call_fails(true, false);
}

static void after_a_crash(void **state) {
    (void)state;
    every_call_fails(true, true);
}

static int at_home(void **state) {
    const char *text = getenv("FAULT_APART");
    (void)state;
    if (text != NULL && strtoul(text, NULL, 10) > 0) apart = (uint32_t)strtoul(text, NULL, 10);
    jn_log_set_level(JN_LOG_OFF);
    jn_arena_init(&arena);
    (void)snprintf(home, sizeof home, "/tmp/journey-system-XXXXXX");
    return mkdtemp(home) == NULL ? -1 : 0;
}

static int leave(void **state) {
    (void)state;
    jn_arena_release(&arena);
    return rmdir(home);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_store_in_the_clear),
        cmocka_unit_test(of_a_sealed_one),
        cmocka_unit_test(after_a_crash),
    };
    return cmocka_run_group_tests(tests, at_home, leave);
}
