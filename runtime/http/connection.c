#include "runtime/http/connection.h"

#include <stdlib.h>
#include <time.h>

#include "core/check.h"
#include "core/log.h"
#include "runtime/http/problem.h"
#include "runtime/http/response.h"
#include "runtime/http/route.h"

enum { JR_HTTP__WRITE_QUEUE = 1 << 20 };

static void jr_http__flush(struct jr_http_connection *c);
static void jr_http__resume(struct jr_http_connection *c);

/* ---- exchanges ---- */

static struct jr_http_exchange *jr_http__exchange_new(struct jr_http_connection *c) {
    struct jr_http_exchange *exchange = jn_alloc_zero(1, sizeof *exchange);
    exchange->server = c->server;
    exchange->connection = c;
    exchange->route = c->route;
    jn_buf_init(&exchange->out, JR_HTTP_RESPONSE_MAX);
    return exchange;
}

static void jr_http__exchange_free(struct jr_http_exchange *exchange) {
    exchange->server->bodies -= exchange->held;
    jr_http1_message_release(&exchange->message);
    jn_buf_release(&exchange->out);
    free(exchange);
}

static void jr_http__enqueue(struct jr_http_connection *c, struct jr_http_exchange *exchange) {
    if (c->last == NULL)
        c->first = exchange;
    else
        c->last->next = exchange;
    c->last = exchange;
    c->n_exchange++;
    c->held += exchange->held;
}

const struct jr_http_request *jr_http_request_of(const struct jr_http_exchange *exchange) {
    return &exchange->message.request;
}

bool jr_http_is_encrypted(const struct jr_http_exchange *exchange) {
    return exchange->server->tls != NULL;
}

static int64_t jr_http__wall_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Who asked is not said: the id tells which request of the client's it was. */
static void jr_http__log(const struct jr_http_exchange *exchange, const struct jr_http_reply *reply, struct jn_str id,
                         struct jn_str reason) {
    struct jn_str code = jn_str_z(jr_http_problem_code(reply));
    struct jn_str route = exchange->route == NULL ? JN_STR_NONE : jn_str_z(exchange->route->path);
    if (reply->status == 500)
        JN_LOG(REQUEST_FAILED, JN_LF_STR("code", code), JN_LF_STR("request_id", id), JN_LF_STR("route", route));
    else
        JN_LOG(HTTP_ERROR, JN_LF_INT("status", reply->status), JN_LF_STR("code", code), JN_LF_STR("request_id", id),
               JN_LF_STR("route", route), JN_LF_STR("reason", reason));
}

static void jr_http__write(struct jr_http_exchange *exchange, const struct jr_http_request *request,
                           const struct jr_http_reply *reply, struct jn_str reason) {
    if (!jr_http_is_problem(reply)) {
        jr_http_response_write(reply, exchange->head, exchange->close, jr_http__wall_ms(), &exchange->out);
        return;
    }
    char room[JR_HTTP_REQUEST_ID];
    struct jn_str id = jr_http_request_id(request, room);
    struct jn_buf lines, body;
    jn_buf_init(&lines, 4096);
    jn_buf_init(&body, 16384);
    struct jr_http_reply full = jr_http_problem(reply, id, &lines, &body);
    jr_http_response_write(&full, exchange->head, exchange->close, jr_http__wall_ms(), &exchange->out);
    jn_buf_release(&body);
    jn_buf_release(&lines);
    jr_http__log(exchange, reply, id, reason);
}

static void jr_http__answer(struct jr_http_exchange *exchange, const struct jr_http_request *request,
                            const struct jr_http_reply *reply, struct jn_str reason) {
    exchange->close |= exchange->server->draining;
    jr_http__write(exchange, request, reply, reason);
    JN_CHECK(!exchange->out.failed);
    exchange->answered = true;
    if (exchange->server->options.answered != NULL)
        exchange->server->options.answered(exchange->server->options.user, exchange->route, reply->status);
}

void jr_http_respond(struct jr_http_exchange *exchange, const struct jr_http_reply *reply) {
    JN_CHECK(!exchange->answered);
    jr_http__answer(exchange, &exchange->message.request, reply, JN_STR_NONE);
    if (exchange->connection == NULL)
        jr_http__exchange_free(exchange);
    else
        jr_http__flush(exchange->connection);
}

/* An answer that no handler gave: an error, or a refusal from the head alone. */
static struct jr_http_exchange *jr_http__refusal(struct jr_http_connection *c, const struct jr_http_reply *reply,
                                                 bool close) {
    struct jr_http_exchange *exchange = jr_http__exchange_new(c);
    struct jr_http_reply full = *reply;
    if (full.headers.n == 0 && c->route != NULL && c->route->refusal != NULL)
        full.headers = jn_str_z(c->route->refusal);
    exchange->head = jn_str_is(jr_http1_request(c->http1)->method, "HEAD");
    exchange->close = close;
    jr_http__answer(exchange, jr_http1_request(c->http1), &full, full.detail);
    return exchange;
}

/* The last answer of a connection: nothing is read behind it. */
static void jr_http__give_up(struct jr_http_connection *c, const struct jr_http_reply *reply) {
    c->deaf = true;
    c->read_deadline = UINT64_MAX;
    jr_http__enqueue(c, jr_http__refusal(c, reply, true));
    jr_http__flush(c);
}

/* What came is no request, or is too much of one. */
static void jr_http__refuse_bytes(struct jr_http_connection *c) {
    jr_http__give_up(
        c, &(struct jr_http_reply){.status = jr_http1_status(c->http1), .detail = jn_str_z(jr_http1_reason(c->http1))});
}

/* ---- reading ---- */

static void jr_http__arm_read(struct jr_http_connection *c) {
    uint64_t now = c->server->attention.time;
    if (c->stream != NULL)
        c->read_deadline = UINT64_MAX;
    else if (!jr_http1_idle(c->http1))
        c->read_deadline = now + JR_HTTP_HEADER_TIME;
    else
        c->read_deadline = c->n_exchange > 0 ? UINT64_MAX : now + JR_HTTP_IDLE_TIME;
}

static bool jr_http__may_read(const struct jr_http_connection *c) {
    return !c->closing && !c->deaf && c->n_exchange < JR_HTTP_PIPELINE && c->held < JR_HTTP_PIPELINE_BYTES &&
           jr_wire_queued(&c->wire) < JR_HTTP__WRITE_QUEUE;
}

/* Finds who serves the request and whether its body may come. NULL: go on. */
static struct jr_http_exchange *jr_http__judge(struct jr_http_connection *c, const struct jr_http_request *request,
                                               struct jn_str *param) {
    const struct jr_http_options *options = &c->server->options;
    bool close = !request->keep_alive || jr_http1_has_body(c->http1);
    struct jn_buf allow;
    jn_buf_init(&allow, 256);
    uint32_t route = 0;
    int status = jr_http_route_find(options->route, options->n_route, request, &route, param, &allow);
    c->route = status == 200 ? &options->route[route] : NULL;
    struct jr_http_exchange *refusal = NULL;
    struct jr_http_reply reply = {.status = status};
    if (status == 405) {
        struct jn_buf line;
        jn_buf_init(&line, 300);
        jn_buf_printf(&line, "Allow: %.*s\r\n", JN_FMT(jn_buf_view(&allow)));
        reply.headers = jn_buf_view(&line);
        reply.detail = JN_STR("the path does not take this method");
        refusal = jr_http__refusal(c, &reply, close);
        jn_buf_release(&line);
    } else if (status != 200) {
        reply.detail = JN_STR("there is nothing at this path");
        refusal = jr_http__refusal(c, &reply, close);
    } else if (!options->admit(options->user, route, request, &reply)) {
        refusal = jr_http__refusal(c, &reply, close);
    }
    jn_buf_release(&allow);
    return refusal;
}

static void jr_http__on_head(struct jr_http_connection *c) {
    const struct jr_http_request *request = jr_http1_request(c->http1);
    struct jn_str param = JN_STR_NONE;
    struct jr_http_exchange *refusal = jr_http__judge(c, request, &param);
    if (refusal != NULL && refusal->close && jr_http1_has_body(c->http1)) {
        c->deaf = true;
        c->read_deadline = UINT64_MAX;
        jr_http__enqueue(c, refusal);
        jr_http__flush(c);
        return;
    }
    c->refused = refusal;
    size_t max = refusal == NULL ? c->route->body_max : 0;
    if (!jr_http1_body(c->http1, max)) {
        jr_http__refuse_bytes(c);
        return;
    }
    c->param = param;
    c->read_deadline = c->server->attention.time + JR_HTTP_BODY_TIME;
    if (request->expects_continue && jr_http1_has_body(c->http1) && c->n_exchange == 0)
        jr_wire_hint(&c->wire, JN_STR("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* Charges what the body holds so far to the whole server, which refuses when all bodies together are too much. */
static void jr_http__charge(struct jr_http_connection *c) {
    size_t received = jr_http1_received(c->http1);
    c->server->bodies += received - c->charged;
    c->charged = received;
    if (c->server->bodies <= JR_HTTP_BODIES_BYTES) return;
    jr_http__give_up(c, &(struct jr_http_reply){.status = 503,
                                                .detail = JN_STR("too many requests are being received"),
                                                .retry_after_s = 1});
}

static void jr_http__on_done(struct jr_http_connection *c) {
    struct jr_http_exchange *exchange = c->refused;
    bool handle = exchange == NULL;
    c->refused = NULL;
    if (handle) exchange = jr_http__exchange_new(c);
    jr_http__charge(c);
    if (c->deaf) { /* the refusal is on its way */
        jr_http__exchange_free(exchange);
        return;
    }
    jr_http1_take(c->http1, &exchange->message);
    const struct jr_http_request *request = &exchange->message.request;
    exchange->message.request.param = c->param;
    const struct jr_http_options *options = &c->server->options;
    const struct jr_http_route *route = c->route;
    c->route = NULL;
    exchange->held = c->charged;
    c->charged = 0;
    exchange->head = jn_str_is(request->method, "HEAD");
    exchange->close |= !request->keep_alive;
    c->deaf |= exchange->close;
    jr_http__enqueue(c, exchange);
    jr_http__arm_read(c);
    if (handle)
        options->handle(options->user, (uint32_t)(route - options->route), exchange);
    else
        jr_http__flush(c);
}

/* Takes what it can; returns how many bytes were used. */
static size_t jr_http__take_bytes(struct jr_http_connection *c, struct jn_str bytes) {
    size_t at = 0;
    bool again = false;
    c->busy = true;
    while ((at < bytes.n || again) && jr_http__may_read(c)) {
        size_t used = 0;
        bool idle = jr_http1_idle(c->http1);
        enum jr_http1_state state = jr_http1_feed(c->http1, jn_str_sub(bytes, at, bytes.n), &used);
        at += used;
        again = state == JR_HTTP1_HEAD;
        switch (state) {
        case JR_HTTP1_MORE:
            if (idle && !jr_http1_idle(c->http1)) jr_http__arm_read(c);
            jr_http__charge(c);
            break;
        case JR_HTTP1_HEAD:
            jr_http__on_head(c);
            break;
        case JR_HTTP1_DONE:
            jr_http__on_done(c);
            break;
        case JR_HTTP1_BAD:
            jr_http__refuse_bytes(c);
            break;
        }
    }
    c->busy = false;
    return c->deaf ? bytes.n : at;
}

static void jr_http__stop_reading(struct jr_http_connection *c) {
    if (!c->reading) return;
    c->reading = false;
    c->read_deadline = UINT64_MAX;
    jr_wire_read_stop(&c->wire);
}

static void jr_http__on_read(struct jr_wire *wire, struct jn_str bytes, int status) {
    struct jr_http_connection *c = (struct jr_http_connection *)wire;
    /* After the peer's end of writing, answers in work may still be wanted (half-closed clients). */
    if (status == UV_EOF && !c->lingering && c->n_exchange > 0) {
        c->deaf = true;
        c->last->close = true;
        jr_http__stop_reading(c);
        return;
    }
    if (status < 0) {
        jr_http_connection_close(c);
        return;
    }
    if (c->deaf) return;
    size_t used = jr_http__take_bytes(c, bytes);
    if (c->closing) return;
    struct jn_str left = jn_str_sub(bytes, used, bytes.n);
    if (left.n > 0) jn_buf_add(&c->left, left.p, left.n);
    if (!c->deaf && !jr_http__may_read(c)) jr_http__stop_reading(c);
}

static void jr_http__start_reading(struct jr_http_connection *c) {
    if (c->reading || c->closing) return;
    c->reading = true;
    if (!jr_wire_read_start(&c->wire)) jr_http_connection_close(c);
}

/* Reading was paused by too much work; goes on with the bytes kept, then with the socket. */
static void jr_http__resume(struct jr_http_connection *c) {
    if (c->reading || c->busy || !jr_http__may_read(c)) return;
    if (c->left.n > 0) {
        struct jn_buf left = c->left;
        jn_buf_init(&c->left, sizeof c->server->room.input);
        size_t used = jr_http__take_bytes(c, jn_buf_view(&left));
        if (!c->closing && used < left.n) jn_buf_add(&c->left, left.p + used, left.n - used);
        jn_buf_release(&left);
    }
    if (c->closing || c->deaf || c->left.n > 0) return;
    jr_http__arm_read(c);
    jr_http__start_reading(c);
}

/* ---- writing ---- */

static void jr_http__on_failed(struct jr_wire *wire) {
    jr_http_connection_close((struct jr_http_connection *)wire);
}

/* The last answer is on its way: say so, and read on for a while, because closing with unread bytes would reset the
 * connection and could take the answer with it. */
static void jr_http__linger(struct jr_http_connection *c) {
    if (c->lingering || c->closing) return;
    c->lingering = c->deaf = true;
    c->read_deadline = c->server->attention.time + JR_HTTP_LINGER_TIME;
    if (jr_wire_end(&c->wire))
        jr_http__start_reading(c);
    else
        jr_http_connection_close(c);
}

static void jr_http__settle(struct jr_http_connection *c) {
    if (c->closing || c->lingering) return;
    if (c->server->draining && jr_http_connection_is_idle(c)) {
        jr_http_connection_close(c);
        return;
    }
    if (c->n_exchange == 0 && c->reading && jr_http1_idle(c->http1)) jr_http__arm_read(c);
    jr_http__resume(c);
}

static void jr_http__on_written(struct jr_wire *wire, void *owner, int status) {
    struct jr_http_connection *c = (struct jr_http_connection *)wire;
    jr_http__exchange_free(owner);
    c->writes--;
    if (c->closing) return;
    c->write_deadline = c->writes > 0 ? c->server->attention.time + JR_HTTP_WRITE_TIME : UINT64_MAX;
    if (status < 0)
        jr_http_connection_close(c);
    else
        jr_http__settle(c);
}

/* Hands one answer to the wire and frees the exchange, now or when it is written. */
static void jr_http__send(struct jr_http_connection *c, struct jr_http_exchange *exchange) {
    exchange->connection = NULL;
    switch (jr_wire_write(&c->wire, jn_buf_view(&exchange->out), exchange)) {
    case JR_WIRE_SENT:
        jr_http__exchange_free(exchange);
        break;
    case JR_WIRE_LATER:
        c->writes++;
        c->write_deadline = c->server->attention.time + JR_HTTP_WRITE_TIME;
        break;
    case JR_WIRE_BROKEN:
        jr_http__exchange_free(exchange);
        jr_http_connection_close(c);
        break;
    }
}

/* Sends the answers that are ready, in the order of the requests. */
static void jr_http__flush(struct jr_http_connection *c) {
    while (!c->closing && c->first != NULL && c->first->answered) {
        struct jr_http_exchange *exchange = c->first;
        bool close = exchange->close;
        c->first = exchange->next;
        if (c->first == NULL) c->last = NULL;
        c->n_exchange--;
        c->held -= exchange->held;
        jr_http__send(c, exchange);
        if (close) jr_http__linger(c);
    }
    jr_http__settle(c);
}

/* ---- answers without an end ---- */

bool jr_http_respond_stream(struct jr_http_exchange *exchange, const struct jr_http_reply *head,
                            struct jr_http_stream *stream) {
    struct jr_http_connection *c = exchange->connection;
    if (c == NULL || c->first != exchange || exchange->next != NULL) return false;
    stream->connection = c;
    c->stream = stream;
    c->deaf = true;
    jr_http__answer(exchange, &exchange->message.request, head, JN_STR_NONE);
    exchange->close = false;
    jr_http__flush(c);
    return true;
}

void jr_http_stream_write(struct jr_http_stream *stream, struct jn_str piece) {
    struct jr_http_connection *c = stream->connection;
    if (jr_wire_queued(&c->wire) + piece.n > JR_HTTP_STREAM_BYTES) {
        jr_http_connection_close(c);
        return;
    }
    struct jr_http_exchange *exchange = jr_http__exchange_new(c);
    jn_buf_str(&exchange->out, piece);
    jr_http__send(c, exchange);
}

void jr_http_stream_end(struct jr_http_stream *stream) {
    jr_http_connection_close(stream->connection);
}

/* ---- life ---- */

bool jr_http_connection_is_idle(const struct jr_http_connection *c) {
    return c->n_exchange == 0 && c->writes == 0 && jr_http1_idle(c->http1) && c->left.n == 0;
}

bool jr_http_connection_is_slow(const struct jr_http_connection *c) {
    return c->n_exchange == 0 && c->writes == 0 && (c->lingering || jr_http1_in_head(c->http1));
}

static void jr_http__on_closed(struct jr_wire *wire) {
    struct jr_http_connection *c = (struct jr_http_connection *)wire;
    jr_http1_free(c->http1);
    jn_buf_release(&c->left);
    free(c);
}

void jr_http_connection_close(struct jr_http_connection *c) {
    if (c->closing) return;
    c->closing = true;
    struct jr_http_server *server = c->server;
    if (c->previous == NULL)
        server->connections = c->next;
    else
        c->previous->next = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    server->n_connection--;
    server->bodies -= c->charged;
    struct jr_http_exchange *next;
    for (struct jr_http_exchange *exchange = c->first; exchange != NULL; exchange = next) {
        next = exchange->next;
        exchange->connection = NULL;
        exchange->next = NULL;
        if (exchange->answered) jr_http__exchange_free(exchange);
    }
    if (c->refused != NULL) jr_http__exchange_free(c->refused);
    c->refused = NULL;
    c->first = c->last = NULL;
    if (c->stream != NULL) c->stream->closed(c->stream);
    c->stream = NULL;
    jr_wire_close(&c->wire);
}

void jr_http_connection_check(struct jr_http_connection *c, uint64_t now) {
    if (now >= c->write_deadline) {
        jr_http_connection_close(c);
    } else if (now >= c->read_deadline) {
        if (c->lingering || jr_http1_idle(c->http1))
            jr_http_connection_close(c);
        else
            jr_http__give_up(
                c, &(struct jr_http_reply){.status = 408, .detail = JN_STR("the request took too long to arrive")});
    }
}

static const struct jr_wire_events WIRE_EVENTS = {.read = jr_http__on_read,
                                                  .written = jr_http__on_written,
                                                  .failed = jr_http__on_failed,
                                                  .closed = jr_http__on_closed};

static void jr_http__note_peer(struct jr_http_connection *c) {
    struct sockaddr_storage address;
    char peer[JR_HTTP_PEER] = "";
    int n = sizeof address;
    if (uv_tcp_getpeername(&c->wire.tcp, (struct sockaddr *)&address, &n) != 0) return;
    if (uv_ip_name((struct sockaddr *)&address, peer, sizeof peer) == 0) jr_http1_set_peer(c->http1, peer);
}

void jr_http_connection_accept(struct jr_http_server *server) {
    struct jr_http_connection *c = jn_alloc_zero(1, sizeof *c);
    c->server = server;
    c->http1 = jr_http1_new();
    c->write_deadline = UINT64_MAX;
    jn_buf_init(&c->left, sizeof server->room.input);
    jr_wire_open(&c->wire, server->loop, &WIRE_EVENTS, &server->room, server->tls);
    c->next = server->connections;
    if (c->next != NULL) c->next->previous = c;
    server->connections = c;
    server->n_connection++;
    if (!jr_wire_accept(&c->wire, &server->listener)) {
        jr_http_connection_close(c);
        return;
    }
    jr_http__note_peer(c);
    c->read_deadline = server->attention.time + JR_HTTP_HEADER_TIME;
    jr_http__start_reading(c);
}
