/* Language semantics 2: who may enter again, and what a second trigger does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

/* Holds for an hour, then ends; the rest of the rule is the test's. */
static struct draft hour_long(struct world *w, enum jn_reenter reenter) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event_with(&d, "begin", "order", JN_T_TEXT, 0);
    begin_journey(&d, "trial", begin, reenter);
    step_wait(&d, "nap", minutes(60));
    step_exit(&d, "completed");
    return d;
}

static void a_second_trigger_on_a_live_run_is_ignored(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = hour_long(&w, JN_REENTER_ALWAYS);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; ignored begin");
    at(&w, "2026-01-01T00:59:59Z");
    does(&w, "ann", "begin", NULL);
    expect(&w, "ignored begin");
    at(&w, "2026-01-01T01:00:01Z");
    does(&w, "ann", "begin", NULL);
    expect(&w, "left completed; entered begin");
    world_close(&w);
}

static void never_is_never_even_after_a_restart(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = hour_long(&w, JN_REENTER_NEVER);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "entered begin; left completed");
    expect_place(&w, "trial", "nowhere");
    restart(&w);
    at(&w, "2036-01-01T00:00:00Z");
    does(&w, "ann", "begin", NULL);
    does(&w, "bo", "begin", NULL);
    expect(&w, "ignored begin; bo entered begin");
    world_close(&w);
}

static void the_ban_outlives_the_version(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = hour_long(&w, JN_REENTER_NEVER), other = draft_new(&w.arena);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "entered begin; left completed");
    begin_journey(&other, "trial", declare_event(&other, "begin"), JN_REENTER_NEVER);
    step_exit(&other, "completed");
    deploy(&w, &other);
    does(&w, "ann", "begin", NULL);
    expect(&w, "ignored begin");
    world_close(&w);
}

static void after_counts_from_entry_and_its_end_is_allowed(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = hour_long(&w, JN_REENTER_ALWAYS);
    journey_returns_after(&d, days(90));
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-03-31T23:59:59Z"); /* a second before the ninetieth day is over */
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; left completed; ignored begin");
    at(&w, "2026-04-01T00:00:00Z");
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    world_close(&w);
}

static void runs_are_told_apart_by_their_key(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = hour_long(&w, JN_REENTER_NEVER);
    journey_keyed(&d, 0);
    deploy(&w, &d);
    does(&w, "ann", "begin", "{\"order\":\"a\"}");
    does(&w, "ann", "begin", "{\"order\":\"b\"}");
    does(&w, "ann", "begin", "{\"order\":\"a\"}");
    does(&w, "ann", "begin", "{}"); /* without the key it is nobody's order */
    expect(&w, "entered begin; entered begin; ignored begin; ignored begin");
    at(&w, "2026-01-01T02:00:00Z");
    does(&w, "ann", "begin", "{\"order\":\"b\"}");
    does(&w, "ann", "begin", "{\"order\":\"c\"}");
    expect(&w, "left completed; left completed; ignored begin; entered begin");
    world_close(&w);
}

static void on_repeat_restart_ends_the_old_run(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = hour_long(&w, JN_REENTER_NEVER);
    d.journey.flags |= JN_JOURNEY_RESTART;
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-01T00:30:00Z");
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; left restarted; entered begin");
    expect_place(&w, "trial", "only.nap until 2026-01-01T01:30:00Z");
    at(&w, "2026-01-01T01:00:00Z"); /* the old run's timer is no one's */
    expect(&w, "");
    at(&w, "2026-01-01T01:30:00Z");
    expect(&w, "left completed");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_trigger_on_a_live_run_is_ignored),
        cmocka_unit_test(never_is_never_even_after_a_restart),
        cmocka_unit_test(the_ban_outlives_the_version),
        cmocka_unit_test(after_counts_from_entry_and_its_end_is_allowed),
        cmocka_unit_test(runs_are_told_apart_by_their_key),
        cmocka_unit_test(on_repeat_restart_ends_the_old_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
