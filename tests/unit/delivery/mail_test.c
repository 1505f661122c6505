/* Messages as the text of a mail: what is written, and that nothing in them adds a header or a recipient. */
#include "runtime/delivery/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct jn_arena arena;
static struct jr_mail mail;
static struct jn_err err;

static int open_arena(void **state) {
    (void)state;
    jn_arena_init(&arena);
    return 0;
}

static int close_arena(void **state) {
    (void)state;
    jn_arena_release(&arena);
    return 0;
}

#define DOCUMENT                                                                                                       \
    "{\"type\":\"message\",\"id\":\"msg_0123\",\"to\":\"%s\",\"at\":\"2026-03-01T01:02:03Z\",\"content\":{%s}}"

static jn_rc write_mail(const char *to, const char *content) {
    struct jn_str document = jn_arena_printf(&arena, DOCUMENT, to, content);
    return jr_mail_write(document, &arena, &mail, &err);
}

/* The mail with these members of `content` beside `from`. */
static const char *text_of(const char *content) {
    struct jn_str all = jn_arena_printf(&arena, "\"from\":\"shop@x.example\",%s", content);
    assert_int_equal(write_mail("ann@x.example", all.p), JN_OK);
    return mail.text.p;
}

static void assert_has(const char *text, const char *part) {
    if (strstr(text, part) == NULL) fail_msg("no `%s` in\n%s", part, text);
}

static void test_a_plain_mail(void **state) {
    (void)state;
    assert_string_equal(text_of("\"subject\":\"Hello\",\"body\":\"Good day.\\nBye.\""),
                        "Date: Sun, 01 Mar 2026 01:02:03 +0000\r\n"
                        "From: <shop@x.example>\r\n"
                        "To: <ann@x.example>\r\n"
                        "Subject: Hello\r\n"
                        "Message-ID: <msg_0123@x.example>\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "\r\n"
                        "Good day.\r\n"
                        "Bye.\r\n");
    assert_true(jn_str_is(mail.from.address, "shop@x.example"));
    assert_true(jn_str_is(mail.to.address, "ann@x.example"));
}

static void test_text_and_html_are_alternatives(void **state) {
    (void)state;
    const char *text = text_of("\"body\":\"plain\",\"html\":\"<p class=\\\"a\\\">rich</p>\"");
    assert_has(text, "Content-Type: multipart/alternative; boundary=\"=_msg_0123\"\r\n\r\n--=_msg_0123\r\n");
    assert_has(text, "\r\n\r\nplain\r\n--=_msg_0123\r\nContent-Type: text/html; charset=utf-8\r\n");
    assert_has(text, "<p class=3D\"a\">rich</p>\r\n--=_msg_0123--\r\n");
    assert_has(text_of("\"html\":\"<p>\""), "Content-Type: text/html; charset=utf-8\r\n");
}

static void test_what_is_not_ascii_is_encoded(void **state) {
    (void)state;
    const char *text = text_of("\"subject\":\"Grüße\",\"body\":\"Grüße\"");
    assert_has(text, "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
    assert_has(text, "\r\n\r\nGr=C3=BC=C3=9Fe\r\n");
}

static void test_no_line_is_longer_than_allowed(void **state) {
    (void)state;
    char subject[3000], content[6200];
    for (size_t i = 0; i + 3 < sizeof subject; i += 3)
        memcpy(subject + i, "春", 3);
    subject[2997] = '\0';
    (void)snprintf(content, sizeof content, "\"subject\":\"%s\",\"body\":\"%s\"", subject, subject);
    for (int round = 0; round < 2; round++) {
        const char *line = text_of(content);
        for (const char *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
            assert_true(end - line <= 76);
        memset(subject, 'a', 2997);
        (void)snprintf(content, sizeof content, "\"subject\":\"%s\",\"body\":\"%s\"", subject, subject);
    }
}

static void test_spaces_at_the_ends_of_lines_survive(void **state) {
    (void)state;
    assert_has(text_of("\"body\":\"a \\nb\\t\""), "\r\n\r\na=20\r\nb=09\r\n");
}

static void test_names_are_shown(void **state) {
    (void)state;
    assert_int_equal(write_mail("Ann \\\"A\\\" Lee <ann@x.example>",
                                "\"from\":\"Käse <shop@x.example>\",\"reply_to\":\"help@x.example\",\"body\":\"x\""),
                     JN_OK);
    assert_has(mail.text.p, "From: =?UTF-8?B?S8Okc2U=?=\r\n <shop@x.example>\r\n");
    assert_has(mail.text.p, "To: \"Ann \\\"A\\\" Lee\"\r\n <ann@x.example>\r\n");
    assert_has(mail.text.p, "Reply-To: <help@x.example>\r\n");
    assert_true(jn_str_is(mail.to.address, "ann@x.example"));
}

static void test_nothing_adds_a_header(void **state) {
    (void)state;
    static const char *const BREAK[] = {"\\r\\nBcc: eve@x.example", "\\nBcc: eve@x.example", "\\rBcc: eve@x.example",
                                        "\\r\\n\\r\\nBcc: eve@x.example", "\\u000b\\u000cBcc: eve@x.example"};
    for (size_t i = 0; i < sizeof BREAK / sizeof BREAK[0]; i++) {
        char content[256];
        (void)snprintf(content, sizeof content, "\"subject\":\"Hello%s\",\"body\":\"x\"", BREAK[i]);
        const char *text = text_of(content);
        assert_null(strstr(text, "\nBcc"));
        assert_null(strstr(text, "\rBcc"));
        assert_has(text, "Subject: Hello ");
        (void)snprintf(content, sizeof content, "\"from\":\"Shop%s <shop@x.example>\",\"body\":\"x\"", BREAK[i]);
        assert_int_equal(write_mail("ann@x.example", content), JN_OK);
        assert_null(strstr(mail.text.p, "\nBcc"));
        (void)snprintf(content, sizeof content, "ann@x.example%s", BREAK[i]);
        assert_int_equal(write_mail(content, "\"from\":\"shop@x.example\",\"body\":\"x\""), JN_INVALID);
        (void)snprintf(content, sizeof content, "\"from\":\"shop@x.example%s\",\"body\":\"x\"", BREAK[i]);
        assert_int_equal(write_mail("ann@x.example", content), JN_INVALID);
    }
}

static void test_what_looks_encoded_is_encoded(void **state) {
    (void)state;
    assert_null(strstr(text_of("\"subject\":\"=?UTF-8?Q?=0D=0ABcc:?=\",\"body\":\"x\""), "=?UTF-8?Q"));
}

static void test_addresses(void **state) {
    (void)state;
    static const char *const GOOD[] = {"a@b",
                                       "ann.lee+tag@x-y.example",
                                       "jürgen@bücher.example",
                                       " ann@x.example ",
                                       "Ann <ann@x.example>",
                                       "<ann@x.example>",
                                       "\"Lee, Ann\" <ann@x.example>"};
    static const char *const BAD[] = {"",
                                      "ann",
                                      "@x.example",
                                      "ann@",
                                      "ann@@x.example",
                                      "ann@x@y.example",
                                      "ann lee@x.example",
                                      "ann@x.example, eve@x.example",
                                      "ann@x.example eve@x.example",
                                      "<ann@x.example",
                                      "ann@x.example>",
                                      "<ann@x.example> <eve@x.example>x",
                                      "ann..lee@x.example",
                                      ".ann@x.example",
                                      "ann@.example",
                                      "ann@x.example.",
                                      "\"ann\"@x.example",
                                      "ann@[127.0.0.1]",
                                      "ann@x_y.example",
                                      "ann@x.example\n",
                                      "a\xff@x.example"};
    struct jr_mailbox_name who;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        if (jr_mailbox_parse(jn_str_z(GOOD[i]), "it", &who, &err) != JN_OK) fail_msg("refused: %s", GOOD[i]);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (jr_mailbox_parse(jn_str_z(BAD[i]), "it", &who, &err) != JN_INVALID) fail_msg("taken: %s", BAD[i]);
    char address[400];
    memset(address, 'a', sizeof address);
    memcpy(address + 300, "@x.example", 11);
    assert_int_equal(jr_mailbox_parse(jn_str_z(address), "it", &who, &err), JN_INVALID);
    assert_int_equal(jr_mailbox_parse(jn_str_z(address + 300 - 64), "it", &who, &err), JN_OK);
    assert_int_equal(jr_mailbox_parse(jn_str_z(address + 300 - 65), "it", &who, &err), JN_INVALID);
}

static void test_a_link_to_unsubscribe(void **state) {
    (void)state;
    assert_has(text_of("\"body\":\"x\",\"list_unsubscribe\":\"https://x.example/u?c=1\""),
               "List-Unsubscribe: <https://x.example/u?c=1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    assert_null(strstr(text_of("\"body\":\"x\",\"list_unsubscribe\":\"mailto:u@x.example\""), "One-Click"));
    assert_null(strstr(text_of("\"body\":\"x\",\"list_unsubscribe\":\"https://x.example/>\\r\\nBcc: e\""), "List-"));
    assert_null(strstr(text_of("\"body\":\"x\",\"list_unsubscribe\":\"javascript:1\""), "List-"));
}

static void test_the_same_message_gives_the_same_bytes(void **state) {
    (void)state;
    const char *first = text_of("\"subject\":\"s\",\"body\":\"b\",\"html\":\"h\"");
    assert_string_equal(first, text_of("\"subject\":\"s\",\"body\":\"b\",\"html\":\"h\""));
}

static void test_what_is_no_message(void **state) {
    (void)state;
    assert_int_equal(jr_mail_write(JN_STR("nonsense"), &arena, &mail, &err), JN_INVALID);
    assert_int_equal(jr_mail_write(JN_STR("{}"), &arena, &mail, &err), JN_INVALID);
    assert_int_equal(write_mail("ann@x.example", "\"body\":\"x\""), JN_INVALID);
    assert_non_null(strstr(err.text, "`from`"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_mail),
        cmocka_unit_test(test_text_and_html_are_alternatives),
        cmocka_unit_test(test_what_is_not_ascii_is_encoded),
        cmocka_unit_test(test_no_line_is_longer_than_allowed),
        cmocka_unit_test(test_spaces_at_the_ends_of_lines_survive),
        cmocka_unit_test(test_names_are_shown),
        cmocka_unit_test(test_nothing_adds_a_header),
        cmocka_unit_test(test_what_looks_encoded_is_encoded),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_a_link_to_unsubscribe),
        cmocka_unit_test(test_the_same_message_gives_the_same_bytes),
        cmocka_unit_test(test_what_is_no_message),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
