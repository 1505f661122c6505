/* Language semantics 10: pause with the clock stopped or running, resume with what is overdue, stop; messages that have
 * not begun to leave are cancelled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

static jn_rc control(struct world *w, struct jr_control what) {
    return jr_engine_control(w->engine, JN_STR("trial"), &what, w->now, &w->arena, NULL);
}

static void pause_it(struct world *w, bool running) {
    assert_int_equal(control(w, (struct jr_control){.verb = JR_CONTROL_PAUSE, .running = running}), JN_OK);
}

static void resume_it(struct world *w, enum jr_overdue overdue, uint32_t spread_s) {
    struct jr_control what = {.verb = JR_CONTROL_RESUME, .overdue = overdue, .spread_s = spread_s};
    assert_int_equal(control(w, what), JN_OK);
}

static void stop_it(struct world *w) {
    assert_int_equal(control(w, (struct jr_control){.verb = JR_CONTROL_STOP}), JN_OK);
}

/* nap: wait 10 days; send late; more: wait for purchase up to 5 days; send last. ann is in it. */
static void started(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), purchase = declare_event(&d, "purchase"),
             leave = declare_event(&d, "stop");
    uint32_t late = declare_message(&d, "late", d.post), last = declare_message(&d, "last", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    journey_leaves_on(&d, "stop", leave);
    step_wait(&d, "nap", days(10));
    step_send(&d, late);
    uint32_t more = step_wait_for(&d, "more", purchase, days(5), JN_SINCE_STEP);
    step_send(&d, last);
    uint32_t end = step_exit(&d, "completed");
    timeout_goes_to(&d, more, end);
    deploy(w, &d);
    does(w, "ann", "begin", NULL);
    expect(w, "entered begin");
}

static void a_stopped_clock_moves_waits_by_the_pause(void **state) {
    struct world w;
    (void)state;
    started(&w);
    at(&w, "2026-01-04T00:00:00Z");
    pause_it(&w, false);
    at(&w, "2026-02-04T12:00:00Z"); /* long behind the wait's end */
    expect(&w, "");
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    expect_place(&w, "trial", "only.nap until 2026-02-11T12:00:00Z");
    at(&w, "2026-02-11T12:00:00Z");
    expect(&w, "sent late");
    world_close(&w);
}

static void with_the_clock_running_who_is_overdue_goes_on_at_resume(void **state) {
    struct world w;
    (void)state;
    started(&w);
    pause_it(&w, true);
    at(&w, "2026-01-12T00:00:00Z");
    expect(&w, "");
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    expect(&w, "sent late");
    expect_place(&w, "trial", "only.more until 2026-01-17T00:00:00Z");
    world_close(&w);
}

static void who_is_not_overdue_waits_as_planned(void **state) {
    struct world w;
    (void)state;
    started(&w);
    pause_it(&w, true);
    at(&w, "2026-01-05T00:00:00Z");
    resume_it(&w, JR_OVERDUE_SPREAD, 3600);
    expect_place(&w, "trial", "only.nap until 2026-01-11T00:00:00Z");
    world_close(&w);
}

static void what_is_overdue_can_be_skipped(void **state) {
    struct world w;
    (void)state;
    started(&w);
    pause_it(&w, true);
    at(&w, "2026-01-12T00:00:00Z");
    resume_it(&w, JR_OVERDUE_SKIP, 0);
    expect(&w, "skipped late");
    does(&w, "ann", "purchase", NULL); /* from here on it sends again */
    expect(&w, "matched purchase; sent last; left completed");
    world_close(&w);
}

static void what_is_overdue_can_be_spread(void **state) {
    struct world w;
    (void)state;
    started(&w);
    pause_it(&w, true);
    at(&w, "2026-01-12T00:00:00Z");
    resume_it(&w, JR_OVERDUE_SPREAD, 7200);
    expect(&w, "");
    at(&w, "2026-01-12T02:00:00.001Z");
    expect(&w, "sent late");
    world_close(&w);
}

static void an_event_during_the_pause_passes_its_wait_and_waits_for_the_rest(void **state) {
    struct world w;
    (void)state;
    started(&w);
    at(&w, "2026-01-11T00:00:00Z");
    expect(&w, "sent late");
    pause_it(&w, false);
    at(&w, "2026-01-12T00:00:00Z");
    does(&w, "ann", "purchase", NULL);
    expect(&w, "matched purchase");
    restart(&w);
    at(&w, "2026-02-12T00:00:00Z");
    expect(&w, "");
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    expect(&w, "sent last; left completed");
    world_close(&w);
}

/* send first, or when that failed: send second. */
static void what_became_of_a_message_during_the_pause_is_not_forgotten(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), first = declare_message(&d, "first", d.post),
             second = declare_message(&d, "second", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    uint32_t send = step_send_or(&d, first), sent = step_exit(&d, "completed"),
             outcome = step_outcome(&d, JN_OUTCOME_FAILED);
    step_send(&d, second);
    step_exit(&d, "failed");
    timeout_goes_to(&d, send, outcome);
    timeout_goes_to(&d, outcome, sent);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; sent first");
    pause_it(&w, false);
    answers(&w, 0, JR_RESULT_FAILED);
    expect(&w, "failed first");
    restart(&w);
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    expect(&w, "sent second; left failed");
    world_close(&w);
}

static void nobody_enters_and_exits_still_end_runs(void **state) {
    struct world w;
    (void)state;
    started(&w);
    pause_it(&w, false);
    does(&w, "bo", "begin", NULL);
    does(&w, "ann", "stop", NULL);
    expect(&w, "bo ignored begin; left stop");
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    does(&w, "bo", "begin", NULL);
    expect(&w, "bo entered begin");
    world_close(&w);
}

static void a_pause_survives_a_restart(void **state) {
    struct world w;
    int64_t since;
    (void)state;
    started(&w);
    at(&w, "2026-01-04T00:00:00Z");
    pause_it(&w, false);
    int64_t paused = w.now;
    restart(&w);
    assert_int_equal(jr_engine_state(w.engine, JN_STR("trial"), &since), JR_JOURNEY_PAUSED);
    assert_int_equal(since, paused);
    at(&w, "2026-01-14T00:00:00Z");
    expect(&w, "");
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    restart(&w); /* before anybody has been met */
    expect_place(&w, "trial", "only.nap until 2026-01-21T00:00:00Z");
    restart(&w); /* and it is not moved twice */
    expect_place(&w, "trial", "only.nap until 2026-01-21T00:00:00Z");
    world_close(&w);
}

static void a_second_pause_moves_waits_again(void **state) {
    struct world w;
    (void)state;
    started(&w);
    for (int i = 0; i < 2; i++) {
        pause_it(&w, false);
        after(&w, 86400000);
        resume_it(&w, JR_OVERDUE_REPLAY, 0);
        expect(&w, "");
    }
    expect_place(&w, "trial", "only.nap until 2026-01-13T00:00:00Z");
    world_close(&w);
}

static void stop_ends_all_runs_and_lets_nobody_in(void **state) {
    struct world w;
    (void)state;
    started(&w);
    does(&w, "bo", "begin", NULL);
    expect(&w, "bo entered begin");
    stop_it(&w);
    restart(&w); /* before the sweep */
    expect(&w, "left stopped; bo left stopped");
    does(&w, "ann", "begin", NULL);
    expect(&w, "ignored begin");
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    world_close(&w);
}

static void stop_cancels_what_has_not_begun_to_leave(void **state) {
    struct world w;
    (void)state;
    started(&w);
    does(&w, "bo", "begin", NULL);
    at(&w, "2026-01-11T00:00:00Z");
    expect(&w, "bo entered begin; sent late; bo sent late");
    answers(&w, 1, JR_RESULT_RETRY); /* its first attempt has been made */
    expect(&w, "bo retry late");
    stop_it(&w);
    expect(&w, "left stopped; bo left stopped");
    assert_int_equal(w.turn.n_cancelled, 1);
    assert_int_equal(w.turn.cancelled[0], w.sent[0].delivery);
    answers(&w, 0, JR_RESULT_CANCELLED);
    expect(&w, "cancelled late");
    world_close(&w);
}

static void what_is_read_back_of_a_stopped_journey_is_unwanted(void **state) {
    struct world w;
    struct jr_delivery *pending;
    uint32_t n;
    (void)state;
    started(&w);
    at(&w, "2026-01-11T00:00:00Z");
    expect(&w, "sent late");
    stop_it(&w);
    restart(&w);
    assert_int_equal(jr_engine_pending(w.engine, 0, 10, &w.arena, &pending, &n, NULL), JN_OK);
    assert_true(n == 1 && pending[0].unwanted);
    expect(&w, "left stopped");
    assert_int_equal(w.turn.n_cancelled, 1);
    world_close(&w);
}

static void what_cannot_be_is_refused(void **state) {
    struct world w;
    struct jr_control pause = {.verb = JR_CONTROL_PAUSE}, resume = {.verb = JR_CONTROL_RESUME};
    (void)state;
    started(&w);
    assert_int_equal(control(&w, resume), JN_CONFLICT);
    assert_int_equal(jr_engine_control(w.engine, JN_STR("other"), &pause, w.now, &w.arena, NULL), JN_NOT_FOUND);
    pause_it(&w, false);
    pause_it(&w, false); /* once more is the same */
    resume_it(&w, JR_OVERDUE_REPLAY, 0);
    assert_int_equal(control(&w, pause), JN_CONFLICT); /* not everybody has been met */
    expect(&w, "");
    pause_it(&w, false);
    stop_it(&w);
    expect(&w, "left stopped");
    assert_int_equal(control(&w, pause), JN_CONFLICT);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_clock_moves_waits_by_the_pause),
        cmocka_unit_test(with_the_clock_running_who_is_overdue_goes_on_at_resume),
        cmocka_unit_test(who_is_not_overdue_waits_as_planned),
        cmocka_unit_test(what_is_overdue_can_be_skipped),
        cmocka_unit_test(what_is_overdue_can_be_spread),
        cmocka_unit_test(an_event_during_the_pause_passes_its_wait_and_waits_for_the_rest),
        cmocka_unit_test(what_became_of_a_message_during_the_pause_is_not_forgotten),
        cmocka_unit_test(nobody_enters_and_exits_still_end_runs),
        cmocka_unit_test(a_pause_survives_a_restart),
        cmocka_unit_test(a_second_pause_moves_waits_again),
        cmocka_unit_test(stop_ends_all_runs_and_lets_nobody_in),
        cmocka_unit_test(stop_cancels_what_has_not_begun_to_leave),
        cmocka_unit_test(what_is_read_back_of_a_stopped_journey_is_unwanted),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
