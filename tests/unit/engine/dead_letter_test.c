/* Dead letters: why a message was given up is kept, and it is tried anew under the same id with the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/civil.h"
#include "world.h"

/* ann enters, and is sent this. */
static void is_sent(struct world *w, const char *text) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), message = declare_message(&d, text, d.post);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_send(&d, message);
    step_exit(&d, "completed");
    deploy(w, &d);
    does(w, "ann", "begin", NULL);
}

/* ann was sent hello, which was given up. */
static void given_up(struct world *w) {
    is_sent(w, "hello");
    expect(w, "entered begin; sent hello; left completed");
    answers(w, 0, JR_RESULT_FAILED);
    expect(w, "failed hello");
}

static struct jr_delivery *dead(struct world *w, uint32_t *n) {
    struct jr_delivery *delivery;
    assert_int_equal(jr_engine_dead(w->engine, 0, 100, &w->arena, &delivery, n, NULL), JN_OK);
    return delivery;
}

static struct jr_outbox outbox(struct world *w) {
    struct jr_outbox outbox;
    assert_int_equal(jr_engine_outbox(w->engine, &w->arena, &outbox, NULL), JN_OK);
    return outbox;
}

static void the_reason_is_kept_over_a_restart(void **state) {
    struct world w;
    uint32_t n;
    (void)state;
    given_up(&w);
    restart(&w);
    const struct jr_delivery *letter = dead(&w, &n);
    assert_int_equal(n, 1);
    assert_true(jn_str_is(letter->last_reason, "503"));
    assert_true(jn_str_eq(letter->id, w.sent[0].id) && jn_str_eq(letter->body, w.sent[0].body));
    assert_int_equal(letter->attempts, 1);
    assert_int_equal(letter->due, w.now);
    assert_int_equal(outbox(&w).dead, 1);
    world_close(&w);
}

static void a_replay_has_the_same_id_and_bytes_and_all_its_attempts(void **state) {
    struct world w;
    uint32_t n;
    (void)state;
    given_up(&w);
    after(&w, 40 * (int64_t)86400000); /* long behind the deadline of the first try */
    replays(&w, 0);
    expect(&w, "replayed hello");
    assert_int_equal(w.n_sent, 2);
    assert_true(jn_str_eq(w.sent[1].id, w.sent[0].id) && jn_str_eq(w.sent[1].body, w.sent[0].body));
    assert_true(w.sent[1].attempts == 0 && w.sent[1].deadline == 0 && w.sent[1].retry_max == w.sent[0].retry_max);
    dead(&w, &n);
    assert_true(n == 0 && outbox(&w).dead == 0 && outbox(&w).pending == 1);
    answers(&w, 1, JR_RESULT_ACCEPTED);
    expect(&w, "accepted hello");
    assert_int_equal(outbox(&w).sent, 1);
    world_close(&w);
}

static void a_replay_survives_a_restart_and_may_die_again(void **state) {
    struct world w;
    struct jr_delivery *pending;
    uint32_t n;
    (void)state;
    given_up(&w);
    replays(&w, 0);
    expect(&w, "replayed hello");
    restart(&w);
    assert_int_equal(jr_engine_pending(w.engine, 0, 10, &w.arena, &pending, &n, NULL), JN_OK);
    assert_true(n == 1 && jn_str_eq(pending->id, w.sent[0].id) && pending->last_reason.n == 0);
    answers(&w, 0, JR_RESULT_FAILED);
    expect(&w, "failed hello");
    dead(&w, &n);
    assert_true(n == 1 && outbox(&w).dead == 1);
    world_close(&w);
}

static void what_is_replayed_twice_is_sent_once(void **state) {
    struct world w;
    (void)state;
    given_up(&w);
    replays(&w, 0);
    replays(&w, 0);
    expect(&w, "replayed hello");
    replays(&w, 0);
    expect(&w, "");
    assert_int_equal(w.n_sent, 2);
    world_close(&w);
}

static jn_rc letter(struct world *w, struct jn_str id) {
    uint64_t delivery;
    return jr_engine_dead_letter(w->engine, id, &delivery, NULL);
}

static void only_dead_letters_are_found_by_their_ids(void **state) {
    struct world w;
    (void)state;
    given_up(&w);
    assert_int_equal(letter(&w, w.sent[0].id), JN_OK);
    assert_int_equal(letter(&w, JN_STR("msg_00000000000000000000000000000000")), JN_NOT_FOUND);
    assert_int_equal(letter(&w, JN_STR("msg_0")), JN_NOT_FOUND);
    assert_int_equal(letter(&w, JN_STR("msg_G0000000000000000000000000000000")), JN_NOT_FOUND);
    replays(&w, 0);
    expect(&w, "replayed hello");
    assert_int_equal(letter(&w, w.sent[0].id), JN_CONFLICT);
    answers(&w, 1, JR_RESULT_ACCEPTED);
    expect(&w, "accepted hello");
    assert_int_equal(letter(&w, w.sent[0].id), JN_CONFLICT);
    world_close(&w);
}

static void what_was_accepted_is_listed_newest_first(void **state) {
    struct world w;
    struct jr_delivery *sent;
    uint32_t n;
    (void)state;
    given_up(&w);
    for (uint32_t i = 1; i <= 3; i++) {
        does(&w, "ann", "begin", NULL);
        turn(&w);
        answers(&w, i, JR_RESULT_ACCEPTED);
        turn(&w);
    }
    jr_engine_sent(w.engine, 0, 2, &w.arena, &sent, &n);
    assert_true(n == 2 && jn_str_eq(sent[0].id, w.sent[3].id) && jn_str_eq(sent[1].id, w.sent[2].id));
    assert_true(jn_str_is(sent[0].customer, "ann") && jn_str_is(sent[0].message, "hello") && sent[0].attempts == 1);
    jr_engine_sent(w.engine, sent[1].delivery, 2, &w.arena, &sent, &n);
    assert_true(n == 1 && jn_str_eq(sent[0].id, w.sent[1].id));
    world_close(&w);
}

static void letters_are_kept_for_so_long(void **state) {
    static const struct jr_keep MONTH = {30 * JN_MS_DAY, 30 * JN_MS_DAY, 30 * JN_MS_DAY};
    struct world w;
    uint32_t n;
    (void)state;
    given_up(&w);
    after(&w, 20 * JN_MS_DAY);
    does(&w, "ann", "begin", NULL);
    turn(&w);
    answers(&w, 1, JR_RESULT_FAILED);
    turn(&w);
    after(&w, 11 * JN_MS_DAY);
    turn(&w);
    for (bool more = true; more;)
        assert_int_equal(jr_engine_upkeep(w.engine, w.now, &MONTH, &more, NULL), JN_OK);
    const struct jr_delivery *left = dead(&w, &n);
    assert_true(n == 1 && outbox(&w).dead == 1);
    assert_true(jn_str_eq(left->id, w.sent[1].id));
    replays(&w, 0); /* nothing is left to be sent */
    turn(&w);
    assert_int_equal(w.n_sent, 2);
    world_close(&w);
}

/* ann was to be sent what cannot be written: it divides by zero. */
static void unwritten(struct world *w) {
    is_sent(w, "{{ 1 | divided_by: 0 }}");
}

static void what_cannot_be_written_is_a_letter_that_says_why(void **state) {
    struct world w;
    struct jr_held held;
    uint32_t n;
    (void)state;
    unwritten(&w);
    expect(&w, "entered begin; unsent {{ 1 | divided_by: 0 }}; left completed");
    restart(&w);
    const struct jr_delivery *letter = dead(&w, &n);
    assert_true(n == 1 && outbox(&w).dead == 1 && outbox(&w).pending == 0 && w.n_sent == 0);
    assert_non_null(memmem(letter->last_reason.p, letter->last_reason.n, "divided by zero", 15));
    assert_true(letter->body.n == 0 && letter->attempts == 0 && letter->due == w.now);
    assert_int_equal(jr_engine_held(w.engine, JN_STR("ann"), w.now, &w.arena, &held, NULL), JN_OK);
    assert_true(held.n_message == 1 && held.message->state == JR_DELIVERY_FAILED);
    assert_true(jn_str_eq(held.message->delivery.last_reason, letter->last_reason));
    world_close(&w);
}

static void what_has_no_text_is_not_tried_again(void **state) {
    struct world w;
    uint32_t n;
    (void)state;
    unwritten(&w);
    expect(&w, "entered begin; unsent {{ 1 | divided_by: 0 }}; left completed");
    const struct jr_delivery *dead_one = dead(&w, &n);
    assert_int_equal(letter(&w, dead_one->id), JN_CONFLICT);
    w.sent[0] = *dead_one; /* as if somebody had asked nevertheless */
    replays(&w, 0);
    expect(&w, "");
    assert_int_equal(w.n_sent, 0);
    assert_int_equal(outbox(&w).dead, 1);
    world_close(&w);
}

static void who_is_erased_in_the_turn_of_such_a_letter_leaves_none(void **state) {
    struct world w;
    uint32_t n;
    (void)state;
    unwritten(&w);
    is_erased(&w, "ann");
    turn(&w);
    dead(&w, &n);
    assert_true(n == 0 && outbox(&w).dead == 0);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reason_is_kept_over_a_restart),
        cmocka_unit_test(a_replay_has_the_same_id_and_bytes_and_all_its_attempts),
        cmocka_unit_test(a_replay_survives_a_restart_and_may_die_again),
        cmocka_unit_test(what_is_replayed_twice_is_sent_once),
        cmocka_unit_test(only_dead_letters_are_found_by_their_ids),
        cmocka_unit_test(what_was_accepted_is_listed_newest_first),
        cmocka_unit_test(letters_are_kept_for_so_long),
        cmocka_unit_test(what_cannot_be_written_is_a_letter_that_says_why),
        cmocka_unit_test(what_has_no_text_is_not_tried_again),
        cmocka_unit_test(who_is_erased_in_the_turn_of_such_a_letter_leaves_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
