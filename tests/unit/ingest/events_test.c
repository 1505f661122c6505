/* CloudEvents in their three forms, and what the engine is given for them. */
#include "runtime/ingest/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/civil.h"

#define WALL  INT64_C(1772326800000) /* 2026-03-01T01:00:00Z */
#define SOUND "\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/shop\",\"type\":\"signup\",\"subject\":\"ann\""

struct field {
    const char *name, *value;
};

static struct jn_arena arena;
static struct jr_intake intake;
static struct jn_err err;

static int set_up(void **state) {
    (void)state;
    jn_arena_init(&arena);
    intake = (struct jr_intake){0};
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    jn_json_free(intake.document);
    jn_arena_release(&arena);
    return 0;
}

static bool field(const void *user, const char *name, struct jn_buf *out) {
    for (const struct field *row = user; row != NULL && row->name != NULL; row++) {
        if (strcmp(row->name, name) != 0) continue;
        jn_buf_z(out, row->value);
        return true;
    }
    return false;
}

static jn_rc take(const char *type, const struct field *fields, const char *body) {
    struct jr_keys keys = {.any = true};
    struct jr_events_request request = {
        .content_type = jn_str_z(type), .body = jn_str_z(body), .wall = WALL, .header = field, .user = fields};
    jn_json_free(intake.document);
    return jr_events_take(&keys, &request, &arena, &intake, &err);
}

static void expect_event(uint32_t i, const char *customer, const char *event, const char *dedupe) {
    const struct jr_input *input = &intake.input[i];
    assert_int_equal(input->kind, JR_INPUT_EVENT);
    assert_true(jn_str_is(input->customer, customer) && jn_str_is(input->event, event));
    assert_true(jn_str_is(input->dedupe, dedupe) && input->known);
}

static void one_as_json(void **state) {
    (void)state;
    assert_int_equal(take("application/cloudevents+json; charset=utf-8", NULL,
                          "{" SOUND ",\"time\":\"2026-03-01T00:00:00Z\",\"data\":{\"plan\":\"trial\"}}"),
                     JN_OK);
    assert_int_equal(intake.n, 1);
    expect_event(0, "ann", "signup", "/shop e1");
    assert_int_equal(intake.input[0].happened, WALL - JN_MS_HOUR);
    assert_true(jn_str_is(jn_json_text(jn_json_get(intake.input[0].properties, "plan")), "trial"));
}

static void a_batch(void **state) {
    (void)state;
    assert_int_equal(take("application/cloudevents-batch+json", NULL,
                          "[{" SOUND "},{\"id\":1},{\"specversion\":\"1.0\",\"id\":\"e2\",\"source\":\"/shop\","
                          "\"type\":\"rest\",\"data\":{\"userId\":\"bo\"}}]"),
                     JN_OK);
    assert_int_equal(intake.n, 3);
    expect_event(0, "ann", "signup", "/shop e1");
    assert_int_equal(intake.input[0].happened, WALL);
    assert_int_equal(intake.input[1].kind, JR_INPUT_QUARANTINE);
    expect_event(2, "bo", "rest", "/shop e2");
    assert_int_equal(take("application/cloudevents-batch+json", NULL, "[]"), JN_OK);
    assert_int_equal(intake.n, 0);
}

static void one_with_its_attributes_in_the_head(void **state) {
    static const struct field FIELDS[] = {{"ce-specversion", "1.0"}, {"ce-id", "e1"},     {"ce-source", "/shop"},
                                          {"ce-type", "signup"},     {"ce-subject", "b"}, {NULL, NULL}};
    (void)state;
    assert_int_equal(take("application/json", FIELDS, "{\"plan\":\"trial\",\"id\":\"not this\"}"), JN_OK);
    expect_event(0, "b", "signup", "/shop e1");
    assert_true(jn_str_is(jn_json_text(jn_json_get(intake.input[0].properties, "plan")), "trial"));
    assert_int_equal(take("", FIELDS, ""), JN_OK); /* without data */
    expect_event(0, "b", "signup", "/shop e1");
    assert_null(intake.input[0].properties);
    assert_int_equal(take("text/plain", FIELDS, "not JSON"), JN_INVALID);
    assert_int_equal(take("application/cloudevents+json", FIELDS, "{" SOUND "}"), JN_OK); /* the body says it */
    expect_event(0, "ann", "signup", "/shop e1");
}

static void what_is_none_is_set_aside_with_the_reason(void **state) {
    static const struct {
        const char *body, *reason;
    } ROW[] = {
        {"7", "an event must be an object"},
        {"{}", "specversion is not 1.0"},
        {"{\"specversion\":\"0.3\"}", "specversion is not 1.0"},
        {"{\"specversion\":\"1.0\"}", "id is missing or no text"},
        {"{\"specversion\":\"1.0\",\"id\":\"e\"}", "source is missing or no text"},
        {"{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"s\"}", "type is missing or no text"},
        {"{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"s\",\"type\":\"t\"}",
         "neither subject nor userId in data says whose it is"},
        {"{" SOUND ",\"data\":\"text\"}", "data must be an object"},
        {"{" SOUND ",\"data_base64\":\"AA==\"}", "data_base64 is not read: data must be an object"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        assert_int_equal(take("application/cloudevents+json", NULL, ROW[i].body), JN_OK);
        assert_int_equal(intake.n, 1);
        assert_int_equal(intake.input[0].kind, JR_INPUT_QUARANTINE);
        if (!jn_str_is(intake.input[0].reason, ROW[i].reason)) fail_msg("%.*s", JN_FMT(intake.input[0].reason));
        assert_true(intake.input[0].text.n > 0);
    }
    assert_int_equal(take("application/cloudevents+json", NULL, "{"), JN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_as_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_with_its_attributes_in_the_head, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_none_is_set_aside_with_the_reason, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
