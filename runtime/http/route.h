/* Which row of a route table a request is for. */
#ifndef RUNTIME_HTTP_ROUTE_H
#define RUNTIME_HTTP_ROUTE_H

#include "runtime/http/exchange.h"

/* HEAD is served by GET; one slash at the end is ignored. 200: *index and *param are set. 404, or 405 with the
 * methods that would do in `allow` ("GET, POST"). */
int jr_http_route_find(const struct jr_http_route *route, uint32_t n, const struct jr_http_request *request,
                       uint32_t *index, struct jn_str *param, struct jn_buf *allow);

#endif
