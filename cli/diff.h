/* What differs between two texts, line by line, in the unified form that patch reads. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "core/buffer.h"

/* Nothing is written where they are equal. */
void cli_diff(struct jn_str path, struct jn_str before, struct jn_str after, struct jn_buf *out);

#endif
