#define XXH_INLINE_ALL
#include "core/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <xxhash.h>

#include "core/check.h"

uint64_t jn_hash64(struct jn_str s) {
    return XXH3_64bits(s.p, s.n);
}

uint64_t jn_hash64_seed(struct jn_str s, uint64_t seed) {
    return XXH3_64bits_withSeed(s.p, s.n, seed);
}

/* Castagnoli polynomial, reflected (RFC 3720, appendix B.4); one nibble at a time keeps the table in a cache line. */
uint32_t jn_crc32c(uint32_t crc, struct jn_str s) {
    static const uint32_t NIBBLE[16] = {0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
                                        0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
                                        0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75};
    crc = ~crc;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (uint8_t)s.p[i];
        crc = (crc >> 4) ^ NIBBLE[crc & 15];
        crc = (crc >> 4) ^ NIBBLE[crc & 15];
    }
    return ~crc;
}

/* OpenSSL 3.0 looks an algorithm up on every use unless it is fetched once. */
static EVP_MD *sha256_md;
static EVP_MAC *hmac_mac;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void jn_fetch(void) {
    sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
    hmac_mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    JN_CHECK_MEMORY(sha256_md != NULL && hmac_mac != NULL);
}

void jn_sha256(struct jn_str s, struct jn_sha256 *out) {
    pthread_once(&fetched, jn_fetch);
    unsigned n = 0;
    JN_CHECK_MEMORY(EVP_Digest(s.p == NULL ? "" : s.p, s.n, out->b, &n, sha256_md, NULL) == 1 && n == sizeof(out->b));
}

void jn_hmac_sha256(struct jn_str key, struct jn_str message, struct jn_sha256 *out) {
    pthread_once(&fetched, jn_fetch);
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac_mac);
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    size_t n = 0;
    bool ok = ctx != NULL && EVP_MAC_init(ctx, (const unsigned char *)(key.n == 0 ? "" : key.p), key.n, params) == 1 &&
              EVP_MAC_update(ctx, (const unsigned char *)message.p, message.n) == 1 &&
              EVP_MAC_final(ctx, out->b, &n, sizeof(out->b)) == 1 && n == sizeof(out->b);
    EVP_MAC_CTX_free(ctx);
    JN_CHECK_MEMORY(ok);
}

bool jn_equal_const_time(struct jn_str a, struct jn_str b) {
    return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

void jn_hex(struct jn_str bytes, struct jn_buf *out) {
    static const char DIGIT[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.n; i++) {
        char pair[2] = {DIGIT[(uint8_t)bytes.p[i] >> 4], DIGIT[(uint8_t)bytes.p[i] & 15]};
        jn_buf_add(out, pair, 2);
    }
}

static int jn_hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool jn_unhex(struct jn_str text, struct jn_buf *out) {
    if (text.n % 2 != 0) return false;
    for (size_t i = 0; i < text.n; i += 2) {
        int high = jn_hex_digit(text.p[i]), low = jn_hex_digit(text.p[i + 1]);
        if (high < 0 || low < 0) return false;
        jn_buf_u8(out, (uint8_t)(high << 4 | low));
    }
    return true;
}

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void jn_base64(struct jn_str bytes, struct jn_buf *out) {
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (uint8_t)bytes.p[i + k] : 0);
        char quad[4] = {BASE64[v >> 18], BASE64[v >> 12 & 63], n > 1 ? BASE64[v >> 6 & 63] : '=',
                        n > 2 ? BASE64[v & 63] : '='};
        jn_buf_add(out, quad, 4);
    }
}

static int jn_base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool jn_unbase64(struct jn_str text, struct jn_buf *out) {
    if (text.n % 4 != 0) return false;
    for (size_t i = 0; i < text.n; i += 4) {
        size_t pad = i + 4 < text.n
                         ? 0
                         : (size_t)(text.p[i + 3] == '=') + (size_t)(text.p[i + 3] == '=' && text.p[i + 2] == '=');
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            int digit = k >= 4 - pad ? 0 : jn_base64_digit(text.p[i + k]);
            if (digit < 0) return false;
            v = v << 6 | (uint32_t)digit;
        }
        if ((pad == 1 && (v & 0xFF) != 0) || (pad == 2 && (v & 0xFFFF) != 0)) return false;
        uint8_t bytes[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
        jn_buf_add(out, bytes, 3 - pad);
    }
    return true;
}

void jn_digest(const char *name, struct jn_str key, struct jn_str s, struct jn_buf *out) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    size_t n = 0;
    unsigned int m = 0;
    const EVP_MD *digest = EVP_get_digestbyname(name);
    JN_CHECK(digest != NULL);
    if (key.p == NULL) {
        JN_CHECK_MEMORY(EVP_Digest(s.p, s.n, bytes, &m, digest, NULL) == 1);
        n = m;
    } else {
        JN_CHECK_MEMORY(EVP_Q_mac(NULL, "HMAC", NULL, name, NULL, key.n == 0 ? "" : key.p, key.n,
                                  (const unsigned char *)s.p, s.n, bytes, sizeof(bytes), &n) != NULL);
    }
    jn_buf_str(out, (struct jn_str){(const char *)bytes, n});
}
