/* People as requests name them: by ids, by what only they have, and by ids that turn out to be of one person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

static struct desk desk;

static int set_up(void **state) {
    (void)state;
    return desk_open_with(&desk, DESK_PROGRAM("Hello")) == 200 ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    desk_close(&desk);
    return 0;
}

static void asks(const char *method, const char *path, const char *body, int status) {
    if (desk_ask(&desk, &ASK(method, path, .body = body)) != status)
        fail_msg("%s %s: %d %.*s", method, path, desk.status, JN_FMT(jn_buf_view(&desk.body)));
}

static bool answered(const char *text) {
    struct jn_str body = jn_buf_view(&desk.body);
    return memmem(body.p, body.n, text, strlen(text)) != NULL;
}

static void who_alone_has_a_value_is_found_by_it(void **state) {
    (void)state;
    asks("POST", "/v1/identify", "{\"userId\":\"ann\",\"traits\":{\"phone\":\" +491 \"}}", 200);
    asks("GET", "/api/customers/%2B491", NULL, 200);
    assert_true(answered("\"ann\""));
    asks("GET", "/api/customers/%2B492", NULL, 404);
    asks("POST", "/v1/identify", "{\"userId\":\"ann\",\"traits\":{\"phone\":\"+492\"}}", 200);
    asks("GET", "/api/customers/%2B491", NULL, 404);
    asks("GET", "/api/customers/%2B492", NULL, 200);
}

static void also_within_one_request(void **state) {
    (void)state;
    asks("POST", "/v1/batch",
         "{\"batch\":[{\"type\":\"identify\",\"userId\":\"ann\",\"traits\":{\"phone\":\"+491\"}},"
         "{\"type\":\"identify\",\"userId\":\"bo\",\"traits\":{\"phone\":\"+492\"}},"
         "{\"type\":\"track\",\"event\":\"rest\",\"context\":{\"traits\":{\"phone\":\"+492\"}}},"
         "{\"type\":\"track\",\"event\":\"rest\",\"context\":{\"traits\":{\"phone\":\"+493\"}}}]}",
         200);
    asks("GET", "/api/customers/bo", NULL, 200);
    assert_true(answered("resting"));
    asks("GET", "/api/customers/ann", NULL, 200);
    assert_false(answered("resting"));
    asks("GET", "/api/quarantine", NULL, 200); /* nobody has that number */
    assert_true(answered("+493"));
}

static void a_source_knows_people_by_it(void **state) {
    (void)state;
    asks("POST", "/v1/identify", "{\"userId\":\"ann\",\"traits\":{\"phone\":\"+491\"}}", 200);
    const struct ask paid =
        ASK("POST", "/hooks/shop", .body = "{\"type\":\"paid\",\"customer\":\"+491\",\"order\":\"1\",\"id\":\"o\"}",
            .sign = true);
    assert_int_equal(desk_ask(&desk, &paid), 200);
    asks("GET", "/api/customers/ann/export", NULL, 200);
    assert_true(answered("purchase"));
}

static void who_is_erased_is_found_by_nothing(void **state) {
    (void)state;
    asks("POST", "/v1/identify", "{\"userId\":\"ann\",\"anonymousId\":\"phone-1\",\"traits\":{\"phone\":\"+491\"}}",
         200);
    asks("POST", "/v1/track", "{\"userId\":\"ann\",\"event\":\"begin\"}", 200);
    asks("POST", "/v1/track", "{\"userId\":\"ann\",\"event\":\"purchase\",\"properties\":{}}", 200); /* set aside */
    asks("PUT", "/api/customers/ann/aliases/ann%40work", NULL, 200);
    asks("PUT", "/api/customers/ann/consents/news", "{\"state\":\"out\"}", 200);
    asks("GET", "/api/customers/%2B491/export", NULL, 200);
    assert_true(answered("\"news\":\"out\"") && answered("ann@work") && answered("phone-1"));
    asks("DELETE", "/api/customers/%2B491", NULL, 200);
    assert_true(answered("\"ids\":") && answered("\"quarantined\":1"));
    asks("GET", "/api/customers/ann", NULL, 404);
    asks("GET", "/api/customers/phone-1", NULL, 404);
    asks("GET", "/api/customers/ann%40work", NULL, 404);
    asks("GET", "/api/customers/%2B491", NULL, 404);
    asks("GET", "/api/quarantine", NULL, 200);
    assert_false(answered("ann"));
}

static void what_is_sent_and_counted_is_in_the_export(void **state) {
    (void)state;
    asks("POST", "/v1/identify", "{\"userId\":\"ann\",\"traits\":{\"email\":\"a@b.c\"}}", 200);
    asks("POST", "/v1/track", "{\"userId\":\"ann\",\"event\":\"begin\"}", 200);
    assert_int_equal(desk_answered(&desk, JR_RESULT_ACCEPTED), JN_OK);
    asks("GET", "/api/customers/ann/export", NULL, 200);
    assert_true(answered("\"sent\":[{"));
    assert_true(answered("\"counted\":[{\"journey\":\"welcome\",\"channel\":\"post\","));
    asks("GET", "/api/customers/ann/timeline", NULL, 200);
    assert_true(answered("hello"));
    asks("GET", "/api/deliveries?state=sent&customer=ann&message=hello&journey=welcome", NULL, 200);
    assert_true(answered("hello"));
    asks("GET", "/api/deliveries?state=sent&customer=bo", NULL, 200);
    assert_false(answered("hello"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_alone_has_a_value_is_found_by_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(also_within_one_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_source_knows_people_by_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_erased_is_found_by_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_sent_and_counted_is_in_the_export, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
