#include "runtime/delivery/signature.h"

#include <inttypes.h>

#include "core/hash.h"

enum { JR_SIGNATURE__KEY_MAX = 512, JR_SIGNATURE__TEXT_MAX = 16 << 20 };

static jn_rc jr_signature__key(struct jn_str secret, struct jn_buf *key, struct jn_err *err) {
    static const struct jn_str PREFIX = {"whsec_", 6};
    bool encoded = jn_str_starts(secret, PREFIX);
    if (encoded && !jn_unbase64(jn_str_sub(secret, PREFIX.n, secret.n), key))
        return jn_fail(err, JN_CONFIG, "the signing secret is not base64 behind `whsec_`");
    if (!encoded) jn_buf_str(key, secret);
    if (key->n == 0 || key->failed)
        return jn_fail(err, JN_CONFIG, "the signing secret is empty or longer than 512 bytes");
    return JN_OK;
}

jn_rc jr_signature_check(struct jn_str secret, struct jn_err *err) {
    struct jn_buf key;
    jn_buf_init(&key, JR_SIGNATURE__KEY_MAX);
    jn_rc rc = jr_signature__key(secret, &key, err);
    jn_buf_release(&key);
    return rc;
}

jn_rc jr_signature(struct jn_str secret, struct jn_str id, int64_t timestamp_s, struct jn_str body, struct jn_buf *out,
                   struct jn_err *err) {
    struct jn_buf key, text;
    jn_buf_init(&key, JR_SIGNATURE__KEY_MAX);
    jn_buf_init(&text, JR_SIGNATURE__TEXT_MAX);
    jn_rc rc = jr_signature__key(secret, &key, err);
    if (rc == JN_OK) {
        jn_buf_str(&text, id);
        jn_buf_printf(&text, ".%" PRId64 ".", timestamp_s);
        jn_buf_str(&text, body);
        struct jn_sha256 mac;
        if (text.failed)
            rc = jn_fail(err, JN_TOO_LARGE, "the body is too large to sign");
        else
            jn_hmac_sha256(jn_buf_view(&key), jn_buf_view(&text), &mac);
        if (rc == JN_OK) {
            jn_buf_z(out, "v1,");
            jn_base64((struct jn_str){(const char *)mac.b, sizeof mac.b}, out);
        }
    }
    jn_buf_release(&key);
    jn_buf_release(&text);
    return rc;
}
