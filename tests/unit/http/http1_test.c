/* What the parser takes and what it refuses, fed whole and byte by byte: the answer must not depend on how bytes arrive. */
#include "runtime/http/http1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define HOST "Host: h\r\n"

struct outcome {
    int status;      /* 0: no error */
    int complete;    /* requests that were taken */
    char body[256];  /* of the last one */
    char path[128], query[128];
};

/* Feeds bytes in steps of `step`, as the server does. */
static struct outcome feed(struct jn_str bytes, size_t step, size_t body_max) {
    struct outcome out = {0};
    struct jr_http1 *http1 = jr_http1_new();
    size_t at = 0;
    bool again = false;
    while (at < bytes.n || again) {
        size_t used;
        enum jr_http1_state state = jr_http1_feed(http1, jn_str_sub(bytes, at, step), &used);
        at += used;
        again = false;
        if (state == JR_HTTP1_HEAD) {
            again = true;
            if (!jr_http1_body(http1, body_max)) state = JR_HTTP1_BAD;
        }
        if (state == JR_HTTP1_DONE) {
            struct jr_http1_message message;
            jr_http1_take(http1, &message);
            out.complete++;
            memset(out.body, 0, sizeof out.body);
            struct jn_str body = jn_str_sub(message.request.body, 0, sizeof out.body - 1);
            if (body.n > 0) memcpy(out.body, body.p, body.n);
            (void)snprintf(out.path, sizeof out.path, "%.*s", JN_FMT(message.request.path));
            (void)snprintf(out.query, sizeof out.query, "%.*s", JN_FMT(message.request.query));
            jr_http1_message_release(&message);
        }
        if (state == JR_HTTP1_BAD) {
            out.status = jr_http1_status(http1);
            assert_true(jr_http1_reason(http1)[0] != '\0');
            break;
        }
    }
    jr_http1_free(http1);
    return out;
}

struct abuse {
    const char *what, *bytes;
    size_t n;
    int status, complete;
};
#define CASE(what, bytes, status, complete) {what, bytes, sizeof(bytes) - 1, status, complete}
#define POST "POST / HTTP/1.1\r\n" HOST

static const struct abuse ABUSE[] = {
    /* sound ones */
    CASE("plain", "GET / HTTP/1.1\r\n" HOST "\r\n", 0, 1),
    CASE("one empty line before", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0, 1),
    CASE("two pipelined", "GET / HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0, 2),
    CASE("body by length", POST "Content-Length: 3\r\n\r\nabc", 0, 1),
    CASE("body in chunks", POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 0, 1),
    CASE("chunk extension", POST "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n", 0, 1),
    CASE("harmless trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n", 0, 1),
    CASE("chunked, then another", POST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0, 2),
    CASE("body, then another", POST "Content-Length: 1\r\n\r\naGET / HTTP/1.1\r\n" HOST "\r\n", 0, 2),
    CASE("1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0, 1),
    CASE("absolute form", "GET http://h/x HTTP/1.1\r\n" HOST "\r\n", 0, 1),
    CASE("OPTIONS *", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0, 1),
    CASE("expects continue", POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\na", 0, 1),
    CASE("offer to upgrade is ignored", "GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 0, 1),
    CASE("upgrade with a body", POST "Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 1\r\n\r\naGET / HTTP/1.1\r\n" HOST "\r\n", 0, 2),
    CASE("obs-text in a value", "GET / HTTP/1.1\r\n" HOST "X: \xc3\xa9\r\n\r\n", 0, 1),
    /* line ends and controls */
    CASE("bare LF lines", "GET / HTTP/1.1\nHost: h\n\n", 400, 0),
    CASE("bare LF after a field", "GET / HTTP/1.1\r\nHost: h\n\r\n", 400, 0),
    CASE("bare CR in a value", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400, 0),
    CASE("CR CR LF", "GET / HTTP/1.1\r\r\n" HOST "\r\n", 400, 0),
    CASE("NUL in a value", "GET / HTTP/1.1\r\nHost: h\0x\r\n\r\n", 400, 0),
    CASE("DEL in a value", "GET / HTTP/1.1\r\n" HOST "X: \x7f\r\n\r\n", 400, 0),
    CASE("ESC in the target", "GET /\x1b HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("folded line", "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400, 0),
    CASE("folded first field", "GET / HTTP/1.1\r\n X: a\r\n" HOST "\r\n", 400, 0),
    CASE("folded with a tab", "GET / HTTP/1.1\r\n" HOST "X: a\r\n\tb\r\n\r\n", 400, 0),
    CASE("two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("TLS hello", "\x16\x03\x01\x02\x00\x01", 400, 0),
    /* request line */
    CASE("unknown method", "BREW / HTTP/1.1\r\n" HOST "\r\n", 501, 0),
    CASE("method of another protocol", "SUBSCRIBE / HTTP/1.1\r\n" HOST "\r\n", 501, 0),
    CASE("CONNECT", "CONNECT h:1 HTTP/1.1\r\n" HOST "\r\n", 501, 0),
    CASE("lower-case method", "get / HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("HTTP/1.9", "GET / HTTP/1.9\r\n" HOST "\r\n", 505, 0),
    CASE("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 0),
    CASE("HTTP/2.0", "GET / HTTP/2.0\r\n" HOST "\r\n", 505, 0),
    CASE("no version", "GET /\r\n\r\n", 505, 0),
    CASE("other protocol", "GET / HTCPCP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("protocol of cameras", "GET / RTSP/1.0\r\n" HOST "\r\n", 400, 0),
    CASE("two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("space behind the version", "GET / HTTP/1.1 \r\n" HOST "\r\n", 400, 0),
    CASE("space in the target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("raw UTF-8 in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("no slash", "GET x HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("* for GET", "GET * HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("fragment", "GET /#a HTTP/1.1\r\n" HOST "\r\n", 400, 0),
    CASE("only spaces", "   \r\n\r\n", 400, 0),
    /* fields */
    CASE("no Host", "GET / HTTP/1.1\r\n\r\n", 400, 0),
    CASE("two Hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400, 0),
    CASE("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, 0),
    CASE("Host with a path", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", 400, 0),
    CASE("Host with a user", "GET / HTTP/1.1\r\nHost: a@h\r\n\r\n", 400, 0),
    CASE("two Hosts in one", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, 0),
    CASE("space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400, 0),
    CASE("field without a colon", "GET / HTTP/1.1\r\n" HOST "Nonsense\r\n\r\n", 400, 0),
    CASE("empty field name", "GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400, 0),
    CASE("parenthesis in a name", "GET / HTTP/1.1\r\n" HOST "X(: x\r\n\r\n", 400, 0),
    CASE("Expect something else", POST "Expect: the-moon\r\nContent-Length: 1\r\n\r\na", 417, 0),
    /* lengths: the ways of smuggling */
    CASE("TE and CL", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 0),
    CASE("CL and TE", POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400, 0),
    CASE("CL twice, equal", POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400, 0),
    CASE("CL twice, unequal", POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, 0),
    CASE("CL list", POST "Content-Length: 1, 1\r\n\r\na", 400, 0),
    CASE("CL with a sign", POST "Content-Length: +1\r\n\r\na", 400, 0),
    CASE("CL negative", POST "Content-Length: -1\r\n\r\na", 400, 0),
    CASE("CL hexadecimal", POST "Content-Length: 0x1\r\n\r\na", 400, 0),
    CASE("CL empty", POST "Content-Length:\r\n\r\na", 400, 0),
    CASE("CL overflow", POST "Content-Length: 99999999999999999999\r\n\r\na", 400, 0),
    CASE("CL with a space inside", POST "Content-Length: 1 1\r\n\r\na", 400, 0),
    CASE("CL with a space before the colon", POST "Content-Length : 1\r\n\r\na", 400, 0),
    CASE("TE xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501, 0),
    CASE("TE twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 0),
    CASE("TE list", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, 0),
    CASE("TE identity", POST "Transfer-Encoding: identity\r\n\r\n", 501, 0),
    CASE("TE chunked, identity", POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400, 0),
    CASE("TE with a tab", POST "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", 0, 1),
    CASE("TE vertical tab", POST "Transfer-Encoding:\x0b" "chunked\r\n\r\n0\r\n\r\n", 400, 0),
    CASE("TE in 1.0", "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 0),
    CASE("chunk size with a sign", POST "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", 400, 0),
    CASE("chunk size 0x3", POST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", 400, 0),
    CASE("chunk size with a space", POST "Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n", 400, 0),
    CASE("chunk size empty", POST "Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n", 400, 0),
    CASE("chunk size overflow", POST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na\r\n0\r\n\r\n", 400, 0),
    CASE("chunk longer than said", POST "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", 400, 0),
    CASE("chunk end without CR", POST "Transfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n", 400, 0),
    CASE("chunk size line with bare LF", POST "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", 400, 0),
    CASE("Content-Length trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n", 400, 0),
    CASE("Transfer-Encoding trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, 0),
    CASE("Host trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: x\r\n\r\n", 400, 0),
    CASE("Authorization trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: x\r\n\r\n", 400, 0),
    CASE("folded trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n", 400, 0),
    CASE("trailer without a name", POST "Transfer-Encoding: chunked\r\n\r\n0\r\n: a\r\n\r\n", 400, 0),
    CASE("bare LF in a trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\n\r\n", 400, 0),
    CASE("trailers, then another", POST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: a\r\nY: b\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0, 2),
    /* over the cap of 1,000 bytes given below */
    CASE("length over the cap", POST "Content-Length: 1001\r\n\r\n", 413, 0),
};

static void test_abuse(void **state) {
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof ABUSE / sizeof ABUSE[0]; i++) {
        const size_t STEPS[] = {SIZE_MAX, 1, 2, 7};
        for (size_t j = 0; j < sizeof STEPS / sizeof STEPS[0]; j++) {
            struct outcome out = feed((struct jn_str){ABUSE[i].bytes, ABUSE[i].n}, STEPS[j], 1000);
            bool same = out.status == ABUSE[i].status && out.complete == ABUSE[i].complete;
            if (!same)
                print_error("%s, step %zu: status %d, %d complete\n", ABUSE[i].what, STEPS[j], out.status, out.complete);
            wrong += !same;
        }
    }
    assert_int_equal(wrong, 0);
}

static struct jn_str repeat(struct jn_buf *out, const char *head, const char *part, size_t times, const char *tail) {
    jn_buf_init(out, 1 << 22);
    jn_buf_z(out, head);
    for (size_t i = 0; i < times; i++)
        jn_buf_z(out, part);
    jn_buf_z(out, tail);
    return jn_buf_view(out);
}

static void expect_status(const char *head, const char *part, size_t times, const char *tail, int status) {
    struct jn_buf bytes;
    struct outcome out = feed(repeat(&bytes, head, part, times, tail), 4096, 100000);
    assert_int_equal(out.status, status);
    assert_int_equal(out.complete, status == 0);
    jn_buf_release(&bytes);
}

static void test_limits(void **state) {
    (void)state;
    expect_status("GET /", "a", 8000, " HTTP/1.1\r\n" HOST "\r\n", 0);
    expect_status("GET /", "a", 9000, " HTTP/1.1\r\n" HOST "\r\n", 414);
    expect_status("GET /", "a", 100000, "", 414);
    expect_status("GET / HTTP/1.1\r\n" HOST, "A: b\r\n", 63, "\r\n", 0);
    expect_status("GET / HTTP/1.1\r\n" HOST, "A: b\r\n", 64, "\r\n", 431);
    expect_status("GET / HTTP/1.1\r\n" HOST "X: ", "a", 16000, "\r\n\r\n", 0);
    expect_status("GET / HTTP/1.1\r\n" HOST "X: ", "a", 17000, "\r\n\r\n", 431);
    expect_status(POST "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", 10000, "0\r\n\r\n", 0);
    expect_status(POST "Transfer-Encoding: chunked\r\n\r\n", "1;aaaaaaaaaaaaaaaaaaaa\r\na\r\n", 10000, "0\r\n\r\n", 400);
    expect_status(POST "Transfer-Encoding: chunked\r\n\r\n", "a\r\n0123456789\r\n", 10001, "0\r\n\r\n", 413);
    expect_status(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: aaaaaaaaaaaa\r\n", 1000, "\r\n", 431);
}

static void test_request_is_taken_apart(void **state) {
    (void)state;
    struct outcome out = feed(JN_STR("POST http://h/a/b?x=1&y=%20 HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"), 3, 100);
    assert_int_equal(out.status, 0);
    assert_string_equal(out.path, "/a/b");
    assert_string_equal(out.query, "x=1&y=%20");
    assert_string_equal(out.body, "hello");
}

static void test_header_values_are_trimmed(void **state) {
    (void)state;
    struct jr_http1 *http1 = jr_http1_new();
    size_t used;
    struct jn_str bytes = JN_STR("GET / HTTP/1.1\r\n" HOST "X-Empty:\r\nx-Name: \t a b \t \r\n\r\n");
    assert_int_equal(jr_http1_feed(http1, bytes, &used), JR_HTTP1_HEAD);
    assert_int_equal(used, bytes.n);
    const struct jr_http_request *request = jr_http1_request(http1);
    assert_true(jn_str_is(jr_http_header(request, "X-NAME"), "a b"));
    assert_true(jr_http_header(request, "X-Empty").n == 0);
    assert_null(jr_http_header(request, "X-Other").p);
    assert_false(jr_http1_has_body(http1));
    jr_http1_free(http1);
}

static void test_keep_alive(void **state) {
    (void)state;
    static const struct {
        const char *head;
        bool keep;
    } CASES[] = {{"GET / HTTP/1.1\r\n" HOST "\r\n", true},
                 {"GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", false},
                 {"GET / HTTP/1.1\r\n" HOST "Connection: x, Close\r\n\r\n", false},
                 {"GET / HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n\r\n", false}};
    for (size_t i = 0; i < 4; i++) {
        struct jr_http1 *http1 = jr_http1_new();
        size_t used;
        assert_int_equal(jr_http1_feed(http1, jn_str_z(CASES[i].head), &used), JR_HTTP1_HEAD);
        assert_int_equal(jr_http1_request(http1)->keep_alive, CASES[i].keep);
        jr_http1_free(http1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_abuse),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_request_is_taken_apart),
        cmocka_unit_test(test_header_values_are_trimmed),
        cmocka_unit_test(test_keep_alive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
