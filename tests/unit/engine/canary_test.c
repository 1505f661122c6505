/* A version on trial: a share of those who enter, always the same people, and a guard that ends it when it is worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

#define PEOPLE 300

/* begin: send MESSAGE, wait ten days, leave as AS. */
static struct draft version(struct world *w, const char *message, const char *as) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin");
    declare_event(&d, "complained");
    uint32_t text = declare_message(&d, message, d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_send(&d, text);
    step_wait(&d, "nap", days(10));
    step_exit(&d, as);
    return d;
}

static jn_rc put_on_trial(struct world *w, struct draft *d, const struct jr_canary_rules *rules) {
    return jr_engine_canary_begin(w->engine, draft_image(d), rules, w->now, &w->arena, NULL);
}

/* `old` is current; `new` takes a fifth of those who enter, and is judged from 20 on. */
static void on_trial(struct world *w, const char *as) {
    world_open(w);
    struct draft d = version(w, "old", "completed");
    deploy(w, &d);
    struct jr_canary_rules rules = jr_canary_presets(2000);
    rules.min = 20;
    d = version(w, "new", as);
    assert_int_equal(put_on_trial(w, &d, &rules), JN_OK);
}

static const char *person(struct world *w, uint32_t i) {
    return jn_arena_printf(&w->arena, "person %u", i).p;
}

/* Enters; whether it was by the new version. The message has this end. */
static bool enters(struct world *w, uint32_t i, enum jr_result of_new, enum jr_result of_old) {
    w->n_sent = 0;
    does(w, person(w, i), "begin", NULL);
    turn(w);
    assert_int_equal(w->n_sent, 1);
    bool new = jn_str_is(w->sent[0].message, "new");
    answers(w, 0, new ? of_new : of_old);
    turn(w);
    return new;
}

static struct jr_canary looked_at(struct world *w) {
    struct jr_canary canary;
    jr_engine_canary(w->engine, &w->arena, &canary);
    return canary;
}

static struct jr_canary assert_ended_by(struct world *w, enum jr_guard guard) {
    struct jr_canary canary = looked_at(w);
    assert_int_equal(canary.state, JR_CANARY_ENDED);
    assert_true(canary.by_guard);
    assert_int_equal(canary.why.guard, guard);
    return canary;
}

static const struct jr_canary_figure *figure(const struct jr_canary *canary, enum jr_guard guard) {
    for (uint32_t i = 0; i < canary->n_figure; i++)
        if (canary->figure[i].guard == guard) return &canary->figure[i];
    fail_msg("there is no such figure");
    return NULL;
}

static uint64_t pinned_to_current(struct world *w) {
    return jr_engine_pinned(w->engine, jr_engine_program(w->engine));
}

static void the_same_people_enter_it_again(void **state) {
    struct world w;
    bool by_new[PEOPLE];
    uint32_t n = 0;
    (void)state;
    on_trial(&w, "completed");
    for (uint32_t i = 0; i < PEOPLE; i++)
        n += by_new[i] = enters(&w, i, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED);
    assert_in_range(n, PEOPLE / 8, PEOPLE / 3);
    after(&w, 11 * 86400000LL); /* everybody has left */
    turn(&w);
    restart(&w);
    for (uint32_t i = 0; i < PEOPLE; i++)
        assert_int_equal(enters(&w, i, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED), by_new[i]);
    struct jr_canary canary = looked_at(&w);
    assert_int_equal(canary.state, JR_CANARY_RUNNING);
    assert_int_equal(figure(&canary, JR_GUARD_FAILED)->trial[0], 2 * n);
    assert_int_equal(figure(&canary, JR_GUARD_FAILED)->current[0], 2 * (PEOPLE - n));
    assert_int_equal(figure(&canary, JR_GUARD_EXITS)->trial[0], n);
    world_close(&w);
}

static void a_larger_share_keeps_who_was_in_it(void **state) {
    struct world w;
    bool by_new[PEOPLE];
    uint32_t n = 0;
    (void)state;
    on_trial(&w, "completed");
    for (uint32_t i = 0; i < PEOPLE; i++)
        by_new[i] = enters(&w, i, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED);
    assert_int_equal(jr_engine_canary_raise(w.engine, 1000, w.now, &w.arena, NULL), JN_CONFLICT);
    assert_int_equal(jr_engine_canary_raise(w.engine, 6000, w.now, &w.arena, NULL), JN_OK);
    after(&w, 11 * 86400000LL);
    turn(&w);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        bool new = enters(&w, i, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED);
        assert_true(new || !by_new[i]);
        n += new;
    }
    assert_in_range(n, PEOPLE / 2, PEOPLE * 3 / 4);
    struct jr_canary canary = looked_at(&w);
    assert_int_equal(figure(&canary, JR_GUARD_FAILED)->trial[0], n); /* those before are not compared any more */
    world_close(&w);
}

static void finished_it_is_current(void **state) {
    struct world w;
    (void)state;
    on_trial(&w, "completed");
    assert_int_equal(jr_engine_canary_finish(w.engine, &w.arena, NULL), JN_OK);
    for (int again = 0; again < 2; again++) {
        for (uint32_t i = 0; i < 20; i++)
            assert_true(enters(&w, i + 20 * (uint32_t)again, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED));
        assert_int_equal(looked_at(&w).state, JR_CANARY_NONE);
        assert_int_equal(jr_engine_canary_finish(w.engine, &w.arena, NULL), JN_CONFLICT);
        restart(&w);
    }
    world_close(&w);
}

/* Enters people until it is over; how many entered by the new version. */
static uint32_t until_it_is_ended(struct world *w, uint32_t *i, enum jr_result of_new, enum jr_result of_old) {
    uint32_t n = 0;
    while (looked_at(w).state == JR_CANARY_RUNNING && *i < PEOPLE)
        n += enters(w, (*i)++, of_new, of_old);
    return n;
}

static void assert_nobody_enters_it(struct world *w, uint32_t from) {
    for (uint32_t i = from; i < from + 40; i++)
        assert_false(enters(w, i, JR_RESULT_FAILED, JR_RESULT_ACCEPTED));
}

static void it_ends_when_its_messages_fail(void **state) {
    struct world w;
    uint32_t i = 0;
    (void)state;
    on_trial(&w, "completed");
    const struct jn_program *old = jr_engine_program(w.engine);
    assert_int_equal(until_it_is_ended(&w, &i, JR_RESULT_FAILED, JR_RESULT_ACCEPTED), 20);
    for (int again = 0; again < 2; again++) {
        struct jr_canary canary = assert_ended_by(&w, JR_GUARD_FAILED);
        assert_true(jn_str_is(canary.why.journey, "trial"));
        assert_int_equal(canary.why.trial[1], 20);
        assert_int_equal(canary.inside, 20); /* they finish */
        assert_nobody_enters_it(&w, PEOPLE + 40 * (uint32_t)again);
        if (again == 0) assert_ptr_equal(jr_engine_program(w.engine), old);
        restart(&w);
    }
    after(&w, 11 * 86400000LL);
    turn(&w);
    assert_int_equal(looked_at(&w).inside, 0);
    restart(&w); /* it is not even stored any more */
    assert_int_equal(looked_at(&w).state, JR_CANARY_ENDED);
    assert_nobody_enters_it(&w, PEOPLE + 80);
    world_close(&w);
}

static void it_goes_on_when_both_fail_alike(void **state) {
    struct world w;
    uint32_t i = 0;
    (void)state;
    on_trial(&w, "completed");
    until_it_is_ended(&w, &i, JR_RESULT_FAILED, JR_RESULT_FAILED);
    assert_int_equal(i, PEOPLE);
    assert_int_equal(looked_at(&w).state, JR_CANARY_RUNNING);
    world_close(&w);
}

/* What the server did by itself, as the audit log has it; the last of them in *body. */
static uint32_t noted(struct world *w, struct jn_str *body) {
    struct jr_row_audit *row;
    uint32_t n;
    assert_int_equal(w->store->ops->audit(w->store, 0, 100, &w->arena, &row, &n, NULL), JN_OK);
    *body = n == 0 ? JN_STR("") : row[n - 1].body;
    return n;
}

static void its_end_is_part_of_a_commit(void **state) {
    struct world w;
    struct jn_str entry;
    uint32_t i = 0, n = 0;
    (void)state;
    on_trial(&w, "completed");
    while (n < 19)
        n += enters(&w, i++, JR_RESULT_FAILED, JR_RESULT_ACCEPTED);
    do { /* the twentieth of the new version */
        w.n_sent = 0;
        does(&w, person(&w, i++), "begin", NULL);
        turn(&w);
    } while (!jn_str_is(w.sent[0].message, "new"));
    answers(&w, 0, JR_RESULT_FAILED);
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    assert_int_equal(looked_at(&w).state, JR_CANARY_RUNNING);
    assert_int_equal(noted(&w, &entry), 0);
    uint32_t commits = w.commits;
    turn(&w);
    assert_int_equal(looked_at(&w).state, JR_CANARY_ENDED);
    assert_int_equal(w.commits, commits + 1); /* with who ended it, and why */
    assert_int_equal(noted(&w, &entry), 1);
    struct jr_canary ended = looked_at(&w);
    assert_string_equal(
        entry.p,
        jn_arena_printf(
            &w.arena,
            "{\"who\":\"the server itself\",\"did\":\"ended the trial of\",\"object\":\"%.*s\",\"why\":\"its guard "
            "`failed` of trial: 20 of 20, and 0 of %u of the version before\"}",
            JN_FMT(ended.version), (unsigned)ended.why.current[0])
            .p);
    world_close(&w);
}

static void exits_that_are_failures_end_it(void **state) {
    struct world w;
    (void)state;
    on_trial(&w, "failed");
    for (uint32_t i = 0; i < PEOPLE; i++)
        enters(&w, i, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED);
    assert_int_equal(looked_at(&w).state, JR_CANARY_RUNNING);
    after(&w, 11 * 86400000LL);
    turn(&w);
    (void)assert_ended_by(&w, JR_GUARD_EXITS);
    world_close(&w);
}

/* One that is longer than a run may go without a wait. */
static void runs_that_cannot_go_on_end_it(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = version(&w, "old", "completed");
    deploy(&w, &d);
    struct jr_canary_rules rules = jr_canary_presets(5000);
    rules.min = 20;
    d = draft_new(&w.arena);
    begin_journey(&d, "trial", declare_event(&d, "begin"), JN_REENTER_ALWAYS);
    for (int i = 0; i < 1001; i++)
        step_pass(&d);
    step_exit(&d, "completed");
    assert_int_equal(put_on_trial(&w, &d, &rules), JN_OK);
    for (uint32_t i = 0; i < PEOPLE && looked_at(&w).state == JR_CANARY_RUNNING; i++) {
        w.n_sent = 0;
        does(&w, person(&w, i), "begin", NULL);
        turn(&w);
    }
    assert_int_equal(assert_ended_by(&w, JR_GUARD_PARKED).why.trial[1], 20);
    world_close(&w);
}

static void complaints_end_it(void **state) {
    struct world w;
    (void)state;
    on_trial(&w, "completed");
    for (uint32_t i = 0; i < PEOPLE && looked_at(&w).state == JR_CANARY_RUNNING; i++)
        if (enters(&w, i, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED)) {
            does(&w, person(&w, i), "complained", NULL);
            turn(&w);
        }
    (void)assert_ended_by(&w, JR_GUARD_UNWANTED);
    world_close(&w);
}

static void what_is_not_watched_ends_nothing(void **state) {
    struct world w;
    uint32_t i = 0;
    (void)state;
    world_open(&w);
    struct draft d = version(&w, "old", "completed");
    deploy(&w, &d);
    struct jr_canary_rules rules = jr_canary_presets(5000);
    rules.min = 20;
    rules.margin[JR_GUARD_FAILED] = JN_NONE;
    d = version(&w, "new", "completed");
    assert_int_equal(put_on_trial(&w, &d, &rules), JN_OK);
    until_it_is_ended(&w, &i, JR_RESULT_FAILED, JR_RESULT_ACCEPTED);
    assert_int_equal(looked_at(&w).state, JR_CANARY_RUNNING);
    world_close(&w);
}

static void aborted_people_inside_finish_or_leave(void **state) {
    for (int end = 0; end < 2; end++) {
        struct world w;
        uint32_t n = 0;
        (void)state;
        on_trial(&w, "completed");
        for (uint32_t i = 0; i < 100; i++)
            n += enters(&w, i, JR_RESULT_ACCEPTED, JR_RESULT_ACCEPTED);
        assert_int_equal(jr_engine_canary_abort(w.engine, end == 1, w.now, &w.arena, NULL), JN_OK);
        assert_int_equal(looked_at(&w).inside, n);
        restart(&w);
        for (int t = 0; t < 4; t++)
            turn(&w);
        assert_int_equal(looked_at(&w).inside, end == 1 ? 0 : n);
        assert_int_equal(pinned_to_current(&w), 100 - n);
        assert_nobody_enters_it(&w, 1000);
        assert_false(looked_at(&w).by_guard);
        assert_int_equal(jr_engine_canary_abort(w.engine, false, w.now, &w.arena, NULL), JN_CONFLICT);
        world_close(&w);
    }
}

static void there_is_one_trial_and_against_something_else(void **state) {
    struct world w;
    struct jr_canary_rules rules = jr_canary_presets(1000);
    (void)state;
    world_open(&w);
    struct draft d = version(&w, "old", "completed");
    assert_int_equal(put_on_trial(&w, &d, &rules), JN_CONFLICT); /* against nothing */
    d = version(&w, "old", "completed");
    deploy(&w, &d);
    d = version(&w, "old", "completed");
    assert_int_equal(put_on_trial(&w, &d, &rules), JN_CONFLICT); /* against itself */
    d = version(&w, "new", "completed");
    assert_int_equal(put_on_trial(&w, &d, &rules), JN_OK);
    d = version(&w, "newer", "completed");
    assert_int_equal(put_on_trial(&w, &d, &rules), JN_CONFLICT);
    world_close(&w);
}

/* As at a restart with the folder of the version on trial, of the current one, of yet another one. */
static void deploying_while_one_is_on_trial(void **state) {
    struct world w;
    (void)state;
    on_trial(&w, "completed");
    struct draft d = version(&w, "new", "completed");
    deploy(&w, &d);
    assert_int_equal(looked_at(&w).state, JR_CANARY_RUNNING);
    d = version(&w, "old", "completed");
    deploy(&w, &d);
    assert_int_equal(looked_at(&w).state, JR_CANARY_RUNNING);
    d = version(&w, "newer", "completed");
    deploy(&w, &d);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(looked_at(&w).state, JR_CANARY_NONE);
        w.n_sent = 0;
        does(&w, person(&w, (uint32_t)again), "begin", NULL);
        turn(&w);
        assert_true(jn_str_is(w.sent[0].message, "newer"));
        restart(&w);
    }
    world_close(&w);
}

/* The counters say it, but the image never came: as after a crash between the two. */
static void a_trial_without_its_image_is_none(void **state) {
    struct world w;
    uint8_t id[32];
    (void)state;
    on_trial(&w, "completed");
    memcpy(id, jr_engine_canary_program(w.engine)->id, sizeof(id));
    assert_int_equal(w.store->ops->program_drop(w.store, id, NULL), JN_OK);
    restart(&w);
    assert_int_equal(looked_at(&w).state, JR_CANARY_NONE);
    assert_nobody_enters_it(&w, 0);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_people_enter_it_again),
        cmocka_unit_test(a_larger_share_keeps_who_was_in_it),
        cmocka_unit_test(finished_it_is_current),
        cmocka_unit_test(it_ends_when_its_messages_fail),
        cmocka_unit_test(it_goes_on_when_both_fail_alike),
        cmocka_unit_test(its_end_is_part_of_a_commit),
        cmocka_unit_test(exits_that_are_failures_end_it),
        cmocka_unit_test(runs_that_cannot_go_on_end_it),
        cmocka_unit_test(complaints_end_it),
        cmocka_unit_test(what_is_not_watched_ends_nothing),
        cmocka_unit_test(aborted_people_inside_finish_or_leave),
        cmocka_unit_test(there_is_one_trial_and_against_something_else),
        cmocka_unit_test(deploying_while_one_is_on_trial),
        cmocka_unit_test(a_trial_without_its_image_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
