/* Inbound webhooks: verified over their raw bytes, then mapped by the rules of their source. Pure. */
#ifndef RUNTIME_INGEST_HOOKS_H
#define RUNTIME_INGEST_HOOKS_H

#include "core/arena.h"
#include "core/json.h"
#include "journey/runtime.h"

struct jr_hook {
    const struct jn_program *program; /* NULL: no source is known */
    struct jn_str source;             /* its name */
    struct jn_str body;               /* as received */
    int64_t now;                      /* engine time */
    int64_t wall;                     /* what the clock says, which signatures are held against */
    /* Value of a request header; p NULL when there is none. */
    struct jn_str (*header)(const void *user, const char *name);
    const void *user;
    /* Value of an environment variable; empty when it is not set. */
    struct jn_str (*variable)(struct jn_str name);
};

struct jr_hook_taken {
    struct jn_json *document, *properties; /* to be freed by the owner */
    struct jr_input input;
    size_t weight; /* memory that they take, at most */
    bool taken;    /* false: sound, but no rule is for it */
};

/* JN_NOT_FOUND unknown source, JN_UNAUTHORIZED bad signature, JN_INVALID no JSON, JN_UNPROCESSABLE the mapping fails.
 */
jn_rc jr_hook_take(const struct jr_hook *hook, struct jn_arena *arena, struct jr_hook_taken *out, struct jn_err *err);

#endif
