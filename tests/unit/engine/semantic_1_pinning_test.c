/* Language semantics 1: a run stays on the version it started on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

/* wait a day, send `message`; the message's name tells the versions apart. */
static struct draft nap_then(struct world *w, const char *message) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), sent = declare_message(&d, message, d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "nap", days(1));
    step_send(&d, sent);
    step_exit(&d, "completed");
    return d;
}

static uint32_t programs(const struct world *w) {
    uint32_t n = 0;
    while (jr_engine_program_at(w->engine, n) != NULL)
        n++;
    return n;
}

static void runs_stay_on_the_version_they_began_on(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft old = nap_then(&w, "old"), fresh = nap_then(&w, "fresh");
    deploy(&w, &old);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    deploy(&w, &fresh);
    does(&w, "bo", "begin", NULL);
    expect(&w, "bo entered begin");
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "sent old; left completed; bo sent fresh; bo left completed");
    world_close(&w);
}

/* What was sent before stays known: the ids of these visits must not be given again. */
static void a_run_has_been_at_more_steps_than_its_new_version_has(void **state) {
    struct jr_deploy_rules rules = {.mode = JR_DEPLOY_MIGRATE};
    struct world w;
    (void)state;
    world_open(&w);
    struct draft many = draft_new(&w.arena);
    uint32_t begin = declare_event(&many, "begin");
    uint32_t message[6];
    for (int i = 0; i < 6; i++)
        message[i] = declare_message(&many, jn_arena_printf(&w.arena, "m%d", i).p, many.post);
    begin_journey(&many, "trial", begin, JN_REENTER_ALWAYS);
    for (int i = 0; i < 6; i++)
        step_send(&many, message[i]);
    step_wait(&many, "nap", days(1));
    step_exit(&many, "completed");
    struct draft few = draft_new(&w.arena);
    begin_journey(&few, "trial", declare_event(&few, "begin"), JN_REENTER_ALWAYS);
    step_wait(&few, "nap", days(1));
    step_exit(&few, "completed");
    deploy(&w, &many);
    does(&w, "ann", "begin", NULL);
    turn(&w);
    jn_buf_reset(&w.told);
    deploy(&w, &few);
    assert_int_equal(jr_engine_move(w.engine, &rules, &w.turn_arena, NULL), JN_OK);
    expect(&w, "moved");
    restart(&w);
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "left completed");
    world_close(&w);
}

static void the_version_survives_a_restart(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft old = nap_then(&w, "old"), fresh = nap_then(&w, "fresh");
    deploy(&w, &old);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin");
    deploy(&w, &fresh);
    restart(&w);
    assert_int_equal(programs(&w), 2);
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "sent old; left completed");
    world_close(&w);
}

static void a_version_without_runs_goes_at_the_next_start(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft old = nap_then(&w, "old"), fresh = nap_then(&w, "fresh");
    deploy(&w, &old);
    does(&w, "ann", "begin", NULL);
    turn(&w);
    deploy(&w, &fresh);
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "entered begin; sent old; left completed");
    restart(&w);
    assert_int_equal(programs(&w), 1);
    does(&w, "bo", "begin", NULL);
    at(&w, "2026-01-03T00:00:00Z");
    expect(&w, "bo entered begin; bo sent fresh; bo left completed");
    world_close(&w);
}

static void the_same_version_again_changes_nothing(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft one = nap_then(&w, "one"), same = nap_then(&w, "one");
    deploy(&w, &one);
    const struct jn_program *before = jr_engine_program(w.engine);
    deploy(&w, &same);
    assert_ptr_equal(jr_engine_program(w.engine), before);
    assert_int_equal(programs(&w), 1);
    world_close(&w);
}

static void going_back_makes_the_older_version_current(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft old = nap_then(&w, "old"), fresh = nap_then(&w, "fresh"), again = nap_then(&w, "old");
    deploy(&w, &old);
    deploy(&w, &fresh);
    deploy(&w, &again);
    restart(&w);
    does(&w, "ann", "begin", NULL);
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "entered begin; sent old; left completed");
    world_close(&w);
}

static void what_is_no_program_is_refused(void **state) {
    struct world w;
    struct jn_err err;
    (void)state;
    world_open(&w);
    assert_int_not_equal(jr_engine_deploy(w.engine, JN_STR("no program at all"), &err), JN_OK);
    assert_null(jr_engine_program(w.engine));
    does(&w, "ann", "begin", NULL);
    expect(&w, ""); /* without a program events are still taken and stored */
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_stay_on_the_version_they_began_on),
        cmocka_unit_test(a_run_has_been_at_more_steps_than_its_new_version_has),
        cmocka_unit_test(the_version_survives_a_restart),
        cmocka_unit_test(a_version_without_runs_goes_at_the_next_start),
        cmocka_unit_test(the_same_version_again_changes_nothing),
        cmocka_unit_test(going_back_makes_the_older_version_current),
        cmocka_unit_test(what_is_no_program_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
