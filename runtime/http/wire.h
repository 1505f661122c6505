/* The bytes of a connection, over TCP as they are or inside TLS; who reads and writes them cannot tell which. */
#ifndef RUNTIME_HTTP_WIRE_H
#define RUNTIME_HTTP_WIRE_H

#include <uv.h>

#include "runtime/http/tls.h"

struct jr_wire;

/* Where all wires of a loop read to: it has one thread, and what is read is used before the next read. */
struct jr_wire_room {
    char input[65536];
    char plain[65536];
};

struct jr_wire_events {
    /* Bytes; UV_EOF; or an error, after which nothing comes. */
    void (*read)(struct jr_wire *wire, struct jn_str bytes, int status);
    void (*written)(struct jr_wire *wire, void *owner, int status);
    void (*failed)(struct jr_wire *wire); /* a shutdown did not go through */
    void (*closed)(struct jr_wire *wire);
};

struct jr_wire {
    uv_tcp_t tcp; /* first: handles are cast back */
    uv_shutdown_t shutdown;
    const struct jr_wire_events *events;
    struct jr_wire_room *room;
    struct jr_tls_session *tls; /* NULL: plain */
    bool reading, ended, closing;
};

/* `tls` NULL: plain. */
void jr_wire_open(struct jr_wire *wire, uv_loop_t *loop, const struct jr_wire_events *events, struct jr_wire_room *room,
                  struct jr_tls *tls);
/* Takes over the connection that waits on the listener; false when it is gone. */
bool jr_wire_accept(struct jr_wire *wire, uv_tcp_t *listener);

/* False when the socket is broken. */
bool jr_wire_read_start(struct jr_wire *wire);
void jr_wire_read_stop(struct jr_wire *wire);

enum jr_wire_sent { JR_WIRE_SENT, JR_WIRE_LATER, JR_WIRE_BROKEN };
/* SENT: the bytes are the kernel's, or copied. LATER: they stay where they are until `written` is told of `owner`. */
enum jr_wire_sent jr_wire_write(struct jr_wire *wire, struct jn_str bytes, void *owner);
/* A few bytes that nobody waits for. */
void jr_wire_hint(struct jr_wire *wire, struct jn_str bytes);
/* Bytes that wait for the peer to take them. */
size_t jr_wire_queued(const struct jr_wire *wire);

/* After what is written: nothing more is sent. False when the socket is broken. */
bool jr_wire_end(struct jr_wire *wire);
void jr_wire_close(struct jr_wire *wire);

#endif
