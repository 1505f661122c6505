/* Somebody is erased: runs, events, messages and names go, also those of the same turn; what was refused is not
 * forgotten; all others stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "world.h"

/* nap: wait 10 days; send late; more: wait for purchase up to 5 days. ann and bo are in it. */
static void inside(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), purchase = declare_event(&d, "purchase");
    uint32_t late = declare_message(&d, "late", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "nap", days(10));
    step_send(&d, late);
    uint32_t more = step_wait_for(&d, "more", purchase, days(5), JN_SINCE_STEP);
    timeout_goes_to(&d, more, step_exit(&d, "completed"));
    deploy(w, &d);
    does(w, "ann", "begin", NULL);
    does(w, "bo", "begin", NULL);
    expect(w, "entered begin; bo entered begin");
}

static jn_rc looked(struct world *w, const char *who) {
    struct jr_customer_view view;
    return jr_engine_customer(w->engine, jn_str_z(who), &w->arena, &view, NULL);
}

/* Rows of the store that are under the number. */
static uint32_t kept(struct world *w, uint64_t customer) {
    const struct jr_store_ops *ops = w->store->ops;
    struct jr_row_customer row;
    struct jr_row_run *run;
    struct jr_row_event *event;
    struct jr_row_delivery *delivery;
    uint32_t n_run, n_event, n_delivery;
    assert_int_equal(ops->load(w->store, customer, &w->arena, &row, &run, &n_run, NULL), JN_OK);
    assert_int_equal(ops->events(w->store, customer, 0, 100, &w->arena, &event, &n_event, NULL), JN_OK);
    assert_int_equal(ops->outbox_of(w->store, customer, 0, 100, &w->arena, &delivery, &n_delivery, NULL), JN_OK);
    return n_run + n_event + n_delivery;
}

static void nothing_of_the_person_is_left(void **state) {
    struct world w;
    struct jr_row_timer *timer;
    uint32_t n;
    (void)state;
    inside(&w);
    assert_int_equal(kept(&w, 1), 2);
    is_erased(&w, "ann");
    expect(&w, "erased; left erased");
    assert_int_equal(looked(&w, "ann"), JN_NOT_FOUND);
    assert_int_equal(kept(&w, 1), 0);
    assert_int_equal(kept(&w, 2), 2);
    assert_int_equal(w.store->ops->timers(w.store, (struct jr_row_timer){0}, 10, &w.arena, &timer, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    at(&w, "2026-01-11T00:00:00Z"); /* ann's timer is still in memory */
    expect(&w, "bo sent late");
    is_erased(&w, "ann"); /* once more is the same */
    expect(&w, "");
    world_close(&w);
}

static void what_the_turn_itself_does_goes_too(void **state) {
    struct world w;
    (void)state;
    inside(&w);
    is_erased(&w, "ann");
    w.now += 20 * JN_MS_DAY;
    does(&w, "ann", "begin", NULL); /* fires what was due first */
    assert_int_equal(w.n_sent, 0);
    turn(&w);
    assert_int_equal(kept(&w, 1), 0);
    for (uint32_t i = 0; i < w.n_sent; i++)
        assert_false(jn_str_is(w.sent[i].customer, "ann"));
    assert_int_equal(looked(&w, "ann"), JN_NOT_FOUND);
    world_close(&w);
}

static void messages_on_their_way_are_cancelled_and_dead_ones_gone(void **state) {
    struct world w;
    struct jr_outbox outbox;
    struct jr_delivery *sent;
    uint32_t n;
    (void)state;
    inside(&w);
    at(&w, "2026-01-11T00:00:00Z");
    expect(&w, "sent late; bo sent late");
    answers(&w, 1, JR_RESULT_FAILED);
    expect(&w, "bo failed late");
    is_erased(&w, "ann");
    is_erased(&w, "bo");
    expect(&w, "erased; left erased; bo erased; bo left erased");
    assert_int_equal(w.turn.n_cancelled, 1);
    assert_int_equal(w.turn.cancelled[0], w.sent[0].delivery);
    answers(&w, 0, JR_RESULT_ACCEPTED); /* had left already */
    expect(&w, "");
    assert_int_equal(jr_engine_outbox(w.engine, &w.arena, &outbox, NULL), JN_OK);
    assert_int_equal(outbox.pending + outbox.dead, 0);
    jr_engine_sent(w.engine, 0, 10, &w.arena, &sent, &n);
    assert_int_equal(n, 0);
    world_close(&w);
}

static void what_was_accepted_lately_does_not_say_for_whom(void **state) {
    struct world w;
    struct jr_delivery *sent;
    uint32_t n;
    (void)state;
    inside(&w);
    at(&w, "2026-01-11T00:00:00Z");
    expect(&w, "sent late; bo sent late");
    answers(&w, 0, JR_RESULT_ACCEPTED);
    is_erased(&w, "ann");
    turn(&w);
    jr_engine_sent(w.engine, 0, 10, &w.arena, &sent, &n);
    assert_int_equal(n, 1);
    assert_int_equal(sent[0].customer.n, 0);
    world_close(&w);
}

static void the_person_may_come_back_as_another(void **state) {
    struct world w;
    (void)state;
    inside(&w);
    is_erased(&w, "ann");
    expect(&w, "erased; left erased");
    restart(&w);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    assert_int_equal(kept(&w, 1), 0);
    world_close(&w);
}

static void what_was_refused_is_refused_still(void **state) {
    struct world w;
    struct jr_row_customer row;
    struct jr_row_run *run;
    uint32_t n;
    (void)state;
    inside(&w);
    consents(&w, "ann", "news", false);
    consents(&w, "ann", "offers", true);
    is_erased(&w, "ann");
    expect(&w, "consent news; consent offers; erased; left erased");
    restart(&w);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    assert_int_equal(w.store->ops->load(w.store, 3, &w.arena, &row, &run, &n, NULL), JN_OK);
    assert_non_null(memmem(row.body.p, row.body.n, "news", 4));
    assert_null(memmem(row.body.p, row.body.n, "offers", 6));
    assert_int_equal(w.store->ops->load(w.store, 1, &w.arena, &row, &run, &n, NULL), JN_OK);
    assert_null(memmem(row.body.p, row.body.n, "ann", 3)); /* what remains names topics, and nobody */
    world_close(&w);
}

static void events_set_aside_go_with_whom_they_name(void **state) {
    struct world w;
    struct jr_row_quarantine *row;
    uint32_t n;
    (void)state;
    inside(&w);
    is_set_aside(&w, "{\"userId\":\"ann\",\"event\":7}");
    is_set_aside(&w, "{\"userId\":\"anna\",\"event\":7}");
    is_erased(&w, "ann");
    turn(&w);
    is_erased(&w, "bo");
    turn(&w);
    assert_int_equal(w.store->ops->quarantined(w.store, 0, 10, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_non_null(memmem(row[0].body.p, row[0].body.n, "anna", 4));
    world_close(&w);
}

static void the_receipt_is_the_same_for_the_same_id(void **state) {
    struct world w;
    (void)state;
    inside(&w);
    struct jn_str one = jr_engine_receipt(w.engine, JN_STR("ann"), &w.arena);
    is_erased(&w, "ann");
    turn(&w);
    restart(&w);
    assert_true(jn_str_eq(jr_engine_receipt(w.engine, JN_STR("ann"), &w.arena), one));
    assert_false(jn_str_eq(jr_engine_receipt(w.engine, JN_STR("bo"), &w.arena), one));
    assert_null(memmem(one.p, one.n, "ann", 3));
    world_close(&w);
}

static void the_store_is_to_be_written_anew_once(void **state) {
    struct world w;
    bool done;
    (void)state;
    inside(&w);
    assert_false(jr_engine_wants_rewrite(w.engine));
    is_erased(&w, "ann");
    turn(&w);
    restart(&w);
    assert_true(jr_engine_wants_rewrite(w.engine));
    assert_int_equal(jr_engine_rewrite(w.engine, UINT64_MAX, &done, NULL), JN_OK);
    assert_true(done);
    restart(&w);
    assert_false(jr_engine_wants_rewrite(w.engine));
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_the_person_is_left),
        cmocka_unit_test(what_the_turn_itself_does_goes_too),
        cmocka_unit_test(messages_on_their_way_are_cancelled_and_dead_ones_gone),
        cmocka_unit_test(what_was_accepted_lately_does_not_say_for_whom),
        cmocka_unit_test(the_person_may_come_back_as_another),
        cmocka_unit_test(what_was_refused_is_refused_still),
        cmocka_unit_test(events_set_aside_go_with_whom_they_name),
        cmocka_unit_test(the_receipt_is_the_same_for_the_same_id),
        cmocka_unit_test(the_store_is_to_be_written_anew_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
