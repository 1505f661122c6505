/* Language semantics 7: civil time stays civil until it is asked for; a changed zone plans waits anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

/* A journey of one step: whoever begins it rests there. */
static struct draft begun(struct world *w) {
    struct draft d = draft_new(&w->arena);
    begin_journey(&d, "trial", declare_event(&d, "begin"), JN_REENTER_ALWAYS);
    return d;
}

static void begins(struct world *w, struct draft *d, const char *traits, const char *when) {
    step_exit(d, "completed");
    deploy(w, d);
    at(w, when);
    is_known(w, "ann", traits);
    does(w, "ann", "begin", NULL);
}

static void a_day_is_a_calendar_day_over_the_change_to_summer_time(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait(&d, "nap", days(1));
    begins(&w, &d, "{\"timezone\":\"Europe/Berlin\"}", "2026-03-28T11:00:00Z"); /* noon there */
    expect_place(&w, "trial", "only.nap until 2026-03-29T10:00:00Z");
    world_close(&w);
}

static void hours_elapse_whatever_the_clocks_say(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait(&d, "nap", minutes(24 * 60));
    begins(&w, &d, "{\"timezone\":\"Europe/Berlin\"}", "2026-03-28T11:00:00Z");
    expect_place(&w, "trial", "only.nap until 2026-03-29T11:00:00Z");
    world_close(&w);
}

static void a_time_that_is_skipped_is_the_first_after_the_gap(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait_time(&d, "night", "02:30");
    begins(&w, &d, "{\"timezone\":\"Europe/Berlin\"}", "2026-03-28T11:00:00Z");
    expect_place(&w, "trial", "only.night until 2026-03-29T01:00:00Z"); /* 03:00 there */
    world_close(&w);
}

static void a_time_that_comes_twice_is_the_first(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait_time(&d, "night", "02:30");
    begins(&w, &d, "{\"timezone\":\"Europe/Berlin\"}", "2026-10-24T10:00:00Z");
    expect_place(&w, "trial", "only.night until 2026-10-25T00:30:00Z");
    world_close(&w);
}

static void a_time_of_day_is_strictly_later(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait_time(&d, "ten", "10:00");
    begins(&w, &d, "{}", "2026-01-05T10:00:00Z");
    expect_place(&w, "trial", "only.ten until 2026-01-06T10:00:00Z");
    world_close(&w);
}

static void a_duration_until_a_time_may_end_at_it(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait_then(&d, "two_days", days(2), "10:00");
    begins(&w, &d, "{}", "2026-01-05T10:00:00Z");
    expect_place(&w, "trial", "only.two_days until 2026-01-07T10:00:00Z");
    world_close(&w);
}

static void a_month_from_the_31st_is_the_last_day(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait(&d, "month", months(1));
    begins(&w, &d, "{}", "2026-01-31T08:00:00Z");
    expect_place(&w, "trial", "only.month until 2026-02-28T08:00:00Z");
    world_close(&w);
}

static void months_are_counted_from_the_anchor_not_chained(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait(&d, "months", months(2));
    begins(&w, &d, "{}", "2026-01-31T08:00:00Z");
    expect_place(&w, "trial", "only.months until 2026-03-31T08:00:00Z");
    world_close(&w);
}

static void a_month_before_a_leap_day(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait(&d, "year", months(12));
    begins(&w, &d, "{}", "2028-02-29T08:00:00Z");
    expect_place(&w, "trial", "only.year until 2029-02-28T08:00:00Z");
    world_close(&w);
}

static void a_new_zone_plans_a_wait_for_a_time_anew(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait_date(&d, "birthday", d.birthday, "09:00");
    begins(&w, &d, "{\"timezone\":\"Asia/Shanghai\", \"birthday\":\"2026-02-01\"}", "2026-01-05T00:00:00Z");
    expect_place(&w, "trial", "only.birthday until 2026-02-01T01:00:00Z");
    is_known(&w, "ann", "{\"timezone\":\"America/New_York\"}");
    expect_place(&w, "trial", "only.birthday until 2026-02-01T14:00:00Z");
    expect(&w, "entered begin");
    restart(&w);
    at(&w, "2026-02-01T13:59:59Z");
    expect(&w, "");
    at(&w, "2026-02-01T14:00:00Z");
    expect(&w, "left completed");
    world_close(&w);
}

static void a_new_zone_moves_days_and_leaves_hours(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait(&d, "days", days(90));
    begins(&w, &d, "{\"timezone\":\"Europe/Berlin\"}", "2026-01-05T11:00:00Z"); /* noon there */
    expect_place(&w, "trial", "only.days until 2026-04-05T10:00:00Z");          /* noon, in summer time */
    is_known(&w, "ann", "{\"timezone\":\"Asia/Shanghai\"}");
    expect_place(&w, "trial", "only.days until 2026-04-05T11:00:00Z");
    world_close(&w);

    world_open(&w);
    struct draft hours = begun(&w);
    step_wait(&hours, "hours", minutes(90 * 24 * 60));
    begins(&w, &hours, "{\"timezone\":\"Europe/Berlin\"}", "2026-01-05T11:00:00Z");
    is_known(&w, "ann", "{\"timezone\":\"Asia/Shanghai\"}");
    expect_place(&w, "trial", "only.hours until 2026-04-05T11:00:00Z");
    world_close(&w);
}

/* West to east: by the new clock the time was an hour ago. */
static void a_wait_that_a_new_zone_ends_ends_at_once(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait_time(&d, "ten", "10:00");
    begins(&w, &d, "{\"timezone\":\"America/New_York\"}", "2026-01-05T01:00:00Z");
    at(&w, "2026-01-05T03:00:00Z");
    is_known(&w, "ann", "{\"timezone\":\"Asia/Shanghai\"}");
    expect(&w, "entered begin; left completed");
    world_close(&w);
}

static void a_run_may_set_the_zone_for_the_others(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), move = declare_event(&d, "move");
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_wait_time(&d, "ten", "10:00");
    step_exit(&d, "completed");
    begin_journey(&d, "moving", move, JN_REENTER_ALWAYS);
    step_set_zone(&d, "Asia/Shanghai");
    step_wait(&d, "settle", days(1));
    step_exit(&d, "settled");
    deploy(&w, &d);
    at(&w, "2026-01-05T00:00:00Z");
    does(&w, "ann", "begin", NULL);
    expect_place(&w, "trial", "only.ten until 2026-01-05T10:00:00Z");
    does(&w, "ann", "move", NULL);
    expect_place(&w, "trial", "only.ten until 2026-01-05T02:00:00Z");
    expect_place(&w, "moving", "only.settle until 2026-01-06T00:00:00Z");
    world_close(&w);
}

static void a_zone_that_is_none_is_not_taken(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = begun(&w);
    step_wait_time(&d, "ten", "10:00");
    begins(&w, &d, "{\"timezone\":\"Asia/Shanghai\"}", "2026-01-05T00:00:00Z");
    is_known(&w, "ann", "{\"timezone\":\"Mars/Olympus\", \"phone\":\"1\"}");
    expect(&w, "entered begin; quarantined timezone");
    expect_place(&w, "trial", "only.ten until 2026-01-05T02:00:00Z");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_a_calendar_day_over_the_change_to_summer_time),
        cmocka_unit_test(hours_elapse_whatever_the_clocks_say),
        cmocka_unit_test(a_time_that_is_skipped_is_the_first_after_the_gap),
        cmocka_unit_test(a_time_that_comes_twice_is_the_first),
        cmocka_unit_test(a_time_of_day_is_strictly_later),
        cmocka_unit_test(a_duration_until_a_time_may_end_at_it),
        cmocka_unit_test(a_month_from_the_31st_is_the_last_day),
        cmocka_unit_test(months_are_counted_from_the_anchor_not_chained),
        cmocka_unit_test(a_month_before_a_leap_day),
        cmocka_unit_test(a_new_zone_plans_a_wait_for_a_time_anew),
        cmocka_unit_test(a_new_zone_moves_days_and_leaves_hours),
        cmocka_unit_test(a_wait_that_a_new_zone_ends_ends_at_once),
        cmocka_unit_test(a_run_may_set_the_zone_for_the_others),
        cmocka_unit_test(a_zone_that_is_none_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
