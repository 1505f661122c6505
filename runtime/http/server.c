#include "runtime/http/server.h"

#include <stdlib.h>

#include "core/check.h"
#include "runtime/http/connection.h"

enum { JR_HTTP__BACKLOG = 511 };

static void jr_http__on_sweep(uv_timer_t *timer) {
    struct jr_http_server *server = timer->data;
    (void)jr_attention_look(&server->attention, uv_now(server->loop), JR_ATTENTION_STEP_MS);
    struct jr_http_connection *next;
    for (struct jr_http_connection *c = server->connections; c != NULL; c = next) {
        next = c->next;
        jr_http_connection_check(c, server->attention.time);
    }
}

struct jr_http_server *jr_http_server_new(uv_loop_t *loop, const struct jr_http_options *options) {
    struct jr_http_server *server = jn_alloc_zero(1, sizeof *server);
    server->loop = loop;
    server->options = *options;
    JN_CHECK(uv_timer_init(loop, &server->sweep) == 0);
    server->sweep.data = server;
    uv_unref((uv_handle_t *)&server->sweep);
    return server;
}

void jr_http_server_use_tls(struct jr_http_server *server, struct jr_tls *tls) {
    jr_tls_free(server->tls);
    server->tls = tls;
}

/* At the cap, the connection that has been silent longest makes room, else the oldest that has not finished its head:
 * who sends one byte a second must not keep others out. The list's newest is at its head. */
static bool jr_http__make_room(struct jr_http_server *server) {
    struct jr_http_connection *idle = NULL, *slow = NULL;
    for (struct jr_http_connection *c = server->connections; c != NULL; c = c->next) {
        if (jr_http_connection_is_idle(c)) idle = c;
        if (jr_http_connection_is_slow(c)) slow = c;
    }
    if (idle == NULL) idle = slow;
    if (idle != NULL) jr_http_connection_close(idle);
    return idle != NULL;
}

static void jr_http__on_refused_closed(uv_handle_t *handle) {
    free(handle);
}

static void jr_http__turn_away(struct jr_http_server *server) {
    static char full[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
                         "Connection: close\r\n\r\n";
    uv_tcp_t *tcp = jn_alloc_zero(1, sizeof *tcp);
    JN_CHECK(uv_tcp_init(server->loop, tcp) == 0);
    uv_buf_t buf = uv_buf_init(full, sizeof full - 1);
    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)tcp) == 0 && server->tls == NULL)
        (void)uv_try_write((uv_stream_t *)tcp, &buf, 1);
    uv_close((uv_handle_t *)tcp, jr_http__on_refused_closed);
}

static void jr_http__on_connection(uv_stream_t *listener, int status) {
    struct jr_http_server *server = listener->data;
    if (status < 0) return; /* out of descriptors: libuv has shed it, and tries again */
    if (server->n_connection >= JR_HTTP_CONNECTIONS && !jr_http__make_room(server))
        jr_http__turn_away(server);
    else
        jr_http_connection_accept(server);
}

jn_rc jr_http_server_listen(struct jr_http_server *server, const char *host, int *port, struct jn_err *err) {
    struct sockaddr_storage address;
    if (uv_ip4_addr(host, *port, (struct sockaddr_in *)&address) != 0 &&
        uv_ip6_addr(host, *port, (struct sockaddr_in6 *)&address) != 0)
        return jn_fail(err, JN_CONFIG, "`%s` is no address to listen on; write it as 127.0.0.1:8080 or [::]:8080",
                       host);
    JN_CHECK(uv_tcp_init(server->loop, &server->listener) == 0);
    server->listener.data = server;
    server->listening = true;
    int rc = uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0);
    if (rc == 0) rc = uv_listen((uv_stream_t *)&server->listener, JR_HTTP__BACKLOG, jr_http__on_connection);
    if (rc != 0) return jn_fail(err, JN_UNAVAILABLE, "cannot listen on %s port %d: %s", host, *port, uv_strerror(rc));
    int n = sizeof address;
    JN_CHECK(uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &n) == 0);
    *port = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                                : ((struct sockaddr_in *)&address)->sin_port);
    server->attention.looked = uv_now(server->loop);
    JN_CHECK(uv_timer_start(&server->sweep, jr_http__on_sweep, JR_ATTENTION_LOOK_MS, JR_ATTENTION_LOOK_MS) == 0);
    return JN_OK;
}

static void jr_http__stop_listening(struct jr_http_server *server) {
    if (!server->listening) return;
    server->listening = false;
    uv_close((uv_handle_t *)&server->listener, NULL);
}

void jr_http_server_drain(struct jr_http_server *server) {
    server->draining = true;
    jr_http__stop_listening(server);
    struct jr_http_connection *next;
    for (struct jr_http_connection *c = server->connections; c != NULL; c = next) {
        next = c->next;
        if (jr_http_connection_is_idle(c)) jr_http_connection_close(c);
    }
}

bool jr_http_server_is_idle(const struct jr_http_server *server) {
    return server->draining && server->connections == NULL;
}

void jr_http_server_close(struct jr_http_server *server) {
    if (server->closed) return;
    server->closed = true;
    jr_http__stop_listening(server);
    struct jr_http_connection *next;
    for (struct jr_http_connection *c = server->connections; c != NULL; c = next) {
        next = c->next;
        jr_http_connection_close(c);
    }
    uv_close((uv_handle_t *)&server->sweep, NULL);
}

void jr_http_server_free(struct jr_http_server *server) {
    jr_tls_free(server->tls);
    free(server);
}
