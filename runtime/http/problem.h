/* Problem documents (RFC 9457), and the ids by which a client and the log mean the same request. */
#ifndef RUNTIME_HTTP_PROBLEM_H
#define RUNTIME_HTTP_PROBLEM_H

#include "runtime/http/exchange.h"

#define JR_HTTP_REQUEST_ID 128 /* the longest that is taken of a client */

/* The client's own (Request-Id, or the X-Request-Id of proxies) where it is one that can be written anywhere;
 * otherwise one is made. */
struct jn_str jr_http_request_id(const struct jr_http_request *request, char room[JR_HTTP_REQUEST_ID]);

bool jr_http_is_problem(const struct jr_http_reply *reply);
const char *jr_http_problem_code(const struct jr_http_reply *reply);
/* The reply as it is sent, its lines and its body in the buffers. */
struct jr_http_reply jr_http_problem(const struct jr_http_reply *reply, struct jn_str id, struct jn_buf *lines,
                                     struct jn_buf *body);

#endif
