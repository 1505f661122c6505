/* The key that a secret stands for, as Standard Webhooks writes secrets. */
#ifndef CIPHER_SIGNING_KEY_H
#define CIPHER_SIGNING_KEY_H

#include "core/buffer.h"

#define JN_SIGNING_KEY_MAX 512 /* of the buffer that takes it */

/* While the secret in a variable is being changed the one before is in the variable of this name behind it. */
#define JN_SECRET_OLD "_OLD"

/* `whsec_` and base64, or, without that prefix, the key's bytes themselves. JN_CONFIG when the base64 is broken or the
 * key is empty or longer than the buffer may be. */
jn_rc jn_signing_key(struct jn_str secret, struct jn_buf *key, struct jn_err *err);
/* Whether a secret can be used, for a good error at the start. */
jn_rc jn_signing_key_check(struct jn_str secret, struct jn_err *err);

#endif
