/* Inbound webhooks: what of a body becomes an event, whose, and under which id; and what is wrong with one that does
 * not. */
#include "runtime/ingest/hooks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "core/civil.h"
#include "core/hash.h"
#include "journey/compile.h"

#define PROGRAM                                                                                                        \
    "workspace\n  timezone \"UTC\"\nend\nevent paid\n  number text\n  note text\nend\nevent seen\n"                    \
    "source shop\n  verify hmac sha256 header \"X-Shop-Signature\" hex secret env SHOP_SECRET\n"                       \
    "  when body.type is \"paid\" take paid\n    customer body.customer\n    dedupe body.id\n    at body.at\n"         \
    "    number = body.number\n    note = body.note\n  end\nend\n"                                                     \
    "source hub\n  verify github secret \"hub-secret\"\n  take seen\n    customer body.customer\n  end\nend\n"         \
    "source lost\n  verify github secret env NO_SECRET\n  take seen\n    customer body.customer\n  end\nend\n"

#define NOW INT64_C(1772326800000) /* 2026-03-01T01:00:00Z */

struct request {
    struct jn_str body, id;
    char signature[80];
};

static struct jn_arena arena;
static const struct jn_program *program;
static struct jr_hook_taken taken;
static struct jn_err err;
static int64_t now = NOW;

static int set_up(void **state) {
    static const struct jc_source source = {.path = {"a.journey", 9}, .text = {PROGRAM, sizeof PROGRAM - 1}};
    struct jc_result result;
    (void)state;
    jn_arena_init(&arena);
    if (jc_compile(&arena, &source, 1, &result, NULL) != JN_OK) return -1;
    if (result.program == NULL) return -1;
    program = result.program;
    taken = (struct jr_hook_taken){0};
    return 0;
}

static void forget(void) {
    jn_json_free(taken.document);
    jn_json_free(taken.properties);
    taken = (struct jr_hook_taken){0};
}

static int tear_down(void **state) {
    (void)state;
    forget();
    jn_arena_release(&arena);
    return 0;
}

static struct jn_str header(const void *user, const char *name) {
    const struct request *request = user;
    if (strcasecmp(name, "x-shop-signature") == 0 || strcasecmp(name, "x-hub-signature-256") == 0)
        return jn_str_z(request->signature);
    return strcasecmp(name, "x-github-delivery") == 0 ? request->id : JN_STR_NONE;
}

static struct jn_str variable(struct jn_str name) {
    return jn_str_is(name, "SHOP_SECRET") ? JN_STR("shop-secret") : JN_STR_NONE;
}

static jn_rc take(const char *source, struct jn_str body, struct jn_str id) {
    struct request request = {.body = body, .id = id};
    struct jn_sha256 mac;
    struct jn_buf hex;
    bool shop = strcmp(source, "shop") == 0;
    jn_hmac_sha256(shop ? JN_STR("shop-secret") : JN_STR("hub-secret"), body, &mac);
    jn_buf_init(&hex, 80);
    if (!shop) jn_buf_z(&hex, "sha256=");
    jn_hex((struct jn_str){(const char *)mac.b, sizeof mac.b}, &hex);
    memcpy(request.signature, hex.p, hex.n);
    jn_buf_release(&hex);
    struct jr_hook hook = {.program = program,
                           .source = jn_str_z(source),
                           .body = body,
                           .now = now,
                           .wall = now,
                           .header = header,
                           .user = &request,
                           .variable = variable};
    forget();
    err.text[0] = '\0';
    return jr_hook_take(&hook, &arena, &taken, &err);
}

static void expect_refused(const char *source, struct jn_str body, struct jn_str id, jn_rc rc, const char *says) {
    assert_int_equal(take(source, body, id), rc);
    if (strstr(err.text, says) == NULL) fail_msg("%s", err.text);
    assert_false(taken.taken);
}

static void a_body_becomes_an_event(void **state) {
    (void)state;
    assert_int_equal(take("shop",
                          JN_STR("{\"type\":\"paid\",\"customer\":\"ann\",\"id\":\"o-1\",\"number\":\"7\","
                                 "\"at\":\"2026-02-28T12:00:00Z\"}"),
                          JN_STR_NONE),
                     JN_OK);
    assert_true(taken.taken);
    assert_true(jn_str_is(taken.input.event, "paid") && jn_str_is(taken.input.customer, "ann"));
    assert_true(jn_str_is(taken.input.dedupe, "o-1") && jn_str_is(taken.input.source, "shop"));
    assert_true(taken.input.happened == NOW - 13 * JN_MS_HOUR);
    assert_true(jn_str_is(jn_json_text(jn_json_get(taken.input.properties, "number")), "7"));
    assert_null(jn_json_get(taken.input.properties, "note")); /* what the body does not have */
}

static void it_happened_when_it_came_where_nothing_else_is_said(void **state) {
    (void)state;
    assert_int_equal(take("shop", JN_STR("{\"type\":\"paid\",\"customer\":\"ann\"}"), JN_STR_NONE), JN_OK);
    assert_true(taken.taken && taken.input.happened == NOW && taken.input.dedupe.n == 0);
    assert_int_equal(take("shop", JN_STR("{\"type\":\"paid\",\"customer\":\"ann\",\"at\":\"soon\"}"), JN_STR_NONE),
                     JN_OK);
    assert_true(taken.taken && taken.input.happened == NOW);
}

static void a_sender_may_number_what_it_sends(void **state) {
    (void)state;
    assert_int_equal(take("hub", JN_STR("{\"customer\":\"ann\"}"), JN_STR("delivery-1")), JN_OK);
    assert_true(taken.taken && jn_str_is(taken.input.dedupe, "delivery-1"));
    assert_int_equal(take("hub", JN_STR("{\"customer\":\"ann\"}"), JN_STR_NONE), JN_OK);
    assert_true(taken.taken && taken.input.dedupe.n == 0);
}

static void what_no_rule_is_for_is_sound_and_left(void **state) {
    (void)state;
    assert_int_equal(take("shop", JN_STR("{\"type\":\"refunded\"}"), JN_STR_NONE), JN_OK);
    assert_false(taken.taken);
}

static void what_cannot_be_taken_is_told(void **state) {
    char id[300];
    (void)state;
    memset(id, 'x', sizeof id);
    struct jn_str far_too_long = {id, sizeof id};
    expect_refused("nobody", JN_STR("{}"), JN_STR_NONE, JN_NOT_FOUND, "no source `nobody`");
    expect_refused("lost", JN_STR("{}"), JN_STR_NONE, JN_CONFIG, "NO_SECRET, which is not set");
    expect_refused("shop", JN_STR("{"), JN_STR_NONE, JN_INVALID, "");
    expect_refused("shop", JN_STR("{\"type\":\"paid\"}"), JN_STR_NONE, JN_UNPROCESSABLE, "gives no customer");
    expect_refused("hub", JN_STR("{\"customer\":\"ann\"}"), far_too_long, JN_UNPROCESSABLE, "longer than 256 bytes");
    struct jn_str body = jn_arena_printf(&arena, "{\"type\":\"paid\",\"customer\":\"%.*s\"}", 300, id);
    expect_refused("shop", body, JN_STR_NONE, JN_UNPROCESSABLE, "customer is longer than 256 bytes");
    body = jn_arena_printf(&arena, "{\"type\":\"paid\",\"customer\":\"ann\",\"id\":\"%.*s\"}", 300, id);
    expect_refused("shop", body, JN_STR_NONE, JN_UNPROCESSABLE, "dedupe key is longer than 256 bytes");
}

static void an_event_has_a_bound(void **state) {
    struct jn_buf body;
    (void)state;
    jn_buf_init(&body, 4 << 20);
    jn_buf_z(&body, "{\"type\":\"paid\",\"customer\":\"ann\",\"note\":\"");
    for (int i = 0; i < 1 << 20; i++)
        jn_buf_char(&body, 'n');
    jn_buf_z(&body, "\"}");
    expect_refused("shop", jn_buf_view(&body), JN_STR_NONE, JN_UNPROCESSABLE, "too large");
    jn_buf_release(&body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_body_becomes_an_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_happened_when_it_came_where_nothing_else_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sender_may_number_what_it_sends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_no_rule_is_for_is_sound_and_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_taken_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_has_a_bound, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
