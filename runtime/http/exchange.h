/* One request and its answer: a handler gets the exchange and answers it once, now or later, on the loop's thread. */
#ifndef RUNTIME_HTTP_EXCHANGE_H
#define RUNTIME_HTTP_EXCHANGE_H

#include "runtime/http/request.h"

struct jr_http_exchange;

struct jr_http_reply {
    int status;
    const char *content_type; /* NULL: no body */
    struct jn_str headers;    /* further lines, each "Name: value\r\n", from constants only */
    struct jn_str body;       /* copied */
};

/* A row of the caller's route table. A segment `:name` of the path takes any text, at most one a route. */
struct jr_http_route {
    const char *method;
    const char *path;
    size_t body_max;
};

/* Valid until the exchange is answered; read-only, also for other threads meanwhile. */
const struct jr_http_request *jr_http_request_of(const struct jr_http_exchange *exchange);

/* Whether this server speaks TLS. */
bool jr_http_is_encrypted(const struct jr_http_exchange *exchange);

/* Exactly once per exchange, which is gone afterwards. Safe when the client has left. */
void jr_http_respond(struct jr_http_exchange *exchange, const struct jr_http_reply *reply);
/* The same with an application/problem+json body. */
void jr_http_respond_problem(struct jr_http_exchange *exchange, int status, struct jn_str headers,
                             struct jn_str detail);

const char *jr_http_status_text(int status);
/* Appends a problem document (RFC 9457). */
void jr_http_problem(int status, struct jn_str detail, struct jn_buf *out);

#endif
