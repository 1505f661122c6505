/* Digests as others publish them, and the texts that bytes are written as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/hash.h"

static void expect(struct jn_buf *got, const char *expected) {
    if (!jn_str_is(jn_buf_view(got), expected)) fail_msg("%.*s is not %s", JN_FMT(jn_buf_view(got)), expected);
    jn_buf_release(got);
}

/* NULL: refused. */
static void reads(bool (*read)(struct jn_str, struct jn_buf *), const char *text, const char *expected) {
    struct jn_buf out;
    jn_buf_init(&out, 256);
    if (read(jn_str_z(text), &out) != (expected != NULL)) fail_msg("%s", text);
    if (expected == NULL)
        jn_buf_release(&out);
    else
        expect(&out, expected);
}

static void hex_is_read_strictly(void **state) {
    static const struct {
        const char *text, *bytes;
    } ROW[] = {{"", ""},     {"4a4B4c7A", "JKLz"}, {"4", NULL},  {"4g", NULL}, {"g4", NULL},
               {"4/", NULL}, {"4:", NULL},         {"4`", NULL}, {"4@", NULL}, {"4G", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++)
        reads(jn_unhex, ROW[i].text, ROW[i].bytes);
}

static void base64_is_read_strictly(void **state) {
    static const struct {
        const char *text, *bytes;
    } ROW[] = {{"", ""},           {"YQ==", "a"},        {"YWI=", "ab"},
               {"YWJj", "abc"},    {"YWJjZA==", "abcd"}, {"Pj4+fn5/", ">>>~~\x7F"},
               {"YQ", NULL},       {"YQ=", NULL},        {"YR==", NULL},
               {"YWJ=", NULL},     {"Y===", NULL},       {"=QQQ", NULL},
               {"YQ==YQ==", NULL}, {"YQ=a", NULL},       {"Y Q=", NULL},
               {"YW-j", NULL},     {"YW_j", NULL},       {"YW[j", NULL},
               {"YW{j", NULL},     {"YW:j", NULL},       {"YW@j", NULL},
               {"YW`j", NULL},     {"YW.j", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++)
        reads(jn_unbase64, ROW[i].text, ROW[i].bytes);
    struct jn_buf out;
    jn_buf_init(&out, 256);
    jn_base64(JN_STR("abcd>>>~"), &out);
    expect(&out, "YWJjZD4+Pn4=");
}

static void digests_are_those_of_the_standards(void **state) {
    struct jn_sha256 digest;
    struct jn_buf out, hex;
    (void)state;
    assert_int_equal(jn_crc32c(0, JN_STR("123456789")), 0xE3069283);
    jn_buf_init(&hex, 256);
    jn_sha256(JN_STR_NONE, &digest);
    jn_hex((struct jn_str){(const char *)digest.b, sizeof(digest.b)}, &hex);
    expect(&hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    jn_hmac_sha256(JN_STR("Jefe"), JN_STR("what do ya want for nothing?"), &digest); /* RFC 4231, case 2 */
    jn_buf_init(&hex, 256);
    jn_hex((struct jn_str){(const char *)digest.b, sizeof(digest.b)}, &hex);
    expect(&hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    jn_buf_init(&out, 64);
    jn_buf_init(&hex, 256);
    jn_digest("SHA1", JN_STR(""), JN_STR(""), &out); /* a key that is empty, not none */
    jn_hex(jn_buf_view(&out), &hex);
    expect(&hex, "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
    jn_buf_release(&out);
}

static void equal_in_constant_time(void **state) {
    (void)state;
    assert_true(jn_equal_const_time(JN_STR("ab"), JN_STR("ab")) && jn_equal_const_time(JN_STR_NONE, JN_STR("")));
    assert_false(jn_equal_const_time(JN_STR("ab"), JN_STR("ac")) || jn_equal_const_time(JN_STR("ab"), JN_STR("abc")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_is_read_strictly),
        cmocka_unit_test(base64_is_read_strictly),
        cmocka_unit_test(digests_are_those_of_the_standards),
        cmocka_unit_test(equal_in_constant_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
