/* What a message can say: of the customer, the event, the journey it is sent from, and the workspace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

#define PROGRAM(body)                                                                                                  \
    "workspace\n  timezone \"Asia/Shanghai\"\n  currency CNY\nend\ncustomer\n  email text\nend\n"                      \
    "event begin\n  plan text\nend\nchannel post\n  webhook env HOOK_URL\nend\n"                                       \
    "message hello on post\n  body \"" body "\"\nend\n"                                                                \
    "journey story \"A story\"\n  enter when begin\n  re-enter always\n  stage chapter\n    send hello\n  end\nend\n"

/* The text that ann is sent. */
static struct jn_str said(struct desk *desk, const char *program) {
    assert_int_equal(desk_open_with(desk, program), 200);
    desk_ask(desk,
             &ASK("POST", "/v1/identify", .body = "{\"userId\":\"ann\",\"traits\":{\"email\":\"ann@example.com\"}}"));
    desk_ask(desk, &ASK("POST", "/v1/track",
                        .body = "{\"userId\":\"ann\",\"event\":\"begin\",\"properties\":{\"plan\":\"pro\"}}"));
    assert_int_equal(desk_ask(desk, &ASK("GET", "/api/customers/ann/export")), 200);
    struct jn_str text = jn_str_z(desk_found(desk, "\"content\":{\"body\":\"").p);
    return text;
}

static void expect_said(const char *program, const char *text) {
    struct desk desk;
    assert_string_equal(said(&desk, program).p, text);
    desk_close(&desk);
}

static void of_the_customer_and_the_event(void **state) {
    (void)state;
    expect_said(PROGRAM("{{ customer.id }} at {{ customer.email | default: '?' }}: {{ begin.plan | default: '?' }}"),
                "ann at ann@example.com: pro");
}

static void of_the_journey(void **state) {
    (void)state;
    expect_said(PROGRAM("{{ stage.name }} of {{ journey.name }}"), "chapter of story");
}

static void of_the_workspace(void **state) {
    (void)state;
    expect_said(PROGRAM("{{ workspace.currency }} in {{ workspace.timezone }}"), "CNY in Asia/Shanghai");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_customer_and_the_event),
        cmocka_unit_test(of_the_journey),
        cmocka_unit_test(of_the_workspace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
