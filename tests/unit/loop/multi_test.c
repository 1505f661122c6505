/* How long a transfer may take: by the loop's own time, in which a process that stands still takes none. */
#include "runtime/loop/multi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "runtime/loop/attention.h"

#define CODE_NONE CURL_LAST

static uv_loop_t loop;
static struct jr_multi *multi;
static int listener;
static char address[32];

struct transfer {
    CURL *easy;
    CURLcode code;
    unsigned place; /* which to end it was */
};

static unsigned ended;

static void on_done(void *user, CURL *easy, CURLcode code) {
    struct transfer *transfer = user;
    assert_ptr_equal(transfer->easy, easy);
    assert_int_equal(transfer->code, CODE_NONE);
    transfer->code = code;
    transfer->place = ++ended;
    uv_stop(&loop); /* whoever waits for it looks */
}

static void begins(struct transfer *transfer, const char *scheme, uint32_t timeout_ms) {
    char url[64];
    (void)snprintf(url, sizeof url, "%s://%s/", scheme, address);
    *transfer = (struct transfer){.easy = curl_easy_init(), .code = CODE_NONE};
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    curl_easy_setopt(transfer->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, 2L * JR_ATTENTION_STEP_MS);
    assert_true(jr_multi_add(multi, transfer->easy, timeout_ms, on_done, transfer));
}

static void awaits(const struct transfer *transfer) {
    while (transfer->code == CODE_NONE)
        (void)uv_run(&loop, UV_RUN_ONCE);
}

static void ends(struct transfer *transfer) {
    if (transfer->code == CODE_NONE) jr_multi_remove(multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
}

/* The receiver's side of the next connection. */
static int accepts(void) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
        (void)uv_run(&loop, UV_RUN_ONCE);
    return fd;
}

/* Whether that comes from the other side before its end. */
static bool hears(int fd, const char *text) {
    char heard[4096] = "";
    size_t n = 0;
    while (strstr(heard, text) == NULL) {
        ssize_t got = recv(fd, heard + n, sizeof heard - 1 - n, 0);
        if (got > 0)
            n += (size_t)got;
        else
            (void)uv_run(&loop, UV_RUN_ONCE);
        assert_true(n + 1 < sizeof heard);
        heard[n] = '\0';
        if (got == 0) return false;
    }
    return true;
}

static void says(int fd, const char *text) {
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* The receiver's side, once the request is there; on a machine that is too slow for the timeout, of another attempt. */
static int is_asked(struct transfer *transfer, uint32_t timeout_ms) {
    for (;;) {
        begins(transfer, "http", timeout_ms);
        int fd = accepts();
        if (hears(fd, "\r\n\r\n")) return fd;
        close(fd);
        ends(transfer);
    }
}

/* The loop does not run; the others go on. */
static void stands_still(unsigned ms) {
    uv_sleep(ms);
}

static int set_up(void **state) {
    struct jn_err err;
    (void)state;
    assert_int_equal(jr_curl_load(&err), JN_OK);
    assert_int_equal(uv_loop_init(&loop), 0);
    multi = jr_multi_new(&loop, 8);
    listener = loopback_listen(SOCK_NONBLOCK, address);
    ended = 0;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    jr_multi_close(multi);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    close(listener);
    return 0;
}

static void test_each_ends_when_its_time_is_over(void **state) {
    struct transfer slow, quick, removed;
    (void)state;
    uint64_t began = uv_hrtime();
    begins(&slow, "http", 3 * JR_ATTENTION_LOOK_MS);
    begins(&removed, "http", 2);
    begins(&quick, "http", 20);
    ends(&removed);
    awaits(&quick);
    assert_true(uv_hrtime() - began >= 20 * UINT64_C(1000000));
    awaits(&slow);
    assert_true(uv_hrtime() - began >= 3 * JR_ATTENTION_LOOK_MS * UINT64_C(1000000));
    assert_int_equal(quick.code, CURLE_OPERATION_TIMEDOUT);
    assert_int_equal(slow.code, CURLE_OPERATION_TIMEDOUT);
    assert_int_equal(quick.place, 1);
    assert_int_equal(slow.place, 2);
    ends(&slow);
    ends(&quick);
}

static void test_what_was_answered_while_the_loop_stood_still_counts(void **state) {
    struct transfer transfer;
    (void)state;
    int fd = is_asked(&transfer, 2 * JR_ATTENTION_STEP_MS);
    says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    stands_still(2 * JR_ATTENTION_STEP_MS + 100);
    awaits(&transfer);
    assert_int_equal(transfer.code, CURLE_OK);
    ends(&transfer);
    close(fd);
}

/* Even one whose time was nearly over. */
static void test_an_answer_is_read_before_its_time_is_judged(void **state) {
    struct transfer transfer;
    (void)state;
    int fd = is_asked(&transfer, JR_ATTENTION_STEP_MS);
    stands_still(2 * JR_ATTENTION_STEP_MS); /* which counts as its whole time */
    says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    awaits(&transfer);
    assert_int_equal(transfer.code, CURLE_OK);
    ends(&transfer);
    close(fd);
}

static void test_who_was_not_answered_has_the_rest_of_its_time(void **state) {
    struct transfer transfer;
    (void)state;
    int fd = is_asked(&transfer, 3 * JR_ATTENTION_STEP_MS);
    stands_still(3 * JR_ATTENTION_STEP_MS + 100);
    (void)uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(transfer.code, CODE_NONE);
    awaits(&transfer);
    assert_int_equal(transfer.code, CURLE_OPERATION_TIMEDOUT);
    ends(&transfer);
    close(fd);
}

/* To libcurl a mail server that has not greeted yet is one that is not connected yet. */
static void test_who_was_being_connected_to_still_is(void **state) {
    struct transfer transfer;
    (void)state;
    begins(&transfer, "smtp", 60000);
    int fd = accepts();
    stands_still(2 * JR_ATTENTION_STEP_MS + 100);
    says(fd, "220 mail.example\r\n");
    assert_true(hears(fd, "EHLO"));
    assert_int_equal(transfer.code, CODE_NONE);
    ends(&transfer);
    close(fd);
}

static void test_time_without_a_look_counts_a_little(void **state) {
    struct jr_attention attention = {.looked = 1000};
    (void)state;
    assert_false(jr_attention_look(&attention, 1000 + JR_ATTENTION_STEP_MS, JR_ATTENTION_STEP_MS));
    assert_int_equal(attention.time, JR_ATTENTION_STEP_MS);
    assert_true(jr_attention_look(&attention, 1000000, JR_ATTENTION_STEP_MS));
    assert_int_equal(attention.time, 2 * JR_ATTENTION_STEP_MS);
    assert_false(jr_attention_look(&attention, 1000001, JR_ATTENTION_STEP_MS));
    assert_int_equal(attention.time, 2 * JR_ATTENTION_STEP_MS + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_ends_when_its_time_is_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_answered_while_the_loop_stood_still_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_is_read_before_its_time_is_judged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_was_not_answered_has_the_rest_of_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_was_being_connected_to_still_is, set_up, tear_down),
        cmocka_unit_test(test_time_without_a_look_counts_a_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
