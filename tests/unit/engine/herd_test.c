/* A herd: more people fall due at one instant than a turn takes. Who falls due behind them does not wait for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/civil.h"
#include "world.h"

enum { HERD = 3000, SECOND = 1000 };

static void open_with_herd(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), other = declare_event(&d, "other");
    begin_journey(&d, "nap", begin, JN_REENTER_NEVER);
    step_wait(&d, "hour", minutes(60));
    step_exit(&d, "rested");
    begin_journey(&d, "rest", other, JN_REENTER_NEVER);
    step_wait(&d, "as_long", minutes(60));
    step_exit(&d, "fresh");
    deploy(w, &d);
    for (int i = 0; i < HERD; i++) {
        does(w, jn_arena_printf(&w->arena, "h%d", i).p, "begin", NULL);
        if (w->n_input == WORLD_INPUTS) turn(w);
    }
    turn(w);
}

/* So long behind the herd, and a turn. What is due on the way stays due: the server was busy. */
static void at_once(struct world *w, int64_t ms_behind_herd, int64_t begun) {
    w->now = begun + 60 * JN_MS_MINUTE + ms_behind_herd;
    jn_buf_reset(&w->told);
    assert_int_equal(try_turn(w), JN_OK);
}

static bool is_told(struct world *w, const char *what) {
    struct jn_str told = jn_buf_view(&w->told);
    return told.n > 0 && memmem(told.p, told.n, what, strlen(what)) != NULL;
}

static void who_falls_due_behind_a_herd_does_not_wait_for_it(void **state) {
    struct world w;
    (void)state;
    open_with_herd(&w);
    int64_t begun = w.now;
    after(&w, SECOND);
    does(&w, "late", "other", NULL);
    turn(&w);
    at_once(&w, SECOND / 2, begun);
    assert_true(is_told(&w, "h0 left rested"));
    at_once(&w, SECOND + 1, begun);
    assert_true(is_told(&w, "late left fresh"));
    assert_true(w.turn.more);
    turn(&w);
    char last[32];
    (void)snprintf(last, sizeof last, "h%d left rested", HERD - 1);
    assert_true(is_told(&w, last)); /* nor does the herd wait for ever */
    world_close(&w);
}

static void of_one_customer_the_order_is_kept(void **state) {
    struct world w;
    (void)state;
    open_with_herd(&w);
    int64_t begun = w.now;
    char last[16], both[64];
    (void)snprintf(last, sizeof last, "h%d", HERD - 1);
    (void)snprintf(both, sizeof both, "%s left rested; %s left fresh", last, last);
    after(&w, SECOND);
    does(&w, last, "other", NULL);
    turn(&w);
    at_once(&w, SECOND / 2, begun);
    assert_false(is_told(&w, last));
    at_once(&w, SECOND + 1, begun);
    assert_true(is_told(&w, both));
    world_close(&w);
}

static void a_turn_that_fails_takes_nobody(void **state) {
    struct world w;
    (void)state;
    open_with_herd(&w);
    int64_t begun = w.now;
    after(&w, SECOND);
    does(&w, "late", "other", NULL);
    turn(&w);
    at_once(&w, SECOND / 2, begun);
    w.now = begun + 60 * JN_MS_MINUTE + SECOND + 1;
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    at_once(&w, SECOND + 1, begun);
    assert_true(is_told(&w, "late left fresh"));
    world_close(&w);
}

static void a_message_says_since_when_it_is_due(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), hello = declare_message(&d, "hello", d.post);
    uint32_t again = declare_message(&d, "again", d.post);
    begin_journey(&d, "twice", begin, JN_REENTER_NEVER);
    step_send(&d, hello);
    step_wait(&d, "hour", minutes(60));
    step_send(&d, again);
    step_exit(&d, "written_to");
    deploy(&w, &d);
    int64_t begun = w.now;
    does(&w, "ann", "begin", NULL);
    turn(&w);
    at_once(&w, SECOND, begun);
    assert_int_equal(w.n_sent, 2);
    assert_int_equal(w.sent[0].since, begun);
    assert_int_equal(w.sent[1].since, begun + 60 * JN_MS_MINUTE); /* though it is made a second later */
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_falls_due_behind_a_herd_does_not_wait_for_it),
        cmocka_unit_test(of_one_customer_the_order_is_kept),
        cmocka_unit_test(a_turn_that_fails_takes_nobody),
        cmocka_unit_test(a_message_says_since_when_it_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
