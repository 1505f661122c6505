/* Language semantics 6, 8 and 12 where a script cannot look: over restarts, full disks, failures and many people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "world.h"

#include "core/civil.h"

/* `a` sends when a happens, `b` when b does; b goes before a. */
static void two_journeys(struct draft *d) {
    uint32_t a = declare_event(d, "a"), b = declare_event(d, "b");
    uint32_t first = declare_message(d, "first", d->post), second = declare_message(d, "second", d->post);
    begin_journey(d, "ja", a, JN_REENTER_ALWAYS);
    step_send(d, first);
    step_exit(d, "completed");
    begin_journey(d, "jb", b, JN_REENTER_ALWAYS);
    d->journey.priority = 5;
    step_send(d, second);
    step_exit(d, "completed");
}

static void capped(struct world *w, uint32_t limit, struct jn_value over, enum jn_cap_mode mode) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    workspace_cap(&d, limit, over, mode);
    two_journeys(&d);
    deploy(w, &d);
}

static void what_was_sent_counts_after_a_restart(void **state) {
    struct world w;
    (void)state;
    capped(&w, 2, days(7), JN_CAP_SKIP);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a; sent first; left completed");
    restart(&w);
    does(&w, "ann", "b", NULL);
    expect(&w, "entered b; sent second; left completed");
    restart(&w);
    at(&w, "2026-01-05T00:00:00Z");
    does(&w, "ann", "b", NULL);
    expect(&w, "entered b; skipped second; left completed");
    does(&w, "bo", "b", NULL);
    expect(&w, "bo entered b; bo sent second; bo left completed");
    at(&w, "2026-01-08T00:00:00Z");
    does(&w, "ann", "b", NULL);
    expect(&w, "entered b; sent second; left completed");
    world_close(&w);
}

static void what_a_cap_holds_is_held_after_a_restart(void **state) {
    struct world w;
    (void)state;
    capped(&w, 1, days(1), JN_CAP_HOLD);
    does(&w, "ann", "b", NULL);
    expect(&w, "entered b; sent second; left completed");
    at(&w, "2026-01-01T12:00:00Z");
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a");
    expect_place(&w, "ja", "only.send_0 until 2026-01-02T00:00:00Z");
    restart(&w);
    expect_place(&w, "ja", "only.send_0 until 2026-01-02T00:00:00Z");
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "sent first; left completed");
    world_close(&w);
}

static void the_last_slot_is_one_transaction(void **state) {
    struct world w;
    (void)state;
    capped(&w, 1, days(1), JN_CAP_SKIP);
    does(&w, "ann", "a", NULL);
    does(&w, "ann", "b", NULL);
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    assert_int_equal(w.n_sent, 0);
    expect(&w, "entered a; entered b; sent second; left completed; skipped first; left completed");
    assert_int_equal(w.n_sent, 1);
    world_close(&w);
}

static void a_slot_comes_back_only_when_the_message_finally_fails(void **state) {
    struct world w;
    (void)state;
    capped(&w, 1, days(30), JN_CAP_HOLD);
    does(&w, "ann", "b", NULL);
    expect(&w, "entered b; sent second; left completed");
    does(&w, "ann", "a", NULL);
    answers(&w, 0, JR_RESULT_RETRY);
    expect(&w, "entered a; retry second");
    restart(&w);
    struct jr_delivery *pending;
    uint32_t n;
    assert_int_equal(jr_engine_pending(w.engine, 0, 10, &w.arena, &pending, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    answers(&w, 0, JR_RESULT_FAILED);
    expect(&w, "failed second; sent first; left completed");
    does(&w, "ann", "b", NULL);
    expect(&w, "entered b");
    expect_place(&w, "jb", "only.send_1 until 2026-01-31T00:00:00Z");
    world_close(&w);
}

/* ---- quiet hours */

static void quiet_nights(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    quiet_hours(&d, "22:00", "08:00");
    two_journeys(&d);
    deploy(w, &d);
}

static void what_a_night_holds_is_held_after_a_restart(void **state) {
    struct world w;
    (void)state;
    quiet_nights(&w);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a");
    restart(&w);
    at(&w, "2026-01-01T07:59:59Z");
    expect(&w, "");
    restart(&w);
    at(&w, "2026-01-01T08:10:00Z");
    expect(&w, "sent first; left completed");
    world_close(&w);
}

static void migrates(struct world *w) {
    struct jr_deploy_rules rules = {.mode = JR_DEPLOY_MIGRATE, .spread_s = 60};
    assert_int_equal(jr_engine_move(w->engine, &rules, &w->turn_arena, NULL), JN_OK);
    turn(w);
}

static void what_a_night_holds_moves_to_a_version_without_quiet_hours(void **state) {
    struct world w;
    (void)state;
    quiet_nights(&w);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a");
    struct draft d = draft_new(&w.arena);
    two_journeys(&d);
    deploy(&w, &d);
    migrates(&w);
    after(&w, 61 * JN_MS_SECOND);
    expect(&w, "moved; sent first; left completed");
    world_close(&w);
}

static void a_message_that_is_held_and_removed_is_not_sent(void **state) {
    struct world w;
    (void)state;
    quiet_nights(&w);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a");
    struct draft d = draft_new(&w.arena);
    uint32_t a = declare_event(&d, "a");
    begin_journey(&d, "ja", a, JN_REENTER_ALWAYS);
    step_exit(&d, "completed");
    deploy(&w, &d);
    migrates(&w);
    restart(&w);
    at(&w, "2026-01-01T09:00:00Z");
    expect(&w, "moved; left completed");
    assert_int_equal(w.n_sent, 0);
    world_close(&w);
}

#define CROWD 50

static void a_crowd_is_released_over_ten_minutes(void **state) {
    struct world w;
    char who[CROWD][16];
    uint32_t minute[10] = {0}, busy = 0;
    (void)state;
    quiet_nights(&w);
    for (int i = 0; i < CROWD; i++) {
        (void)snprintf(who[i], sizeof who[i], "person-%d", i);
        does(&w, who[i], "a", NULL);
    }
    at(&w, "2026-01-01T08:00:00Z");
    for (int m = 0; m < 10; m++) {
        uint32_t before = w.n_sent;
        after(&w, JN_MS_MINUTE);
        minute[m] = w.n_sent - before;
        busy += minute[m] > 0;
        assert_in_range(minute[m], 0, CROWD / 3);
    }
    turn(&w);
    assert_int_equal(w.n_sent, CROWD);
    assert_true(busy >= 7);
    world_close(&w);
}

/* ---- shares */

static void a_control_group_is_a_share_and_stays_one(void **state) {
    struct world w;
    char who[16];
    uint32_t sent[2];
    (void)state;
    for (int round = 0; round < 2; round++) {
        world_open(&w);
        struct draft d = draft_new(&w.arena);
        control_group(&d, 5000);
        two_journeys(&d);
        deploy(&w, &d);
        sent[round] = 0;
        for (int i = 0; i < CROWD; i++) {
            uint32_t before = w.n_sent;
            (void)snprintf(who, sizeof who, "person-%d", i);
            does(&w, who, "a", NULL);
            turn(&w);
            bool first = w.n_sent > before;
            restart(&w);
            does(&w, who, "b", NULL);
            turn(&w);
            assert_int_equal(w.n_sent - before, first ? 2 : 0); /* of both journeys or of none */
            sent[round] += first;
        }
        world_close(&w);
    }
    assert_int_equal(sent[0], sent[1]);
    assert_in_range(sent[0], CROWD / 4, CROWD * 3 / 4);
}

/* ---- consent */

static void consent_outlives_a_restart(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t topic = declare_topic(&d, "news", JN_OPT_IN);
    uint32_t a = declare_event(&d, "a"), first = declare_message(&d, "first", d.post);
    message_is_about(&d, first, topic);
    begin_journey(&d, "ja", a, JN_REENTER_ALWAYS);
    step_send(&d, first);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a; skipped first; left completed");
    consents(&w, "ann", "news", true);
    expect(&w, "consent news");
    restart(&w);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a; sent first; left completed");
    does(&w, "ann", "unsubscribed", "{\"message\":\"first\"}");
    expect(&w, "consent news");
    restart(&w);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a; skipped first; left completed");
    world_close(&w);
}

static bool consents_to(struct world *w, const char *topic) {
    struct jr_customer_view view;
    assert_int_equal(jr_engine_customer(w->engine, JN_STR("ann"), &w->turn_arena, &view, NULL), JN_OK);
    for (uint32_t i = 0; i < view.n_topic; i++)
        if (jn_str_is(view.topic[i], topic)) return view.consents[i];
    fail_msg("there is no topic %s", topic);
    return false;
}

/* An id alone names the topic, also when the run is over; one that nobody remembers names all. */
static void a_receipt_names_a_message_by_its_id(void **state) {
    struct world w;
    char receipt[96];
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t news = declare_topic(&d, "news", JN_OPT_OUT);
    declare_topic(&d, "offers", JN_OPT_OUT);
    uint32_t a = declare_event(&d, "a"), first = declare_message(&d, "first", d.post);
    message_is_about(&d, first, news);
    begin_journey(&d, "ja", a, JN_REENTER_ALWAYS);
    step_send(&d, first);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "a", NULL);
    expect(&w, "entered a; sent first; left completed");
    restart(&w);
    (void)snprintf(receipt, sizeof receipt, "{\"message\":\"%.*s\"}", (int)w.sent[0].id.n, w.sent[0].id.p);
    does(&w, "ann", "unsubscribed", receipt);
    turn(&w);
    assert_false(consents_to(&w, "news"));
    assert_true(consents_to(&w, "offers"));
    does(&w, "ann", "unsubscribed", "{\"message\":\"msg_00000000000000000000000000000000\"}");
    turn(&w);
    assert_false(consents_to(&w, "offers"));
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_counts_after_a_restart),
        cmocka_unit_test(what_a_cap_holds_is_held_after_a_restart),
        cmocka_unit_test(the_last_slot_is_one_transaction),
        cmocka_unit_test(a_slot_comes_back_only_when_the_message_finally_fails),
        cmocka_unit_test(what_a_night_holds_is_held_after_a_restart),
        cmocka_unit_test(what_a_night_holds_moves_to_a_version_without_quiet_hours),
        cmocka_unit_test(a_message_that_is_held_and_removed_is_not_sent),
        cmocka_unit_test(a_crowd_is_released_over_ten_minutes),
        cmocka_unit_test(a_control_group_is_a_share_and_stays_one),
        cmocka_unit_test(consent_outlives_a_restart),
        cmocka_unit_test(a_receipt_names_a_message_by_its_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
