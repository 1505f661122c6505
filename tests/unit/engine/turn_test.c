/* The turn: all of it or nothing, each input once, what does not fit set aside, what is endless parked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/civil.h"
#include "world.h"

/* nap an hour, send hello. */
static struct draft hour(struct world *w) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), hello = declare_message(&d, "hello", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "nap", minutes(60));
    step_send(&d, hello);
    step_exit(&d, "completed");
    return d;
}

static void opened(struct world *w) {
    world_open(w);
    struct draft d = hour(w);
    deploy(w, &d);
}

static uint64_t count(struct world *w, enum jr_count_kind kind, const char *name) {
    struct jr_count *row;
    uint32_t n;
    assert_int_equal(jr_engine_counts(w->engine, &w->arena, &row, &n, NULL), JN_OK);
    for (uint32_t i = 0; i < n; i++)
        if (row[i].kind == kind && jn_str_is(row[i].name, name)) return row[i].value;
    return 0;
}

/* ---- all or nothing */

static void a_failed_commit_leaves_nothing_of_an_entry(void **state) {
    struct world w;
    struct jr_customer_view view;
    (void)state;
    opened(&w);
    does(&w, "ann", "begin", NULL);
    w.failing = 2;
    assert_int_equal(try_turn(&w), JN_FULL);
    assert_int_equal(w.told.n, 0);
    assert_int_equal(jr_engine_timer_count(w.engine), 0);
    assert_int_equal(jr_engine_customer(w.engine, JN_STR("ann"), &w.arena, &view, NULL), JN_NOT_FOUND);
    assert_int_equal(count(&w, JR_COUNT_ENTERED, ""), 0);
    assert_int_equal(try_turn(&w), JN_FULL);
    expect(&w, "entered begin");
    assert_int_equal(count(&w, JR_COUNT_ENTERED, ""), 1);
    world_close(&w);
}

static void a_failed_commit_leaves_timers_due(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    w.now += JN_MS_HOUR;
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    assert_int_equal(w.turn.n_delivery, 0);
    assert_int_equal(jr_engine_next_due(w.engine), w.now);
    expect(&w, "sent hello; left completed");
    assert_int_equal(w.n_sent, 1);
    world_close(&w);
}

static void a_result_that_was_not_stored_is_told_again(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-01T01:00:00Z");
    expect(&w, "entered begin; sent hello; left completed");
    answers(&w, 0, JR_RESULT_ACCEPTED);
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    expect(&w, "accepted hello");
    assert_int_equal(count(&w, JR_COUNT_SENT, "hello"), 1);
    world_close(&w);
}

static void a_turn_of_nothing_commits_nothing(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    uint32_t before = w.commits;
    w.now += JN_MS_HOUR;
    expect(&w, "");
    assert_int_equal(w.commits, before);
    world_close(&w);
}

static void many_inputs_are_one_commit(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    uint32_t before = w.commits;
    for (int i = 0; i < 50; i++)
        does(&w, jn_arena_printf(&w.arena, "customer-%d", i).p, "begin", NULL);
    turn(&w);
    assert_int_equal(w.commits, before + 1);
    assert_int_equal(jr_engine_timer_count(w.engine), 50);
    world_close(&w);
}

static void a_crash_loses_nothing_that_was_committed(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    does(&w, "ann", "begin", NULL);
    is_known(&w, "ann", "{\"phone\":\"1\", \"birthday\":\"2000-02-29\"}");
    expect(&w, "entered begin");
    restart(&w);
    expect_place(&w, "trial", "only.nap until 2026-01-01T01:00:00Z");
    at(&w, "2026-01-01T01:00:00Z");
    expect(&w, "sent hello; left completed");
    restart(&w);
    assert_int_equal(count(&w, JR_COUNT_ENTERED, ""), 1);
    assert_int_equal(count(&w, JR_COUNT_LEFT, "completed"), 1);
    world_close(&w);
}

static void another_owner_fences_the_engine(void **state) {
    struct world w;
    struct jr_lane lane;
    (void)state;
    opened(&w);
    assert_int_equal(w.store->ops->claim(w.store, 0, &lane, NULL), JN_OK);
    does(&w, "ann", "begin", NULL);
    assert_int_equal(try_turn(&w), JN_FENCED);
    world_close(&w);
}

/* ---- each input once */

static void the_same_id_is_taken_once(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    does_once(&w, "ann", "begin", NULL, "1");
    does_once(&w, "ann", "begin", NULL, "1");
    does_once(&w, "cy", "begin", NULL, "2");
    expect(&w, "entered begin; duplicate begin; cy entered begin");
    restart(&w);
    does_once(&w, "ann", "begin", NULL, "1");
    expect(&w, "duplicate begin");
    assert_int_equal(w.turn.answer[0], JR_ANSWER_DUPLICATE);
    world_close(&w);
}

static void the_same_id_with_other_content_is_kept_where_someone_sees_it(void **state) {
    struct world w;
    struct jr_row_quarantine *row;
    uint32_t n;
    (void)state;
    opened(&w);
    does_once(&w, "ann", "begin", "{\"a\":1}", "1");
    does_once(&w, "ann", "begin", "{\"a\":2}", "1");
    expect(&w, "entered begin; duplicate begin; quarantined begin");
    assert_int_equal(w.turn.answer[1], JR_ANSWER_DUPLICATE);
    restart(&w);
    does_once(&w, "ann", "begin", "{\"a\":1}", "1");
    does_once(&w, "bo", "begin", "{\"a\":1}", "1");
    expect(&w, "duplicate begin; bo duplicate begin; bo quarantined begin");
    assert_int_equal(w.store->ops->quarantined(w.store, 0, 10, &w.arena, &row, &n, NULL), JN_OK);
    assert_true(n == 2 && jn_str_is(row[0].reason, "its id was taken before, with other content") &&
                jn_str_is(row[0].body, "{\"a\":2}"));
    world_close(&w);
}

static void ids_belong_to_their_source(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    does_once(&w, "ann", "begin", NULL, "1");
    does_once(&w, "bo", "begin", NULL, "1");
    w.input[1].source = JN_STR("shop");
    expect(&w, "entered begin; bo entered begin");
    world_close(&w);
}

static void an_id_of_a_failed_turn_is_not_taken(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    does_once(&w, "ann", "begin", NULL, "1");
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    expect(&w, "entered begin");
    world_close(&w);
}

/* ---- what does not fit */

static void refuses(const char *property, enum jn_type type, uint32_t flags, const char *properties, const char *why) {
    struct world w;
    struct jr_row_quarantine *row;
    uint32_t n;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event_with(&d, "begin", property, type, flags);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", properties);
    turn(&w);
    assert_int_equal(w.turn.answer[0], why == NULL ? JR_ANSWER_TAKEN : JR_ANSWER_QUARANTINED);
    if (why != NULL && memmem(w.turn.answer_reason[0].p, w.turn.answer_reason[0].n, why, strlen(why)) == NULL)
        fail_msg("\"%.*s\" does not say \"%s\"", JN_FMT(w.turn.answer_reason[0]), why);
    assert_int_equal(w.store->ops->quarantined(w.store, 0, 10, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, why != NULL);
    expect(&w, why == NULL ? "entered begin; left completed" : "quarantined begin");
    world_close(&w);
}

static void what_does_not_fit_its_declaration_is_quarantined(void **state) {
    (void)state;
    refuses("order", JN_T_TEXT, JN_PROP_REQUIRED, "{}", "`order` is required");
    refuses("order", JN_T_TEXT, JN_PROP_REQUIRED, "{\"order\":null}", "`order` is required");
    refuses("order", JN_T_TEXT, JN_PROP_REQUIRED, "{\"order\":\"1\"}", NULL);
    refuses("order", JN_T_TEXT, 0, "{}", NULL);
    refuses("order", JN_T_NUMBER, 0, "{\"order\":true}", "`order`");
    refuses("amount", JN_T_MONEY, 0, "{\"amount\":{\"amount\":\"1.50\",\"currency\":\"EUR\"}}", "`amount`");
    refuses("amount", JN_T_MONEY, 0, "{\"amount\":{\"amount\":\"1.50\",\"currency\":\"CNY\"}}", NULL);
    refuses("order", JN_T_TEXT, 0, "{\"other\":[1,2]}", NULL); /* what is not declared is kept, not checked */
}

static void an_event_too_large_is_quarantined(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    char *text = jn_arena_alloc(&w.arena, (300 << 10) + 1);
    memset(text, 'x', 300 << 10);
    const char *json = jn_arena_printf(&w.arena, "{\"phone\":\"%s\"}", text).p;
    does(&w, "ann", "begin", json);
    is_known(&w, "ann", json);
    expect(&w, "quarantined begin; quarantined");
    world_close(&w);
}

static void an_event_nobody_declared_is_stored(void **state) {
    struct world w;
    struct jr_row_event *row;
    uint32_t n;
    (void)state;
    opened(&w);
    does(&w, "ann", "whatever", "{\"a\":1}");
    expect(&w, "");
    assert_int_equal(w.store->ops->events(w.store, 1, 0, 10, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_true(jn_str_is(row[0].name, "whatever"));
    assert_true(jn_str_is(row[0].body, "{\"a\":1}"));
    world_close(&w);
}

static void one_bad_trait_does_not_keep_the_others_out(void **state) {
    struct world w;
    struct jr_customer_view view;
    (void)state;
    opened(&w);
    is_known(&w, "ann", "{\"birthday\":\"yesterday\", \"phone\":\"1\", \"shoe_size\":42}");
    expect(&w, "quarantined birthday");
    assert_int_equal(jr_engine_customer(w.engine, JN_STR("ann"), &w.arena, &view, NULL), JN_OK);
    for (uint32_t i = 0; i < view.n_attr; i++) {
        if (jn_str_is(view.attr_name[i], "phone")) assert_true(jn_str_is(jn_value_str(view.attr[i]), "1"));
        if (jn_str_is(view.attr_name[i], "birthday")) assert_true(jn_is_missing(view.attr[i]));
        assert_false(jn_str_is(view.attr_name[i], "shoe_size"));
    }
    world_close(&w);
}

static void without_a_program_traits_are_not_lost(void **state) {
    struct world w;
    struct jr_row_quarantine *row;
    uint32_t n;
    (void)state;
    world_open(&w);
    is_known(&w, "ann", "{\"phone\":\"1\"}");
    expect(&w, "quarantined");
    assert_int_equal(w.store->ops->quarantined(w.store, 0, 10, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_true(jn_str_is(row[0].body, "{\"phone\":\"1\"}"));
    world_close(&w);
}

/* ---- what is endless */

static void a_run_that_cannot_go_on_is_parked_with_its_reason(void **state) {
    struct world w;
    struct jr_customer_view view;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), stop = declare_event(&d, "stop");
    begin_journey(&d, "long", begin, JN_REENTER_ALWAYS);
    journey_leaves_on(&d, "stop", stop);
    for (int i = 0; i < 1001; i++)
        step_pass(&d);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; parked");
    restart(&w);
    assert_int_equal(jr_engine_customer(w.engine, JN_STR("ann"), &w.arena, &view, NULL), JN_OK);
    assert_true(jn_str_is(view.run[0].parked, "more than 1,000 steps without a wait"));
    does(&w, "ann", "begin", NULL);
    does(&w, "ann", "stop", NULL);
    expect(&w, "ignored begin; left stop");
    assert_int_equal(jr_engine_parked_count(w.engine), 0);
    world_close(&w);
}

static void a_parked_run_is_listed_and_goes_on_where_it_stood(void **state) {
    struct world w;
    struct jr_parked *parked;
    uint32_t n;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), message = declare_message(&d, "hello", d.post);
    begin_journey(&d, "long", begin, JN_REENTER_ALWAYS);
    step_send(&d, message);
    for (int i = 0; i < 1001; i++)
        step_pass(&d);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    does(&w, "bo", "begin", NULL);
    expect(&w, "entered begin; sent hello; parked; bo entered begin; bo sent hello; bo parked");
    assert_int_equal(jr_engine_next_due(w.engine), INT64_MAX);
    restart(&w);
    assert_int_equal(jr_engine_parked_count(w.engine), 2);
    assert_int_equal(jr_engine_parked(w.engine, 0, 10, &w.arena, &parked, &n, NULL), JN_OK);
    assert_int_equal(n, 2);
    assert_true(jn_str_is(parked[0].customer, "ann") && jn_str_is(parked[1].customer, "bo"));
    assert_true(jn_str_is(parked[1].run.parked, "more than 1,000 steps without a wait"));
    unparks(&w, parked[0].run.run);
    unparks(&w, parked[0].run.run); /* once more is the same */
    expect(&w, "unparked; left completed");
    assert_int_equal(jr_engine_is_parked(w.engine, parked[0].run.run, NULL), JN_NOT_FOUND);
    assert_int_equal(jr_engine_is_parked(w.engine, parked[1].run.run, NULL), JN_OK);
    assert_int_equal(jr_engine_parked(w.engine, parked[0].run.run, 10, &w.arena, &parked, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(jr_engine_parked_count(w.engine), 1);
    world_close(&w);
}

static void a_crowd_is_woken_over_several_turns(void **state) {
    struct world w;
    (void)state;
    opened(&w);
    for (int i = 0; i < 1100; i++) {
        does(&w, jn_arena_printf(&w.arena, "customer-%d", i).p, "begin", NULL);
        if (w.n_input == WORLD_INPUTS) turn(&w);
    }
    turn(&w);
    w.now += JN_MS_HOUR;
    uint32_t turns = 0, sent = 0;
    do {
        jn_arena_reset(&w.turn_arena);
        assert_int_equal(jr_engine_turn(w.engine, NULL, 0, w.now, &w.turn, NULL), JN_OK);
        sent += w.turn.n_delivery;
        turns++;
    } while (w.turn.more);
    assert_int_equal(sent, 1100);
    assert_int_equal(turns, 5);
    assert_int_equal(jr_engine_timer_count(w.engine), 0);
    world_close(&w);
}

/* A store that nobody uses, looked after each hour by a process that is then started anew: by the mark alone the clock
 * of the next start tells a week of rest from a clock that is wrong. */
static void a_store_without_turns_keeps_the_time(void **state) {
    static const struct jr_keep KEEP = {30 * JN_MS_DAY, 30 * JN_MS_DAY, 30 * JN_MS_DAY};
    struct world w;
    (void)state;
    opened(&w);
    does(&w, "ann", "begin", NULL);
    turn(&w);
    int64_t last = w.now;
    for (int hour = 1; hour <= 24 * 9; hour++) {
        uint32_t commits = w.commits;
        bool more = true;
        w.now = last + hour * JN_MS_HOUR;
        while (more)
            assert_int_equal(jr_engine_upkeep(w.engine, w.now, &KEEP, &more, NULL), JN_OK);
        assert_int_equal(w.commits, commits + 1);
    }
    restart(&w);
    assert_int_equal(jr_engine_time(w.engine), w.now);
    world_close(&w);
}

/* What a turn counted without a commit of its own is part of the next one. */
static void the_time_of_an_empty_turn_is_not_taken_for_kept(void **state) {
    static const struct jr_keep KEEP = {30 * JN_MS_DAY, 30 * JN_MS_DAY, 30 * JN_MS_DAY};
    struct world w;
    bool more = true;
    (void)state;
    opened(&w);
    w.now += JN_MS_DAY;
    turn(&w);
    while (more)
        assert_int_equal(jr_engine_upkeep(w.engine, w.now, &KEEP, &more, NULL), JN_OK);
    restart(&w);
    assert_int_equal(jr_engine_time(w.engine), w.now);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_commit_leaves_nothing_of_an_entry),
        cmocka_unit_test(a_failed_commit_leaves_timers_due),
        cmocka_unit_test(a_result_that_was_not_stored_is_told_again),
        cmocka_unit_test(a_turn_of_nothing_commits_nothing),
        cmocka_unit_test(many_inputs_are_one_commit),
        cmocka_unit_test(a_crash_loses_nothing_that_was_committed),
        cmocka_unit_test(another_owner_fences_the_engine),
        cmocka_unit_test(the_same_id_is_taken_once),
        cmocka_unit_test(the_same_id_with_other_content_is_kept_where_someone_sees_it),
        cmocka_unit_test(ids_belong_to_their_source),
        cmocka_unit_test(an_id_of_a_failed_turn_is_not_taken),
        cmocka_unit_test(what_does_not_fit_its_declaration_is_quarantined),
        cmocka_unit_test(an_event_too_large_is_quarantined),
        cmocka_unit_test(an_event_nobody_declared_is_stored),
        cmocka_unit_test(one_bad_trait_does_not_keep_the_others_out),
        cmocka_unit_test(without_a_program_traits_are_not_lost),
        cmocka_unit_test(a_run_that_cannot_go_on_is_parked_with_its_reason),
        cmocka_unit_test(a_parked_run_is_listed_and_goes_on_where_it_stood),
        cmocka_unit_test(a_crowd_is_woken_over_several_turns),
        cmocka_unit_test(a_store_without_turns_keeps_the_time),
        cmocka_unit_test(the_time_of_an_empty_turn_is_not_taken_for_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
