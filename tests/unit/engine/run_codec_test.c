/* What is written of a run that waits: little, and read back to the millisecond whatever calendar says when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "world.h"

/* Ann, of Berlin, whose clocks go forward on 29 March 2026, begins a journey that waits by each of the ways in turn. */
static void open_with_waits(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event_with(&d, "begin", "order", JN_T_TEXT, 0);
    begin_journey(&d, "rests", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "month", days(30));
    step_wait(&d, "quarter", days(90));
    step_wait(&d, "nap", minutes(90));
    step_wait(&d, "season", months(3));
    step_wait_time(&d, "ten", "10:00");
    step_wait_then(&d, "week", days(7), "09:30");
    step_wait_date(&d, "birthday", d.birthday, "08:00");
    step_exit(&d, "rested");
    deploy(w, &d);
    is_known(w, "ann", "{\"timezone\":\"Europe/Berlin\",\"birthday\":\"2027-02-28\"}");
    does(w, "ann", "begin", "{\"order\":\"A-1\"}");
    turn(w);
}

/* She is there until then, and still is when all is read back; then her time has come. */
static void rests(struct world *w, const char *place, const char *until) {
    char where[64];
    snprintf(where, sizeof(where), "only.%s until %s", place, until);
    expect_place(w, "rests", where);
    restart(w);
    expect_place(w, "rests", where);
    at(w, until);
    turn(w);
}

static void every_wait_is_read_back_as_it_was(void **state) {
    struct world w;
    (void)state;
    open_with_waits(&w);
    rests(&w, "month", "2026-01-31T00:00:00Z");
    rests(&w, "quarter", "2026-04-30T23:00:00Z");
    rests(&w, "nap", "2026-05-01T00:30:00Z");
    rests(&w, "season", "2026-08-01T00:30:00Z");
    rests(&w, "ten", "2026-08-01T08:00:00Z");
    rests(&w, "week", "2026-08-09T07:30:00Z");
    rests(&w, "birthday", "2027-02-28T07:00:00Z");
    expect_place(&w, "rests", "nowhere");
    world_close(&w);
}

static void a_sleeping_run_takes_few_bytes(void **state) {
    struct world w;
    struct jr_row_customer customer;
    struct jr_row_run *run;
    uint64_t ann;
    uint32_t n;
    (void)state;
    open_with_waits(&w);
    assert_int_equal(w.store->ops->find(w.store, &JN_STR("ann"), 1, &ann, NULL), JN_OK);
    assert_int_equal(w.store->ops->load(w.store, ann, &w.arena, &customer, &run, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_in_range(run[0].body.n, 1, 43); /* with what it entered by, "A-1"; half are the program's name and its own */
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wait_is_read_back_as_it_was),
        cmocka_unit_test(a_sleeping_run_takes_few_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
