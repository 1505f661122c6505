/* What is kept of a customer and was cut short or changed is told to be damaged, or read as what it then says; it is
 * never read beyond its end, and nobody else is touched by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "world.h"

/* Runs that hold at waits of each kind, with slots, loops, seen events and a message that is on its way. */
static struct draft eventful(struct world *w) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event_with(&d, "begin", "order", JN_T_TEXT, 0), ping = declare_event(&d, "ping");
    uint32_t hello = declare_message(&d, "hello", d.post);
    begin_journey(&d, "naps", begin, JN_REENTER_ALWAYS);
    journey_keyed(&d, 0);
    journey_goal(&d, "pinged", ping, days(30), 0);
    step_send(&d, hello);
    uint32_t nap = step_wait(&d, "nap", minutes(90));
    uint32_t wait = step_wait_for(&d, "for_ping", ping, days(1), JN_SINCE_ENTRY);
    step_set_zone(&d, "Asia/Shanghai");
    step_goes_to(&d, step_wait_time(&d, "ten", "10:00"), nap);
    timeout_goes_to(&d, wait, step_exit(&d, "silent"));
    begin_journey(&d, "asks", ping, JN_REENTER_ALWAYS);
    uint32_t asked = step_approve(&d, "asked", "Go on?", "lead", days(9));
    step_exit(&d, "given");
    timeout_goes_to(&d, asked, step_exit(&d, "kept"));
    return d;
}

static void inside(struct world *w) {
    world_open(w);
    struct draft d = eventful(w);
    deploy(w, &d);
    is_known(w, "ann", "{\"timezone\":\"Europe/Berlin\",\"phone\":\"+491\",\"birthday\":\"2000-02-29\"}");
    does(w, "ann", "begin", "{\"order\":\"a\"}");
    does(w, "ann", "begin", "{\"order\":\"b\"}");
    does(w, "bo", "begin", "{\"order\":\"a\"}");
    turn(w);
    after(w, 3 * JN_MS_HOUR);
    does(w, "ann", "ping", NULL);
    turn(w);
}

static jn_rc looked(struct world *w, const char *who) {
    struct jr_customer_view view;
    return jr_engine_customer(w->engine, jn_str_z(who), &w->turn_arena, &view, NULL);
}

/* A row of ann's as the store has it, changed behind the engine's back. */
struct victim {
    struct jr_row_customer customer;
    struct jr_row_run *run;
    uint32_t n_run;
};

static void put(struct world *w, uint32_t which, const struct victim *v, struct jn_str body) {
    struct jr_lane lane;
    struct jr_row_customer customer = {v->customer.customer, body};
    struct jr_row_run run = {v->customer.customer, which < v->n_run ? v->run[which].run : 0, body};
    struct jr_batch batch = {
        .customer = &customer, .n_customer = which == v->n_run, .run = &run, .n_run = which < v->n_run};
    assert_int_equal(w->store->ops->claim(w->store, 0, &lane, NULL), JN_OK);
    batch.epoch = lane.epoch;
    batch.seq = lane.seq;
    assert_int_equal(w->store->ops->commit(w->store, &batch, NULL), JN_OK);
}

static struct jn_str body_of(const struct victim *v, uint32_t which) {
    return which < v->n_run ? v->run[which].body : v->customer.body;
}

static void load(struct world *w, struct victim *v) {
    uint64_t ann;
    assert_int_equal(w->store->ops->find(w->store, &JN_STR("ann"), 1, &ann, NULL), JN_OK);
    assert_int_equal(w->store->ops->load(w->store, ann, &w->arena, &v->customer, &v->run, &v->n_run, NULL), JN_OK);
    assert_true(v->n_run >= 3);
}

static void what_is_cut_anywhere_is_told(void **state) {
    struct world w;
    struct victim v;
    (void)state;
    inside(&w);
    load(&w, &v);
    for (uint32_t which = 0; which <= v.n_run; which++) {
        struct jn_str whole = body_of(&v, which);
        for (size_t n = 0; n < whole.n; n++) {
            put(&w, which, &v, jn_str_sub(whole, 0, n));
            jn_arena_reset(&w.turn_arena);
            if (looked(&w, "ann") != JN_CORRUPT)
                fail_msg("row %u of %u, cut to %u of %u bytes, is taken for whole", which, v.n_run, (unsigned)n,
                         (unsigned)whole.n);
            assert_int_equal(looked(&w, "bo"), JN_OK);
        }
        put(&w, which, &v, whole);
        assert_int_equal(looked(&w, "ann"), JN_OK);
    }
    world_close(&w);
}

/* Every byte, each to some other values: what it says then may be sound. */
static void what_is_changed_is_read_within_its_bounds(void **state) {
    static const unsigned char OTHER[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    struct world w;
    struct victim v;
    uint32_t told = 0;
    (void)state;
    inside(&w);
    load(&w, &v);
    for (uint32_t which = 0; which <= v.n_run; which++) {
        struct jn_str whole = body_of(&v, which);
        for (size_t at = 0; at < whole.n; at++)
            for (size_t i = 0; i < sizeof(OTHER); i++) {
                char *changed = jn_arena_copy(&w.turn_arena, whole.p, whole.n);
                changed[at] = (char)OTHER[i];
                put(&w, which, &v, (struct jn_str){changed, whole.n});
                told += looked(&w, "ann") == JN_CORRUPT;
                assert_int_equal(looked(&w, "bo"), JN_OK);
                jn_arena_reset(&w.turn_arena);
            }
        put(&w, which, &v, whole);
    }
    assert_int_equal(looked(&w, "ann"), JN_OK);
    assert_true(told > 100);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_cut_anywhere_is_told),
        cmocka_unit_test(what_is_changed_is_read_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
