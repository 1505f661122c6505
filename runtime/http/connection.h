/* One connection of the server: reads requests, keeps answers in order, watches its deadlines. */
#ifndef RUNTIME_HTTP_CONNECTION_H
#define RUNTIME_HTTP_CONNECTION_H

#include "runtime/http/http1.h"
#include "runtime/http/server.h"
#include "runtime/http/wire.h"
#include "runtime/loop/attention.h"

struct jr_http_connection;

struct jr_http_exchange {
    struct jr_http1_message message;
    struct jr_http_server *server;
    struct jr_http_connection *connection; /* NULL: the client has left */
    struct jr_http_exchange *next;         /* the connection's next request */
    const struct jr_http_route *route;     /* NULL: there is none for it */
    struct jn_buf out;                     /* the answer, once there is one */
    size_t held;                           /* body bytes it is charged for */
    bool answered, head, close;
};

struct jr_http_connection {
    struct jr_wire wire; /* first: it is cast back */
    struct jr_http_server *server;
    struct jr_http_connection *previous, *next;
    struct jr_http1 *http1;
    struct jr_http_exchange *first, *last; /* requests not fully answered yet, in order */
    struct jr_http_exchange *refused;      /* answer to the request that is being read, decided from its head */
    uint32_t n_exchange;
    size_t held, charged;              /* body bytes of its exchanges; of the request being read */
    const struct jr_http_route *route; /* of the request being read; NULL: none, or its head is not whole */
    struct jn_str param;               /* its part of the path */
    struct jn_buf left;                /* bytes that came while reading was paused */
    uint64_t read_deadline, write_deadline;
    struct jr_http_stream *stream; /* its last answer, which goes on; or NULL */
    unsigned writes;
    bool reading, lingering, closing;
    bool deaf; /* no further request is taken */
    bool busy; /* bytes are being taken: not to be entered again */
};

struct jr_http_server {
    uv_loop_t *loop;
    struct jr_http_options options;
    uv_tcp_t listener;
    uv_timer_t sweep;
    struct jr_attention attention;
    struct jr_http_connection *connections;
    uint32_t n_connection;
    size_t bodies; /* held by all requests */
    bool listening, draining, closed;
    struct jr_tls *tls; /* NULL: plain */
    struct jr_wire_room room;
};

/* Takes over the connection that waits on the listener. */
void jr_http_connection_accept(struct jr_http_server *server);
void jr_http_connection_close(struct jr_http_connection *connection);
/* Idle: between requests, nothing to answer, nothing to write. */
bool jr_http_connection_is_idle(const struct jr_http_connection *connection);
/* Slow: its next head is not whole, or it lingers behind its last answer; nothing that was asked is lost with it. */
bool jr_http_connection_is_slow(const struct jr_http_connection *connection);
/* Looks at the deadlines. */
void jr_http_connection_check(struct jr_http_connection *connection, uint64_t now);

#endif
