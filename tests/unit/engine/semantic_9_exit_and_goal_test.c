/* Language semantics 9: exits and goals act at once, timers go with the run, goal windows outlive it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

/* nap ten days, send; leaves on stop; `bought` when purchase, within the window given. */
static struct draft ten_days(struct world *w, struct jn_value within, uint32_t goal_flags) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), stop = declare_event(&d, "stop");
    uint32_t purchase = declare_event(&d, "purchase");
    uint32_t late = declare_message(&d, "late", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    journey_goal(&d, "bought", purchase, within, goal_flags);
    journey_leaves_on(&d, "stop", stop);
    step_wait(&d, "nap", days(10));
    step_send(&d, late);
    step_exit(&d, "completed");
    return d;
}

static void started(struct world *w, struct jn_value within, uint32_t goal_flags) {
    world_open(w);
    struct draft d = ten_days(w, within, goal_flags);
    deploy(w, &d);
    does(w, "ann", "begin", NULL);
    expect(w, "entered begin");
}

static void exit_ends_the_run_and_its_timer(void **state) {
    struct world w;
    (void)state;
    started(&w, JN_MISSING, 0);
    at(&w, "2026-01-05T00:00:00Z");
    does(&w, "ann", "stop", NULL);
    expect(&w, "left stop");
    expect_place(&w, "trial", "nowhere");
    restart(&w); /* the store's timers come back: none */
    assert_int_equal(jr_engine_timer_count(w.engine), 0);
    at(&w, "2026-02-01T00:00:00Z");
    expect(&w, "");
    assert_int_equal(w.n_sent, 0);
    world_close(&w);
}

static void a_goal_is_reached_once_and_the_run_goes_on(void **state) {
    struct world w;
    (void)state;
    started(&w, JN_MISSING, 0);
    does(&w, "ann", "purchase", NULL);
    does(&w, "ann", "purchase", NULL);
    expect(&w, "goal bought");
    expect_place(&w, "trial", "only.nap until 2026-01-11T00:00:00Z");
    restart(&w);
    does(&w, "ann", "purchase", NULL);
    at(&w, "2026-01-11T00:00:00Z");
    expect(&w, "sent late; left completed");
    world_close(&w);
}

static void a_goal_may_end_the_run(void **state) {
    struct world w;
    (void)state;
    started(&w, JN_MISSING, JN_GOAL_EXIT);
    does(&w, "ann", "purchase", NULL);
    expect(&w, "goal bought; left bought");
    at(&w, "2026-02-01T00:00:00Z");
    expect(&w, "");
    world_close(&w);
}

static void without_a_window_the_goal_ends_with_the_run(void **state) {
    struct world w;
    (void)state;
    started(&w, JN_MISSING, 0);
    does(&w, "ann", "stop", NULL);
    does(&w, "ann", "purchase", NULL);
    expect(&w, "left stop");
    world_close(&w);
}

static void a_window_outlives_the_run_and_a_restart(void **state) {
    struct world w;
    (void)state;
    started(&w, days(30), 0);
    does(&w, "ann", "stop", NULL);
    expect(&w, "left stop");
    expect_place(&w, "trial", "as stop");
    restart(&w);
    at(&w, "2026-01-31T00:00:00Z"); /* the window's last instant */
    does(&w, "ann", "purchase", NULL);
    expect(&w, "goal bought");
    world_close(&w);
}

static void behind_its_window_a_goal_is_not_reached(void **state) {
    struct world w;
    (void)state;
    started(&w, days(30), 0);
    at(&w, "2026-01-31T00:00:00.001Z");
    does(&w, "ann", "purchase", NULL);
    expect(&w, "sent late; left completed");
    expect_place(&w, "trial", "nowhere"); /* the row went when the window closed */
    assert_int_equal(jr_engine_next_due(w.engine), INT64_MAX);
    world_close(&w);
}

static void a_reached_goal_keeps_no_window_open(void **state) {
    struct world w;
    (void)state;
    started(&w, days(30), 0);
    does(&w, "ann", "purchase", NULL);
    does(&w, "ann", "stop", NULL);
    expect(&w, "goal bought; left stop");
    expect_place(&w, "trial", "nowhere");
    world_close(&w);
}

static void who_has_left_may_enter_while_the_window_is_open(void **state) {
    struct world w;
    (void)state;
    started(&w, days(30), 0);
    does(&w, "ann", "stop", NULL);
    does(&w, "ann", "begin", NULL);
    does(&w, "ann", "purchase", NULL);
    expect(&w, "left stop; entered begin; goal bought; goal bought"); /* each run has its own */
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_ends_the_run_and_its_timer),
        cmocka_unit_test(a_goal_is_reached_once_and_the_run_goes_on),
        cmocka_unit_test(a_goal_may_end_the_run),
        cmocka_unit_test(without_a_window_the_goal_ends_with_the_run),
        cmocka_unit_test(a_window_outlives_the_run_and_a_restart),
        cmocka_unit_test(behind_its_window_a_goal_is_not_reached),
        cmocka_unit_test(a_reached_goal_keeps_no_window_open),
        cmocka_unit_test(who_has_left_may_enter_while_the_window_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
