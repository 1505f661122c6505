/* TLS over memory: bytes of a socket in, plain bytes out, and the other way round. Knows no socket and no loop. */
#ifndef RUNTIME_HTTP_TLS_H
#define RUNTIME_HTTP_TLS_H

#include <stdint.h>

#include "journey/error.h"

/* A certificate chain and its key: who the server says it is. */
struct jr_tls;
/* One connection's side of it. Keeps its jr_tls alive. */
struct jr_tls_session;

/* From PEM: the server's certificate, then those between it and a root; its key, without a passphrase. JN_CONFIG says
 * what is wrong with which. */
jn_rc jr_tls_new(struct jn_str certificate, struct jn_str key, struct jr_tls **out, struct jn_err *err);
void jr_tls_free(struct jr_tls *tls);
/* When the certificate runs out, seconds since 1970. */
int64_t jr_tls_expires(const struct jr_tls *tls);

struct jr_tls_session *jr_tls_session_new(struct jr_tls *tls);
void jr_tls_session_free(struct jr_tls_session *session);

enum jr_tls_state {
    JR_TLS_OPEN,
    JR_TLS_ENDED, /* the peer has said that nothing more comes */
    JR_TLS_FAILED /* what came is no TLS that is spoken here; there may be a last alert to send */
};

/* Takes all of `bytes`, writes what they say to `plain`; *n bytes of it. `max` is more than bytes.n + JR_TLS_RECORD.
 * Afterwards there may be bytes to send. */
enum jr_tls_state jr_tls_take(struct jr_tls_session *session, struct jn_str bytes, char *plain, size_t max, size_t *n);
enum { JR_TLS_RECORD = 16384 + 512 };
/* Seals `plain`, of any length. False when the session cannot any more. */
bool jr_tls_seal(struct jr_tls_session *session, struct jn_str plain);
/* Says that nothing more is sent. */
void jr_tls_end(struct jr_tls_session *session);

/* What waits to be sent, and that it was. */
struct jn_str jr_tls_outgoing(const struct jr_tls_session *session);
void jr_tls_sent(struct jr_tls_session *session);

/* After JR_TLS_FAILED: why, in OpenSSL's words; and whether a request of plain HTTP came. */
const char *jr_tls_reason(const struct jr_tls_session *session);
bool jr_tls_is_plain(const struct jr_tls_session *session);

#endif
