/* The commands that talk to a running server: one request, one answer. */
#ifndef CLI_SERVER_CLIENT_H
#define CLI_SERVER_CLIENT_H

#include "cli/args.h"
#include "core/arena.h"
#include "core/buffer.h"

#define CLI_ANSWER_MAX ((size_t)64 << 20)

/* To --server, else http://127.0.0.1:8080; by https it must prove who it is, to --ca or to the system's authorities.
 * The token is JOURNEY_TOKEN's. A status other than 2xx is an error with the server's own words; the buffer is the
 * caller's, empty on failure. */
jn_rc cli_request(const struct cli_args *args, const char *method, const char *path, struct jn_str body,
                  struct jn_buf *answer, struct jn_err *err);

/* A text as it stands in a path or behind a question mark. */
const char *cli_escaped(struct jn_arena *arena, const char *text);

#endif
