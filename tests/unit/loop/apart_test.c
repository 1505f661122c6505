/* Transfers in threads beside the loop: mails, whose server is played here. */
#include "runtime/loop/apart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"

#define CODE_NONE  CURL_LAST
#define MAIL_LARGE (64U << 20) /* more than sockets hold back */
#define LONG_MS    3600000

static uv_loop_t loop;
static struct jr_apart apart;
static int listener;
static char url[48];

struct transfer {
    CURL *easy;
    struct curl_slist *to;
    size_t left; /* of the mail */
    CURLcode code;
};

static size_t on_read(char *p, size_t size, size_t n, void *user) {
    struct transfer *transfer = user;
    size_t now = transfer->left < size * n ? transfer->left : size * n;
    for (size_t i = 0; i < now; i++) /* lines of 63 characters */
        p[i] = (transfer->left - i) % 64 == 0 ? '\n' : 'x';
    transfer->left -= now;
    return now;
}

static size_t on_reply(char *p, size_t size, size_t n, void *user) {
    (void)p, (void)user;
    return size * n;
}

static void on_done(void *user, CURL *easy, CURLcode code) {
    struct transfer *transfer = user;
    assert_ptr_equal(transfer->easy, easy);
    assert_int_equal(transfer->code, CODE_NONE);
    transfer->code = code;
}

static void begins(struct transfer *transfer, size_t bytes, uint32_t timeout_ms) {
    *transfer = (struct transfer){.easy = curl_easy_init(), .left = bytes, .code = CODE_NONE};
    transfer->to = curl_slist_append(NULL, "<ann@example.com>");
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    curl_easy_setopt(transfer->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_MAIL_FROM, "<shop@example.com>");
    curl_easy_setopt(transfer->easy, CURLOPT_MAIL_RCPT, transfer->to);
    curl_easy_setopt(transfer->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(transfer->easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_reply);
    jr_apart_add(&apart, transfer->easy, jn_str_z(url), timeout_ms, on_done, transfer);
}

static void ends(struct transfer *transfer, CURLcode code) {
    while (transfer->code == CODE_NONE)
        (void)uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(transfer->code, code);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->to);
}

/* ---- the server ---- */

static int accepts(void) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void says(int fd, const char *text) {
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void hears(int fd, const char *text) {
    char heard[1024] = "";
    size_t n = 0;
    while (strstr(heard, text) == NULL) {
        ssize_t got = recv(fd, heard + n, 1, 0);
        assert_true(got == 1 && n + 2 < sizeof heard);
        heard[++n] = '\0';
    }
}

static void answers(int fd, const char *command, const char *reply) {
    hears(fd, command);
    hears(fd, "\r\n");
    says(fd, reply);
}

static void greets(int fd) {
    says(fd, "220 mail.example\r\n");
    answers(fd, "EHLO", "250 mail.example\r\n");
}

static void takes_up_to_the_text(int fd) {
    answers(fd, "MAIL", "250 OK\r\n");
    answers(fd, "RCPT", "250 OK\r\n");
    answers(fd, "DATA", "354 go on\r\n");
}

static void takes_a_mail(int fd) {
    takes_up_to_the_text(fd);
    hears(fd, "\r\n.\r\n");
    says(fd, "250 OK\r\n");
}

/* Whether what comes until the end of the connection closes a mail. */
static bool hears_the_end_of_a_mail(int fd) {
    static char heard[1 << 16];
    size_t kept = 0;
    ssize_t got;
    while ((got = recv(fd, heard + kept, sizeof heard - kept, 0)) > 0) {
        size_t n = kept + (size_t)got;
        if (memmem(heard, n, "\r\n.\r\n", 5) != NULL) return true;
        kept = n < 4 ? n : 4;
        memmove(heard, heard + n - kept, kept);
    }
    return false;
}

static int set_up(void **state) {
    struct jn_err err;
    char address[32];
    (void)state;
    assert_int_equal(jr_curl_load(&err), JN_OK);
    assert_int_equal(uv_loop_init(&loop), 0);
    jr_apart_open(&apart, &loop);
    listener = loopback_listen(0, address);
    (void)snprintf(url, sizeof url, "smtp://%s/journey", address);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    jr_apart_close(&apart);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    close(listener);
    return 0;
}

/* ---- what holds ---- */

static void test_mails_go_one_after_another_over_one_connection(void **state) {
    struct transfer transfer;
    (void)state;
    begins(&transfer, 640, LONG_MS);
    int fd = accepts();
    greets(fd);
    takes_a_mail(fd);
    ends(&transfer, CURLE_OK);
    begins(&transfer, 640, LONG_MS);
    takes_a_mail(fd);
    ends(&transfer, CURLE_OK);
    close(fd);
}

static void test_two_at_a_time_have_two(void **state) {
    struct transfer one, other;
    (void)state;
    begins(&one, 640, LONG_MS);
    begins(&other, 640, LONG_MS);
    int fd[2] = {accepts(), accepts()};
    greets(fd[0]);
    greets(fd[1]);
    takes_a_mail(fd[1]);
    takes_a_mail(fd[0]);
    ends(&one, CURLE_OK);
    ends(&other, CURLE_OK);
    close(fd[0]);
    close(fd[1]);
}

static void test_a_thread_without_a_mail_ends(void **state) {
    struct transfer transfer;
    (void)state;
    apart.stay_ms = 1;
    begins(&transfer, 640, LONG_MS);
    int fd = accepts();
    greets(fd);
    takes_a_mail(fd);
    ends(&transfer, CURLE_OK);
    while (apart.threads != NULL)
        (void)uv_run(&loop, UV_RUN_ONCE);
    assert_false(hears_the_end_of_a_mail(fd)); /* its connection has ended, too */
    close(fd);
}

static void test_who_does_not_answer_in_time_is_left(void **state) {
    struct transfer transfer;
    (void)state;
    begins(&transfer, 640, 20);
    ends(&transfer, CURLE_OPERATION_TIMEDOUT);
}

/* There libcurl stands and waits. */
static void test_who_does_not_answer_to_the_mail_in_time_is_left(void **state) {
    struct transfer transfer;
    (void)state;
    begins(&transfer, 640, 1000);
    int fd = accepts();
    greets(fd);
    takes_up_to_the_text(fd);
    assert_true(hears_the_end_of_a_mail(fd));
    ends(&transfer, CURLE_OPERATION_TIMEDOUT);
    close(fd);
}

static void test_half_a_mail_is_not_finished(void **state) {
    struct transfer transfer;
    (void)state;
    begins(&transfer, MAIL_LARGE, LONG_MS);
    int fd = accepts();
    greets(fd);
    takes_up_to_the_text(fd);
    hears(fd, "xxx\n");
    jr_apart_abort(&apart, transfer.easy);
    ends(&transfer, CURLE_OPERATION_TIMEDOUT);
    assert_false(hears_the_end_of_a_mail(fd));
    close(fd);
}

/* Nobody answers the QUIT of the one that is idle, nor the mail of the other. */
static void test_closing_waits_for_no_answer(void **state) {
    struct transfer idle, sent;
    (void)state;
    int fd[2];
    begins(&idle, 640, LONG_MS);
    fd[0] = accepts();
    begins(&sent, 640, LONG_MS);
    fd[1] = accepts();
    greets(fd[0]);
    greets(fd[1]);
    takes_a_mail(fd[0]);
    ends(&idle, CURLE_OK);
    takes_up_to_the_text(fd[1]);
    assert_true(hears_the_end_of_a_mail(fd[1]));
    jr_apart_close(&apart);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    ends(&sent, CURLE_OPERATION_TIMEDOUT);
    close(fd[0]);
    close(fd[1]);
    jr_apart_open(&apart, &loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mails_go_one_after_another_over_one_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_at_a_time_have_two, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_thread_without_a_mail_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_does_not_answer_in_time_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_does_not_answer_to_the_mail_in_time_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_half_a_mail_is_not_finished, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_closing_waits_for_no_answer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
