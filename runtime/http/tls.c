#include "runtime/http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "core/check.h"

/* TLS 1.2 with forward secrecy and authenticated ciphers only; TLS 1.3 has no others. */
#define JR_TLS__CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define JR_TLS__GROUPS  "X25519:P-256:P-384"

struct jr_tls {
    SSL_CTX *context;
    int64_t expires;
};

struct jr_tls_session {
    SSL *ssl;
    BIO *in, *out; /* memory; the SSL's */
    unsigned long fault;
    bool ended, failed;
};

/* ---- certificate and key ---- */

static const char *jr_tls__why(void) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == NULL ? "it cannot be used" : reason;
}

/* A key under a passphrase is refused: nobody is there to type it. */
static int jr_tls__no_passphrase(char *out, int max, int writing, void *user) {
    (void)out;
    (void)max;
    (void)writing;
    *(bool *)user = true;
    return -1;
}

static BIO *jr_tls__reader(struct jn_str pem) {
    BIO *bio = BIO_new_mem_buf(pem.n == 0 ? "" : pem.p, (int)pem.n);
    JN_CHECK_MEMORY(bio != NULL);
    return bio;
}

static int64_t jr_tls__seconds(const ASN1_TIME *time) {
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    JN_CHECK_MEMORY(epoch != NULL);
    bool good = ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    return good ? (int64_t)days * 86400 + seconds : 0;
}

/* The first certificate is the server's, the others lead from it to a root. */
static jn_rc jr_tls__use_certificates(struct jr_tls *tls, struct jn_str pem, struct jn_err *err) {
    bool asked = false;
    uint32_t n = 0;
    jn_rc rc = JN_OK;
    BIO *bio = jr_tls__reader(pem);
    ERR_clear_error();
    for (X509 *one; rc == JN_OK && (one = PEM_read_bio_X509(bio, NULL, jr_tls__no_passphrase, &asked)) != NULL; n++) {
        bool good =
            n == 0 ? SSL_CTX_use_certificate(tls->context, one) == 1 : SSL_CTX_add1_chain_cert(tls->context, one) == 1;
        if (n == 0) tls->expires = jr_tls__seconds(X509_get0_notAfter(one));
        if (!good) rc = jn_fail(err, JN_CONFIG, "its certificate %u is refused: %s", n + 1, jr_tls__why());
        X509_free(one);
    }
    bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (rc == JN_OK && !end)
        rc = jn_fail(err, JN_CONFIG, "its certificate %u cannot be read: %s", n + 1, jr_tls__why());
    else if (rc == JN_OK && n == 0)
        rc = jn_fail(err, JN_CONFIG, "there is no certificate in it (PEM, `-----BEGIN CERTIFICATE-----`)");
    BIO_free(bio);
    return rc;
}

static jn_rc jr_tls__use_key(struct jr_tls *tls, struct jn_str pem, struct jn_err *err) {
    bool asked = false;
    BIO *bio = jr_tls__reader(pem);
    ERR_clear_error();
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, jr_tls__no_passphrase, &asked);
    BIO_free(bio);
    if (key == NULL && asked) return jn_fail(err, JN_CONFIG, "it has a passphrase; give the key without one");
    if (key == NULL)
        return jn_fail(err, JN_CONFIG, "there is no private key in it (PEM, `-----BEGIN PRIVATE KEY-----`)");
    jn_rc rc = JN_OK;
    ERR_clear_error();
    if (SSL_CTX_use_PrivateKey(tls->context, key) != 1 || SSL_CTX_check_private_key(tls->context) != 1) {
        int reason = ERR_GET_REASON(ERR_peek_last_error());
        bool other = reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
        rc = other ? jn_fail(err, JN_CONFIG, "it is not the key of the certificate")
                   : jn_fail(err, JN_CONFIG, "it is refused: %s", jr_tls__why());
    }
    EVP_PKEY_free(key);
    return rc;
}

/* ---- what is spoken ---- */

/* Who names protocols must name ours: a client that would speak HTTP/2 is told so in the handshake. */
static int jr_tls__choose(SSL *ssl, const unsigned char **out, unsigned char *n, const unsigned char *offered,
                          unsigned length, void *user) {
    static const unsigned char HTTP1[] = "\x08http/1.1";
    (void)ssl;
    (void)user;
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, n, HTTP1, sizeof HTTP1 - 1, offered, length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *jr_tls__context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    JN_CHECK_MEMORY(context != NULL);
    JN_CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
    JN_CHECK(SSL_CTX_set_cipher_list(context, JR_TLS__CIPHERS) == 1);
    JN_CHECK(SSL_CTX_set1_groups_list(context, JR_TLS__GROUPS) == 1);
    (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_PRIORITIZE_CHACHA |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE);
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);         /* a silent connection holds no records */
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); /* tickets are the client's to keep */
    SSL_CTX_set_alpn_select_cb(context, jr_tls__choose, NULL);
    return context;
}

jn_rc jr_tls_new(struct jn_str certificate, struct jn_str key, struct jr_tls **out, struct jn_err *err) {
    struct jr_tls *tls = jn_alloc_zero(1, sizeof *tls);
    struct jn_err why;
    tls->context = jr_tls__context();
    jn_rc rc = jr_tls__use_certificates(tls, certificate, &why);
    if (rc != JN_OK) {
        rc = jn_fail(err, rc, "the certificate: %s", why.text);
    } else if (jr_tls__use_key(tls, key, &why) != JN_OK) {
        rc = jn_fail(err, why.rc, "the key: %s", why.text);
    }
    ERR_clear_error();
    if (rc != JN_OK) {
        jr_tls_free(tls);
        tls = NULL;
    }
    *out = tls;
    return rc;
}

void jr_tls_free(struct jr_tls *tls) {
    if (tls == NULL) return;
    SSL_CTX_free(tls->context);
    free(tls);
}

int64_t jr_tls_expires(const struct jr_tls *tls) {
    return tls->expires;
}

/* ---- a connection ---- */

struct jr_tls_session *jr_tls_session_new(struct jr_tls *tls) {
    struct jr_tls_session *session = jn_alloc_zero(1, sizeof *session);
    session->ssl = SSL_new(tls->context);
    session->in = BIO_new(BIO_s_mem());
    session->out = BIO_new(BIO_s_mem());
    JN_CHECK_MEMORY(session->ssl != NULL && session->in != NULL && session->out != NULL);
    SSL_set_bio(session->ssl, session->in, session->out);
    SSL_set_accept_state(session->ssl);
    return session;
}

void jr_tls_session_free(struct jr_tls_session *session) {
    if (session == NULL) return;
    SSL_free(session->ssl);
    free(session);
}

static enum jr_tls_state jr_tls__stopped(struct jr_tls_session *session, int result) {
    int why = SSL_get_error(session->ssl, result);
    if (why == SSL_ERROR_WANT_READ) return JR_TLS_OPEN;
    session->ended = why == SSL_ERROR_ZERO_RETURN;
    if (session->ended) return JR_TLS_ENDED;
    session->failed = true;
    session->fault = ERR_peek_last_error();
    ERR_clear_error();
    return JR_TLS_FAILED;
}

enum jr_tls_state jr_tls_take(struct jr_tls_session *session, struct jn_str bytes, char *plain, size_t max, size_t *n) {
    *n = 0;
    if (session->failed) return JR_TLS_FAILED;
    if (session->ended) return JR_TLS_ENDED; /* what comes behind the end is nothing */
    JN_CHECK(max > bytes.n + JR_TLS_RECORD);
    JN_CHECK_MEMORY(BIO_write(session->in, bytes.p, (int)bytes.n) == (int)bytes.n);
    ERR_clear_error();
    for (;;) {
        size_t got = 0;
        int result = SSL_read_ex(session->ssl, plain + *n, max - *n, &got);
        if (result != 1) return jr_tls__stopped(session, result);
        *n += got;
    }
}

bool jr_tls_seal(struct jr_tls_session *session, struct jn_str plain) {
    size_t written = 0;
    if (session->failed) return false;
    ERR_clear_error();
    /* Memory takes everything, so nothing is ever written in part. */
    session->failed = SSL_write_ex(session->ssl, plain.p, plain.n, &written) != 1 || written != plain.n;
    return !session->failed;
}

void jr_tls_end(struct jr_tls_session *session) {
    if (session->failed || !SSL_is_init_finished(session->ssl)) return;
    ERR_clear_error();
    (void)SSL_shutdown(session->ssl);
    ERR_clear_error();
}

struct jn_str jr_tls_outgoing(const struct jr_tls_session *session) {
    char *p = NULL;
    long n = BIO_get_mem_data(session->out, &p);
    return n <= 0 ? JN_STR_NONE : (struct jn_str){p, (size_t)n};
}

void jr_tls_sent(struct jr_tls_session *session) {
    (void)BIO_reset(session->out);
}

const char *jr_tls_reason(const struct jr_tls_session *session) {
    const char *reason = ERR_reason_error_string(session->fault);
    return reason == NULL ? "the handshake failed" : reason;
}

bool jr_tls_is_plain(const struct jr_tls_session *session) {
    return ERR_GET_LIB(session->fault) == ERR_LIB_SSL && ERR_GET_REASON(session->fault) == SSL_R_HTTP_REQUEST;
}
