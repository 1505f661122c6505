/* Write keys of the tracking API and how a request shows one. */
#ifndef RUNTIME_INGEST_KEYS_H
#define RUNTIME_INGEST_KEYS_H

#include "core/json.h"

#define JR_KEYS_MAX 32

struct jr_keys {
    struct jn_str key[JR_KEYS_MAX];
    uint32_t n;
    bool any; /* every key is taken, and none is needed */
};

/* "key1, key2"; texts point into `text`. JN_CONFIG for too many. */
jn_rc jr_keys_parse(struct jn_str text, struct jr_keys *out, struct jn_err *err);

enum jr_key_check { JR_KEY_GOOD, JR_KEY_BAD, JR_KEY_IN_BODY };

/* The Authorization header alone: Basic with the key as user, with or without colon, or Bearer. IN_BODY: the header
 * does not decide, look for `writeKey` in the body. *which is then the key's number, 0 where any is taken. */
enum jr_key_check jr_keys_check_header(const struct jr_keys *keys, struct jn_str authorization, uint32_t *which);
bool jr_keys_check_body(const struct jr_keys *keys, const struct jn_json *document, uint32_t *which);

/* The token of an Authorization header `Bearer …`; empty when it is none. */
struct jn_str jr_bearer(struct jn_str authorization);

#endif
