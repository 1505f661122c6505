/* What a test plays in: engine, clock, receivers and everything noted on the way. */
#ifndef CLI_SCENARIO_WORLD_H
#define CLI_SCENARIO_WORLD_H

#include "cli/scenario/play.h"
#include "core/random.h"
#include "core/zone.h"

#define CLI_WORLD_MAX_TURNS 1000000 /* a test that needs more is stuck */

/* A message the channel accepted. */
struct cli_accepted {
    struct jn_str customer, message;
    struct cli_accepted *next;
    uint32_t number; /* from 1 */
};

/* A message on its way, with the time of its next attempt. */
struct cli_outgoing {
    struct jr_delivery delivery; /* texts copied */
    int64_t due;
    bool cancelled;
    struct cli_outgoing *next;
};

/* How a channel answers from now on. */
struct cli_receiver {
    struct jn_str channel;
    uint32_t status; /* 0: hangs until its timeout */
    uint32_t times;  /* answers left; 0: always */
    bool used_up;
    struct cli_receiver *next;
};

/* How a service answers from now on. */
struct cli_answering {
    struct jn_str service;
    struct jn_str answer; /* JSON; empty: it fails */
    struct cli_answering *next;
};

struct cli_person {
    struct jn_str id;
    uint32_t since;         /* number of the last message accepted before `gets` begins to count */
    struct cli_person *now; /* whom this one has become */
    struct cli_person *next;
};

struct cli_forced {
    struct jn_str split, arm;
    struct cli_forced *next;
};

struct cli_world {
    const struct jn_program *program;
    struct jn_arena *arena; /* of the whole test */
    struct jn_arena turn;   /* of one turn */
    struct jr_store *store;
    struct jr_engine *engine;
    const struct jn_zone *zone; /* the workspace's */
    struct jn_random random;
    int64_t now;
    uint32_t scene;
    uint32_t turns;
    uint32_t n_accepted;
    struct cli_accepted *accepted; /* newest first */
    struct cli_outgoing *outgoing;
    struct cli_receiver *receiver; /* newest first */
    struct cli_answering *answering;
    struct cli_person *person;
    struct cli_forced *forced;
    bool in_control, out_of_rollout; /* everybody */
    struct cli_happening *happening, **happening_end;
};

jn_rc cli_world_open(struct cli_world *world, const struct jn_program *program, struct jn_str image, int64_t start,
                     struct jn_arena *arena, struct jn_err *err);
void cli_world_close(struct cli_world *world);

/* One input now. What is due at this very instant stays due (semantic 4: an event comes before a timeout). */
jn_rc cli_world_take(struct cli_world *world, const struct jr_input *input, struct jn_err *err);
/* Everything due up to `to`, that instant itself excluded, in order; then the clock stands at `to`. */
jn_rc cli_world_advance(struct cli_world *world, int64_t to, struct jn_err *err);
/* Everything due up to and at this instant. */
jn_rc cli_world_settle(struct cli_world *world, struct jn_err *err);

/* The two are one from now on, and have been all along for whoever expects something of either. */
void cli_world_unite(struct cli_world *world, struct jn_str id, struct jn_str known);
bool cli_world_same(struct cli_world *world, struct jn_str a, struct jn_str b);
struct cli_person *cli_world_person(struct cli_world *world, struct jn_str id);

#endif
