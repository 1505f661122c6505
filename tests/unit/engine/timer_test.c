/* A wait that begins anew leaves its timer where it is: it wakes the run too early once, and follows it then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "world.h"

/* Waits for ping up to thirty days, over and over; a month of silence ends it. */
static void open_with_waiting(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), ping = declare_event(&d, "ping"), stop = declare_event(&d, "stop");
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    journey_leaves_on(&d, "stopped", stop);
    uint32_t wait = step_wait_for(&d, "for_ping", ping, days(30), JN_SINCE_STEP);
    step_goes_to(&d, wait, wait);
    timeout_goes_to(&d, wait, step_exit(&d, "silent"));
    deploy(w, &d);
    does(w, "ann", "begin", NULL);
    turn(w);
}

/* The only timer of the store; none: an empty text. */
static void expect_timer(struct world *w, const char *instant) {
    struct jr_row_timer *timer;
    uint32_t n;
    int64_t due = 0;
    assert_int_equal(w->store->ops->timers(w->store, (struct jr_row_timer){0}, 10, &w->arena, &timer, &n, NULL), JN_OK);
    assert_int_equal(n, instant[0] == '\0' ? 0 : 1);
    if (n == 0) return;
    assert_true(jn_instant_parse(jn_str_z(instant), &due));
    assert_int_equal(timer[0].due, due);
}

static void an_event_touches_no_timer(void **state) {
    struct world w;
    (void)state;
    open_with_waiting(&w);
    expect_timer(&w, "2026-01-31T00:00:00Z");
    at(&w, "2026-01-11T00:00:00Z");
    does(&w, "ann", "ping", NULL);
    turn(&w);
    expect_timer(&w, "2026-01-31T00:00:00Z");
    expect_place(&w, "trial", "only.for_ping until 2026-02-10T00:00:00Z");
    world_close(&w);
}

static void it_follows_when_it_wakes_too_early(void **state) {
    struct world w;
    (void)state;
    open_with_waiting(&w);
    at(&w, "2026-01-11T00:00:00Z");
    does(&w, "ann", "ping", NULL);
    turn(&w);
    restart(&w);
    at(&w, "2026-02-09T00:00:00Z");
    expect(&w, "entered begin; matched ping");
    expect_timer(&w, "2026-02-10T00:00:00Z");
    restart(&w);
    at(&w, "2026-03-01T00:00:00Z");
    expect(&w, "timeout; left silent");
    expect_timer(&w, "");
    world_close(&w);
}

static void whoever_leaves_takes_it_along(void **state) {
    struct world w;
    (void)state;
    open_with_waiting(&w);
    at(&w, "2026-01-11T00:00:00Z");
    does(&w, "ann", "ping", NULL);
    turn(&w);
    restart(&w);
    does(&w, "ann", "stop", NULL);
    expect(&w, "entered begin; matched ping; left stopped");
    expect_timer(&w, "");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_touches_no_timer),
        cmocka_unit_test(it_follows_when_it_wakes_too_early),
        cmocka_unit_test(whoever_leaves_takes_it_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
