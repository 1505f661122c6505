/* Language semantics 11: one message a (run, step, visit), one id on every attempt, its bytes frozen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/json.h"
#include "world.h"

static const char *id_of(struct world *w, uint32_t message) {
    return jn_arena_str(&w->arena, w->sent[message].id).p;
}

/* send hello. */
static struct draft hello(struct world *w) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), message = declare_message(&d, "hello", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_send(&d, message);
    step_exit(&d, "completed");
    return d;
}

static void begun(struct world *w) {
    world_open(w);
    struct draft d = hello(w);
    deploy(w, &d);
    does(w, "ann", "begin", NULL);
    expect(w, "entered begin; sent hello; left completed");
}

static struct jr_delivery *pending(struct world *w, uint32_t *n) {
    struct jr_delivery *delivery;
    assert_int_equal(jr_engine_pending(w->engine, 0, 100, &w->arena, &delivery, n, NULL), JN_OK);
    return delivery;
}

static void the_body_says_what_receivers_need(void **state) {
    static const char *const KEY[] = {"type",    "id",      "journey", "version",  "run",     "stage", "step",
                                      "message", "channel", "to",      "customer", "content", "at"};
    struct world w;
    struct jn_json *body, *value;
    struct jn_str key;
    size_t n = 0;
    (void)state;
    begun(&w);
    assert_int_equal(jn_json_parse(w.sent[0].body, &body, NULL), JN_OK);
    for (void *member = NULL; jn_json_next(body, &member, &key, &value); n++)
        assert_true(jn_str_is(key, KEY[n]));
    assert_int_equal(n, sizeof(KEY) / sizeof(*KEY));
    assert_true(jn_str_eq(jn_json_text(jn_json_get(body, "id")), w.sent[0].id));
    assert_true(jn_str_starts(jn_json_text(jn_json_get(body, "version")), JN_STR("sha256:")));
    assert_true(jn_str_is(jn_json_text(jn_json_get(body, "to")), "ann"));
    assert_true(jn_str_is(jn_json_text(jn_json_get(body, "at")), "2026-01-01T00:00:00Z"));
    assert_true(jn_str_is(jn_json_text(jn_json_get(jn_json_get(body, "content"), "body")), "hello"));
    assert_int_equal(w.sent[0].id.n, 36);
    jn_json_free(body);
    world_close(&w);
}

static void retries_and_restarts_keep_id_and_bytes(void **state) {
    struct world w;
    uint32_t n;
    (void)state;
    begun(&w);
    answers(&w, 0, JR_RESULT_RETRY);
    expect(&w, "retry hello");
    restart(&w);
    const struct jr_delivery *again = pending(&w, &n);
    assert_int_equal(n, 1);
    assert_true(jn_str_eq(again->id, w.sent[0].id));
    assert_true(jn_str_eq(again->body, w.sent[0].body));
    assert_int_equal(again->attempts, 1);
    assert_int_equal(again->due, w.now + JN_MS_MINUTE);
    assert_int_equal(again->deadline, w.sent[0].deadline);
    answers(&w, 0, JR_RESULT_ACCEPTED);
    expect(&w, "accepted hello");
    pending(&w, &n);
    assert_int_equal(n, 0);
    world_close(&w);
}

static void a_message_nobody_answered_for_is_still_pending(void **state) {
    struct world w;
    uint32_t n;
    (void)state;
    begun(&w);
    restart(&w);
    const struct jr_delivery *again = pending(&w, &n);
    assert_int_equal(n, 1);
    assert_int_equal(again->attempts, 0);
    assert_true(jn_str_eq(again->body, w.sent[0].body));
    world_close(&w);
}

static void a_final_failure_is_kept_but_not_tried_again(void **state) {
    struct world w;
    struct jr_row_delivery *row;
    uint32_t n;
    (void)state;
    begun(&w);
    answers(&w, 0, JR_RESULT_FAILED);
    expect(&w, "failed hello");
    pending(&w, &n);
    assert_int_equal(n, 0);
    assert_int_equal(w.store->ops->deliveries(w.store, JR_DELIVERY_FAILED, 0, 10, &w.arena, &row, &n, NULL), JN_OK);
    assert_int_equal(n, 1);
    world_close(&w);
}

static void a_result_told_twice_counts_once(void **state) {
    struct world w;
    (void)state;
    begun(&w);
    answers(&w, 0, JR_RESULT_ACCEPTED);
    answers(&w, 0, JR_RESULT_ACCEPTED);
    expect(&w, "accepted hello");
    answers(&w, 0, JR_RESULT_FAILED);
    expect(&w, "");
    world_close(&w);
}

static void attempts_of_one_turn_add_up(void **state) {
    struct world w;
    uint32_t n;
    (void)state;
    begun(&w);
    answers(&w, 0, JR_RESULT_RETRY);
    answers(&w, 0, JR_RESULT_RETRY);
    expect(&w, "retry hello; retry hello");
    assert_int_equal(pending(&w, &n)->attempts, 2);
    world_close(&w);
}

static void each_visit_has_its_own_id(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), ping = declare_event(&d, "ping");
    uint32_t message = declare_message(&d, "hello", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    uint32_t send = step_send(&d, message), wait = step_wait_for(&d, "for_ping", ping, days(1), JN_SINCE_STEP);
    step_goes_to(&d, wait, send);
    timeout_goes_to(&d, wait, step_exit(&d, "completed"));
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    does(&w, "ann", "ping", NULL);
    turn(&w);
    restart(&w);
    does(&w, "ann", "ping", NULL);
    does(&w, "bo", "begin", NULL);
    expect(&w, "entered begin; sent hello; matched ping; sent hello; matched ping; sent hello; "
               "bo entered begin; bo sent hello");
    for (uint32_t i = 0; i < w.n_sent; i++)
        for (uint32_t k = 0; k < i; k++)
            assert_string_not_equal(id_of(&w, i), id_of(&w, k));
    world_close(&w);
}

static void a_failed_commit_gives_the_same_id_again(void **state) {
    struct world w;
    struct jr_delivery *lost;
    (void)state;
    world_open(&w);
    struct draft d = hello(&w);
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    lost = w.turn.delivery; /* made, never given out */
    assert_int_equal(w.turn.n_delivery, 0);
    const char *id = jn_arena_str(&w.arena, lost[0].id).p;
    expect(&w, "entered begin; sent hello; left completed");
    assert_string_equal(id_of(&w, 0), id);
    world_close(&w);
}

static void stores_do_not_share_ids(void **state) {
    struct world w;
    struct jn_arena kept;
    (void)state;
    jn_arena_init(&kept);
    begun(&w);
    const char *id = jn_arena_str(&kept, w.sent[0].id).p;
    world_close(&w);
    begun(&w);
    assert_string_not_equal(id_of(&w, 0), id);
    world_close(&w);
    jn_arena_release(&kept);
}

static void without_an_address_nothing_is_sent_and_the_run_goes_on(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin");
    uint32_t text = declare_message(&d, "text", d.sms), hi = declare_message(&d, "hi", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_send(&d, text);
    step_send(&d, hi);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; unsent text; sent hi; left completed");
    is_known(&w, "ann", "{\"phone\":\"+49 1\"}");
    does(&w, "ann", "begin", NULL);
    expect(&w, "entered begin; sent text; sent hi; left completed");
    assert_true(jn_str_is(w.sent[1].to, "+49 1"));
    world_close(&w);
}

/* `opened of hello`: by name, or by the id of a message of this very run. */
static void a_receipt_belongs_to_a_message_by_name_or_id(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin"), opened = declare_event_with(&d, "opened", "message", JN_T_TEXT, 0);
    uint32_t hi = declare_message(&d, "hi", d.post), other = declare_message(&d, "other", d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_send(&d, hi);
    step_send(&d, other);
    wait_is_of(&d, step_wait_for(&d, "by_id", opened, days(1), JN_SINCE_STEP), hi);
    wait_is_of(&d, step_wait_for(&d, "by_name", opened, days(1), JN_SINCE_STEP), hi);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "ann", "begin", NULL);
    does(&w, "bo", "begin", NULL);
    expect(&w, "entered begin; sent hi; sent other; bo entered begin; bo sent hi; bo sent other");
    restart(&w);
    for (uint32_t i = 1; i < 4; i++) { /* the other message; those of someone else */
        does(&w, "ann", "opened", jn_arena_printf(&w.arena, "{\"message\":\"%s\"}", id_of(&w, i)).p);
        expect(&w, "");
    }
    does(&w, "ann", "opened", jn_arena_printf(&w.arena, "{\"message\":\"%s\"}", id_of(&w, 0)).p);
    does(&w, "ann", "opened", "{\"message\":\"other\"}");
    does(&w, "ann", "opened", NULL);
    expect(&w, "matched opened");
    does(&w, "ann", "opened", "{\"message\":\"hi\"}");
    expect(&w, "matched opened; left completed");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_body_says_what_receivers_need),
        cmocka_unit_test(retries_and_restarts_keep_id_and_bytes),
        cmocka_unit_test(a_message_nobody_answered_for_is_still_pending),
        cmocka_unit_test(a_final_failure_is_kept_but_not_tried_again),
        cmocka_unit_test(a_result_told_twice_counts_once),
        cmocka_unit_test(attempts_of_one_turn_add_up),
        cmocka_unit_test(each_visit_has_its_own_id),
        cmocka_unit_test(a_failed_commit_gives_the_same_id_again),
        cmocka_unit_test(stores_do_not_share_ids),
        cmocka_unit_test(without_an_address_nothing_is_sent_and_the_run_goes_on),
        cmocka_unit_test(a_receipt_belongs_to_a_message_by_name_or_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
