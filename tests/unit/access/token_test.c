/* Tokens: their text, their table, what is kept of them. */
#include "runtime/access/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct jn_str made(char text[JR_TOKEN_TEXT], uint8_t seed) {
    uint8_t random[32];
    memset(random, seed, sizeof random);
    jr_token_make(random, text);
    return (struct jn_str){text, JR_TOKEN_TEXT};
}

static void a_text_is_known_and_a_slip_is_told(void **state) {
    char text[JR_TOKEN_TEXT];
    (void)state;
    struct jn_str token = made(text, 7);
    assert_true(jn_str_starts(token, JN_STR("jny_0707070707")));
    assert_int_equal(jr_token_form(token), JR_TOKEN_WHOLE);
    for (size_t i = 4; i < JR_TOKEN_TEXT; i++) { /* any one digit */
        char was = text[i];
        text[i] = was == 'a' ? 'b' : 'a';
        assert_int_equal(jr_token_form(token), JR_TOKEN_MISTYPED);
        text[i] = was;
    }
    char swapped = text[4]; /* two neighbours that differ */
    text[4] = 'f', text[5] = '0';
    assert_int_equal(jr_token_form(token), JR_TOKEN_MISTYPED);
    text[4] = text[5] = swapped;
    assert_int_equal(jr_token_form((struct jn_str){text, JR_TOKEN_TEXT - 1}), JR_TOKEN_MISTYPED);
    assert_int_equal(jr_token_form(JN_STR("jny_")), JR_TOKEN_MISTYPED);
    assert_int_equal(jr_token_form(JN_STR("a secret of old")), JR_TOKEN_OTHER);
    assert_int_equal(jr_token_form(JN_STR("")), JR_TOKEN_OTHER);
}

static struct jr_token token_of(uint8_t seed, const char *name, enum jr_role role) {
    struct jr_token token = {.role = role, .created = 1, .expires = 2, .used = 3};
    char text[JR_TOKEN_TEXT];
    jn_sha256(made(text, seed), &token.hash);
    memcpy(token.name, name, strlen(name));
    return token;
}

static void what_is_kept_is_read_back(void **state) {
    struct jr_token token = token_of(1, "ci \"quoted\" 管理员", JR_ROLE_DEPLOYER), back;
    struct jr_row_token row;
    struct jn_buf body;
    (void)state;
    jn_buf_init(&body, 1024);
    jr_token_body(&token, &body);
    row.body = jn_buf_view(&body);
    memcpy(row.hash, token.hash.b, sizeof row.hash);
    assert_int_equal(jr_token_read(&row, &back, NULL), JN_OK);
    assert_string_equal(back.name, token.name);
    assert_true(back.role == JR_ROLE_DEPLOYER && back.created == 1 && back.expires == 2 && back.used == 3);
    assert_memory_equal(back.hash.b, token.hash.b, 32);
    static const char *const BAD[] = {"", "{}", "[]", "{\"name\":\"a\",\"role\":\"king\"}",
                                      "{\"name\":\"\",\"role\":\"admin\"}"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        row.body = jn_str_z(BAD[i]);
        assert_int_equal(jr_token_read(&row, &back, NULL), JN_CORRUPT);
    }
    jn_buf_release(&body);
}

static void names_say_something(void **state) {
    char longest[JR_TOKEN_NAME + 1];
    (void)state;
    memset(longest, 'a', sizeof longest);
    assert_int_equal(jr_token_name_check((struct jn_str){longest, JR_TOKEN_NAME}, NULL), JN_OK);
    assert_int_equal(jr_token_name_check((struct jn_str){longest, sizeof longest}, NULL), JN_UNPROCESSABLE);
    assert_int_equal(jr_token_name_check(JN_STR(""), NULL), JN_UNPROCESSABLE);
    assert_int_equal(jr_token_name_check(JN_STR("a\nb"), NULL), JN_UNPROCESSABLE);
    assert_int_equal(jr_token_name_check(JN_STR("\xff"), NULL), JN_UNPROCESSABLE);
}

static void a_table_finds_by_hash_and_by_id(void **state) {
    static struct jr_tokens tokens;
    struct jr_token one = token_of(1, "one", JR_ROLE_VIEWER), two = token_of(2, "two", JR_ROLE_ADMIN);
    char id[JR_TOKEN_ID + 1];
    (void)state;
    assert_null(jr_token_find(&tokens, &one.hash));
    assert_true(jr_token_add(&tokens, &one) && jr_token_add(&tokens, &two));
    assert_string_equal(jr_token_find(&tokens, &two.hash)->name, "two");
    jr_token_id(&one, id);
    assert_int_equal(strlen(id), JR_TOKEN_ID);
    assert_string_equal(jr_token_by_id(&tokens, jn_str_z(id))->name, "one");
    assert_null(jr_token_by_id(&tokens, JN_STR("")));
    jr_token_drop(&tokens, &one.hash);
    jr_token_drop(&tokens, &one.hash);
    assert_null(jr_token_find(&tokens, &one.hash));
    assert_string_equal(jr_token_find(&tokens, &two.hash)->name, "two");
    for (uint32_t i = tokens.n; i < JR_TOKENS_MAX; i++)
        assert_true(jr_token_add(&tokens, &one));
    assert_false(jr_token_add(&tokens, &one));
}

static void roles_have_an_order(void **state) {
    enum jr_role role;
    (void)state;
    assert_true(JR_ROLE_VIEWER < JR_ROLE_OPERATOR && JR_ROLE_OPERATOR < JR_ROLE_DEPLOYER &&
                JR_ROLE_DEPLOYER < JR_ROLE_ADMIN);
    assert_true(jr_role_parse(JN_STR("deployer"), &role) && role == JR_ROLE_DEPLOYER);
    assert_false(jr_role_parse(JN_STR("Deployer"), &role));
    assert_string_equal(jr_role_word(JR_ROLE_ADMIN), "admin");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_known_and_a_slip_is_told),
        cmocka_unit_test(what_is_kept_is_read_back),
        cmocka_unit_test(names_say_something),
        cmocka_unit_test(a_table_finds_by_hash_and_by_id),
        cmocka_unit_test(roles_have_an_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
