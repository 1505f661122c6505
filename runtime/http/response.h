/* An answer as bytes: status line, the server's own header fields, body. */
#ifndef RUNTIME_HTTP_RESPONSE_H
#define RUNTIME_HTTP_RESPONSE_H

#include "runtime/http/exchange.h"

#define JR_HTTP_RESPONSE_MAX ((size_t)80 << 20)

const char *jr_http_status_text(int status);
const char *jr_http_status_name(int status);

/* `head`: the body is announced, not sent. `close`: the connection ends with this answer. */
void jr_http_response_write(const struct jr_http_reply *reply, bool head, bool close, int64_t now_ms,
                            struct jn_buf *out);

#endif
