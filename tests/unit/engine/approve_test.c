/* Approvals: what is open is found by its id, decided once, and closed whichever way its run goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

#include "core/civil.h"

/* `giving` asks the lead for two days: yes, then left as given; else as kept. */
static const struct jr_keep MONTH = {30 * JN_MS_DAY, 30 * JN_MS_DAY, 30 * JN_MS_DAY};

static void open_world(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), leave = declare_event(&d, "leave"), buy = declare_event(&d, "buy");
    begin_journey(&d, "giving", begin, JN_REENTER_ALWAYS);
    journey_goal(&d, "bought", buy, days(30), JN_GOAL_EXIT);
    journey_leaves_on(&d, "gone", leave);
    uint32_t asks = step_approve(&d, "asks", "Give?", "lead", days(2));
    step_exit(&d, "given");
    timeout_goes_to(&d, asks, step_exit(&d, "kept"));
    deploy(w, &d);
}

static uint32_t list(struct world *w, struct jr_approval **out) {
    uint32_t n;
    uint64_t next;
    assert_int_equal(jr_engine_approvals(w->engine, 0, 100, &w->arena, out, &n, &next, NULL), JN_OK);
    assert_int_equal(next, 0);
    return n;
}

/* The id of the only one that is open. */
static struct jn_str only(struct world *w) {
    struct jr_approval *approval;
    assert_int_equal(list(w, &approval), 1);
    return approval->id;
}

static struct jn_str asked(struct world *w) {
    open_world(w);
    does(w, "ann", "begin", NULL);
    expect(w, "entered begin; requested lead");
    return only(w);
}

static jn_rc may(struct world *w, struct jn_str id, const char *by, const char *why) {
    struct jn_err err = {.rc = JN_OK};
    jn_rc rc = jr_engine_approval(w->engine, id, jn_str_z(by), &w->arena, &err);
    if (rc != JN_OK && strstr(err.text, why) == NULL) fail_msg("%s", err.text);
    return rc;
}

/* No row of it is left, and no timer. */
static void expect_closed(struct world *w) {
    struct jr_row_delivery *row;
    struct jr_approval *approval;
    uint32_t n;
    assert_int_equal(w->ops.deliveries(w->store, JR_DELIVERY_APPROVAL, 0, 10, &w->arena, &row, &n, NULL), JN_OK);
    assert_true(n == 0 && list(w, &approval) == 0);
}

static void what_is_open_is_listed_from_its_run(void **state) {
    struct world w;
    struct jr_approval *a;
    (void)state;
    struct jn_str id = asked(&w);
    restart(&w);
    assert_int_equal(list(&w, &a), 1);
    assert_true(jn_str_eq(a->id, id) && jn_str_is(a->journey, "giving") && jn_str_is(a->step, "only.asks"));
    assert_true(jn_str_is(a->customer, "ann") && jn_str_is(a->text, "Give?") && jn_str_is(a->by, "lead"));
    assert_true(a->since == w.now && a->until == w.now + 2 * (int64_t)JN_MS_DAY);
    world_close(&w);
}

static void a_long_list_has_pages(void **state) {
    static const char *const WHO[] = {"ann", "bo", "cy"};
    struct world w;
    struct jr_approval *a;
    uint32_t n;
    uint64_t next;
    (void)state;
    open_world(&w);
    for (int i = 0; i < 3; i++)
        does(&w, WHO[i], "begin", NULL);
    turn(&w);
    assert_int_equal(jr_engine_approvals(w.engine, 0, 2, &w.arena, &a, &n, &next, NULL), JN_OK);
    assert_true(n == 2 && jn_str_is(a[0].customer, "ann") && next == a[1].number);
    assert_int_equal(jr_engine_approvals(w.engine, next, 2, &w.arena, &a, &n, &next, NULL), JN_OK);
    assert_true(n == 1 && jn_str_is(a[0].customer, "cy") && next == 0);
    world_close(&w);
}

static void approved_goes_on_and_rejected_times_out_at_once(void **state) {
    struct world w;
    (void)state;
    struct jn_str id = asked(&w);
    decides(&w, "lead", id, true);
    expect(&w, "approved lead; left given");
    expect_closed(&w);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; requested lead");
    decides(&w, "lead", only(&w), false);
    expect(&w, "rejected lead; left kept");
    expect_closed(&w);
    world_close(&w);
}

static void of_two_answers_in_one_turn_the_first_counts(void **state) {
    struct world w;
    (void)state;
    struct jn_str id = asked(&w);
    decides(&w, "lead", id, false);
    decides(&w, "lead", id, true);
    assert_int_equal(try_turn(&w), JN_OK);
    assert_int_equal(w.turn.answer[0], JR_ANSWER_TAKEN);
    assert_int_equal(w.turn.answer[1], JR_ANSWER_DUPLICATE);
    assert_true(jn_str_ends(w.turn.answer_reason[1], JN_STR("was rejected already")));
    expect(&w, "rejected lead; left kept");
    assert_int_equal(may(&w, id, "lead", "was rejected already"), JN_CONFLICT);
    restart(&w);
    assert_int_equal(may(&w, id, "lead", "was rejected already"), JN_CONFLICT);
    world_close(&w);
}

/* The clock of a server may jump over the end of the wait and a decision in one turn. */
static void a_decision_behind_the_end_is_overtaken_by_it(void **state) {
    struct world w;
    (void)state;
    struct jn_str id = asked(&w);
    w.now += 2 * (int64_t)JN_MS_DAY + 1;
    assert_int_equal(may(&w, id, "lead", ""), JN_OK);
    decides(&w, "lead", id, true);
    assert_int_equal(try_turn(&w), JN_OK);
    assert_int_equal(w.turn.answer[0], JR_ANSWER_DUPLICATE);
    expect(&w, "timeout; left kept");
    assert_int_equal(may(&w, id, "lead", "was not answered in time"), JN_CONFLICT);
    expect_closed(&w);
    world_close(&w);
}

static void who_reaches_the_goal_or_leaves_needs_no_decision(void **state) {
    struct world w;
    (void)state;
    struct jn_str id = asked(&w);
    does(&w, "ann", "buy", NULL);
    expect(&w, "goal bought; withdrawn lead; left bought");
    assert_int_equal(may(&w, id, "lead", "its run has gone elsewhere"), JN_CONFLICT);
    does(&w, "bo", "begin", NULL);
    does(&w, "bo", "leave", NULL); /* opened and closed in one commit */
    expect(&w, "bo entered begin; bo requested lead; bo withdrawn lead; bo left gone");
    expect_closed(&w);
    world_close(&w);
}

static void a_failed_commit_leaves_it_open(void **state) {
    struct world w;
    (void)state;
    struct jn_str id = asked(&w);
    w.failing = 1;
    decides(&w, "lead", id, true);
    assert_int_equal(try_turn(&w), JN_FULL);
    assert_int_equal(may(&w, id, "lead", ""), JN_OK);
    expect(&w, "approved lead; left given");
    assert_int_equal(may(&w, id, "lead", "was approved already"), JN_CONFLICT);
    world_close(&w);
}

static void only_what_was_asked_is_decided_and_by_whom(void **state) {
    static const char *const NONE[] = {"",          "x",          "1",           "1-",
                                       "-00000000", "1-00000000", "01-00000000", "99999999999999999999-00000000"};
    struct world w;
    (void)state;
    struct jn_str id = asked(&w);
    for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++)
        assert_int_equal(may(&w, jn_str_z(NONE[i]), "lead", "there is no approval"), JN_NOT_FOUND);
    assert_int_equal(may(&w, jn_arena_printf(&w.arena, "%.*s0", JN_FMT(id)), "lead", "no approval"), JN_NOT_FOUND);
    assert_int_equal(may(&w, id, "Lead", "is decided by `lead`, not by `Lead`"), JN_UNPROCESSABLE);
    decides(&w, "chief", id, true);
    expect(&w, "");
    assert_true(jn_str_eq(only(&w), id));
    world_close(&w);
}

static void how_it_ended_is_known_as_long_as_ids_are(void **state) {
    struct world w;
    bool more = true;
    (void)state;
    struct jn_str id = asked(&w);
    decides(&w, "lead", id, true);
    turn(&w);
    after(&w, 40 * (int64_t)JN_MS_DAY);
    turn(&w);
    while (more)
        assert_int_equal(jr_engine_upkeep(w.engine, w.now, &MONTH, &more, NULL), JN_OK);
    assert_int_equal(may(&w, id, "lead", "there is no approval"), JN_NOT_FOUND);
    world_close(&w);
}

static void the_decision_stands_among_the_customers_events(void **state) {
    struct world w;
    struct jr_row_event *event;
    uint32_t n;
    (void)state;
    struct jn_str id = asked(&w);
    decides(&w, "lead", id, false);
    turn(&w);
    assert_int_equal(w.ops.events(w.store, 1, 0, 10, &w.arena, &event, &n, NULL), JN_OK);
    assert_int_equal(n, 2);
    assert_true(jn_str_is(event[1].name, "$approval"));
    struct jn_str body =
        jn_arena_printf(&w.arena,
                        "{\"approval\":\"%.*s\",\"journey\":\"giving\",\"step\":\"only.asks\",\"text\":"
                        "\"Give?\",\"by\":\"lead\",\"decision\":\"rejected\"}",
                        JN_FMT(id));
    assert_true(jn_str_eq(event[1].body, body));
    world_close(&w);
}

static void it_stays_open_when_its_customer_becomes_another(void **state) {
    struct world w;
    (void)state;
    open_world(&w);
    does(&w, "device", "begin", NULL);
    turn(&w);
    struct jn_str id = only(&w);
    is_known(&w, "ann", "{}");
    is_alias(&w, "device", "ann", false);
    turn(&w);
    jn_buf_reset(&w.told);
    assert_true(jn_str_eq(only(&w), id));
    decides(&w, "lead", id, true);
    expect(&w, "approved lead; left given");
    expect_closed(&w);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_open_is_listed_from_its_run),
        cmocka_unit_test(a_long_list_has_pages),
        cmocka_unit_test(approved_goes_on_and_rejected_times_out_at_once),
        cmocka_unit_test(of_two_answers_in_one_turn_the_first_counts),
        cmocka_unit_test(a_decision_behind_the_end_is_overtaken_by_it),
        cmocka_unit_test(who_reaches_the_goal_or_leaves_needs_no_decision),
        cmocka_unit_test(a_failed_commit_leaves_it_open),
        cmocka_unit_test(only_what_was_asked_is_decided_and_by_whom),
        cmocka_unit_test(how_it_ended_is_known_as_long_as_ids_are),
        cmocka_unit_test(the_decision_stands_among_the_customers_events),
        cmocka_unit_test(it_stays_open_when_its_customer_becomes_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
