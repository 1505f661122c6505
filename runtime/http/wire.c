#include "runtime/http/wire.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/log.h"

enum {
    JR_WIRE__SEALED_READ = 32768, /* leaves room for what an earlier read left of a record */
    JR_WIRE__PIECE = 65536,       /* sealed at a time: a large answer is not copied whole */
    JR_WIRE__OWED = 1 << 20       /* behind so much that the peer does not take, TLS adds no answers of its own */
};
_Static_assert(sizeof((struct jr_wire_room *)0)->plain > JR_WIRE__SEALED_READ + JR_TLS_RECORD, "a read fits");

/* Bytes on their way: the owner's, or sealed ones of our own, right behind. */
struct jr_wire__write {
    uv_write_t request;
    struct jr_wire *wire;
    void *owner; /* NULL: nobody waits for these */
};

static void jr_wire__on_write(uv_write_t *request, int status) {
    struct jr_wire__write *write = (struct jr_wire__write *)request;
    struct jr_wire *wire = write->wire;
    void *owner = write->owner;
    free(write);
    if (owner != NULL) wire->events->written(wire, owner, status);
}

/* What the kernel does not take at once waits in libuv. `copy`: in a copy; else in place, for `owner`. */
static enum jr_wire_sent jr_wire__put(struct jr_wire *wire, struct jn_str bytes, bool copy, void *owner) {
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes.p, (unsigned)bytes.n);
    int n = uv_try_write((uv_stream_t *)&wire->tcp, &buf, 1);
    if (n == (int)bytes.n) return JR_WIRE_SENT;
    if (n < 0 && n != UV_EAGAIN) return JR_WIRE_BROKEN;
    struct jn_str left = jn_str_sub(bytes, n < 0 ? 0 : (size_t)n, bytes.n);
    struct jr_wire__write *write = jn_alloc(sizeof *write + (copy ? left.n : 0));
    *write = (struct jr_wire__write){.wire = wire, .owner = owner};
    buf = uv_buf_init((char *)(uintptr_t)left.p, (unsigned)left.n);
    if (copy) {
        buf.base = (char *)(write + 1);
        memcpy(buf.base, left.p, left.n);
    }
    if (uv_write(&write->request, (uv_stream_t *)&wire->tcp, &buf, 1, jr_wire__on_write) == 0) return JR_WIRE_LATER;
    free(write);
    return JR_WIRE_BROKEN;
}

/* Sends what TLS has to say; false when the socket is broken. */
static bool jr_wire__flush(struct jr_wire *wire, void *owner, enum jr_wire_sent *sent) {
    struct jn_str bytes = jr_tls_outgoing(wire->tls);
    *sent = bytes.n == 0 ? JR_WIRE_SENT : jr_wire__put(wire, bytes, true, owner);
    jr_tls_sent(wire->tls);
    return *sent != JR_WIRE_BROKEN;
}

/* ---- reading ---- */

static void jr_wire__on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    (void)suggested;
    struct jr_wire *wire = (struct jr_wire *)handle;
    *buf = uv_buf_init(wire->room->input, wire->tls == NULL ? sizeof wire->room->input : JR_WIRE__SEALED_READ);
}

/* Who speaks HTTP to a port of TLS is told so; anybody else gets the alert that OpenSSL chose. */
static void jr_wire__refuse(struct jr_wire *wire) {
    static const char PLAIN[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n"
                                "Connection: close\r\n\r\nThis port takes https, not http.\r\n";
    enum jr_wire_sent sent;
    JN_LOG(TLS_REFUSED, JN_LF_STR("reason", jn_str_z(jr_tls_reason(wire->tls))));
    if (jr_tls_is_plain(wire->tls))
        (void)jr_wire__put(wire, (struct jn_str){PLAIN, sizeof PLAIN - 1}, true, NULL);
    else
        (void)jr_wire__flush(wire, NULL, &sent);
}

static void jr_wire__open_sealed(struct jr_wire *wire, struct jn_str bytes) {
    size_t n = 0;
    enum jr_wire_sent sent;
    enum jr_tls_state state = jr_tls_take(wire->tls, bytes, wire->room->plain, sizeof wire->room->plain, &n);
    if (state == JR_TLS_FAILED) {
        jr_wire__refuse(wire);
        wire->events->read(wire, JN_STR_NONE, UV_EPROTO);
        return;
    }
    size_t before = jr_wire_queued(wire);
    if (!jr_wire__flush(wire, NULL, &sent) || (sent == JR_WIRE_LATER && before > JR_WIRE__OWED)) {
        wire->events->read(wire, JN_STR_NONE, UV_EPIPE);
        return;
    }
    if (n > 0) wire->events->read(wire, (struct jn_str){wire->room->plain, n}, 0);
    wire->ended |= state == JR_TLS_ENDED;
    /* While nobody reads, the socket's own end will say it again. */
    if (state == JR_TLS_ENDED && wire->reading && !wire->closing) wire->events->read(wire, JN_STR_NONE, UV_EOF);
}

static void jr_wire__on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct jr_wire *wire = (struct jr_wire *)stream;
    if (n == 0) return;
    if (n < 0)
        wire->events->read(wire, JN_STR_NONE, (int)n);
    else if (wire->tls == NULL)
        wire->events->read(wire, (struct jn_str){buf->base, (size_t)n}, 0);
    else
        jr_wire__open_sealed(wire, (struct jn_str){buf->base, (size_t)n});
}

bool jr_wire_read_start(struct jr_wire *wire) {
    wire->reading = true;
    return uv_read_start((uv_stream_t *)&wire->tcp, jr_wire__on_alloc, jr_wire__on_read) == 0;
}

void jr_wire_read_stop(struct jr_wire *wire) {
    wire->reading = false;
    (void)uv_read_stop((uv_stream_t *)&wire->tcp);
}

/* ---- writing ---- */

enum jr_wire_sent jr_wire_write(struct jr_wire *wire, struct jn_str bytes, void *owner) {
    if (wire->tls == NULL) return jr_wire__put(wire, bytes, false, owner);
    enum jr_wire_sent sent = JR_WIRE_SENT;
    for (size_t at = 0; at < bytes.n; at += JR_WIRE__PIECE) {
        bool last = bytes.n - at <= JR_WIRE__PIECE;
        if (!jr_tls_seal(wire->tls, jn_str_sub(bytes, at, JR_WIRE__PIECE)) ||
            !jr_wire__flush(wire, last ? owner : NULL, &sent))
            return JR_WIRE_BROKEN;
    }
    return sent;
}

void jr_wire_hint(struct jr_wire *wire, struct jn_str bytes) {
    if (wire->tls == NULL)
        (void)jr_wire__put(wire, bytes, true, NULL);
    else
        (void)jr_wire_write(wire, bytes, NULL);
}

size_t jr_wire_queued(const struct jr_wire *wire) {
    return wire->tcp.write_queue_size;
}

/* ---- life ---- */

static void jr_wire__on_shutdown(uv_shutdown_t *shutdown, int status) {
    struct jr_wire *wire = shutdown->data;
    if (status < 0) wire->events->failed(wire);
}

bool jr_wire_end(struct jr_wire *wire) {
    enum jr_wire_sent sent;
    if (wire->tls != NULL) {
        jr_tls_end(wire->tls);
        if (!jr_wire__flush(wire, NULL, &sent)) return false;
    }
    wire->shutdown.data = wire;
    return uv_shutdown(&wire->shutdown, (uv_stream_t *)&wire->tcp, jr_wire__on_shutdown) == 0;
}

void jr_wire_open(struct jr_wire *wire, uv_loop_t *loop, const struct jr_wire_events *events, struct jr_wire_room *room,
                  struct jr_tls *tls) {
    *wire = (struct jr_wire){.events = events, .room = room};
    JN_CHECK(uv_tcp_init(loop, &wire->tcp) == 0);
    if (tls != NULL) wire->tls = jr_tls_session_new(tls);
}

bool jr_wire_accept(struct jr_wire *wire, uv_tcp_t *listener) {
    if (uv_accept((uv_stream_t *)listener, (uv_stream_t *)&wire->tcp) != 0) return false;
    (void)uv_tcp_nodelay(&wire->tcp, 1);
    return true;
}

static void jr_wire__on_closed(uv_handle_t *handle) {
    struct jr_wire *wire = (struct jr_wire *)handle;
    jr_tls_session_free(wire->tls);
    wire->events->closed(wire);
}

void jr_wire_close(struct jr_wire *wire) {
    enum jr_wire_sent sent;
    wire->closing = true;
    if (wire->tls != NULL && jr_wire_queued(wire) == 0) { /* a polite end, where the peer takes it at once */
        jr_tls_end(wire->tls);
        (void)jr_wire__flush(wire, NULL, &sent);
    }
    uv_close((uv_handle_t *)&wire->tcp, jr_wire__on_closed);
}
