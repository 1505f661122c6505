/* Signatures of outgoing webhooks after Standard Webhooks 1.0.0. */
#ifndef RUNTIME_DELIVERY_SIGNATURE_H
#define RUNTIME_DELIVERY_SIGNATURE_H

#include <stdint.h>

#include "core/buffer.h"

/* Appends "v1," and the base64 of HMAC-SHA256 over `id.timestamp.body`. The secret is `whsec_` and base64, or, without
 * that prefix, the key's bytes themselves. JN_CONFIG when the base64 is broken or the key is empty. */
jn_rc jr_signature(struct jn_str secret, struct jn_str id, int64_t timestamp_s, struct jn_str body, struct jn_buf *out,
                   struct jn_err *err);

/* Whether a secret can be used, for a good error at the start. */
jn_rc jr_signature_check(struct jn_str secret, struct jn_err *err);

#endif
