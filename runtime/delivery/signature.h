/* Signatures of outgoing webhooks after Standard Webhooks 1.0.0. */
#ifndef RUNTIME_DELIVERY_SIGNATURE_H
#define RUNTIME_DELIVERY_SIGNATURE_H

#include <stdint.h>

#include "core/buffer.h"

/* Appends "v1," and the base64 of HMAC-SHA256 over `id.timestamp.body`. JN_CONFIG when the
 * secret cannot be used (core/signing_key.h). */
jn_rc jr_signature(struct jn_str secret, struct jn_str id, int64_t timestamp_s, struct jn_str body, struct jn_buf *out,
                   struct jn_err *err);

#endif
