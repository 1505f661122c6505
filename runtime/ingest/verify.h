/* Signatures of inbound webhooks, by the rows of schemes.def. Pure. */
#ifndef RUNTIME_INGEST_VERIFY_H
#define RUNTIME_INGEST_VERIFY_H

#include "core/buffer.h"
#include "journey/program.h"

struct jr_signed {
    uint32_t scheme;      /* enum jn_scheme, not NONE */
    const char *carrier;  /* header of the signature */
    uint32_t encoding;    /* enum jn_encoding */
    struct jn_str secret; /* as it is set */
    struct jn_str old;    /* … and the one before, which counts, too; empty: there is none */
    struct jn_str body;   /* as received */
    int64_t wall;         /* ms since 1970 */
    /* Value of a request header; p NULL when there is none. */
    struct jn_str (*header)(const void *user, const char *name);
    const void *user;
};

/* JN_UNAUTHORIZED, with what is wrong with the signature or its time; JN_CONFIG when the secret cannot be used. */
jn_rc jr_verify(const struct jr_signed *sent, struct jn_err *err);
/* Whether the secret is one of the scheme, for a good error at the start. */
jn_rc jr_verify_secret(uint32_t scheme, struct jn_str secret, struct jn_err *err);
/* Header of the id under which a sender repeats a webhook; NULL: the scheme has none. */
const char *jr_verify_id(uint32_t scheme);

#endif
