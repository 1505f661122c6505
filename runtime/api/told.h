/* Something that happened to a run, as listeners are told. */
#ifndef RUNTIME_API_TOLD_H
#define RUNTIME_API_TOLD_H

#include "core/arena.h"
#include "journey/runtime.h"

/* All of it in the arena. */
struct jr_told {
    struct jn_str kind, journey;
    struct jn_str data; /* a JSON object */
};

/* False: nobody is told of such. */
bool jr_told_make(const struct jr_trace *trace, struct jn_arena *arena, struct jr_told *out);

#endif
