/* A request as handlers see it; every text points into memory of its message. */
#ifndef RUNTIME_HTTP_REQUEST_H
#define RUNTIME_HTTP_REQUEST_H

#include <stdint.h>

#include "core/buffer.h"
#include "runtime/http/limits.h"

#define JR_HTTP_PEER 46 /* the longest IPv6 address */

struct jr_http_header {
    struct jn_str name, value; /* the value without surrounding blanks */
};

struct jr_http_request {
    struct jn_str method;                /* GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS */
    struct jn_str path;                  /* begins with '/', as written (percent signs kept); "*" for OPTIONS * */
    struct jn_str query;                 /* behind '?', as written */
    struct jn_str param;                 /* what the route's :name stood for, as written */
    const struct jr_http_header *header; /* at most JR_HTTP_HEADER_COUNT */
    uint32_t n_header;
    struct jn_str body;
    char peer[JR_HTTP_PEER]; /* address of the other end, without port; empty when it is not known */
    bool keep_alive;
    bool expects_continue;
};

/* Value of the first header of that name, compared without case; p NULL when there is none. */
struct jn_str jr_http_header(const struct jr_http_request *request, const char *name);
/* Value of a query parameter as written; p NULL when there is none. */
struct jn_str jr_http_query(const struct jr_http_request *request, const char *name);
/* Appends s with its percent signs resolved; false when it is malformed or gives a NUL or a control character. */
bool jr_http_unescape(struct jn_str s, struct jn_buf *out);
/* ASCII, without case. */
bool jr_http_same_word(struct jn_str a, const char *z);

#endif
