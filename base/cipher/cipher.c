#include "cipher/cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "core/check.h"

struct jn_cipher {
    EVP_CIPHER *kind;
    EVP_CIPHER_CTX *closing, *opening; /* one for each way: turning one around costs more than a body */
};

struct jn_cipher *jn_cipher_new(void) {
    struct jn_cipher *cipher = jn_alloc_zero(1, sizeof(*cipher));
    cipher->kind = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    cipher->closing = EVP_CIPHER_CTX_new();
    cipher->opening = EVP_CIPHER_CTX_new();
    JN_CHECK_MEMORY(cipher->kind != NULL && cipher->closing != NULL && cipher->opening != NULL);
    JN_CHECK_MEMORY(EVP_EncryptInit_ex2(cipher->closing, cipher->kind, NULL, NULL, NULL) == 1);
    JN_CHECK_MEMORY(EVP_DecryptInit_ex2(cipher->opening, cipher->kind, NULL, NULL, NULL) == 1);
    return cipher;
}

void jn_cipher_free(struct jn_cipher *cipher) {
    EVP_CIPHER_CTX_free(cipher->closing);
    EVP_CIPHER_CTX_free(cipher->opening);
    EVP_CIPHER_free(cipher->kind);
    free(cipher);
}

void jn_cipher_close(struct jn_cipher *cipher, const uint8_t key[JN_CIPHER_KEY], const uint8_t nonce[JN_CIPHER_NONCE],
                     struct jn_str bound, struct jn_str text, uint8_t *out) {
    EVP_CIPHER_CTX *context = cipher->closing;
    int ignored, n = 0, last = 0;
    JN_CHECK(text.n <= JN_CIPHER_MAX && bound.n <= JN_CIPHER_MAX);
    JN_CHECK_MEMORY(EVP_EncryptInit_ex2(context, NULL, key, nonce, NULL) == 1 &&
                    EVP_EncryptUpdate(context, NULL, &ignored, (const uint8_t *)bound.p, (int)bound.n) == 1 &&
                    (text.n == 0 || EVP_EncryptUpdate(context, out, &n, (const uint8_t *)text.p, (int)text.n) == 1) &&
                    EVP_EncryptFinal_ex(context, out + n, &last) == 1 && (size_t)(n + last) == text.n &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, JN_CIPHER_TAG, out + text.n) == 1);
}

bool jn_cipher_open(struct jn_cipher *cipher, const uint8_t key[JN_CIPHER_KEY], const uint8_t nonce[JN_CIPHER_NONCE],
                    struct jn_str bound, struct jn_str sealed, uint8_t *out) {
    EVP_CIPHER_CTX *context = cipher->opening;
    int ignored, n = 0, last = 0;
    uint8_t tag[JN_CIPHER_TAG];
    if (sealed.n < JN_CIPHER_TAG || sealed.n > JN_CIPHER_MAX) return false;
    size_t text = sealed.n - JN_CIPHER_TAG;
    memcpy(tag, sealed.p + text, sizeof(tag));
    return EVP_DecryptInit_ex2(context, NULL, key, nonce, NULL) == 1 &&
           EVP_DecryptUpdate(context, NULL, &ignored, (const uint8_t *)bound.p, (int)bound.n) == 1 &&
           (text == 0 || EVP_DecryptUpdate(context, out, &n, (const uint8_t *)sealed.p, (int)text) == 1) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, JN_CIPHER_TAG, tag) == 1 &&
           EVP_DecryptFinal_ex(context, out + n, &last) == 1;
}

struct jn_keyed {
    EVP_MAC *kind;
    EVP_MAC_CTX *context;
};

struct jn_keyed *jn_keyed_new(const uint8_t key[32]) {
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    struct jn_keyed *keyed = jn_alloc_zero(1, sizeof(*keyed));
    keyed->kind = EVP_MAC_fetch(NULL, "HMAC", NULL);
    JN_CHECK_MEMORY(keyed->kind != NULL);
    keyed->context = EVP_MAC_CTX_new(keyed->kind);
    JN_CHECK_MEMORY(keyed->context != NULL && EVP_MAC_init(keyed->context, key, 32, params) == 1);
    return keyed;
}

void jn_keyed_free(struct jn_keyed *keyed) {
    EVP_MAC_CTX_free(keyed->context);
    EVP_MAC_free(keyed->kind);
    free(keyed);
}

void jn_keyed_hash(struct jn_keyed *keyed, struct jn_str text, uint8_t out[32]) {
    size_t n = 0;
    JN_CHECK_MEMORY(EVP_MAC_init(keyed->context, NULL, 0, NULL) == 1 && /* the same key again */
                    EVP_MAC_update(keyed->context, (const uint8_t *)(text.n == 0 ? "" : text.p), text.n) == 1 &&
                    EVP_MAC_final(keyed->context, out, &n, 32) == 1 && n == 32);
}

void jn_wipe(void *p, size_t n) {
    OPENSSL_cleanse(p, n);
}
