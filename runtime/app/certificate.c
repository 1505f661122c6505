#include "runtime/app/certificate.h"

#include <stdlib.h>

#include "core/civil.h"
#include "core/log.h"
#include "runtime/measure/metrics.h"
#include "runtime/secret/file.h"

static void certificate__tell(const struct jr_tls *tls, struct jn_str path) {
    struct jn_buf until;
    jn_buf_init(&until, 64);
    jn_strftime(JN_STR("%Y-%m-%dT%H:%M:%SZ"), jr_tls_expires(tls) * 1000, 0, JN_STR("UTC"), &until);
    jr_metric_set(JR_METRIC_TLS_EXPIRES, 0, (uint64_t)jr_tls_expires(tls));
    JN_LOG(TLS_LOADED, JN_LF_STR("certificate", path), JN_LF_STR("until", jn_buf_view(&until)));
    jn_buf_release(&until);
}

jn_rc jr_certificate_load(const struct jr_config *config, struct jr_http_server *server, struct jn_err *err) {
    struct jn_buf certificate, key;
    struct jr_tls *tls;
    if (config->tls_cert.n == 0) return JN_OK;
    jn_rc rc = jr_file_read(config->tls_cert, false, JR_FILE_MAX, &certificate, err);
    if (rc == JN_OK) {
        struct jn_err why;
        rc = jr_file_read(config->tls_key, true, JR_FILE_MAX, &key, err);
        if (rc == JN_OK && jr_tls_new(jn_buf_view(&certificate), jn_buf_view(&key), &tls, &why) != JN_OK)
            rc = jn_fail(err, why.rc, "`%.*s` with `%.*s`: %s", JN_FMT(config->tls_cert), JN_FMT(config->tls_key),
                         why.text);
        if (key.p != NULL) explicit_bzero(key.p, key.n);
        jn_buf_release(&key);
    }
    jn_buf_release(&certificate);
    if (rc != JN_OK) return rc;
    certificate__tell(tls, config->tls_cert);
    jr_http_server_use_tls(server, tls);
    return JN_OK;
}
