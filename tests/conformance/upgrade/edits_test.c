/* Language semantics 1: what becomes of people inside when the script is edited, one edit after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "world.h"

#include "compiler/diag/print.h"
#include "core/civil.h"
#include "image/image.h"
#include "journey/compile.h"

#define DECLARATIONS                                                                                                   \
    "workspace\n  timezone \"UTC\"\nend\n"                                                                             \
    "event begin\nevent bought\n  sku text\nend\nevent clicked_it\n"                                                   \
    "channel post\n  webhook \"https://example.com/\"\nend\n"                                                          \
    "message one on post\n  body \"1\"\nend\nmessage two on post\n  body \"2\"\nend\n"                                 \
    "message three on post\n  body \"3\"\nend\n"

static struct jn_str image_of(struct world *w, const char *journey) {
    struct jn_str text = jn_arena_printf(&w->arena, "%s%s", DECLARATIONS, journey);
    struct jc_source *source = JN_NEW(&w->arena, struct jc_source);
    struct jc_result result;
    struct jn_err err;
    struct jn_buf out;
    *source = (struct jc_source){JN_STR("test.journey"), text, JC_READ};
    assert_int_equal(jc_compile(&w->arena, source, 1, &result, &err), JN_OK);
    jn_buf_init(&out, 1u << 20);
    if (result.program == NULL) {
        jc_diags_print_text(result.diags, false, &out);
        fail_msg("%.*s", JN_FMT(jn_buf_view(&out)));
    }
    if (jn_image_encode(result.program, &out, &err) != JN_OK) fail_msg("%s", err.text);
    struct jn_str image = jn_arena_str(&w->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return image;
}

static void put(struct world *w, const char *journey) {
    struct jn_err err;
    if (jr_engine_deploy(w->engine, image_of(w, journey), &err) != JN_OK) fail_msg("%s", err.text);
}

static const struct jr_deploy_rules ANEW = {.mode = JR_DEPLOY_MIGRATE};
static const struct jr_deploy_rules KEEP = {.mode = JR_DEPLOY_MIGRATE, .keep = true};
static const struct jr_deploy_rules END = {.mode = JR_DEPLOY_END};

/* The new version is checked, made current, and the people inside move. */
static void move(struct world *w, const char *journey, const struct jr_deploy_rules *rules) {
    struct jn_program *program;
    struct jn_err err;
    struct jn_str image = image_of(w, journey);
    assert_int_equal(jn_image_load(image, &w->arena, &program, &err), JN_OK);
    if (jr_engine_may_move(w->engine, program, rules, &w->arena, &err) != JN_OK) fail_msg("%s", err.text);
    if (jr_engine_deploy(w->engine, image, &err) != JN_OK) fail_msg("%s", err.text);
    if (jr_engine_move(w->engine, rules, &w->arena, &err) != JN_OK) fail_msg("%s", err.text);
    turn(w);
}

static void begin(struct world *w, const char *journey) {
    world_open(w);
    put(w, journey);
    does(w, "ann", "begin", NULL);
    turn(w);
}

#define JOURNEY(body) "journey j\n  enter when begin\n  re-enter always\n  stage only\n" body "  end\nend\n"

static const char SENDS_WAITS[] = JOURNEY("send one\n nap: wait 5 days\n send two\n");

static void a_shorter_wait_counts_from_its_beginning(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    at(&w, "2026-01-02T00:00:00Z");
    move(&w, JOURNEY("send one\n nap: wait 3 days\n send two\n"), &ANEW);
    expect_place(&w, "j", "nap until 2026-01-04T00:00:00Z");
    at(&w, "2026-01-04T00:00:00Z");
    expect(&w, "entered begin; sent one; moved; sent two; left completed");
    world_close(&w);
}

static void who_is_overdue_goes_on_at_once(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    at(&w, "2026-01-04T00:00:00Z");
    move(&w, JOURNEY("send one\n nap: wait 1 day\n send two\n"), &ANEW);
    after(&w, 2);
    expect(&w, "entered begin; sent one; moved; sent two; left completed");
    world_close(&w);
}

static void overdue_people_are_spread(void **state) {
    struct world w;
    struct jr_deploy_rules rules = {.mode = JR_DEPLOY_MIGRATE, .spread_s = 3600};
    char who[32][8];
    (void)state;
    world_open(&w);
    put(&w, SENDS_WAITS);
    for (int i = 0; i < 32; i++) {
        (void)snprintf(who[i], sizeof(who[i]), "p%d", i);
        does(&w, who[i], "begin", NULL);
    }
    turn(&w);
    after(&w, JN_MS_DAY * 4);
    w.n_sent = 0;
    move(&w, JOURNEY("send one\n nap: wait 1 day\n send two\n"), &rules);
    assert_int_equal(w.n_sent, 0);
    after(&w, JN_MS_HOUR / 2);
    assert_in_range(w.n_sent, 8, 24);
    after(&w, JN_MS_HOUR / 2 + 2);
    turn(&w);
    assert_int_equal(w.n_sent, 32);
    world_close(&w);
}

static void waits_may_keep_their_ends(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("send one\n nap: wait 1 day\n send two\n"), &KEEP);
    expect_place(&w, "j", "nap until 2026-01-06T00:00:00Z");
    world_close(&w);
}

static void a_longer_wait_counts_from_its_beginning(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    at(&w, "2026-01-03T00:00:00Z");
    move(&w, JOURNEY("send one\n nap: wait 10 days\n send two\n"), &ANEW);
    expect_place(&w, "j", "nap until 2026-01-11T00:00:00Z");
    world_close(&w);
}

static void another_time_of_day_is_looked_for_from_now(void **state) {
    struct world w;
    (void)state;
    begin(&w, JOURNEY("nap: wait until 10:00\n send two\n"));
    at(&w, "2026-01-01T09:00:00Z");
    move(&w, JOURNEY("nap: wait until 08:00\n send two\n"), &ANEW);
    expect_place(&w, "j", "nap until 2026-01-02T08:00:00Z");
    world_close(&w);
}

static void a_changed_condition_looks_back_to_the_wait_s_beginning(void **state) {
    struct world w;
    (void)state;
    begin(&w, JOURNEY("w: wait for bought where bought.sku is \"a\" up to 9 days then\n send one\n timeout\n send two\n end\n"));
    at(&w, "2026-01-02T00:00:00Z");
    does(&w, "ann", "bought", "{\"sku\":\"b\"}");
    turn(&w);
    move(&w, JOURNEY("w: wait for bought where bought.sku is \"b\" up to 9 days then\n send one\n timeout\n send two\n end\n"), &ANEW);
    after(&w, 2);
    expect(&w, "entered begin; moved; matched bought; sent one; left completed");
    world_close(&w);
}

static void a_step_put_in_behind_is_not_gone_back_to(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("send one\n send three\n nap: wait 5 days\n send two\n"), &ANEW);
    at(&w, "2026-01-06T00:00:00Z");
    expect(&w, "entered begin; sent one; moved; sent two; left completed");
    world_close(&w);
}

static void a_step_put_in_ahead_is_run(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("send one\n nap: wait 5 days\n send three\n send two\n"), &ANEW);
    at(&w, "2026-01-06T00:00:00Z");
    expect(&w, "entered begin; sent one; moved; sent three; sent two; left completed");
    world_close(&w);
}

static void who_stands_at_a_removed_wait_goes_on_behind_it(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("send one\n send two\n"), &ANEW);
    after(&w, 2);
    expect(&w, "entered begin; sent one; moved; sent two; left completed");
    world_close(&w);
}

static void who_stands_at_a_removed_wait_for_takes_its_timeout(void **state) {
    struct world w;
    (void)state;
    begin(&w, JOURNEY("wait for bought up to 9 days then\n send one\n timeout\n send two\n end\n send three\n"));
    move(&w, JOURNEY("send three\n"), &ANEW);
    after(&w, 2);
    expect(&w, "entered begin; moved; sent three; left completed");
    world_close(&w);
}

static void who_is_in_a_removed_journey_ends_as_changed(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, "journey k\n  enter when begin\n  re-enter always\n  stage only\n send two\n  end\nend\n", &ANEW);
    expect(&w, "entered begin; sent one; left changed");
    world_close(&w);
}

static void a_deploy_may_end_everybody(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("send three\n"), &END);
    expect(&w, "entered begin; sent one; left changed");
    world_close(&w);
}

static void names_move_by_was(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w,
         "journey j\n  enter when begin\n  re-enter always\n  stage first was only\n send one\n sleep was nap: wait 5 days\n"
         " send two\n  end\nend\n",
         &ANEW);
    expect_place(&w, "j", "sleep until 2026-01-06T00:00:00Z");
    at(&w, "2026-01-06T00:00:00Z");
    expect(&w, "entered begin; sent one; moved; sent two; left completed");
    world_close(&w);
}

static void automatic_names_follow_their_stage(void **state) {
    struct world w;
    (void)state;
    begin(&w, JOURNEY("send one\n wait 5 days\n send two\n"));
    move(&w,
         "journey j\n  enter when begin\n  re-enter always\n  stage first was only\n send one\n wait 5 days\n send two\n"
         "  end\nend\n",
         &ANEW);
    expect_place(&w, "j", "first.wait_after_one until 2026-01-06T00:00:00Z");
    world_close(&w);
}

static void a_run_s_variables_come_along(void **state) {
    struct world w;
    (void)state;
    begin(&w, JOURNEY("set old to \"o\"\n set kept to \"k\"\n nap: wait 1 day\n if kept is \"k\" and old is \"o\" then\n send one\n end\n"));
    move(&w, JOURNEY("set fresh to \"f\"\n set kept to \"k\"\n nap: wait 1 day\n if kept is \"k\" and fresh is missing then\n send two\n end\n"),
         &ANEW);
    at(&w, "2026-01-02T00:00:00Z");
    expect(&w, "entered begin; moved; sent two; left completed");
    world_close(&w);
}

static const char SPLITS[] =
    JOURNEY("split s\n 50% a:\n in_a: wait 5 days\n send one\n 50% b:\n in_b: wait 5 days\n send two\n end\n send three\n");

static jn_rc may_move(struct world *w, const char *journey, struct jn_err *err) {
    struct jn_program *program;
    assert_int_equal(jn_image_load(image_of(w, journey), &w->arena, &program, err), JN_OK);
    return jr_engine_may_move(w->engine, program, &ANEW, &w->arena, err);
}

static void an_arm_with_people_is_not_taken_away(void **state) {
    static const char WITHOUT_A[] = JOURNEY("split s\n 100% b:\n in_b: wait 5 days\n send two\n end\n send three\n");
    static const char WITHOUT_B[] = JOURNEY("split s\n 100% a:\n in_a: wait 5 days\n send one\n end\n send three\n");
    static const char WAS[] = JOURNEY("split s\n 100% c was a:\n send two\n end\n send three\n");
    struct world w;
    struct jn_err err;
    struct jr_customer_view view;
    (void)state;
    begin(&w, SPLITS);
    turn(&w);
    assert_int_equal(jr_engine_customer(w.engine, JN_STR("ann"), &w.turn_arena, &view, &err), JN_OK);
    bool in_a = jn_str_is(view.run[0].step, "in_a");
    assert_int_equal(may_move(&w, in_a ? WITHOUT_A : WITHOUT_B, &err), JN_CONFLICT);
    assert_non_null(strstr(err.text, "1 people cannot be moved"));
    assert_int_equal(may_move(&w, in_a ? WITHOUT_B : WITHOUT_A, &err), JN_OK);
    if (in_a) assert_int_equal(may_move(&w, WAS, &err), JN_OK);
    world_close(&w);
}

static void a_variable_of_another_type_is_not_moved(void **state) {
    struct world w;
    struct jn_err err;
    (void)state;
    begin(&w, JOURNEY("set x to \"o\"\n nap: wait 1 day\n if x is \"o\" then\n send one\n end\n"));
    assert_int_equal(may_move(&w, JOURNEY("set x to 1\n nap: wait 1 day\n if x is 1 then\n send one\n end\n"), &err), JN_CONFLICT);
    world_close(&w);
}

static void no_message_goes_out_twice(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("send one\n nap: wait 3 days\n send two\n"), &ANEW);
    move(&w, SENDS_WAITS, &ANEW);
    move(&w, JOURNEY("send one\n nap: wait 2 days\n send two\n"), &ANEW);
    at(&w, "2026-01-20T00:00:00Z");
    expect(&w, "entered begin; sent one; moved; moved; moved; sent two; left completed");
    assert_int_equal(w.n_sent, 2);
    assert_false(jn_str_eq(w.sent[0].id, w.sent[1].id));
    world_close(&w);
}

static void what_was_sent_is_not_met_again(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("nap: wait 5 days\n send one\n send two\n"), &ANEW); /* the send stands behind the wait now */
    at(&w, "2026-01-06T00:00:00Z");
    expect(&w, "entered begin; sent one; moved; sent two; left completed");
    world_close(&w);
}

#define CIRCLE(time)                                                                                                   \
    JOURNEY("send one\n nap: wait " time "\n if customer.language is \"xx\" then\n exit as away\n end\n go to only\n")

static void a_circle_sends_again_as_written(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    put(&w, CIRCLE("5 days"));
    does(&w, "ann", "begin", NULL);
    turn(&w);
    move(&w, CIRCLE("1 day"), &ANEW);
    at(&w, "2026-01-03T12:00:00Z");
    expect(&w, "entered begin; sent one; moved; sent one; sent one");
    world_close(&w);
}

static void a_move_goes_on_after_a_restart(void **state) {
    struct world w;
    struct jn_err err;
    (void)state;
    begin(&w, SENDS_WAITS);
    put(&w, JOURNEY("send one\n nap: wait 3 days\n send two\n"));
    assert_int_equal(jr_engine_move(w.engine, &ANEW, &w.arena, &err), JN_OK);
    restart(&w); /* decided, and nobody met yet */
    expect_place(&w, "j", "nap until 2026-01-04T00:00:00Z");
    restart(&w);
    expect_place(&w, "j", "nap until 2026-01-04T00:00:00Z");
    world_close(&w);
}

static void going_back_keeps_people_there(void **state) {
    struct world w;
    (void)state;
    begin(&w, SENDS_WAITS);
    move(&w, JOURNEY("send one\n nap: wait 3 days\n send two\n"), &ANEW);
    put(&w, SENDS_WAITS); /* pinned: ann stays where she is, and new people in the old version are not moved away */
    does(&w, "bo", "begin", NULL);
    turn(&w);
    expect_place(&w, "j", "nap until 2026-01-04T00:00:00Z");
    at(&w, "2026-01-06T00:00:00Z");
    expect(&w, "entered begin; sent one; moved; bo entered begin; bo sent one; sent two; left completed; bo sent two; bo left completed");
    world_close(&w);
}

static void people_are_counted_where_they_stand(void **state) {
    struct world w;
    struct jr_place *place;
    uint32_t n;
    (void)state;
    begin(&w, SENDS_WAITS);
    does(&w, "bo", "begin", NULL);
    turn(&w);
    jr_engine_places(w.engine, &w.arena, &place, &n);
    assert_true(n == 1 && place[0].people == 2);
    move(&w, JOURNEY("send one\n nap: wait 3 days\n send two\n"), &ANEW);
    jr_engine_places(w.engine, &w.arena, &place, &n);
    assert_true(n == 1 && place[0].people == 2 && place[0].program == jr_engine_program(w.engine));
    at(&w, "2026-01-06T00:00:00Z");
    turn(&w);
    jr_engine_places(w.engine, &w.arena, &place, &n);
    assert_int_equal(n, 0);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shorter_wait_counts_from_its_beginning),
        cmocka_unit_test(who_is_overdue_goes_on_at_once),
        cmocka_unit_test(overdue_people_are_spread),
        cmocka_unit_test(waits_may_keep_their_ends),
        cmocka_unit_test(a_longer_wait_counts_from_its_beginning),
        cmocka_unit_test(another_time_of_day_is_looked_for_from_now),
        cmocka_unit_test(a_changed_condition_looks_back_to_the_wait_s_beginning),
        cmocka_unit_test(a_step_put_in_behind_is_not_gone_back_to),
        cmocka_unit_test(a_step_put_in_ahead_is_run),
        cmocka_unit_test(who_stands_at_a_removed_wait_goes_on_behind_it),
        cmocka_unit_test(who_stands_at_a_removed_wait_for_takes_its_timeout),
        cmocka_unit_test(who_is_in_a_removed_journey_ends_as_changed),
        cmocka_unit_test(a_deploy_may_end_everybody),
        cmocka_unit_test(names_move_by_was),
        cmocka_unit_test(automatic_names_follow_their_stage),
        cmocka_unit_test(a_run_s_variables_come_along),
        cmocka_unit_test(an_arm_with_people_is_not_taken_away),
        cmocka_unit_test(a_variable_of_another_type_is_not_moved),
        cmocka_unit_test(no_message_goes_out_twice),
        cmocka_unit_test(what_was_sent_is_not_met_again),
        cmocka_unit_test(a_circle_sends_again_as_written),
        cmocka_unit_test(a_move_goes_on_after_a_restart),
        cmocka_unit_test(going_back_keeps_people_there),
        cmocka_unit_test(people_are_counted_where_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
