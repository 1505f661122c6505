/* The certificate and key of the listener, from the files that the options name. */
#ifndef RUNTIME_APP_CERTIFICATE_H
#define RUNTIME_APP_CERTIFICATE_H

#include "runtime/app/config.h"
#include "runtime/http/server.h"

/* Reads the files and has new connections use them; without any, the server stays plain. On failure nothing changes. */
jn_rc jr_certificate_load(const struct jr_config *config, struct jr_http_server *server, struct jn_err *err);

#endif
