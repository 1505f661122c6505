/* One request and its answer: a handler gets the exchange and answers it once, now or later, on the loop's thread. */
#ifndef RUNTIME_HTTP_EXCHANGE_H
#define RUNTIME_HTTP_EXCHANGE_H

#include "runtime/http/request.h"

struct jr_http_exchange;
struct jr_http_connection;

struct jr_http_reply {
    int status;
    const char *content_type; /* NULL: no body; from 400 on, a problem document of what stands below */
    struct jn_str headers;    /* further lines, each "Name: value\r\n", from constants only */
    struct jn_str body;       /* copied */
    bool endless;             /* no length is told: pieces follow until the connection closes */
    const char *code;         /* of a problem: its name in errors.def; NULL: its status's in statuses.def */
    struct jn_str detail;     /* of a problem: what is wrong, and what to do; copied */
    uint32_t retry_after_s;   /* of a problem: when to try again; 0: nothing is said of it */
};

/* A row of the caller's route table. A segment `:name` of the path takes any text, at most one a route. */
struct jr_http_route {
    const char *method;
    const char *path;
    size_t body_max;
    const char *refusal; /* lines of a refusal that no handler gives; NULL: none */
};

/* Valid until the exchange is answered; read-only, also for other threads meanwhile. */
const struct jr_http_request *jr_http_request_of(const struct jr_http_exchange *exchange);

/* Whether this server speaks TLS. */
bool jr_http_is_encrypted(const struct jr_http_exchange *exchange);

/* Exactly once per exchange, which is gone afterwards. Safe when the client has left. */
void jr_http_respond(struct jr_http_exchange *exchange, const struct jr_http_reply *reply);

/* An answer without an end: its head, then pieces, until one side closes. The caller's, until `closed` is called. */
struct jr_http_stream {
    struct jr_http_connection *connection;
    void (*closed)(struct jr_http_stream *stream);
};
/* Instead of jr_http_respond. False, and nothing is done: the client has left, or has asked for something else on the
 * same connection that is not answered yet. */
bool jr_http_respond_stream(struct jr_http_exchange *exchange, const struct jr_http_reply *head,
                            struct jr_http_stream *stream);
/* A reader who does not keep up is closed. */
void jr_http_stream_write(struct jr_http_stream *stream, struct jn_str piece);
void jr_http_stream_end(struct jr_http_stream *stream);

#endif
