/* The HTTP/1.1 server: listens, bounds connections, hands complete requests to one handler, drains. */
#ifndef RUNTIME_HTTP_SERVER_H
#define RUNTIME_HTTP_SERVER_H

#include <uv.h>

#include "runtime/http/exchange.h"
#include "runtime/http/tls.h"

struct jr_http_server;

struct jr_http_options {
    const struct jr_http_route *route; /* lives as long as the server */
    uint32_t n_route;
    void *user;
    /* With the head alone, before a body is taken: false refuses with *reply (its texts live until return). */
    bool (*admit)(void *user, uint32_t route, const struct jr_http_request *request, struct jr_http_reply *reply);
    void (*handle)(void *user, uint32_t route, struct jr_http_exchange *exchange);
    /* Told of every answer; may be NULL. No route: it was for none, or could not be read. */
    void (*answered)(void *user, const struct jr_http_route *route, int status);
};

struct jr_http_server *jr_http_server_new(uv_loop_t *loop, const struct jr_http_options *options);

/* From here on new connections speak TLS; those that are open go on as they are. The server's now; the one before is
 * freed. */
void jr_http_server_use_tls(struct jr_http_server *server, struct jr_tls *tls);

/* JN_CONFIG for an address that is none, JN_UNAVAILABLE when it cannot be bound. Port 0 picks one; *port is the
 * port in use. */
jn_rc jr_http_server_listen(struct jr_http_server *server, const char *host, int *port, struct jn_err *err);

/* No new connections; idle ones are closed; every further answer closes its connection. */
void jr_http_server_drain(struct jr_http_server *server);
/* True when drained and nothing is open. */
bool jr_http_server_is_idle(const struct jr_http_server *server);
/* Closes everything at once. The loop must run once more; then free. */
void jr_http_server_close(struct jr_http_server *server);
void jr_http_server_free(struct jr_http_server *server);

#endif
