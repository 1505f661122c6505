/* Language semantics 4: at one instant exit comes first, then goal, event, timeout; and late turns change nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "world.h"

/* wait for ping up to a day. `ping` is also what may end the run, where the test says so. */
static struct draft deadline(struct world *w, bool leaves, bool goal) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), ping = declare_event(&d, "ping");
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    if (goal) journey_goal(&d, "reached", ping, days(1), JN_GOAL_EXIT);
    if (leaves) journey_leaves_on(&d, "ping", ping);
    uint32_t wait = step_wait_for(&d, "for_ping", ping, days(1), JN_SINCE_STEP);
    step_exit(&d, "pinged");
    timeout_goes_to(&d, wait, step_exit(&d, "silent"));
    return d;
}

static void begin_at(struct world *w, struct draft *d) {
    world_open(w);
    *d = deadline(w, false, false);
    deploy(w, d);
    does(w, "ann", "begin", NULL);
    expect(w, "entered begin");
}

static void an_event_at_the_deadline_wins(void **state) {
    struct world w;
    struct draft d;
    (void)state;
    begin_at(&w, &d);
    at(&w, "2026-01-02T00:00:00Z");
    does(&w, "ann", "ping", NULL);
    expect(&w, "matched ping; left pinged");
    world_close(&w);
}

static void a_millisecond_later_it_loses(void **state) {
    struct world w;
    struct draft d;
    (void)state;
    begin_at(&w, &d);
    at(&w, "2026-01-02T00:00:00.001Z");
    does(&w, "ann", "ping", NULL);
    expect(&w, "timeout; left silent");
    world_close(&w);
}

/* Accepted in time, but its turn comes an hour later: acceptance counts. */
static void an_event_accepted_in_time_wins_in_a_late_turn(void **state) {
    struct world w;
    struct draft d;
    (void)state;
    begin_at(&w, &d);
    at(&w, "2026-01-01T23:59:59Z");
    does(&w, "ann", "ping", NULL);
    w.now += JN_MS_HOUR;
    expect(&w, "matched ping; left pinged");
    world_close(&w);
}

/* And one accepted an hour after the deadline loses, though no turn was made at the deadline. */
static void an_event_accepted_late_loses_without_a_turn_between(void **state) {
    struct world w;
    struct draft d;
    (void)state;
    begin_at(&w, &d);
    w.now += 25 * JN_MS_HOUR;
    does(&w, "ann", "ping", NULL);
    expect(&w, "timeout; left silent");
    world_close(&w);
}

/* A caller with more to give for the instant says so with a `now` before it. */
static void an_instant_is_complete_before_its_timers(void **state) {
    struct world w;
    struct draft d;
    (void)state;
    begin_at(&w, &d);
    at(&w, "2026-01-02T00:00:00Z");
    does(&w, "ann", "other", NULL);
    w.now--;
    assert_int_equal(try_turn(&w), JN_OK);
    assert_false(w.turn.more);
    w.now++;
    does(&w, "ann", "ping", NULL);
    expect(&w, "matched ping; left pinged");
    world_close(&w);
}

static void exit_comes_before_goal_and_wait(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = deadline(&w, true, false);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    does(&w, "ann", "ping", NULL);
    expect(&w, "entered begin; left ping");
    world_close(&w);
}

static void goal_comes_before_the_wait(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = deadline(&w, false, true);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-02T00:00:00Z"); /* end of the goal's window and of the wait */
    does(&w, "ann", "ping", NULL);
    expect(&w, "entered begin; goal reached; left reached");
    world_close(&w);
}

static void timers_fire_in_the_order_they_are_due(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin");
    uint32_t late = declare_message(&d, "late", d.post), early = declare_message(&d, "early", d.post);
    begin_journey(&d, "slow", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "nap", minutes(20));
    step_send(&d, late);
    step_exit(&d, "completed");
    begin_journey(&d, "quick", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "nap", minutes(10));
    step_send(&d, early);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; entered begin");
    w.now += JN_MS_HOUR; /* one late turn for both */
    expect(&w, "sent early; left completed; sent late; left completed");
    world_close(&w);
}

static void engine_time_never_goes_back(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = deadline(&w, false, false);
    deploy(&w, &d);
    at(&w, "2026-01-01T12:00:00Z");
    does(&w, "bo", "begin", NULL);
    expect(&w, "bo entered begin");
    w.now -= 6 * JN_MS_HOUR;
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    expect_place(&w, "trial", "only.for_ping until 2026-01-02T12:00:00Z");
    restart(&w);
    does(&w, "ann", "begin", NULL);
    expect(&w, "ignored begin");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_at_the_deadline_wins),
        cmocka_unit_test(a_millisecond_later_it_loses),
        cmocka_unit_test(an_event_accepted_in_time_wins_in_a_late_turn),
        cmocka_unit_test(an_event_accepted_late_loses_without_a_turn_between),
        cmocka_unit_test(an_instant_is_complete_before_its_timers),
        cmocka_unit_test(exit_comes_before_goal_and_wait),
        cmocka_unit_test(goal_comes_before_the_wait),
        cmocka_unit_test(timers_fire_in_the_order_they_are_due),
        cmocka_unit_test(engine_time_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
