/* Expectations of a test: each looks at the world and says what is wrong, or nothing. */
#ifndef CLI_SCENARIO_EXPECT_H
#define CLI_SCENARIO_EXPECT_H

#include "cli/scenario/world.h"

/* *finding stays empty when the expectation holds; else a sentence in the world's arena. */
jn_rc cli_expect(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding, struct jn_err *err);

#endif
