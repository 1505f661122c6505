/* The version on trial, told in text. */
#ifndef CLI_SERVER_ROLLOUT_H
#define CLI_SERVER_ROLLOUT_H

#include "cli/server/admin.h"

/* What became of it in a line or two; nothing when there was none. */
void rollout_tell(struct admin *a, const struct jn_json *canary);
bool rollout_was_stopped(const struct jn_json *canary);

#endif
