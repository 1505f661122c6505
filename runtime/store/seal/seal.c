/* A sealed body: mark, number of the customer whose key it is, nonce, bytes, tag (AES-256-GCM). */
#include "runtime/store/seal/seal.h"

#include <stdlib.h>

#include "cipher/cipher.h"
#include "core/buffer.h"
#include "core/check.h"
#include "core/random.h"

#define SEAL_CACHED 256 /* keys at hand: what a turn touches, it touches more than once */
#define SEAL_NONCES 256 /* drawn at a time */
#define SEAL_PLACE  9
#define SEAL_HEADER (1 + 10 + JN_CIPHER_NONCE)

struct seal_key {
    uint64_t customer;
    bool held;
    uint8_t key[JN_CIPHER_KEY];
};

struct jr_seal {
    struct jr_keys keys;
    struct jn_cipher *cipher;
    struct jn_keyed *name, *derive; /* each keyed for its purpose */
    struct seal_key cached[SEAL_CACHED];
    uint8_t nonce[SEAL_NONCES][JN_CIPHER_NONCE];
    uint32_t n_nonce; /* of them not used yet */
};

/* ---- life */

static struct jn_keyed *seal_keyed(const struct jr_master *master, const char *purpose) {
    uint8_t key[32];
    jr_master_derive(master, purpose, key);
    struct jn_keyed *keyed = jn_keyed_new(key);
    jn_wipe(key, sizeof(key));
    return keyed;
}

struct jr_seal *jr_seal_new(const struct jr_master *master, const struct jr_keys *keys) {
    struct jr_seal *seal = jn_alloc_zero(1, sizeof(*seal));
    seal->keys = *keys;
    seal->cipher = jn_cipher_new();
    seal->name = seal_keyed(master, "journey: names");
    seal->derive = seal_keyed(master, "journey: customers' keys");
    return seal;
}

void jr_seal_free(struct jr_seal *seal) {
    if (seal == NULL) return;
    jr_keys_close(&seal->keys);
    jn_keyed_free(seal->name);
    jn_keyed_free(seal->derive);
    jn_cipher_free(seal->cipher);
    jn_wipe(seal, sizeof(*seal));
    free(seal);
}

struct jr_keys *jr_seal_keys(struct jr_seal *seal) {
    return &seal->keys;
}

/* ---- keys */

static jn_rc seal_key(struct jr_seal *seal, uint64_t customer, const uint8_t **out, struct jn_err *err) {
    struct seal_key *place = &seal->cached[customer % SEAL_CACHED];
    uint8_t text[JR_KEYS_SECRET + sizeof(customer)];
    enum jr_key_state state;
    *out = place->key;
    if (place->held && place->customer == customer) return JN_OK;
    jn_rc rc = jr_keys_read(&seal->keys, customer, text, &state, err);
    if (rc != JN_OK) return rc;
    if (state == JR_KEY_FORGOTTEN)
        return jn_fail(err, JN_NOT_FOUND, "customer %llu was erased: the key is gone", (unsigned long long)customer);
    if (state == JR_KEY_NONE)
        return jn_fail(err, JN_CORRUPT, "the key of customer %llu is missing: the file of keys is older than the store",
                       (unsigned long long)customer);
    memcpy(text + JR_KEYS_SECRET, &customer, sizeof(customer));
    jn_keyed_hash(seal->derive, (struct jn_str){(const char *)text, sizeof(text)}, place->key);
    jn_wipe(text, sizeof(text));
    place->customer = customer;
    place->held = true;
    return JN_OK;
}

jn_rc jr_seal_forget(struct jr_seal *seal, const uint64_t *customer, uint32_t n, struct jn_err *err) {
    for (uint32_t i = 0; i < n; i++)
        jn_wipe(&seal->cached[customer[i] % SEAL_CACHED], sizeof(struct seal_key));
    return jr_keys_forget(&seal->keys, customer, n, err);
}

/* ---- bodies */

/* 96 bits from the kernel, under a key that seals one customer's rows: of 2^24 rewritings two meet with 2^-49. */
static const uint8_t *seal_nonce(struct jr_seal *seal) {
    if (seal->n_nonce == 0) {
        jn_random_bytes(seal->nonce, sizeof(seal->nonce));
        seal->n_nonce = SEAL_NONCES;
    }
    return seal->nonce[--seal->n_nonce];
}

static struct jn_str seal_place(struct jr_seal_place place, uint8_t out[SEAL_PLACE]) {
    out[0] = (uint8_t)place.kind;
    for (int i = 0; i < 8; i++)
        out[1 + i] = (uint8_t)(place.row >> (8 * i));
    return (struct jn_str){(const char *)out, SEAL_PLACE};
}

jn_rc jr_seal_close(struct jr_seal *seal, uint64_t customer, struct jr_seal_place place, struct jn_str body,
                    struct jn_arena *arena, struct jn_str *out, struct jn_err *err) {
    const uint8_t *key, *nonce = seal_nonce(seal);
    uint8_t bound[SEAL_PLACE];
    struct jn_buf header;
    if (body.n > JN_CIPHER_MAX) return jn_fail(err, JN_TOO_LARGE, "a body of %zu bytes cannot be sealed", body.n);
    jn_rc rc = jr_keys_cover(&seal->keys, customer, err);
    if (rc == JN_OK) rc = seal_key(seal, customer, &key, err);
    if (rc != JN_OK) return rc;
    jn_buf_init(&header, SEAL_HEADER);
    jn_buf_u8(&header, JR_SEALED_BODY);
    jn_buf_varint(&header, customer);
    jn_buf_add(&header, nonce, JN_CIPHER_NONCE);
    size_t n = header.n + body.n + JN_CIPHER_TAG;
    uint8_t *bytes = jn_arena_alloc(arena, n);
    memcpy(bytes, header.p, header.n);
    jn_cipher_close(seal->cipher, key, nonce, seal_place(place, bound), body, bytes + header.n);
    *out = (struct jn_str){(const char *)bytes, n};
    jn_buf_release(&header);
    return JN_OK;
}

bool jr_seal_is_sealed(struct jn_str body) {
    return body.n > 0 && (uint8_t)body.p[0] == JR_SEALED_BODY;
}

uint64_t jr_seal_customer(struct jn_str sealed) {
    struct jn_reader in;
    jn_reader_init(&in, sealed);
    (void)jn_read_u8(&in);
    return jn_read_varint(&in);
}

jn_rc jr_seal_open(struct jr_seal *seal, struct jr_seal_place place, struct jn_str sealed, struct jn_arena *arena,
                   struct jn_str *out, struct jn_err *err) {
    const uint8_t *key;
    uint8_t bound[SEAL_PLACE];
    struct jn_reader in;
    jn_reader_init(&in, sealed);
    bool marked = jn_read_u8(&in) == JR_SEALED_BODY;
    uint64_t customer = jn_read_varint(&in);
    struct jn_str nonce = jn_read_bytes(&in, JN_CIPHER_NONCE);
    if (!marked || in.failed || in.n - in.at < JN_CIPHER_TAG)
        return jn_fail(err, JN_CORRUPT, "a stored body is no sealed one");
    struct jn_str bytes = jn_read_bytes(&in, in.n - in.at);
    jn_rc rc = seal_key(seal, customer, &key, err);
    if (rc != JN_OK) return rc;
    uint8_t *text = jn_arena_alloc(arena, bytes.n);
    if (!jn_cipher_open(seal->cipher, key, (const uint8_t *)nonce.p, seal_place(place, bound), bytes, text))
        return jn_fail(err, JN_CORRUPT, "what is stored of customer %llu (%c %llu) is not what was sealed",
                       (unsigned long long)customer, place.kind, (unsigned long long)place.row);
    *out = (struct jn_str){(const char *)text, bytes.n - JN_CIPHER_TAG};
    return JN_OK;
}

/* ---- names */

void jr_seal_name(struct jr_seal *seal, struct jn_str name, uint8_t out[JR_SEAL_NAME]) {
    uint8_t hash[32];
    jn_keyed_hash(seal->name, name, hash);
    out[0] = JR_SEALED_NAME;
    memcpy(out + 1, hash, JR_SEAL_NAME - 1);
}
