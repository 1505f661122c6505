/* Entering by segments over versions, restarts and people who were there before. */
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
    "workspace\n  timezone \"UTC\"\nend\ncustomer\n  plan text\nend\nevent buy\n  n number\nend\nevent look\n"

static const struct jr_keep MONTH = {30 * JN_MS_DAY, 30 * JN_MS_DAY, 30 * JN_MS_DAY};

static void put_alone(struct world *w, const char *script) {
    struct jc_source *source = JN_NEW(&w->arena, struct jc_source);
    struct jc_result result;
    struct jn_err err;
    struct jn_buf out;
    *source = (struct jc_source){.path = JN_STR("test.journey"), .text = jn_str_z(script)};
    assert_int_equal(jc_compile(&w->arena, source, 1, &result, &err), JN_OK);
    jn_buf_init(&out, 1u << 20);
    if (result.program == NULL) {
        jc_diags_print_text(result.diags, false, &out);
        fail_msg("%.*s", JN_FMT(jn_buf_view(&out)));
    }
    assert_int_equal(jn_image_encode(result.program, &out, &err), JN_OK);
    if (jr_engine_deploy(w->engine, jn_buf_view(&out), &err) != JN_OK) fail_msg("%s", err.text);
    jn_buf_release(&out);
}

static void put(struct world *w, const char *script) {
    put_alone(w, jn_arena_printf(&w->arena, "%s%s%c", DECLARATIONS, script, '\0').p);
}

#define JOINS(segment, more)                                                                                           \
    "segment s is " segment                                                                                            \
    "\njourney j\n  enter when customer joins s\n  re-enter always\n  stage only\n    tag \"x\"\n" more "  end\nend\n"
#define NOTHING "journey k\n  enter when look\n  re-enter never\n  stage only\n    tag \"y\"\n  end\nend\n"

static void who_is_in_it_already_does_not_join(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    put(&w, NOTHING);
    does(&w, "ann", "buy", NULL);
    does(&w, "bo", "look", NULL);
    turn(&w);
    expect(&w, "bo entered look; bo tagged y; bo left completed");
    put(&w, JOINS("buy in the last 30 days", ""));
    expect(&w, "");
    does(&w, "ann", "buy", NULL);
    does(&w, "bo", "buy", NULL);
    expect(&w, "bo entered s; bo tagged x; bo left completed");
    world_close(&w);
}

static void time_makes_people_join_who_were_there_before(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    put(&w, NOTHING);
    does(&w, "ann", "buy", NULL);
    turn(&w);
    put(&w, JOINS("no buy in the last 30 days", ""));
    expect(&w, "");
    restart(&w);
    at(&w, "2026-01-30T23:59:59Z");
    expect(&w, "");
    at(&w, "2026-01-31T00:00:00Z");
    expect(&w, "entered s; tagged x; left completed");
    world_close(&w);
}

static void a_version_that_says_the_same_of_it_changes_nothing(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    put(&w, JOINS("no buy in the last 30 days", ""));
    does(&w, "ann", "buy", NULL);
    expect(&w, "");
    put(&w, JOINS("no buy in the last 30 days", "    tag \"z\"\n"));
    expect(&w, "");
    at(&w, "2026-01-31T00:00:00Z");
    expect(&w, "entered s; tagged x; tagged z; left completed");
    world_close(&w);
}

static void a_segment_that_is_said_anew_is_joined_by_nobody_who_is_in_it(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    put(&w, JOINS("count of buy in the last 30 days >= 3", ""));
    does(&w, "ann", "buy", NULL);
    does(&w, "ann", "buy", NULL);
    expect(&w, "");
    put(&w, JOINS("count of buy in the last 30 days >= 2", ""));
    expect(&w, "");
    does(&w, "ann", "buy", NULL);
    expect(&w, "");
    does(&w, "bo", "buy", NULL);
    does(&w, "bo", "buy", NULL);
    expect(&w, "bo entered s; bo tagged x; bo left completed");
    world_close(&w);
}

static void a_commit_that_fails_leaves_nobody_joined(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    put(&w, JOINS("no buy in the last 30 days", ""));
    does(&w, "ann", "buy", NULL);
    expect(&w, "");
    at(&w, "2026-01-30T00:00:00Z");
    w.failing = 1;
    w.now += 86400000;
    assert_int_not_equal(try_turn(&w), JN_OK);
    restart(&w);
    expect(&w, "entered s; tagged x; left completed");
    world_close(&w);
}

static uint32_t kept(struct world *w, uint64_t customer) {
    struct jr_row_event *row;
    uint32_t n;
    assert_int_equal(w->store->ops->events(w->store, customer, 0, 100, &w->arena, &row, &n, NULL), JN_OK);
    return n;
}

static void tidy(struct world *w) {
    bool more = true;
    while (more)
        assert_int_equal(jr_engine_upkeep(w->engine, w->now, &MONTH, &more, NULL), JN_OK);
}

#define KEEPS "keep events 10 days\nend\nevent buy\nevent look\n"
#define LOOKS_BACK                                                                                                     \
    "workspace\n  " KEEPS "journey j\n  enter when look\n  re-enter always\n  stage only\n    wait 20 days\n"          \
    "    wait for buy since entry up to 1 day\n  end\nend\n"

/* ann's run may still look back to what she did; bo has none. */
static void old_events_go_unless_a_run_may_look_back_to_them(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    put_alone(&w, LOOKS_BACK);
    does(&w, "bo", "buy", NULL);
    does(&w, "ann", "buy", NULL);
    does(&w, "ann", "look", NULL);
    does(&w, "ann", "buy", NULL);
    turn(&w);
    after(&w, 10 * JN_MS_DAY);
    does(&w, "bo", "buy", NULL);
    turn(&w);
    tidy(&w);
    assert_int_equal(kept(&w, 1), 2); /* ten days old to the moment is not older */
    after(&w, 1);
    turn(&w);
    tidy(&w);
    assert_int_equal(kept(&w, 1), 1);
    assert_int_equal(kept(&w, 2), 2);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_in_it_already_does_not_join),
        cmocka_unit_test(time_makes_people_join_who_were_there_before),
        cmocka_unit_test(a_version_that_says_the_same_of_it_changes_nothing),
        cmocka_unit_test(a_segment_that_is_said_anew_is_joined_by_nobody_who_is_in_it),
        cmocka_unit_test(old_events_go_unless_a_run_may_look_back_to_them),
        cmocka_unit_test(a_commit_that_fails_leaves_nobody_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
