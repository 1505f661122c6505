#include "runtime/delivery/signature.h"

#include <inttypes.h>

#include "cipher/signing_key.h"
#include "core/hash.h"

enum { JR_SIGNATURE__TEXT_MAX = 16 << 20 };

jn_rc jr_signature(struct jn_str secret, struct jn_str id, int64_t timestamp_s, struct jn_str body, struct jn_buf *out,
                   struct jn_err *err) {
    struct jn_buf key, text;
    jn_buf_init(&key, JN_SIGNING_KEY_MAX);
    jn_buf_init(&text, JR_SIGNATURE__TEXT_MAX);
    jn_rc rc = jn_signing_key(secret, &key, err);
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
