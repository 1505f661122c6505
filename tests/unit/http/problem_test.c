/* What a refusal says of itself: which error, of which request, and when to try again. */
#include "runtime/http/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct jn_str id_of(const struct jr_http_header *header, uint32_t n, char room[JR_HTTP_REQUEST_ID]) {
    return jr_http_request_id(&(struct jr_http_request){.header = header, .n_header = n}, room);
}

static void ids_are_taken_that_harm_nothing(void **state) {
    static char longest[JR_HTTP_REQUEST_ID + 2];
    static const struct {
        const char *name, *value;
        bool taken;
    } ROW[] = {
        {"Request-Id", "a", true},
        {"request-id", "7b3f4c7e-2c1f-4a57-9c38-0d6f7f0f7a11", true},
        {"X-Request-ID", "Root=1-67891233:abc/def+0_1.x@y", true},
        {"X-Request", "abc", false},
        {"Request-Id", "", false},
        {"Request-Id", "two words", false},
        {"Request-Id", "a\"b", false},
        {"Request-Id", "a\\b", false},
        {"Request-Id", "a\tb", false},
        {"Request-Id", "a;b", false},
        {"Request-Id", "<b>", false},
        {"Request-Id", "\xc3\xa4", false},
        {"Request-Id", longest, false},
        {"Request-Id", longest + 1, true},
    };
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    for (size_t i = 0; i < sizeof ROW / sizeof *ROW; i++) {
        char room[JR_HTTP_REQUEST_ID];
        const struct jr_http_header header = {jn_str_z(ROW[i].name), jn_str_z(ROW[i].value)};
        struct jn_str id = id_of(&header, 1, room);
        if (jn_str_is(id, ROW[i].value) != ROW[i].taken) fail_msg("row %zu: %.*s", i, JN_FMT(id));
        if (!ROW[i].taken) assert_int_equal(id.n, 32);
    }
}

static void the_name_of_rfc_drafts_goes_before_that_of_proxies(void **state) {
    const struct jr_http_header header[] = {{JN_STR("X-Request-Id"), JN_STR("of-a-proxy")},
                                            {JN_STR("Request-Id"), JN_STR("of-a-client")}};
    char room[JR_HTTP_REQUEST_ID];
    (void)state;
    assert_true(jn_str_is(id_of(header, 2, room), "of-a-client"));
    assert_true(jn_str_is(id_of(header, 1, room), "of-a-proxy"));
}

static void made_ids_differ(void **state) {
    char one[JR_HTTP_REQUEST_ID], other[JR_HTTP_REQUEST_ID];
    (void)state;
    assert_false(jn_str_eq(id_of(NULL, 0, one), id_of(NULL, 0, other)));
}

static void expect_written(const struct jr_http_reply *reply, const char *lines, const char *document) {
    struct jn_buf head, body;
    jn_buf_init(&head, 4096);
    jn_buf_init(&body, 4096);
    struct jr_http_reply full = jr_http_problem(reply, JN_STR("r1"), &head, &body);
    assert_string_equal(full.content_type, "application/problem+json");
    if (!jn_str_is(full.headers, lines)) fail_msg("%.*s", JN_FMT(full.headers));
    if (!jn_str_is(full.body, document)) fail_msg("%.*s", JN_FMT(full.body));
    jn_buf_release(&body);
    jn_buf_release(&head);
}

static void the_document_says_what_the_head_says(void **state) {
    (void)state;
    expect_written(&(struct jr_http_reply){.status = 503,
                                           .headers = JN_STR("Access-Control-Allow-Origin: *\r\n"),
                                           .code = "FULL",
                                           .detail = JN_STR("the disk is full"),
                                           .retry_after_s = 7},
                   "Access-Control-Allow-Origin: *\r\nRequest-Id: r1\r\nRetry-After: 7\r\n",
                   "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                   "\"detail\":\"the disk is full\",\"code\":\"FULL\",\"request_id\":\"r1\",\"retry_after\":7}");
    expect_written(&(struct jr_http_reply){.status = 405, .detail = JN_STR("no \"PUT\"")}, "Request-Id: r1\r\n",
                   "{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405,"
                   "\"detail\":\"no \\\"PUT\\\"\",\"code\":\"METHOD\",\"request_id\":\"r1\"}");
}

static void an_answer_with_a_body_of_its_own_is_none(void **state) {
    (void)state;
    assert_false(jr_http_is_problem(&(struct jr_http_reply){.status = 503, .content_type = "text/plain"}));
    assert_false(jr_http_is_problem(&(struct jr_http_reply){.status = 204}));
    assert_true(jr_http_is_problem(&(struct jr_http_reply){.status = 400}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_taken_that_harm_nothing),
        cmocka_unit_test(the_name_of_rfc_drafts_goes_before_that_of_proxies),
        cmocka_unit_test(made_ids_differ),
        cmocka_unit_test(the_document_says_what_the_head_says),
        cmocka_unit_test(an_answer_with_a_body_of_its_own_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
