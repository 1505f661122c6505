/* A version on trial, from its beginning to its end: who gets it, what is counted of it, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

#define PROGRAM(journey, text)                                                                                         \
    "workspace\n  timezone \"UTC\"\nend\nevent begin\nchannel post\n  webhook env HOOK_URL\nend\n"                     \
    "message hello on post\n  body \"" text "\"\nend\n"                                                                \
    "journey " journey                                                                                                 \
    "\n  enter when begin\n  re-enter always\n  stage only\n    send hello\n    wait 1 day\n  end\nend\n"

static struct desk desk;

static int set_up(void **state) {
    (void)state;
    return desk_open_with(&desk, PROGRAM("welcome", "one")) == 200 ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    desk_close(&desk);
    return 0;
}

static void deploys(const char *query, const char *program, int status) {
    struct jn_str path = jn_arena_printf(&desk.arena, "/api/program%s%c", query, '\0');
    if (desk_ask(&desk, &ASK("PUT", path.p, .image = desk_image(&desk, program))) != status)
        fail_msg("%s: %d %.*s", path.p, desk.status, JN_FMT(jn_buf_view(&desk.body)));
}

/* So many people, one after the other, each of whom is sent a message that is answered at once. */
static void come(uint32_t n) {
    static uint32_t who;
    for (uint32_t i = 0; i < n; i++) {
        struct jn_str body = jn_arena_printf(&desk.arena, "{\"userId\":\"u%u\",\"event\":\"begin\"}%c", who++, '\0');
        assert_int_equal(desk_ask(&desk, &ASK("POST", "/v1/track", .body = body.p)), 200);
        assert_int_equal(desk_answered(&desk, JR_RESULT_ACCEPTED), JN_OK);
    }
}

static void expect_rollout(const char *method, const char *path, const char *says) {
    assert_int_equal(desk_ask(&desk, &ASK(method, path)), 200);
    struct jn_str body = jn_buf_view(&desk.body);
    if (memmem(body.p, body.n, says, strlen(says)) == NULL) fail_msg("no %s in %.*s", says, JN_FMT(body));
}

static void its_guard_ends_it(void **state) {
    (void)state;
    deploys("?canary=50%25&min=20&guard=failed%202.5%25&error=1%25&runs=end", PROGRAM("welcome", "two"), 200);
    desk.refused = "two";
    expect_rollout("GET", "/api/rollout", "\"state\":\"running\"");
    expect_rollout("GET", "/api/rollout", "\"margin\":\"2.50%\"");
    come(300);
    expect_rollout("GET", "/api/rollout", "\"state\":\"ended\"");
    expect_rollout("GET", "/api/rollout", "\"by\":\"guard\",\"why\":{");
    expect_rollout("GET", "/api/rollout", "\"guard\":\"failed\"");
    desk.refused = NULL;
    come(10); /* nobody gets it any more, and who did has left */
    expect_rollout("GET", "/api/rollout", "\"inside\":0");
    deploys("?canary=50%25", PROGRAM("welcome", "three"), 200); /* another may be tried */
}

static void a_journey_that_it_renames_is_counted_as_one(void **state) {
    (void)state;
    deploys("?canary=50%25&min=100", PROGRAM("greeting was welcome", "two"), 200);
    come(40);
    expect_rollout("GET", "/api/rollout", "\"journey\":\"welcome\"");
    struct jn_str body = jn_buf_view(&desk.body);
    assert_null(memmem(body.p, body.n, "\"journey\":\"greeting\"", 20));
    assert_true(desk_found(&desk, "\"trial\":{\"of\":").p[0] != '0');
    expect_rollout("POST", "/api/rollout/raise?share=75%25", "\"share\":\"75%\"");
    expect_rollout("POST", "/api/rollout/finish", "\"state\":\"none\"");
}

static void people_end_it_too(void **state) {
    (void)state;
    deploys("?canary=10%25&guard=off", PROGRAM("welcome", "two"), 200);
    deploys("", PROGRAM("welcome", "three"), 409);
    deploys("?canary=10%25", PROGRAM("welcome", "three"), 409);
    assert_int_equal(desk_ask(&desk, &ASK("POST", "/api/rollout/raise?share=5%25")), 409); /* that is less */
    expect_rollout("POST", "/api/rollout/abort?runs=finish", "\"by\":\"hand\",\"why\":null");
    deploys("?canary=10%25", PROGRAM("welcome", "two"), 200); /* whoever ended it may begin it anew */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(its_guard_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_journey_that_it_renames_is_counted_as_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(people_end_it_too, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
