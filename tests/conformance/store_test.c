/* The store's contract, over every row of stores.def: whatever passes here may hold customers. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "journey/store.h"

struct world {
    const char *scheme;
    bool durable;
    char folder[64];
    char url[96];
    struct jr_store *store;
    struct jr_lane lane;
    struct jn_arena arena;
};

static const struct {
    const char *scheme;
    bool durable;
} STORE_ROW[] = {
#define STORE(name, scheme, durable, text) {scheme, durable},
#include "runtime/store/stores.def"
#undef STORE
};
#define STORES (sizeof(STORE_ROW) / sizeof(*STORE_ROW))

static void open_store(struct world *w) {
    struct jn_err err = {.text = ""};
    if (jr_store_open(jn_str_z(w->url), &w->store, &err) != JN_OK) fail_msg("%s: %s", w->url, err.text);
    assert_int_equal(w->store->ops->claim(w->store, 0, &w->lane, &err), JN_OK);
}

static void world_init(struct world *w, size_t row) {
    *w = (struct world){.scheme = STORE_ROW[row].scheme, .durable = STORE_ROW[row].durable};
    jn_arena_init(&w->arena);
    (void)snprintf(w->folder, sizeof(w->folder), "store-test-XXXXXX");
    if (w->durable) {
        assert_non_null(mkdtemp(w->folder));
        (void)snprintf(w->url, sizeof(w->url), "%s:%s", w->scheme, w->folder);
    } else {
        (void)snprintf(w->url, sizeof(w->url), "%s:", w->scheme);
    }
    open_store(w);
}

static void world_release(struct world *w) {
    static const char *const FILE_ROW[] = {"journey.db", "journey.db-wal", "journey.db-shm", "lock"};
    if (w->store != NULL) w->store->ops->close(w->store);
    jn_arena_release(&w->arena);
    for (size_t i = 0; w->durable && i < sizeof(FILE_ROW) / sizeof(*FILE_ROW); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", w->folder, FILE_ROW[i]);
        unlink(path);
    }
    if (w->durable) rmdir(w->folder);
}

static jn_rc commit(struct world *w, struct jr_batch batch) {
    struct jn_err err;
    batch.lane = 0;
    batch.epoch = w->lane.epoch;
    batch.seq = w->lane.seq;
    jn_rc rc = w->store->ops->commit(w->store, &batch, &err);
    if (rc == JN_OK) w->lane.seq++;
    return rc;
}

static uint64_t find(struct world *w, const char *ext) {
    struct jn_str name = jn_str_z(ext);
    uint64_t customer;
    assert_int_equal(w->store->ops->find(w->store, &name, 1, &customer, NULL), JN_OK);
    return customer;
}

static struct jr_row_customer load(struct world *w, uint64_t customer, struct jr_row_run **run, uint32_t *n) {
    struct jr_row_customer row;
    assert_int_equal(w->store->ops->load(w->store, customer, &w->arena, &row, run, n, NULL), JN_OK);
    return row;
}

static void add_ann(struct world *w) {
    struct jr_row_alias alias = {JN_STR("ann"), 1};
    struct jr_row_customer customer = {1, JN_STR("profile")};
    struct jr_row_run runs[] = {{1, 10, JN_STR("run ten")}, {1, 11, JN_STR("run eleven")}};
    struct jr_row_timer timers[] = {{500, 10, 1}, {400, 11, 1}};
    struct jr_batch batch = {.alias = &alias,
                             .n_alias = 1,
                             .customer = &customer,
                             .n_customer = 1,
                             .run = runs,
                             .n_run = 2,
                             .timer = timers,
                             .n_timer = 2};
    assert_int_equal(commit(w, batch), JN_OK);
}

/* ---- cases */

static void people_and_their_runs(struct world *w) {
    struct jr_row_run *run;
    uint32_t n;
    assert_int_equal(find(w, "ann"), 0);
    add_ann(w);
    assert_int_equal(find(w, "ann"), 1);
    assert_int_equal(find(w, "An"), 0);
    assert_true(jn_str_is(load(w, 1, &run, &n).body, "profile"));
    assert_int_equal(n, 2);
    assert_true(run[0].run == 10 && jn_str_is(run[1].body, "run eleven"));
    assert_null(load(w, 2, &run, &n).body.p);
    add_ann(w); /* after-images: once more is the same */
    struct jr_row_alias nobodys = {JN_STR("ann"), 0};
    assert_int_equal(commit(w, (struct jr_batch){.alias = &nobodys, .n_alias = 1}), JN_OK);
    assert_int_equal(find(w, "ann"), 0);
    struct jr_row_run gone = {.customer = 1, .run = 10};
    assert_int_equal(commit(w, (struct jr_batch){.run = &gone, .n_run = 1}), JN_OK);
    load(w, 1, &run, &n);
    assert_int_equal(n, 1);
}

static void a_fence_keeps_a_former_owner_out(struct world *w) {
    struct jr_lane other;
    struct jr_row_customer customer = {1, JN_STR("stale")};
    struct jr_batch batch = {.customer = &customer, .n_customer = 1};
    struct jr_row_run *run;
    uint32_t n;
    add_ann(w);
    assert_int_equal(w->store->ops->claim(w->store, 0, &other, NULL), JN_OK);
    assert_int_equal(other.epoch, w->lane.epoch + 1);
    assert_int_equal(other.seq, w->lane.seq);
    assert_int_equal(commit(w, batch), JN_FENCED);
    assert_true(jn_str_is(load(w, 1, &run, &n).body, "profile")); /* nothing of the batch is there */
    w->lane = other;
    assert_int_equal(commit(w, batch), JN_OK);
    w->lane.seq++; /* a gap */
    assert_int_equal(commit(w, batch), JN_FENCED);
}

static void a_turn_ends_with_its_commit_or_without(struct world *w) {
    const struct jr_store_ops *ops = w->store->ops;
    if (ops->begin == NULL) return;
    struct jr_row_alias bob = {JN_STR("bob"), 2};
    struct jr_lane other;
    add_ann(w);
    assert_int_equal(ops->begin(w->store, NULL), JN_OK);
    assert_int_equal(find(w, "ann"), 1);
    ops->end(w->store); /* nothing was to be written */
    assert_int_equal(ops->begin(w->store, NULL), JN_OK);
    assert_int_equal(find(w, "bob"), 0);
    assert_int_equal(commit(w, (struct jr_batch){.alias = &bob, .n_alias = 1}), JN_OK);
    assert_int_equal(find(w, "bob"), 2);
    ops->end(w->store);
    assert_int_equal(find(w, "bob"), 2);
    assert_int_equal(ops->claim(w->store, 0, &other, NULL), JN_OK);
    assert_int_equal(ops->begin(w->store, NULL), JN_OK);
    bob.customer = 3;
    assert_int_equal(commit(w, (struct jr_batch){.alias = &bob, .n_alias = 1}), JN_FENCED);
    ops->end(w->store);
    assert_int_equal(find(w, "bob"), 2);
    w->lane = other;
    assert_int_equal(commit(w, (struct jr_batch){.alias = &bob, .n_alias = 1}), JN_OK);
    assert_int_equal(find(w, "bob"), 3);
}

static void timers_come_in_order_and_by_pages(struct world *w) {
    struct jr_row_timer *row, gone = {400, 11, 1}, past = {-5, 12, 2};
    uint32_t n;
    add_ann(w);
    assert_int_equal(commit(w, (struct jr_batch){.timer_gone = &gone, .n_timer_gone = 1, .timer = &past, .n_timer = 1}),
                     JN_OK);
    struct jr_row_timer after = {.due = INT64_MIN};
    assert_int_equal(w->store->ops->timers(w->store, after, 1, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].due == -5 && row[0].customer == 2);
    assert_int_equal(w->store->ops->timers(w->store, row[0], 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].due == 500 && row[0].run == 10);
}

static void events_are_read_from_a_place_on(struct world *w) {
    struct jr_row_event rows[] = {{1, 1, 100, JN_STR("a"), JN_STR("{}")},
                                  {1, 3, 300, JN_STR("b"), JN_STR("{\"x\":1}")},
                                  {2, 2, 200, JN_STR("c"), JN_STR("{}")}},
                        *row;
    uint32_t n;
    assert_int_equal(commit(w, (struct jr_batch){.event = rows, .n_event = 3}), JN_OK);
    assert_int_equal(w->store->ops->events(w->store, 1, 1, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].seq == 3 && row[0].at == 300 && jn_str_is(row[0].name, "b") &&
                jn_str_is(row[0].body, "{\"x\":1}"));
    assert_int_equal(w->store->ops->events(w->store, 1, 0, 1, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].seq == 1);
}

static void events_are_read_from_the_newest_on(struct world *w) {
    struct jr_row_event rows[] = {{1, 1, 100, JN_STR("a"), JN_STR("{}")},
                                  {1, 3, 300, JN_STR("b"), JN_STR("{}")},
                                  {1, 4, 400, JN_STR("c"), JN_STR("{}")},
                                  {2, 2, 200, JN_STR("d"), JN_STR("{}")}},
                        *row;
    uint32_t n;
    assert_int_equal(commit(w, (struct jr_batch){.event = rows, .n_event = 4}), JN_OK);
    assert_int_equal(w->store->ops->recent(w->store, 1, UINT64_MAX, 2, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 2 && row[0].seq == 4 && row[1].seq == 3 && row[1].at == 300 && jn_str_is(row[1].name, "b"));
    assert_int_equal(w->store->ops->recent(w->store, 1, 3, 2, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].seq == 1);
    assert_int_equal(w->store->ops->recent(w->store, 1, 1, 2, &w->arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(w->store->ops->recent(w->store, 9, UINT64_MAX, 2, &w->arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
}

static void old_events_are_forgotten_from_the_oldest_on(struct world *w) {
    struct jr_row_event rows[] = {{1, 1, 100, JN_STR("a"), JN_STR("{}")},
                                  {1, 2, 200, JN_STR("b"), JN_STR("{}")},
                                  {1, 3, 300, JN_STR("c"), JN_STR("{}")},
                                  {2, 4, 100, JN_STR("d"), JN_STR("{}")}},
                        *row;
    uint32_t n = 9;
    assert_int_equal(commit(w, (struct jr_batch){.event = rows, .n_event = 4}), JN_OK);
    assert_int_equal(w->store->ops->forget(w->store, 1, 300, 2, 10, &n, NULL), JN_OK);
    assert_int_equal(n, 1); /* the second is still asked about */
    assert_int_equal(w->store->ops->forget(w->store, 1, 301, UINT64_MAX, 1, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(w->store->ops->forget(w->store, 1, 300, UINT64_MAX, 10, &n, NULL), JN_OK);
    assert_int_equal(n, 0); /* an event of that very instant is not before it */
    assert_int_equal(w->store->ops->events(w->store, 1, 0, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].seq == 3);
    assert_int_equal(w->store->ops->events(w->store, 2, 0, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
}

static void a_customers_own_timers_stand_behind_those_of_runs(struct world *w) {
    struct jr_row_timer rows[] = {{700, 2 | JR_TIMER_OWN, 2}, {700, 1 | JR_TIMER_OWN, 1}, {700, 99, 1}}, *row;
    struct jr_row_timer after = {.due = 699};
    uint32_t n;
    assert_int_equal(commit(w, (struct jr_batch){.timer = rows, .n_timer = 3}), JN_OK);
    assert_int_equal(w->store->ops->timers(w->store, after, 2, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 2 && row[0].run == 99 && row[1].run == (1 | JR_TIMER_OWN));
    assert_int_equal(w->store->ops->timers(w->store, row[1], 2, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].customer == 2);
    assert_int_equal(commit(w, (struct jr_batch){.timer_gone = rows, .n_timer_gone = 2}), JN_OK);
    assert_int_equal(w->store->ops->timers(w->store, after, 9, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].run == 99);
}

static void ids_are_seen_until_they_are_forgotten(struct world *w) {
    const int64_t day = 86400000;
    struct jr_row_seen rows[] = {{.key = {1, 0, 2}, .digest = 7, .at = 5 * day},
                                 {.key = {9}, .digest = 8, .at = 20 * day}};
    struct jr_row_seen asked[] = {{.key = {1, 0, 2}}, {.key = {9}}, {.key = {3}}};
    bool known[3], more = true;
    assert_int_equal(commit(w, (struct jr_batch){.seen = rows, .n_seen = 2}), JN_OK);
    assert_int_equal(w->store->ops->seen(w->store, asked, 3, known, NULL), JN_OK);
    assert_true(known[0] && known[1] && !known[2]);
    assert_int_equal(asked[0].digest, 7);
    while (more)
        assert_int_equal(w->store->ops->prune(w->store, 10 * day, &more, NULL), JN_OK);
    assert_int_equal(w->store->ops->seen(w->store, asked, 3, known, NULL), JN_OK);
    assert_true(!known[0] && known[1]);
}

static void one_customer_becomes_another(struct world *w) {
    struct jr_row_event events[] = {{2, 5, 50, JN_STR("a"), JN_STR("{}")},
                                    {1, 6, 60, JN_STR("b"), JN_STR("{}")},
                                    {2, 7, 70, JN_STR("c"), JN_STR("{\"n\":1}")}};
    struct jr_row_delivery waits[] = {{.delivery = 3, .id = {3}, .customer = 2, .body = JN_STR("three")},
                                      {.delivery = 4, .id = {4}, .customer = 1, .body = JN_STR("four")}};
    struct jr_row_run run = {2, 12, JN_STR("run twelve")}, *runs;
    struct jr_row_timer timer = {300, 12, 2};
    struct jr_row_alias alias = {JN_STR("anon"), 2};
    struct jr_row_customer profile = {2, JN_STR("anonymous")};
    uint32_t n;
    add_ann(w);
    assert_int_equal(commit(w, (struct jr_batch){.event = events,
                                                 .n_event = 3,
                                                 .delivery = waits,
                                                 .n_delivery = 2,
                                                 .run = &run,
                                                 .n_run = 1,
                                                 .timer = &timer,
                                                 .n_timer = 1,
                                                 .alias = &alias,
                                                 .n_alias = 1,
                                                 .customer = &profile,
                                                 .n_customer = 1}),
                     JN_OK);
    /* In one step: what the store moves, and the rows that the engine writes anew. */
    struct jr_row_merge merge = {2, 1};
    struct jr_row_run moved[] = {{.customer = 2, .run = 12}, {1, 12, JN_STR("run twelve")}};
    struct jr_row_timer same = {300, 12, 1}, *timers;
    struct jr_batch batch = {.merge = &merge,
                             .n_merge = 1,
                             .run = moved,
                             .n_run = 2,
                             .timer_gone = &timer,
                             .n_timer_gone = 1,
                             .timer = &same,
                             .n_timer = 1};
    alias.customer = 1;
    profile.body = JN_STR("became 1");
    batch.alias = &alias;
    batch.customer = &profile;
    batch.n_alias = batch.n_customer = 1;
    for (int again = 0; again < 2; again++) { /* once more is the same */
        struct jr_row_event *found;
        struct jr_row_delivery *delivery;
        assert_int_equal(commit(w, batch), JN_OK);
        assert_int_equal(find(w, "anon"), 1);
        assert_true(jn_str_is(load(w, 2, &runs, &n).body, "became 1") && n == 0);
        assert_true(jn_str_is(load(w, 1, &runs, &n).body, "profile") && n == 3);
        assert_int_equal(w->store->ops->events(w->store, 2, 0, 10, &w->arena, &found, &n, NULL), JN_OK);
        assert_int_equal(n, 0);
        assert_int_equal(w->store->ops->events(w->store, 1, 0, 10, &w->arena, &found, &n, NULL), JN_OK);
        assert_true(n == 3 && found[0].seq == 5 && found[1].seq == 6 && found[2].at == 70 &&
                    jn_str_is(found[2].body, "{\"n\":1}"));
        assert_int_equal(
            w->store->ops->deliveries(w->store, JR_DELIVERY_PENDING, 0, 10, &w->arena, &delivery, &n, NULL), JN_OK);
        assert_true(n == 2 && delivery[0].customer == 1 && jn_str_is(delivery[0].body, "three"));
        assert_int_equal(w->store->ops->timers(w->store, (struct jr_row_timer){0}, 10, &w->arena, &timers, &n, NULL),
                         JN_OK);
        assert_true(n == 3 && timers[0].run == 12 && timers[0].customer == 1);
    }
}

static void deliveries_wait_change_and_go(struct world *w) {
    struct jr_row_delivery rows[] = {{.delivery = 1, .id = {1}, .customer = 1, .body = JN_STR("one")},
                                     {.delivery = 2, .id = {2}, .customer = 1, .body = JN_STR("two")}};
    struct jr_row_delivery update = {.delivery = 2, .due = 900, .attempts = 3, .state = JR_DELIVERY_FAILED}, *row;
    uint64_t gone = 1;
    uint32_t n;
    assert_int_equal(commit(w, (struct jr_batch){.delivery = rows, .n_delivery = 2}), JN_OK);
    assert_int_equal(w->store->ops->deliveries(w->store, JR_DELIVERY_PENDING, 1, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].delivery == 2);
    assert_int_equal(
        commit(w,
               (struct jr_batch){.delivery = &update, .n_delivery = 1, .delivery_gone = &gone, .n_delivery_gone = 1}),
        JN_OK);
    assert_int_equal(w->store->ops->deliveries(w->store, JR_DELIVERY_PENDING, 0, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(w->store->ops->deliveries(w->store, JR_DELIVERY_FAILED, 0, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].due == 900 && row[0].attempts == 3 && jn_str_is(row[0].body, "two") &&
                row[0].id[0] == 2);
}

static void approvals_are_listed_apart_from_messages(struct world *w) {
    struct jr_row_delivery rows[] = {
        {.delivery = 1, .id = {1}, .customer = 1, .body = JN_STR("one")},
        {.delivery = 2, .id = {2}, .customer = 1, .state = JR_DELIVERY_APPROVAL, .body = JN_STR("")},
        {.delivery = 3, .id = {3}, .customer = 2, .state = JR_DELIVERY_FAILED, .body = JN_STR("three")},
        {.delivery = 4, .id = {4}, .customer = 2, .state = JR_DELIVERY_APPROVAL, .body = JN_STR("")},
        {.delivery = 5, .id = {5}, .customer = 2, .state = JR_DELIVERY_APPROVAL, .body = JN_STR("")}};
    const enum jr_delivery_state APPROVAL = JR_DELIVERY_APPROVAL;
    struct jr_row_delivery *row;
    uint64_t gone[] = {2, 5}; /* put and taken in one batch, the last one is not there */
    uint32_t n;
    assert_int_equal(commit(w, (struct jr_batch){.delivery = rows, .n_delivery = 4}), JN_OK);
    assert_int_equal(w->store->ops->deliveries(w->store, APPROVAL, 0, 1, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].delivery == 2 && row[0].id[0] == 2 && row[0].state == JR_DELIVERY_APPROVAL);
    assert_int_equal(w->store->ops->deliveries(w->store, APPROVAL, 2, 9, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].delivery == 4 && row[0].customer == 2);
    assert_int_equal(w->store->ops->deliveries(w->store, JR_DELIVERY_PENDING, 0, 9, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].delivery == 1);
    struct jr_batch batch = {.delivery = &rows[4], .n_delivery = 1, .delivery_gone = gone, .n_delivery_gone = 2};
    assert_int_equal(commit(w, batch), JN_OK);
    assert_int_equal(w->store->ops->deliveries(w->store, APPROVAL, 0, 9, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && row[0].delivery == 4);
}

static void only_what_failed_is_found_among_the_dead(struct world *w) {
    struct jr_row_delivery rows[] = {{.delivery = 1, .id = {1}, .customer = 1, .body = JN_STR("one")},
                                     {.delivery = 2, .id = {2}, .state = JR_DELIVERY_FAILED, .body = JN_STR("two")}};
    struct jr_row_delivery again = {.delivery = 2, .id = {2}, .body = JN_STR("two")};
    uint64_t found;
    assert_int_equal(commit(w, (struct jr_batch){.delivery = rows, .n_delivery = 2}), JN_OK);
    assert_int_equal(w->store->ops->dead(w->store, rows[0].id, &found, NULL), JN_OK);
    assert_int_equal(found, 0);
    assert_int_equal(w->store->ops->dead(w->store, rows[1].id, &found, NULL), JN_OK);
    assert_int_equal(found, 2);
    assert_int_equal(commit(w, (struct jr_batch){.delivery = &again, .n_delivery = 1}), JN_OK);
    assert_int_equal(w->store->ops->dead(w->store, rows[1].id, &found, NULL), JN_OK);
    assert_int_equal(found, 0);
}

static void who_is_erased_leaves_nothing(struct world *w) {
    struct jr_row_event events[] = {{1, 1, 10, JN_STR("signup"), JN_STR("secret")},
                                    {2, 2, 10, JN_STR("signup"), JN_STR("other")}};
    struct jr_row_delivery letters[] = {
        {.delivery = 1, .customer = 1, .body = JN_STR("secret")},
        {.delivery = 2, .customer = 2, .body = JN_STR("other")},
        {.delivery = 3, .customer = 1, .state = JR_DELIVERY_FAILED, .body = JN_STR("x")}};
    struct jr_row_quarantine bad = {7, 50, JN_STR("ann"), JN_STR("track"), JN_STR("why"), JN_STR("secret")}, *found;
    struct jr_row_delivery *outbox;
    struct jr_row_event *event;
    struct jr_row_run *run;
    uint64_t gone = 7, ann = 1;
    uint32_t n;
    bool done;
    add_ann(w);
    assert_int_equal(commit(w, (struct jr_batch){.event = events,
                                                 .n_event = 2,
                                                 .delivery = letters,
                                                 .n_delivery = 3,
                                                 .quarantine = &bad,
                                                 .n_quarantine = 1}),
                     JN_OK);
    const struct jr_store_ops *ops = w->store->ops;
    assert_int_equal(ops->outbox_of(w->store, 1, 1, 10, &w->arena, &outbox, &n, NULL), JN_OK);
    assert_true(n == 1 && outbox[0].delivery == 3 && outbox[0].state == JR_DELIVERY_FAILED);
    struct jr_row_customer row = {1, JN_STR("erased")};
    assert_int_equal(commit(w, (struct jr_batch){.erase = &ann,
                                                 .n_erase = 1,
                                                 .customer = &row,
                                                 .n_customer = 1,
                                                 .quarantine_gone = &gone,
                                                 .n_quarantine_gone = 1}),
                     JN_OK);
    assert_true(jn_str_is(load(w, 1, &run, &n).body, "erased"));
    assert_int_equal(n, 0);
    assert_int_equal(ops->events(w->store, 1, 0, 10, &w->arena, &event, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(ops->events(w->store, 2, 0, 10, &w->arena, &event, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(ops->outbox_of(w->store, 1, 0, 10, &w->arena, &outbox, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(ops->outbox_of(w->store, 2, 0, 10, &w->arena, &outbox, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(ops->quarantined(w->store, 6, 10, &w->arena, &found, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(ops->rewrite(w->store, UINT64_MAX, &done, NULL), JN_OK);
    assert_true(done);
    assert_int_equal(ops->events(w->store, 2, 0, 10, &w->arena, &event, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
}

static void counters_and_quarantine(struct world *w) {
    struct jr_row_counter counters[] = {{7, UINT64_MAX}, {3, 1}}, *counter;
    struct jr_row_quarantine bad = {5, 50, JN_STR("ann"), JN_STR("track"), JN_STR("why"), JN_STR("{\"a\\u0000\":1}")},
                             *found;
    uint32_t n;
    assert_int_equal(
        commit(w, (struct jr_batch){.counter = counters, .n_counter = 2, .quarantine = &bad, .n_quarantine = 1}),
        JN_OK);
    assert_int_equal(w->store->ops->counters(w->store, &w->arena, &counter, &n, NULL), JN_OK);
    assert_true(n == 2 && counter[0].counter == 3 && counter[1].value == UINT64_MAX);
    assert_int_equal(w->store->ops->quarantined(w->store, 0, 10, &w->arena, &found, &n, NULL), JN_OK);
    assert_true(n == 1 && jn_str_is(found[0].reason, "why") && found[0].at == 50);
}

static void the_last_program_put_is_listed_last(struct world *w) {
    struct jr_row_program one = {{1}, JN_STR("first")}, two = {{2}, JN_STR("second")}, *row;
    uint32_t n;
    assert_int_equal(commit(w, (struct jr_batch){.program = &one, .n_program = 1}), JN_OK);
    assert_int_equal(commit(w, (struct jr_batch){.program = &two, .n_program = 1}), JN_OK);
    assert_int_equal(commit(w, (struct jr_batch){.program = &one, .n_program = 1}), JN_OK);
    assert_int_equal(w->store->ops->programs(w->store, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 2 && jn_str_is(row[1].image, "first"));
    assert_int_equal(w->store->ops->program_drop(w->store, one.id, NULL), JN_OK);
    assert_int_equal(w->store->ops->programs(w->store, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && jn_str_is(row[0].image, "second"));
}

static void tokens_are_made_changed_and_dropped(struct world *w) {
    struct jr_row_token one = {.hash = {1}, .fresh = true, .body = JN_STR("ci")}, *row;
    struct jr_row_token change = {.hash = {1}, .body = JN_STR("used")}, gone = {.hash = {1}};
    uint32_t n;
    assert_int_equal(commit(w, (struct jr_batch){.token = &change, .n_token = 1}), JN_OK);
    assert_int_equal(w->store->ops->tokens(w->store, &w->arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 0); /* what is not there does not change */
    assert_int_equal(commit(w, (struct jr_batch){.token = &one, .n_token = 1}), JN_OK);
    assert_int_equal(commit(w, (struct jr_batch){.token = &change, .n_token = 1}), JN_OK);
    assert_int_equal(w->store->ops->tokens(w->store, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 1 && jn_str_is(row[0].body, "used"));
    assert_memory_equal(row[0].hash, one.hash, sizeof(one.hash));
    assert_int_equal(commit(w, (struct jr_batch){.token = &gone, .n_token = 1}), JN_OK);
    assert_int_equal(commit(w, (struct jr_batch){.token = &change, .n_token = 1}), JN_OK);
    assert_int_equal(w->store->ops->tokens(w->store, &w->arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
}

static void the_audit_log_keeps_its_ends(struct world *w) {
    enum { ENTRIES = 2500 };
    struct jr_row_audit *entry = JN_NEW_ARRAY(&w->arena, struct jr_row_audit, ENTRIES), *row;
    struct jr_audit_ends ends;
    uint32_t n;
    bool more = true;
    assert_int_equal(w->store->ops->audit_ends(w->store, &ends, NULL), JN_OK);
    assert_true(ends.pruned == 0 && ends.last == 0);
    for (uint32_t i = 0; i < ENTRIES; i++)
        entry[i] = (struct jr_row_audit){
            .seq = i + 1, .at = i, .hash = {(uint8_t)i, (uint8_t)(i >> 8)}, .body = JN_STR("done")};
    assert_int_equal(commit(w, (struct jr_batch){.audit = entry, .n_audit = ENTRIES}), JN_OK);
    assert_int_equal(w->store->ops->audit(w->store, 10, 5, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 5 && row[0].seq == 11 && row[0].at == 10 && jn_str_is(row[4].body, "done"));
    assert_memory_equal(row[0].hash, entry[10].hash, 32);
    while (more)
        assert_int_equal(w->store->ops->audit_prune(w->store, ENTRIES - 1, &more, NULL), JN_OK);
    assert_int_equal(w->store->ops->audit_ends(w->store, &ends, NULL), JN_OK);
    assert_true(ends.pruned == ENTRIES - 1 && ends.last == ENTRIES);
    assert_memory_equal(ends.pruned_hash, entry[ENTRIES - 2].hash, 32);
    assert_int_equal(w->store->ops->audit_prune(w->store, ENTRIES, &more, NULL), JN_OK);
    assert_int_equal(w->store->ops->audit_ends(w->store, &ends, NULL), JN_OK); /* the head is kept when all is gone */
    assert_true(ends.pruned == ENTRIES && ends.last == ENTRIES);
    assert_memory_equal(ends.last_hash, entry[ENTRIES - 1].hash, 32);
}

static void large_batches_and_bodies(struct world *w) {
    enum { ROWS = 10000, BYTES = 1 << 20 };
    struct jr_row_customer *rows = JN_NEW_ARRAY(&w->arena, struct jr_row_customer, ROWS), *row;
    char *large = jn_arena_alloc(&w->arena, BYTES);
    struct jr_row_run *run;
    uint32_t n;
    memset(large, 'x', BYTES);
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = (struct jr_row_customer){i + 1, JN_STR("body")};
    rows[17].body = (struct jn_str){large, BYTES};
    assert_int_equal(commit(w, (struct jr_batch){.customer = rows, .n_customer = ROWS}), JN_OK);
    assert_int_equal(load(w, 18, &run, &n).body.n, BYTES);
    assert_int_equal(w->store->ops->customers(w->store, ROWS - 2, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 2 && row[1].customer == ROWS);
    assert_int_equal(w->store->ops->check(w->store, NULL), JN_OK);
}

static void what_was_committed_is_there_after_reopening(struct world *w) {
    struct jr_row_run *run;
    uint32_t n;
    uint64_t seq = w->lane.seq, epoch = w->lane.epoch;
    if (!w->durable) return;
    add_ann(w);
    w->store->ops->close(w->store);
    open_store(w);
    assert_true(jn_str_is(load(w, 1, &run, &n).body, "profile"));
    assert_int_equal(n, 2);
    assert_int_equal(w->lane.seq, seq + 1);
    assert_int_equal(w->lane.epoch, epoch + 1);
}

static void a_second_process_is_refused(struct world *w) {
    int status;
    if (!w->durable) return;
    pid_t child = fork();
    if (child == 0) {
        struct jr_store *store;
        struct jn_err err;
        jn_rc rc = jr_store_open(jn_str_z(w->url), &store, &err);
        _exit(rc == JN_IN_USE && strstr(err.text, "in use by another process, pid") != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

typedef void store_case(struct world *w);

static const struct {
    const char *name;
    store_case *run;
} CASE_ROW[] = {
#define CASE(name)                                                                                                     \
    { #name, name }
    CASE(people_and_their_runs),
    CASE(a_fence_keeps_a_former_owner_out),
    CASE(a_turn_ends_with_its_commit_or_without),
    CASE(timers_come_in_order_and_by_pages),
    CASE(events_are_read_from_a_place_on),
    CASE(events_are_read_from_the_newest_on),
    CASE(old_events_are_forgotten_from_the_oldest_on),
    CASE(a_customers_own_timers_stand_behind_those_of_runs),
    CASE(ids_are_seen_until_they_are_forgotten),
    CASE(one_customer_becomes_another),
    CASE(deliveries_wait_change_and_go),
    CASE(approvals_are_listed_apart_from_messages),
    CASE(only_what_failed_is_found_among_the_dead),
    CASE(counters_and_quarantine),
    CASE(who_is_erased_leaves_nothing),
    CASE(the_last_program_put_is_listed_last),
    CASE(tokens_are_made_changed_and_dropped),
    CASE(the_audit_log_keeps_its_ends),
    CASE(large_batches_and_bodies),
    CASE(what_was_committed_is_there_after_reopening),
    CASE(a_second_process_is_refused),
#undef CASE
};
#define CASES (sizeof(CASE_ROW) / sizeof(*CASE_ROW))

static void run_case(void **state) {
    const size_t *place = *state;
    struct world w;
    world_init(&w, place[0]);
    CASE_ROW[place[1]].run(&w);
    world_release(&w);
}

int main(void) {
    static struct CMUnitTest tests[STORES * CASES];
    static size_t place[STORES * CASES][2];
    static char name[STORES * CASES][96];
    char folder[] = "/tmp/journey-conformance-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) return 1;
    for (size_t i = 0; i < STORES * CASES; i++) {
        place[i][0] = i / CASES;
        place[i][1] = i % CASES;
        (void)snprintf(name[i], sizeof(name[i]), "%s: %s", STORE_ROW[i / CASES].scheme, CASE_ROW[i % CASES].name);
        tests[i] = (struct CMUnitTest){.name = name[i], .test_func = run_case, .initial_state = place[i]};
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return chdir("/") != 0 || rmdir(folder) != 0 || failed != 0;
}
