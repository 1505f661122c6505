/* Plays one `test` block on the real engine: memory store, virtual clock, scripted receivers. */
#ifndef CLI_SCENARIO_PLAY_H
#define CLI_SCENARIO_PLAY_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/json.h"
#include "journey/compile.h"
#include "journey/runtime.h"

/* Something that happened, and the scene during which it did. */
struct cli_happening {
    struct jr_trace trace; /* texts copied */
    uint32_t scene;
    struct cli_happening *next;
};

/* An expectation that did not hold. */
struct cli_finding {
    uint32_t scene;
    struct jn_str text;
    struct cli_finding *next;
};

struct cli_played {
    const struct jn_scenario *scenario;
    int64_t *clock; /* of each scene, when it ended */
    struct cli_happening *happening;
    struct cli_finding *finding; /* NULL: the test passed */
};

/* Everything in *out lives in the arena. Fails only when the engine itself does. */
jn_rc cli_play(const struct jn_program *program, struct jn_str image, const struct jn_scenario *scenario,
               struct jn_arena *arena, struct cli_played *out, struct jn_err *err);

/* Expected lines and what happened, side by side in lines of `width` cells, the first difference marked. */
void cli_timeline_print(const struct jn_program *program, const struct cli_played *played, unsigned width,
                        struct jn_buf *out);
/* The same as an array: line, expected, at, happened, differs. */
void cli_timeline_json(const struct jn_program *program, const struct cli_played *played, struct jn_json_out *w);

#endif
