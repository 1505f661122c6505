/* What was closed opens again, under the same key, nonce and bound alone; one row changes one thing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cipher/cipher.h"

enum { TEXT_MAX = 64 };

struct closed {
    uint8_t key[JN_CIPHER_KEY], nonce[JN_CIPHER_NONCE], sealed[TEXT_MAX + JN_CIPHER_TAG];
    size_t n;
    struct jn_str bound;
};

static bool opens(struct jn_cipher *cipher, const struct closed *c, uint8_t *out) {
    struct jn_str sealed = {(const char *)c->sealed, c->n};
    return jn_cipher_open(cipher, c->key, c->nonce, c->bound, sealed, out);
}

static struct closed close_text(struct jn_cipher *cipher, struct jn_str text) {
    struct closed c = {.key = {1}, .nonce = {2}, .n = text.n + JN_CIPHER_TAG, .bound = JN_STR("customer 7")};
    jn_cipher_close(cipher, c.key, c.nonce, c.bound, text, c.sealed);
    return c;
}

static void what_was_closed_opens_again(void **state) {
    static const char *const TEXT[] = {"", "a", "a text that is longer than one block of the cipher"};
    struct jn_cipher *cipher = jn_cipher_new();
    (void)state;
    for (size_t i = 0; i < sizeof(TEXT) / sizeof(*TEXT); i++) {
        uint8_t out[TEXT_MAX];
        struct closed c = close_text(cipher, jn_str_z(TEXT[i]));
        assert_true(opens(cipher, &c, out));
        assert_memory_equal(out, TEXT[i], strlen(TEXT[i]));
    }
    jn_cipher_free(cipher);
}

static void whatever_else_is_given_does_not(void **state) {
    struct jn_cipher *cipher = jn_cipher_new();
    const struct closed sound = close_text(cipher, JN_STR("text"));
    uint8_t out[TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sound.n; i++) { /* each byte of the text and of the tag */
        struct closed c = sound;
        c.sealed[i] ^= 1;
        assert_false(opens(cipher, &c, out));
    }
    for (size_t n = 0; n < sound.n; n++) { /* cut off anywhere */
        struct closed c = sound;
        c.n = n;
        assert_false(opens(cipher, &c, out));
    }
    struct closed c = sound;
    c.key[31] ^= 1;
    assert_false(opens(cipher, &c, out));
    c = sound;
    c.nonce[11] ^= 1;
    assert_false(opens(cipher, &c, out));
    c = sound;
    c.bound = JN_STR("customer 8");
    assert_false(opens(cipher, &c, out));
    c.bound = JN_STR("");
    assert_false(opens(cipher, &c, out));
    assert_true(opens(cipher, &sound, out)); /* nothing of it all is left over */
    jn_cipher_free(cipher);
}

static void the_same_text_has_the_same_hash_under_one_key(void **state) {
    static const uint8_t KEY[32] = "key";
    struct jn_keyed *keyed = jn_keyed_new(KEY);
    uint8_t first[32], again[32], other[32], none[32];
    (void)state;
    jn_keyed_hash(keyed, JN_STR("a"), first);
    jn_keyed_hash(keyed, JN_STR("b"), other);
    jn_keyed_hash(keyed, JN_STR_NONE, none);
    jn_keyed_hash(keyed, JN_STR("a"), again);
    assert_memory_equal(first, again, 32);
    assert_memory_not_equal(first, other, 32);
    assert_memory_not_equal(first, none, 32);
    jn_keyed_free(keyed);
}

static void a_secret_is_overwritten(void **state) {
    char secret[] = "secret";
    (void)state;
    jn_wipe(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++)
        assert_int_equal(secret[i], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_closed_opens_again),
        cmocka_unit_test(whatever_else_is_given_does_not),
        cmocka_unit_test(the_same_text_has_the_same_hash_under_one_key),
        cmocka_unit_test(a_secret_is_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
