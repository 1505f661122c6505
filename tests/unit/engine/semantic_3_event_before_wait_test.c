/* Language semantics 3: which events a wait may see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "world.h"

/* nap an hour; wait for ping up to a day: `first`, else `second`. */
static struct draft nap_then_wait(struct world *w, enum jn_since since) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), ping = declare_event(&d, "ping");
    uint32_t first = declare_message(&d, "first", d.post), second = declare_message(&d, "second", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "nap", minutes(60));
    uint32_t wait = step_wait_for(&d, "for_ping", ping, days(1), since);
    step_send(&d, first);
    step_exit(&d, "pinged");
    timeout_goes_to(&d, wait, step_send(&d, second));
    step_exit(&d, "silent");
    return d;
}

static void an_event_before_the_wait_does_not_pass_it(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = nap_then_wait(&w, JN_SINCE_STEP);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-01T00:30:00Z");
    does(&w, "ann", "ping", NULL);
    at(&w, "2026-01-03T00:00:00Z");
    expect(&w, "entered begin; timeout; sent second; left silent");
    world_close(&w);
}

static void since_entry_sees_it_after_a_restart_too(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = nap_then_wait(&w, JN_SINCE_ENTRY);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-01T00:30:00Z");
    does(&w, "ann", "ping", NULL);
    turn(&w);
    restart(&w);
    at(&w, "2026-01-01T01:00:00Z");
    expect(&w, "entered begin; matched ping; sent first; left pinged");
    world_close(&w);
}

static void what_was_before_the_entry_is_never_seen(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = nap_then_wait(&w, JN_SINCE_ENTRY);
    deploy(&w, &d);
    does(&w, "ann", "ping", NULL);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-03T00:00:00Z");
    expect(&w, "entered begin; timeout; sent second; left silent");
    world_close(&w);
}

/* The nap ends at one o'clock; nobody looks before the event of a minute past, which must find the wait there. */
static void nothing_falls_between_two_steps(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = nap_then_wait(&w, JN_SINCE_STEP);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    turn(&w);
    assert_true(jn_instant_parse(JN_STR("2026-01-01T01:01:00Z"), &w.now));
    does(&w, "ann", "ping", NULL);
    expect(&w, "entered begin; matched ping; sent first; left pinged");
    world_close(&w);
}

static void the_entering_event_does_not_pass_the_first_wait(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t ping = declare_event(&d, "ping");
    begin_journey(&d, "trial", ping, JN_REENTER_ALWAYS);
    step_wait_for(&d, "again", ping, days(1), JN_SINCE_ENTRY);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "ping", NULL);
    expect(&w, "entered ping");
    does(&w, "ann", "ping", NULL);
    expect(&w, "matched ping; left completed; entered ping");
    world_close(&w);
}

static void one_event_passes_one_wait_of_a_run(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), ping = declare_event(&d, "ping");
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_wait_for(&d, "one", ping, days(1), JN_SINCE_ENTRY);
    step_wait_for(&d, "two", ping, days(1), JN_SINCE_ENTRY);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    does(&w, "ann", "ping", NULL);
    expect(&w, "entered begin; matched ping");
    expect_place(&w, "trial", "only.two until 2026-01-02T00:00:00Z");
    does(&w, "ann", "ping", NULL);
    expect(&w, "matched ping; left completed");
    world_close(&w);
}

static void every_run_meets_the_event_for_itself(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), ping = declare_event(&d, "ping");
    begin_journey(&d, "one", begin, JN_REENTER_ALWAYS);
    step_wait_for(&d, "for_ping", ping, days(1), JN_SINCE_STEP);
    step_exit(&d, "completed");
    begin_journey(&d, "two", begin, JN_REENTER_ALWAYS);
    step_wait_for(&d, "for_ping", ping, days(1), JN_SINCE_STEP);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    does(&w, "bo", "ping", NULL); /* someone else's */
    does(&w, "ann", "ping", NULL);
    expect(&w, "entered begin; entered begin; matched ping; left completed; matched ping; left completed");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_before_the_wait_does_not_pass_it),
        cmocka_unit_test(since_entry_sees_it_after_a_restart_too),
        cmocka_unit_test(what_was_before_the_entry_is_never_seen),
        cmocka_unit_test(nothing_falls_between_two_steps),
        cmocka_unit_test(the_entering_event_does_not_pass_the_first_wait),
        cmocka_unit_test(one_event_passes_one_wait_of_a_run),
        cmocka_unit_test(every_run_meets_the_event_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
