/* Paths and methods find their row, queries and percent signs are read right. */
#include "runtime/http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct jr_http_route ROUTES[] = {{"GET", "/", 0, NULL},
                                              {"GET", "/v1/:call", 0, NULL},
                                              {"POST", "/v1/:call", 0, NULL},
                                              {"GET", "/v1/projects/:key/settings", 0, NULL}};

static int find(const char *method, const char *path, uint32_t *index, struct jn_str *param) {
    struct jr_http_request request = {.method = jn_str_z(method), .path = jn_str_z(path)};
    struct jn_buf allow;
    jn_buf_init(&allow, 256);
    int status = jr_http_route_find(ROUTES, 4, &request, index, param, &allow);
    if (status == 405) assert_true(jn_str_is(jn_buf_view(&allow), "GET, POST"));
    jn_buf_release(&allow);
    return status;
}

static void test_rows(void **state) {
    (void)state;
    uint32_t index = 99;
    struct jn_str param;
    assert_int_equal(find("GET", "/", &index, &param), 200);
    assert_int_equal(index, 0);
    assert_int_equal(find("POST", "/v1/track", &index, &param), 200);
    assert_int_equal(index, 2);
    assert_true(jn_str_is(param, "track"));
    assert_int_equal(find("POST", "/v1/batch/", &index, &param), 200);
    assert_true(jn_str_is(param, "batch"));
    assert_int_equal(find("HEAD", "/v1/x", &index, &param), 200);
    assert_int_equal(index, 1);
    assert_int_equal(find("GET", "/v1/projects/k/settings", &index, &param), 200);
    assert_true(jn_str_is(param, "k"));
}

static void test_misses(void **state) {
    (void)state;
    uint32_t index;
    struct jn_str param;
    assert_int_equal(find("DELETE", "/v1/track", &index, &param), 405);
    assert_int_equal(find("GET", "/v1", &index, &param), 404);
    assert_int_equal(find("GET", "/v1/", &index, &param), 404);
    assert_int_equal(find("GET", "/v1//", &index, &param), 404);
    assert_int_equal(find("GET", "//", &index, &param), 200); /* one slash at the end is ignored */
    assert_int_equal(find("GET", "/v1/a/b", &index, &param), 404);
    assert_int_equal(find("GET", "/V1/track", &index, &param), 404);
    assert_int_equal(find("GET", "/v1/projects//settings", &index, &param), 404);
}

static void test_query(void **state) {
    (void)state;
    struct jr_http_request request = {.query = JN_STR("a=1&bb=2&flag&a=3&=x")};
    assert_true(jn_str_is(jr_http_query(&request, "a"), "1"));
    assert_true(jn_str_is(jr_http_query(&request, "bb"), "2"));
    assert_true(jr_http_query(&request, "flag").n == 0);
    assert_null(jr_http_query(&request, "b").p);
}

static void test_unescape(void **state) {
    (void)state;
    struct jn_buf out;
    jn_buf_init(&out, 64);
    assert_true(jr_http_unescape(JN_STR("a%20b%C3%a9"), &out));
    assert_true(jn_str_is(jn_buf_view(&out), "a b\xc3\xa9"));
    assert_false(jr_http_unescape(JN_STR("%"), &out));
    assert_false(jr_http_unescape(JN_STR("%2"), &out));
    assert_false(jr_http_unescape(JN_STR("%zz"), &out));
    assert_false(jr_http_unescape(JN_STR("a%00b"), &out));
    assert_false(jr_http_unescape(JN_STR("%0d%0a"), &out));
    jn_buf_reset(&out);
    assert_false(jr_http_unescape(JN_STR("%ff%fe"), &out)); /* no UTF-8 */
    jn_buf_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_misses),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_unescape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
