/* The commands that talk to a running server: one request, one answer. */
#ifndef CLI_SERVER_CLIENT_H
#define CLI_SERVER_CLIENT_H

#include "core/arena.h"
#include "core/buffer.h"

#define CLI_ANSWER_MAX ((size_t)64 << 20)

/* `server` as given by --server: NULL is http://127.0.0.1:8080. The token is JOURNEY_TOKEN's. A status other than 2xx
 * is an error with the server's own words; the buffer is the caller's, empty on failure. */
jn_rc cli_request(const char *server, const char *method, const char *path, struct jn_str body, struct jn_buf *answer,
                  struct jn_err *err);

/* A text as it stands in a path or behind a question mark. */
const char *cli_escaped(struct jn_arena *arena, const char *text);

#endif
