/* What the bytes of customers and of runs have in common. */
#ifndef RUNTIME_ENGINE_CODEC_H
#define RUNTIME_ENGINE_CODEC_H

#include "core/buffer.h"
#include "runtime/engine/customer.h"

#define CODEC_VERSION 3
#define CODEC_FIRST   1          /* stores that were written by it are read for ever */
#define CODEC_SECOND  2          /* … and by it; of a customer it is the same as what is written now */
#define CODEC_MAX     (1u << 28) /* far beyond ENGINE_ATTRS_MAX values of ENGINE_EVENT_MAX bytes */

static inline bool codec_count(struct jn_reader *in, uint32_t max, uint32_t *out) {
    uint64_t n = jn_read_varint(in);
    if (in->failed || n > max) return false;
    *out = (uint32_t)n;
    return true;
}

bool engine_run_decode(const struct jr_engine *engine, struct jn_reader *in, struct jn_arena *arena,
                       struct engine_run *run);

#endif
