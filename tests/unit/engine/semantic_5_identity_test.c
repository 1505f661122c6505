/* Language semantics 5 where a script cannot look: ids, refusals, full disks, restarts, and what is on its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "world.h"

#include "core/civil.h"

/* nap a day, send `late`, nap two days. */
static void napping(struct world *w) {
    world_open(w);
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin"), late = declare_message(&d, "late", d.post);
    declare_event(&d, "look");
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    step_wait(&d, "nap", days(1));
    step_send(&d, late);
    step_wait(&d, "rest", days(2));
    step_exit(&d, "completed");
    deploy(w, &d);
}

/* The customer's ids, the one he goes by first. */
static const char *ids_of(struct world *w, const char *id) {
    struct jr_customer_view view;
    struct jn_buf out;
    if (jr_engine_customer(w->engine, jn_str_z(id), &w->arena, &view, NULL) != JN_OK) return "nobody";
    jn_buf_init(&out, 1 << 20);
    for (uint32_t i = 0; i < view.n_alias; i++)
        jn_buf_printf(&out, "%s%.*s", i == 0 ? "" : " ", JN_FMT(view.alias[i]));
    const char *z = jn_arena_str(&w->arena, jn_buf_view(&out)).p;
    jn_buf_release(&out);
    return z;
}

static uint32_t answer_of(struct world *w, const char *previous, const char *who, bool insist) {
    is_alias(w, previous, who, insist);
    assert_int_equal(try_turn(w), JN_OK);
    jn_buf_reset(&w->told);
    return w->turn.answer[0];
}

static void ids_that_come_together_are_one_customers(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does(&w, "phone", "look", NULL);
    turn(&w);
    does_from(&w, "ann", "phone", "look");
    does_from(&w, "ann", "laptop", "look");
    turn(&w);
    assert_string_equal(ids_of(&w, "ann"), "ann phone laptop");
    assert_string_equal(ids_of(&w, "phone"), "ann phone laptop");
    restart(&w);
    assert_string_equal(ids_of(&w, "laptop"), "ann phone laptop");
    assert_string_equal(ids_of(&w, "tablet"), "nobody");
    world_close(&w);
}

static void two_people_on_one_device_stay_two(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does_from(&w, "ann", "phone", "look");
    does_from(&w, "bo", "phone", "look");
    does_from(&w, "ann", "phone", "look");
    expect(&w, "named phone; bo apart phone");
    assert_string_equal(ids_of(&w, "phone"), "ann phone");
    assert_string_equal(ids_of(&w, "bo"), "bo");
    does_from(&w, "bo", "laptop", "look");
    does_from(&w, "ann", "laptop", "look");
    turn(&w);
    assert_string_equal(ids_of(&w, "laptop"), "bo laptop");
    world_close(&w);
}

static void an_alias_unites_known_customers_only_for_an_administrator(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does_from(&w, "ann", "", "look");
    does_from(&w, "bo", "", "look");
    turn(&w);
    assert_int_equal(answer_of(&w, "bo", "ann", false), JR_ANSWER_QUARANTINED);
    assert_string_equal(ids_of(&w, "bo"), "bo");
    assert_int_equal(answer_of(&w, "bo", "ann", true), JR_ANSWER_TAKEN);
    assert_string_equal(ids_of(&w, "bo"), "ann bo");
    world_close(&w);
}

static void an_alias_may_come_first_twice_and_in_circles(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    assert_int_equal(answer_of(&w, "old", "ann", false), JR_ANSWER_TAKEN);
    assert_int_equal(answer_of(&w, "old", "ann", false), JR_ANSWER_TAKEN);
    assert_int_equal(answer_of(&w, "ann", "old", false), JR_ANSWER_TAKEN);
    assert_int_equal(answer_of(&w, "ann", "ann", false), JR_ANSWER_TAKEN);
    assert_string_equal(ids_of(&w, "old"), "ann old");
    assert_int_equal(answer_of(&w, "ann", "anna", false), JR_ANSWER_TAKEN); /* a known one gets a new id */
    assert_string_equal(ids_of(&w, "old"), "anna old ann");
    world_close(&w);
}

static void ids_of_nobody_unite_nobody(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    assert_int_equal(answer_of(&w, "Undefined", "ann", false), JR_ANSWER_QUARANTINED);
    assert_int_equal(answer_of(&w, "phone", "null", false), JR_ANSWER_QUARANTINED);
    assert_string_equal(ids_of(&w, "null"), "nobody");
    does_from(&w, "bo", "[object Object]", "look");
    expect(&w, "bo apart [object Object]");
    assert_string_equal(ids_of(&w, "bo"), "bo");
    world_close(&w);
}

static void a_customer_has_so_many_ids(void **state) {
    enum { IDS = 1000 };
    struct world w;
    (void)state;
    napping(&w);
    for (int i = 1; i <= IDS; i++) {
        does_from(&w, "ann", jn_arena_printf(&w.arena, "d%d", i).p, "look");
        turn(&w);
    }
    jn_buf_reset(&w.told);
    does_from(&w, "ann", "one-more", "look");
    expect(&w, "apart one-more");
    assert_int_equal(answer_of(&w, "one-more", "ann", false), JR_ANSWER_QUARANTINED);
    restart(&w);
    struct jr_customer_view view;
    assert_int_equal(jr_engine_customer(w.engine, JN_STR("d1000"), &w.arena, &view, NULL), JN_OK);
    assert_int_equal(view.n_alias, IDS + 1);
    world_close(&w);
}

static void a_full_disk_leaves_two_customers(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does(&w, "phone", "begin", NULL);
    does(&w, "ann", "begin", NULL);
    turn(&w);
    jn_buf_reset(&w.told);
    is_alias(&w, "phone", "ann", false);
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    assert_string_equal(ids_of(&w, "phone"), "phone");
    expect(&w, "merged phone; left merged");
    assert_string_equal(ids_of(&w, "phone"), "ann phone");
    after(&w, JN_MS_DAY);
    expect(&w, "sent late");
    assert_int_equal(w.n_sent, 1);
    world_close(&w);
}

static void timers_and_runs_come_back_as_the_merged_customers(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does(&w, "phone", "begin", NULL);
    does(&w, "ann", "look", NULL);
    turn(&w);
    is_alias(&w, "phone", "ann", false);
    turn(&w);
    expect_place(&w, "trial", "only.nap until 2026-01-02T00:00:00Z");
    restart(&w);
    assert_int_equal(jr_engine_timer_count(w.engine), 1);
    jn_buf_reset(&w.told);
    after(&w, JN_MS_DAY);
    expect(&w, "sent late");
    restart(&w);
    after(&w, 2 * JN_MS_DAY);
    expect(&w, "left completed");
    assert_int_equal(jr_engine_timer_count(w.engine), 0);
    world_close(&w);
}

static void without_a_restart_too_timers_fire_once(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does(&w, "phone", "begin", NULL);
    does(&w, "ann", "look", NULL);
    turn(&w);
    is_alias(&w, "phone", "ann", false);
    turn(&w);
    jn_buf_reset(&w.told);
    after(&w, 4 * JN_MS_DAY);
    expect(&w, "sent late; left completed");
    assert_int_equal(w.n_sent, 1);
    world_close(&w);
}

static void all_of_it_may_come_in_one_turn(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does(&w, "phone", "begin", NULL);
    does(&w, "laptop", "look", NULL);
    is_alias(&w, "phone", "ann", false);
    does_from(&w, "ann", "laptop", "begin");
    does(&w, "phone", "begin", NULL);
    turn(&w);
    assert_string_equal(ids_of(&w, "laptop"), "ann phone laptop");
    expect_place(&w, "trial", "only.nap until 2026-01-02T00:00:00Z");
    restart(&w);
    expect_place(&w, "trial", "only.nap until 2026-01-02T00:00:00Z");
    assert_int_equal(jr_engine_timer_count(w.engine), 1);
    world_close(&w);
}

static void a_chain_of_merges_is_followed(void **state) {
    struct world w;
    (void)state;
    napping(&w);
    does(&w, "a", "begin", NULL);
    does(&w, "b", "look", NULL);
    does(&w, "c", "look", NULL);
    turn(&w);
    is_alias(&w, "a", "b", false);
    turn(&w);
    is_alias(&w, "b", "c", true); /* b is known by now */
    turn(&w);
    jn_buf_reset(&w.told);
    assert_string_equal(ids_of(&w, "a"), "c a b");
    after(&w, JN_MS_DAY); /* the old timers still name a and b */
    expect(&w, "c sent late");
    world_close(&w);
}

/* ---- what is on its way */

static void a_result_finds_whom_the_customer_has_become(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    workspace_cap(&d, 1, days(30), JN_CAP_HOLD);
    uint32_t begin = declare_event(&d, "begin"), look = declare_event(&d, "look");
    uint32_t first = declare_message(&d, "first", d.post), second = declare_message(&d, "second", d.post);
    begin_journey(&d, "one", begin, JN_REENTER_ALWAYS);
    step_send(&d, first);
    step_exit(&d, "completed");
    begin_journey(&d, "two", look, JN_REENTER_ALWAYS);
    step_send(&d, second);
    step_exit(&d, "completed");
    deploy(&w, &d);
    does(&w, "phone", "begin", NULL);
    turn(&w);
    jn_buf_reset(&w.told);
    is_alias(&w, "phone", "ann", false);
    does(&w, "ann", "look", NULL);
    does(&w, "anonymous", "look", NULL);
    expect(&w,
           "phone named ann; entered look; anonymous entered look; anonymous sent second; anonymous left completed");
    does_from(&w, "bo", "", "look");
    turn(&w);
    is_alias(&w, "anonymous", "bo", false);
    turn(&w);
    jn_buf_reset(&w.told);
    answers(&w, 0, JR_RESULT_FAILED); /* the slot comes back to ann, who holds a message for it */
    expect(&w, "phone failed first; sent second; left completed");
    restart(&w);
    struct jr_delivery *pending;
    uint32_t n;
    assert_int_equal(jr_engine_pending(w.engine, 0, 10, &w.arena, &pending, &n, NULL), JN_OK);
    assert_int_equal(n, 3); /* bo's own, the anonymous one's, ann's second */
    world_close(&w);
}

/* ---- what is drawn */

static void an_arm_follows_the_known_one(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = draft_new(&w.arena);
    uint32_t begin = declare_event(&d, "begin");
    declare_event(&d, "look");
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    uint32_t split = step_split(&d, "trial.offer", 5000);
    uint32_t to_left = step_exit(&d, "left"), to_right = step_exit(&d, "right");
    arms_lead_to(&d, split, to_left, to_right);
    deploy(&w, &d);
    for (int i = 0; i < 64; i++) {
        const char *device = jn_arena_printf(&w.arena, "device-%d", i).p, *person = device + 3;
        /* who has a name of his own keeps his arm; who only gets one keeps the device's */
        bool new_name = i % 2 == 0;
        struct jn_buf first, second;
        jn_buf_init(&first, 1 << 12);
        jn_buf_init(&second, 1 << 12);
        if (!new_name) does_from(&w, person, "", "look");
        does(&w, device, "look", NULL);
        turn(&w);
        jn_buf_reset(&w.told);
        does(&w, new_name ? device : person, "begin", NULL);
        turn(&w);
        jn_buf_str(&first, jn_str_sub(jn_buf_view(&w.told), w.told.n - 5, w.told.n));
        is_alias(&w, device, person, false);
        turn(&w);
        jn_buf_reset(&w.told);
        does(&w, device, "begin", NULL);
        turn(&w);
        jn_buf_str(&second, jn_str_sub(jn_buf_view(&w.told), w.told.n - 5, w.told.n));
        assert_true(jn_str_eq(jn_buf_view(&first), jn_buf_view(&second)));
        jn_buf_release(&first);
        jn_buf_release(&second);
    }
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_that_come_together_are_one_customers),
        cmocka_unit_test(two_people_on_one_device_stay_two),
        cmocka_unit_test(an_alias_unites_known_customers_only_for_an_administrator),
        cmocka_unit_test(an_alias_may_come_first_twice_and_in_circles),
        cmocka_unit_test(ids_of_nobody_unite_nobody),
        cmocka_unit_test(a_customer_has_so_many_ids),
        cmocka_unit_test(a_full_disk_leaves_two_customers),
        cmocka_unit_test(timers_and_runs_come_back_as_the_merged_customers),
        cmocka_unit_test(without_a_restart_too_timers_fire_once),
        cmocka_unit_test(all_of_it_may_come_in_one_turn),
        cmocka_unit_test(a_chain_of_merges_is_followed),
        cmocka_unit_test(a_result_finds_whom_the_customer_has_become),
        cmocka_unit_test(an_arm_follows_the_known_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
