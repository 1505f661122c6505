/* Authenticated encryption and keyed hashes for what is done again and again: set up once, then fast. */
#ifndef CIPHER_CIPHER_H
#define CIPHER_CIPHER_H

#include <stddef.h>
#include <stdint.h>

#include "journey/str.h"

#define JN_CIPHER_KEY   32
#define JN_CIPHER_NONCE 12 /* never twice under one key */
#define JN_CIPHER_TAG   16
#define JN_CIPHER_MAX   ((size_t)INT32_MAX - 64) /* bytes at a time */

/* AES-256-GCM. `bound` is not encrypted, but what is opened must have been closed with the same. One thread at a time.
 */
struct jn_cipher;
struct jn_cipher *jn_cipher_new(void);
void jn_cipher_free(struct jn_cipher *cipher);
/* `out` has room for the text and JN_CIPHER_TAG more. */
void jn_cipher_close(struct jn_cipher *cipher, const uint8_t key[JN_CIPHER_KEY], const uint8_t nonce[JN_CIPHER_NONCE],
                     struct jn_str bound, struct jn_str text, uint8_t *out);
/* `sealed` ends with the tag; `out` has room for what stands before it. False: these bytes were not closed so. */
bool jn_cipher_open(struct jn_cipher *cipher, const uint8_t key[JN_CIPHER_KEY], const uint8_t nonce[JN_CIPHER_NONCE],
                    struct jn_str bound, struct jn_str sealed, uint8_t *out);

/* HMAC-SHA-256 under one key. One thread at a time. */
struct jn_keyed;
struct jn_keyed *jn_keyed_new(const uint8_t key[32]);
void jn_keyed_free(struct jn_keyed *keyed);
void jn_keyed_hash(struct jn_keyed *keyed, struct jn_str text, uint8_t out[32]);

/* Overwrites a secret; no compiler leaves it out. */
void jn_wipe(void *p, size_t n);

#endif
