/* Scripts that call themselves forth: they come to an end, and what is cut off can be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

#define PROGRAM(journeys) "workspace\n  timezone \"UTC\"\nend\nevent ping\nevent pong\n" journeys
#define JOURNEY(name, event, step)                                                                                     \
    "journey " name "\n  enter when " event "\n  re-enter always\n  stage only\n    " step "\n  end\nend\n"

static struct desk desk;

static void deployed(const char *program) {
    assert_int_equal(desk_open_with(&desk, program), 200);
}

static void pings(const char *who) {
    struct jn_str body = jn_arena_printf(&desk.arena, "{\"userId\":\"%s\",\"event\":\"ping\"}%c", who, '\0');
    assert_int_equal(desk_ask(&desk, &ASK("POST", "/v1/track", .body = body.p)), 200);
}

static unsigned long figure(const char *path, const char *before) {
    assert_int_equal(desk_ask(&desk, &ASK("GET", path)), 200);
    return strtoul(desk_found(&desk, before).p, NULL, 10);
}

static void journeys_that_start_each_other(void **state) {
    (void)state;
    deployed(PROGRAM(JOURNEY("here", "ping", "start there") JOURNEY("there", "pong", "start here")));
    pings("ann");
    assert_int_equal(figure("/api/journeys/here", "\"entered\":"), 1); /* who is inside does not enter */
    assert_int_equal(figure("/api/journeys/here", "\"ignored\":"), 1);
    assert_int_equal(figure("/api/journeys/there", "\"entered\":"), 1);
    assert_int_equal(figure("/api/status", "\"inside\":"), 0);
    desk_close(&desk);
}

#define STARTS(n, next) JOURNEY("j" #n, "pong", "start j" #next)

static void a_long_row_of_journeys(void **state) {
    (void)state;
    deployed(PROGRAM(JOURNEY("j1", "ping", "start j2") STARTS(2, 3) STARTS(3, 4) STARTS(4, 5) STARTS(5, 6) STARTS(6, 7)
                         STARTS(7, 8) STARTS(8, 9) STARTS(9, 10) STARTS(10, 11) STARTS(11, 12) STARTS(12, 13)
                             STARTS(13, 14) STARTS(14, 15) STARTS(15, 16) STARTS(16, 17) STARTS(17, 18)
                                 JOURNEY("j18", "pong", "tag \"x\"")));
    pings("ann");
    assert_int_equal(figure("/api/journeys/j17", "\"entered\":"), 1);
    assert_int_equal(figure("/api/journeys/j18", "\"entered\":"), 0);
    assert_int_equal(figure("/api/status", "\"inside\":"), 0);
    desk_close(&desk);
}

static void events_that_call_each_other(void **state) {
    (void)state;
    deployed(PROGRAM(JOURNEY("here", "ping", "emit pong") JOURNEY("there", "pong", "emit ping")));
    pings("ann");
    assert_in_range(figure("/api/journeys/here", "\"entered\":"), 100, 1000);
    assert_int_equal(figure("/api/status", "\"events\":"), 1);
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/api/quarantine")), 200);
    assert_string_equal(desk_found(&desk, "\"source\":\"").p, "emit");
    assert_string_equal(desk_found(&desk, "\"reason\":\"more than 1").p, "");
    assert_string_equal(desk_found(&desk, "\"customer\":\"").p, "ann");
    desk_close(&desk);
}

/* A run of an older version starts what the current one does not have any more. */
static void a_journey_that_is_gone(void **state) {
    (void)state;
    deployed(PROGRAM(JOURNEY("here", "ping", "wait 1 hour\n    start there") JOURNEY("there", "pong", "tag \"x\"")));
    pings("ann");
    struct jn_str image = desk_image(&desk, PROGRAM(JOURNEY("here", "pong", "tag \"y\"")));
    assert_int_equal(desk_ask(&desk, &ASK("PUT", "/api/program", .image = image)), 200);
    assert_int_equal(desk_pass(&desk, 3600000), JN_OK);
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/api/customers/ann")), 200);
    assert_string_equal(desk_found(&desk, "\"runs\":[").p, "]"); /* it has gone on to its end */
    assert_int_equal(figure("/api/status", "\"inside\":"), 0);
    desk_close(&desk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journeys_that_start_each_other),
        cmocka_unit_test(a_long_row_of_journeys),
        cmocka_unit_test(events_that_call_each_other),
        cmocka_unit_test(a_journey_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
