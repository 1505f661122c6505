/* What people do is noted with what it does. */
#include "runtime/audit/chain.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint32_t entries(struct world *w, struct jr_row_audit **row) {
    uint32_t n;
    assert_int_equal(w->store->ops->audit(w->store, 0, 100, &w->arena, row, &n, NULL), JN_OK);
    return n;
}

static void a_note_comes_with_the_next_commit(void **state) {
    struct world w;
    struct jr_row_audit *row;
    (void)state;
    world_open(&w);
    turn(&w);
    uint32_t commits = w.commits;
    assert_int_equal(jr_engine_note(w.engine, 5, JN_STR("one")), 1);
    assert_int_equal(jr_engine_note(w.engine, 6, JN_STR("two")), 2);
    assert_true(jr_engine_renote(w.engine, 2, JN_STR("two, after all")));
    assert_true(jr_engine_has_notes(w.engine) && jr_engine_noted(w.engine) == 0);
    assert_int_equal(entries(&w, &row), 0);
    turn(&w); /* of nothing else */
    assert_int_equal(w.commits, commits + 1);
    assert_int_equal(jr_engine_noted(w.engine), 2);
    assert_false(jr_engine_renote(w.engine, 2, JN_STR("no")));
    assert_int_equal(entries(&w, &row), 2);
    assert_true(row[0].at == 5 && jn_str_is(row[1].body, "two, after all"));
    world_close(&w);
}

static void it_waits_while_commits_fail(void **state) {
    struct world w;
    struct jr_row_audit *row;
    (void)state;
    world_open(&w);
    (void)jr_engine_note(w.engine, 5, JN_STR("one"));
    w.failing = 1;
    assert_int_not_equal(try_turn(&w), JN_OK);
    assert_int_equal(jr_engine_noted(w.engine), 0);
    (void)jr_engine_note(w.engine, 6, JN_STR("two"));
    turn(&w);
    assert_int_equal(entries(&w, &row), 2);
    restart(&w);
    assert_int_equal(jr_engine_note(w.engine, 7, JN_STR("three")), 3);
    turn(&w);
    struct jr_chain_walk walk;
    bool more;
    assert_int_equal(jr_chain_begin(w.store, &walk, NULL), JN_OK);
    assert_int_equal(jr_engine_check_notes(w.engine, &walk, 100, &more, NULL), JN_OK);
    assert_true(!more && walk.broken == 0 && walk.checked == 3);
    world_close(&w);
}

static void they_are_bounded(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    for (uint64_t i = 1; i <= JR_NOTES_MAX; i++)
        assert_int_equal(jr_engine_note(w.engine, 1, JN_STR("x")), i);
    assert_int_equal(jr_engine_note(w.engine, 1, JN_STR("x")), 0);
    turn(&w);
    assert_int_equal(jr_engine_note(w.engine, 1, JN_STR("x")), JR_NOTES_MAX + 1);
    world_close(&w);
}

static void a_token_that_could_not_be_kept_does_not_come_later(void **state) {
    struct world w;
    struct jr_row_token token = {.hash = {1}, .fresh = true, .body = JN_STR("ci")}, *row;
    uint32_t n;
    (void)state;
    world_open(&w);
    w.failing = 1;
    assert_int_not_equal(jr_engine_put_token(w.engine, &token, &w.arena, NULL), JN_OK);
    turn(&w);
    assert_int_equal(w.store->ops->tokens(w.store, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 0);
    (void)jr_engine_note(w.engine, 1, JN_STR("made"));
    assert_int_equal(jr_engine_put_token(w.engine, &token, &w.arena, NULL), JN_OK);
    assert_int_equal(jr_engine_noted(w.engine), 1);
    assert_int_equal(w.store->ops->tokens(w.store, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    world_close(&w);
}

static void old_entries_are_forgotten_and_the_rest_still_holds(void **state) {
    struct world w;
    struct jr_chain_walk walk;
    bool more;
    (void)state;
    world_open(&w);
    for (int i = 0; i < 10; i++)
        (void)jr_engine_note(w.engine, i, JN_STR("x"));
    turn(&w);
    assert_int_equal(jr_engine_forget_notes(w.engine, 4, &more, NULL), JN_OK);
    assert_false(more);
    restart(&w);
    assert_int_equal(jr_chain_begin(w.store, &walk, NULL), JN_OK);
    assert_int_equal(jr_engine_check_notes(w.engine, &walk, 100, &more, NULL), JN_OK);
    assert_true(walk.broken == 0 && walk.checked == 6);
    assert_int_equal(jr_engine_forget_notes(w.engine, 100, &more, NULL), JN_OK); /* all */
    restart(&w);
    assert_int_equal(jr_engine_note(w.engine, 20, JN_STR("on")), 11);
    turn(&w);
    assert_int_equal(jr_chain_begin(w.store, &walk, NULL), JN_OK);
    assert_int_equal(jr_engine_check_notes(w.engine, &walk, 100, &more, NULL), JN_OK);
    assert_true(walk.broken == 0 && walk.checked == 1 && walk.at == 11);
    world_close(&w);
}

/* Ann's message has failed, which opened the breaker of its channel. */
static void opens_the_breaker(struct world *w) {
    answers(w, 0, JR_RESULT_RETRY);
    struct jr_input *result = &w->input[w->n_input - 1];
    result->retry_at = w->now + 5000;
    result->reason = JN_STR("503");
    result->breaker = (struct jr_breaker_news){
        .turn = JR_BREAKER_OPENED, .receiver = JN_STR("post"), .failed = 10, .calls = 12, .in_a_row = 10, .ms = 30000};
}

static void what_the_server_decides_is_noted_once_with_its_turn(void **state) {
    struct world w;
    struct jr_row_audit *row;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    begin_journey(&d, "only", declare_event(&d, "begin"), JN_REENTER_ALWAYS);
    step_send(&d, declare_message(&d, "first", d.post));
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    turn(&w);
    for (uint64_t i = 1; i <= JR_NOTES_MAX; i++) /* however many of people wait */
        (void)jr_engine_note(w.engine, 1, JN_STR("x"));
    opens_the_breaker(&w);
    w.failing = 2;
    assert_int_not_equal(try_turn(&w), JN_OK);
    assert_int_not_equal(try_turn(&w), JN_OK);
    assert_int_equal(entries(&w, &row), 0);
    turn(&w);
    assert_int_equal(jr_engine_noted(w.engine), JR_NOTES_MAX + 1);
    uint32_t n;
    assert_int_equal(w.store->ops->audit(w.store, JR_NOTES_MAX, 10, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    assert_string_equal(row[0].body.p,
                        "{\"who\":\"the server itself\",\"did\":\"opened the breaker of\",\"object\":\"channel post\","
                        "\"why\":\"10 of the last 12 attempts failed, 10 after one another, at last with: 503; nothing "
                        "goes there for 30.0 s, then one attempt\"}");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_comes_with_the_next_commit),
        cmocka_unit_test(it_waits_while_commits_fail),
        cmocka_unit_test(they_are_bounded),
        cmocka_unit_test(a_token_that_could_not_be_kept_does_not_come_later),
        cmocka_unit_test(what_the_server_decides_is_noted_once_with_its_turn),
        cmocka_unit_test(old_entries_are_forgotten_and_the_rest_still_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
