/* A version on trial: what a request says of it, and what is told. */
#ifndef RUNTIME_API_VERSION_ROLLOUT_H
#define RUNTIME_API_VERSION_ROLLOUT_H

#include "runtime/api/api.h"

/* ?canary=N% and what goes with it; *given says whether there is a share at all. */
jn_rc jr_rollout__rules(const struct jr_http_request *request, struct jn_arena *arena, struct jr_canary_rules *out,
                        bool *given, struct jn_err *err);
/* The trial as a JSON object. */
void jr_rollout__write(struct jn_json_out *w, const struct jr_engine *engine, struct jn_arena *arena);

#endif
