/* Bodies of the tracking API and what the engine is given for them. */
#include "runtime/ingest/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <zlib.h>

#include <cmocka.h>

#include "core/civil.h"

#define WALL INT64_C(1772326800000) /* 2026-03-01T01:00:00Z */

static struct jn_arena arena;
static struct jr_intake intake;
static struct jn_err err;

static int setup(void **state) {
    (void)state;
    jn_arena_init(&arena);
    intake = (struct jr_intake){0};
    return 0;
}

static int teardown(void **state) {
    (void)state;
    jn_json_free(intake.document);
    jn_arena_release(&arena);
    return 0;
}

static jn_rc take_with(const struct jr_keys *keys, const char *call, const char *authorization, struct jn_str body) {
    jn_json_free(intake.document);
    struct jr_track_request request = {
        .call = jn_str_z(call), .authorization = jn_str_z(authorization), .body = body, .wall = WALL};
    return jr_track_take(keys, &request, &arena, &intake, &err);
}

static jn_rc take(const char *call, const char *body) {
    struct jr_keys keys = {.any = true};
    return take_with(&keys, call, NULL, jn_str_z(body));
}

static void expect_quarantined(const char *call, const char *body, const char *reason) {
    assert_int_equal(take(call, body), JN_OK);
    assert_int_equal(intake.n, 1);
    assert_int_equal(intake.input[0].kind, JR_INPUT_QUARANTINE);
    if (!jn_str_is(intake.input[0].reason, reason)) print_error("%.*s\n", JN_FMT(intake.input[0].reason));
    assert_true(jn_str_is(intake.input[0].reason, reason));
    assert_true(intake.input[0].text.n > 0);
}

static void test_track(void **state) {
    (void)state;
    assert_int_equal(take("track", "{\"userId\":\"ann\",\"event\":\"signup\",\"properties\":{\"plan\":\"trial\"},"
                                   "\"messageId\":\"m1\",\"timestamp\":\"2026-03-01T00:00:00Z\"}"),
                     JN_OK);
    assert_int_equal(intake.n, 1);
    const struct jr_input *input = &intake.input[0];
    assert_int_equal(input->kind, JR_INPUT_EVENT);
    assert_true(jn_str_is(input->source, "track"));
    assert_true(jn_str_is(input->customer, "ann"));
    assert_true(jn_str_is(input->event, "signup"));
    assert_true(jn_str_is(input->dedupe, "m1"));
    assert_int_equal(input->happened, WALL - JN_MS_HOUR);
    assert_true(jn_str_is(jn_json_text(jn_json_get(input->properties, "plan")), "trial"));
}

static void test_short_forms_and_unknown_calls(void **state) {
    (void)state;
    const char *body = "{\"userId\":\"ann\",\"event\":\"e\"}";
    assert_int_equal(take("t", body), JN_OK);
    assert_int_equal(intake.input[0].kind, JR_INPUT_EVENT);
    assert_int_equal(take("i", body), JN_OK);
    assert_int_equal(intake.input[0].kind, JR_INPUT_IDENTIFY);
    assert_int_equal(take("m", "not even JSON"), JN_OK);
    assert_int_equal(intake.n, 0);
    assert_int_equal(take("x", body), JN_NOT_FOUND);
    assert_int_equal(take("", body), JN_NOT_FOUND);
}

static void test_who_it_is_about(void **state) {
    (void)state;
    assert_int_equal(take("track", "{\"anonymousId\":\"a-1\",\"event\":\"e\"}"), JN_OK);
    assert_true(jn_str_is(intake.input[0].customer, "a-1"));
    assert_int_equal(take("track", "{\"userId\":\"\",\"anonymousId\":\"a-1\",\"event\":\"e\"}"), JN_OK);
    assert_true(jn_str_is(intake.input[0].customer, "a-1"));
    assert_int_equal(take("track", "{\"userId\":42,\"anonymousId\":\"a-1\",\"event\":\"e\"}"), JN_OK);
    assert_true(jn_str_is(intake.input[0].customer, "42"));
    assert_int_equal(take("track", "{\"userId\":null,\"anonymousId\":\"a-1\",\"event\":\"e\",\"properties\":null}"), JN_OK);
    assert_null(intake.input[0].properties);
}

static void test_a_device_and_a_person(void **state) {
    (void)state;
    assert_int_equal(take("track", "{\"userId\":\"ann\",\"anonymousId\":\"a-1\",\"event\":\"e\"}"), JN_OK);
    const struct jr_input *input = intake.input;
    assert_true(jn_str_is(input->customer, "ann") && jn_str_is(input->other, "a-1") && input->known);
    assert_int_equal(take("identify", "{\"anonymousId\":\"a-1\",\"traits\":{}}"), JN_OK);
    input = intake.input;
    assert_true(jn_str_is(input->customer, "a-1") && input->other.n == 0 && !input->known);
}

static void test_alias(void **state) {
    (void)state;
    assert_int_equal(take("a", "{\"previousId\":7,\"userId\":\"ann\",\"messageId\":\"m1\"}"), JN_OK);
    assert_int_equal(intake.n, 1);
    const struct jr_input *input = intake.input;
    assert_int_equal(input->kind, JR_INPUT_ALIAS);
    assert_true(jn_str_is(input->customer, "ann") && jn_str_is(input->other, "7") && jn_str_is(input->dedupe, "m1"));
    assert_true(input->known && !input->insist);
    jr_track_settle(&intake, NULL);
    assert_int_equal(intake.n, 1);
    expect_quarantined("alias", "{\"userId\":\"ann\",\"anonymousId\":\"a\"}",
                       "previousId is no text: an alias says which id is to name userId");
    expect_quarantined("alias", "{\"previousId\":\"a\",\"anonymousId\":\"b\"}",
                       "userId is no text: an alias says whom previousId is to name");
}

static void test_identify(void **state) {
    (void)state;
    assert_int_equal(take("identify", "{\"userId\":\"ann\",\"traits\":{\"email\":\"a@b\"}}"), JN_OK);
    assert_int_equal(intake.input[0].kind, JR_INPUT_IDENTIFY);
    assert_true(jn_str_is(jn_json_text(jn_json_get(intake.input[0].traits, "email")), "a@b"));
    assert_int_equal(take("identify", "{\"userId\":\"ann\",\"context\":{\"traits\":{\"email\":\"c@d\"}}}"), JN_OK);
    assert_true(jn_str_is(jn_json_text(jn_json_get(intake.input[0].traits, "email")), "c@d"));
    assert_int_equal(take("identify", "{\"userId\":\"ann\"}"), JN_OK);
    assert_null(intake.input[0].traits);
}

static void test_bad_events_are_quarantined(void **state) {
    (void)state;
    expect_quarantined("track", "{\"event\":\"e\"}", "neither userId nor anonymousId is a text");
    expect_quarantined("track", "{\"userId\":{},\"event\":\"e\"}", "neither userId nor anonymousId is a text");
    expect_quarantined("track", "{\"userId\":\"a\"}", "event is missing or no text");
    expect_quarantined("track", "{\"userId\":\"a\",\"event\":\"\"}", "event is missing or no text");
    expect_quarantined("track", "{\"userId\":\"a\",\"event\":7}", "event is missing or no text");
    expect_quarantined("track", "{\"userId\":\"a\",\"event\":\"e\",\"properties\":[]}", "properties must be an object");
    expect_quarantined("identify", "{\"userId\":\"a\",\"traits\":\"x\"}", "traits must be an object");
    expect_quarantined("track", "[]", "an event must be an object");
    expect_quarantined("track", "7", "an event must be an object");
    expect_quarantined("track", "null", "an event must be an object");
    expect_quarantined("batch", "{}", "batch must be a list of events");
    expect_quarantined("batch", "{\"batch\":{}}", "batch must be a list of events");
    expect_quarantined("batch", "{\"batch\":[3]}", "type is none of track, identify, page, screen, group, alias");
    expect_quarantined("batch", "{\"batch\":[{\"type\":\"batch\"}]}",
                       "type is none of track, identify, page, screen, group, alias");
    expect_quarantined("batch", "{\"batch\":[{\"type\":\"t\",\"userId\":\"a\",\"event\":\"e\"}]}",
                       "type is none of track, identify, page, screen, group, alias");
}

static void test_ids_have_a_length(void **state) {
    (void)state;
    char id[400], body[1024];
    memset(id, 'a', sizeof id);
    (void)snprintf(body, sizeof body, "{\"userId\":\"%.256s\",\"event\":\"%.256s\",\"messageId\":\"%.256s\"}", id, id, id);
    assert_int_equal(take("track", body), JN_OK);
    assert_int_equal(intake.input[0].kind, JR_INPUT_EVENT);
    (void)snprintf(body, sizeof body, "{\"userId\":\"%.257s\",\"event\":\"e\"}", id);
    expect_quarantined("track", body, "the customer's id is longer than 256 bytes");
    (void)snprintf(body, sizeof body, "{\"userId\":\"a\",\"event\":\"%.257s\"}", id);
    expect_quarantined("track", body, "the event's name is longer than 256 bytes");
    (void)snprintf(body, sizeof body, "{\"userId\":\"a\",\"event\":\"e\",\"messageId\":\"%.257s\"}", id);
    expect_quarantined("track", body, "messageId is longer than 256 bytes");
    (void)snprintf(body, sizeof body, "{\"userId\":\"a\",\"anonymousId\":\"%.257s\",\"event\":\"e\"}", id);
    expect_quarantined("track", body, "anonymousId is longer than 256 bytes");
    (void)snprintf(body, sizeof body, "{\"userId\":\"a\",\"previousId\":\"%.257s\"}", id);
    expect_quarantined("alias", body, "previousId is longer than 256 bytes");
}

static void test_what_is_not_json(void **state) {
    (void)state;
    static const char *const BAD[] = {"", " ", "{", "{]", "nonsense", "{\"a\":1}x", "{\"a\":\"\xff\"}", "{\"a\":NaN}",
                                      "{\"a\":\"\\ud800\"}", "{'a':1}", "{\"a\":01}", "\xef\xbb\xbf{}"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_int_equal(take("track", BAD[i]), JN_INVALID);
    struct jn_buf deep;
    jn_buf_init(&deep, 1 << 20);
    for (int i = 0; i < 100000; i++)
        jn_buf_char(&deep, '[');
    struct jr_keys keys = {.any = true};
    assert_int_equal(take_with(&keys, "track", NULL, jn_buf_view(&deep)), JN_INVALID);
    jn_buf_release(&deep);
}

static void test_batch(void **state) {
    (void)state;
    assert_int_equal(take("batch", "{\"batch\":[{\"type\":\"track\",\"userId\":\"a\",\"event\":\"e\"},"
                                   "{\"type\":\"track\"},{\"type\":\"identify\",\"userId\":\"a\"},"
                                   "{\"type\":\"page\",\"userId\":\"a\",\"properties\":{\"url\":\"/\"}}]}"),
                     JN_OK);
    assert_int_equal(intake.n, 4);
    assert_int_equal(intake.input[0].kind, JR_INPUT_EVENT);
    assert_int_equal(intake.input[1].kind, JR_INPUT_QUARANTINE);
    assert_int_equal(intake.input[2].kind, JR_INPUT_IDENTIFY);
    assert_true(jn_str_is(intake.input[3].event, "page"));
    assert_int_equal(take("import", "{\"batch\":[]}"), JN_OK);
    assert_int_equal(intake.n, 0);
}

static void test_batch_has_a_length(void **state) {
    (void)state;
    struct jn_buf body;
    jn_buf_init(&body, 1 << 20);
    jn_buf_z(&body, "{\"batch\":[0");
    for (int i = 0; i < JR_TRACK_BATCH_MAX; i++)
        jn_buf_z(&body, ",0");
    jn_buf_z(&body, "]}");
    struct jr_keys keys = {.any = true};
    assert_int_equal(take_with(&keys, "batch", NULL, jn_buf_view(&body)), JN_TOO_LARGE);
    jn_buf_release(&body);
}

static void test_the_senders_clock_is_corrected(void **state) {
    (void)state;
    /* Sent at 03:00 by the sender's clock, received at 01:00 by ours: it is two hours fast. */
    assert_int_equal(take("batch", "{\"sentAt\":\"2026-03-01T03:00:00Z\",\"batch\":[{\"type\":\"track\",\"userId\":\"a\","
                                   "\"event\":\"e\",\"timestamp\":\"2026-03-01T02:30:00Z\"}]}"),
                     JN_OK);
    assert_int_equal(intake.input[0].happened, WALL - 30 * JN_MS_MINUTE);
    assert_int_equal(take("track", "{\"userId\":\"a\",\"event\":\"e\",\"timestamp\":\"yesterday\"}"), JN_OK);
    assert_int_equal(intake.input[0].happened, WALL);
    assert_int_equal(take("track", "{\"userId\":\"a\",\"event\":\"e\",\"originalTimestamp\":\"2026-03-01T00:30:00Z\"}"), JN_OK);
    assert_int_equal(intake.input[0].happened, WALL - 30 * JN_MS_MINUTE);
}

static void test_undeclared_pages_are_dropped(void **state) {
    (void)state;
    assert_int_equal(take("batch", "{\"batch\":[{\"type\":\"page\",\"userId\":\"a\"},{\"type\":\"group\",\"userId\":\"a\"},"
                                   "{\"type\":\"track\",\"userId\":\"a\",\"event\":\"kept\"}]}"),
                     JN_OK);
    jr_track_settle(&intake, NULL);
    assert_int_equal(intake.n, 1);
    assert_true(jn_str_is(intake.input[0].event, "kept"));
    assert_int_equal(take("page", "{\"userId\":\"ann\",\"anonymousId\":\"a-1\"}"), JN_OK);
    jr_track_settle(&intake, NULL);
    assert_int_equal(intake.n, 1); /* whose device it is */
    assert_int_equal(intake.input[0].kind, JR_INPUT_IDENTIFY);
}

static void test_keys(void **state) {
    (void)state;
    struct jr_keys keys = {0};
    struct jn_str sound = JN_STR("{\"userId\":\"a\",\"event\":\"e\"}");
    struct jn_str with_key = JN_STR("{\"userId\":\"a\",\"event\":\"e\",\"writeKey\":\"wk_2\"}");
    struct jn_str with_bad = JN_STR("{\"userId\":\"a\",\"event\":\"e\",\"writeKey\":\"wk_\"}");
    assert_int_equal(jr_keys_parse(JN_STR(" wk_1 ,wk_2,,"), &keys, &err), JN_OK);
    assert_int_equal(keys.n, 2);
    assert_int_equal(take_with(&keys, "track", "Basic d2tfMTo=", sound), JN_OK);          /* wk_1: */
    assert_int_equal(take_with(&keys, "track", "basic d2tfMQ==", sound), JN_OK);          /* wk_1 */
    assert_int_equal(take_with(&keys, "track", "Basic d2tfMjpwYXNz", sound), JN_OK);      /* wk_2:pass */
    assert_int_equal(take_with(&keys, "track", "Basic d2tfMzo=", with_key), JN_UNAUTHORIZED); /* wk_3: */
    assert_int_equal(take_with(&keys, "track", "Basic !", sound), JN_UNAUTHORIZED);
    assert_int_equal(take_with(&keys, "track", "Basic Og==", sound), JN_UNAUTHORIZED); /* : */
    assert_int_equal(take_with(&keys, "track", "Bearer wk_2", sound), JN_OK);
    assert_int_equal(take_with(&keys, "track", "Bearer token", with_key), JN_OK);
    assert_int_equal(take_with(&keys, "track", "Bearer token", sound), JN_UNAUTHORIZED);
    assert_int_equal(take_with(&keys, "track", NULL, with_key), JN_OK);
    assert_int_equal(take_with(&keys, "track", NULL, with_bad), JN_UNAUTHORIZED);
    assert_int_equal(take_with(&keys, "track", NULL, sound), JN_UNAUTHORIZED);
    assert_int_equal(take_with(&keys, "track", "Basic d2tfMTo=", JN_STR("{")), JN_INVALID);
}

static struct jn_str gzip(struct jn_str plain, Bytef *out, size_t room) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)plain.p;
    stream.avail_in = (uInt)plain.n;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    struct jn_str packed = {(const char *)out, stream.total_out};
    deflateEnd(&stream);
    return packed;
}

static void test_gzip(void **state) {
    (void)state;
    static Bytef out[65536];
    static char zeros[16 << 20];
    struct jr_keys keys = {.any = true};
    struct jn_str packed = gzip(JN_STR("{\"userId\":\"a\",\"event\":\"e\"}"), out, sizeof out);
    assert_int_equal(take_with(&keys, "track", NULL, packed), JN_OK);
    assert_true(jn_str_is(intake.input[0].event, "e"));
    assert_int_equal(take_with(&keys, "track", NULL, jn_str_sub(packed, 0, packed.n - 9)), JN_INVALID);
    out[packed.n] = 'x';
    assert_int_equal(take_with(&keys, "track", NULL, (struct jn_str){packed.p, packed.n + 1}), JN_INVALID);
    out[12] ^= 0x55;
    assert_int_equal(take_with(&keys, "track", NULL, packed), JN_INVALID);
    memset(zeros, ' ', sizeof zeros);
    packed = gzip((struct jn_str){zeros, sizeof zeros}, out, sizeof out); /* a bomb: a thousand times its size */
    assert_int_equal(take_with(&keys, "track", NULL, packed), JN_TOO_LARGE);
}

static void test_settings_document(void **state) {
    (void)state;
    struct jn_buf out;
    struct jn_json *document = NULL;
    jn_buf_init(&out, 4096);
    jr_track_settings(JN_STR("wk\"1"), JN_STR("h:1"), false, &out);
    assert_int_equal(jn_json_parse(jn_buf_view(&out), &document, &err), JN_OK);
    struct jn_json *row = jn_json_get(jn_json_get(document, "integrations"), "Segment.io");
    assert_true(jn_str_is(jn_json_text(jn_json_get(row, "apiKey")), "wk\"1"));
    assert_true(jn_str_is(jn_json_text(jn_json_get(row, "apiHost")), "h:1/v1"));
    jn_json_free(document);
    jn_buf_release(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_track),
        TEST(test_short_forms_and_unknown_calls),
        TEST(test_who_it_is_about),
        TEST(test_a_device_and_a_person),
        TEST(test_alias),
        TEST(test_identify),
        TEST(test_bad_events_are_quarantined),
        TEST(test_ids_have_a_length),
        TEST(test_what_is_not_json),
        TEST(test_batch),
        TEST(test_batch_has_a_length),
        TEST(test_the_senders_clock_is_corrected),
        TEST(test_undeclared_pages_are_dropped),
        TEST(test_keys),
        TEST(test_gzip),
        TEST(test_settings_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
