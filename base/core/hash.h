/* Hashes: XXH3 for placement, SHA-256 for identity, HMAC for signatures, CRC-32C for damage. */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stdint.h>

#include "core/buffer.h"

struct jn_sha256 {
    uint8_t b[32];
};

struct jn_id128 {
    uint8_t b[16];
};

uint64_t jn_hash64(struct jn_str s); /* XXH3, fixed seed: the same for ever, on every machine */
uint64_t jn_hash64_seed(struct jn_str s, uint64_t seed);
uint32_t jn_crc32c(uint32_t crc, struct jn_str s);
void jn_sha256(struct jn_str s, struct jn_sha256 *out);
void jn_hmac_sha256(struct jn_str key, struct jn_str message, struct jn_sha256 *out);
/* Any digest that OpenSSL names ("MD5", "SHA1", "SHA256"), keyed (HMAC) when key.p is given: for formats of others,
 * nothing here relies on the weak ones. */
void jn_digest(const char *name, struct jn_str key, struct jn_str s, struct jn_buf *out);
bool jn_equal_const_time(struct jn_str a, struct jn_str b);
void jn_hex(struct jn_str bytes, struct jn_buf *out);
bool jn_unhex(struct jn_str text, struct jn_buf *out);
void jn_base64(struct jn_str bytes, struct jn_buf *out);  /* standard alphabet, padded */
bool jn_unbase64(struct jn_str text, struct jn_buf *out); /* strict */

#endif
