/* What a new version changes, and for whom: rows that `journey plan` prints. */
#ifndef CLI_SERVER_PLAN_H
#define CLI_SERVER_PLAN_H

#include "core/buffer.h"
#include "upgrade/upgrade.h"

/* A version that people may be in. */
struct cli_version {
    struct jn_str id; /* "sha256:…", or the path it was built from */
    const struct jn_program *program;
    const uint64_t *people; /* by step; NULL: nobody is known to be anywhere */
};

struct cli_plan {
    const struct jn_program *to;
    const struct cli_version *version;
    uint32_t n_version;
};

/* Both print every version; they return whether anything changes and, in *refused, whether people stand where the new
 * version has no place for them. */
bool cli_plan_print(const struct cli_plan *plan, struct jn_arena *arena, struct jn_buf *out, bool *refused);
bool cli_plan_print_json(const struct cli_plan *plan, struct jn_arena *arena, struct jn_buf *out, bool *refused);

#endif
