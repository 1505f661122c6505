#include "cipher/signing_key.h"

#include "core/hash.h"

jn_rc jn_signing_key(struct jn_str secret, struct jn_buf *key, struct jn_err *err) {
    static const struct jn_str PREFIX = {"whsec_", 6};
    bool encoded = jn_str_starts(secret, PREFIX);
    if (encoded && !jn_unbase64(jn_str_sub(secret, PREFIX.n, secret.n), key))
        return jn_fail(err, JN_CONFIG, "the signing secret is not base64 behind `whsec_`");
    if (!encoded) jn_buf_str(key, secret);
    if (key->n == 0 || key->failed)
        return jn_fail(err, JN_CONFIG, "the signing secret is empty or longer than %d bytes", JN_SIGNING_KEY_MAX);
    return JN_OK;
}

jn_rc jn_signing_key_check(struct jn_str secret, struct jn_err *err) {
    struct jn_buf key;
    jn_buf_init(&key, JN_SIGNING_KEY_MAX);
    jn_rc rc = jn_signing_key(secret, &key, err);
    jn_buf_release(&key);
    return rc;
}
