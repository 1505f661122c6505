/* The engine on the memory store with a clock by hand: customers do, time passes, and what is told is compared. */
#ifndef TESTS_UNIT_ENGINE_WORLD_H
#define TESTS_UNIT_ENGINE_WORLD_H

#include "draft.h"
#include "journey/runtime.h"

#define WORLD_INPUTS   64
#define WORLD_MESSAGES 128

struct world {
    struct jn_arena arena;
    struct jn_arena turn_arena;
    struct jr_store *store;
    struct jr_store_ops ops;                    /* the memory store's, with a commit that can be made to fail */
    uint32_t failing;                           /* commits that will fail */
    uint32_t commits;                           /* made so far */
    uint32_t timers_max;                        /* held in memory from the next restart on; 0: as the engine presets */
    uint64_t quarantine_rows, quarantine_bytes; /* the same */
    struct jr_engine *engine;
    struct jr_turn turn;
    int64_t now;
    struct jr_input input[WORLD_INPUTS]; /* of the turn to come */
    struct jn_json *json[WORLD_INPUTS];  /* theirs */
    uint32_t n_input;
    struct jr_delivery sent[WORLD_MESSAGES]; /* given out to be delivered, oldest first */
    uint32_t n_sent;
    struct jn_buf told;
};

/* An engine without a program, at 2026-01-01T00:00Z. */
void world_open(struct world *w);
void world_close(struct world *w);
void deploy(struct world *w, struct draft *d);
/* Closes the engine and opens it again on the same store, as after a crash. */
void restart(struct world *w);

/* The clock: what is due on the way happens when it is due; what is due then waits for the turn that follows. */
void at(struct world *w, const char *instant);
void after(struct world *w, int64_t ms);

/* Inputs of the turn to come. Properties and traits are JSON, NULL for none. */
void does(struct world *w, const char *who, const char *event, const char *properties);
void does_once(struct world *w, const char *who, const char *event, const char *properties, const char *id);
/* The same by a person's id and the device's that came with it. */
void does_from(struct world *w, const char *who, const char *device, const char *event);
/* The previous id is of `who`; `insist`: even if both are known. */
void is_alias(struct world *w, const char *previous, const char *who, bool insist);
void is_known(struct world *w, const char *who, const char *traits);
void consents(struct world *w, const char *who, const char *topic, bool in);
void answers(struct world *w, uint32_t message, enum jr_result result); /* of w->sent */
void replays(struct world *w, uint32_t message);                        /* a dead letter */
void unparks(struct world *w, uint64_t run);
void is_erased(struct world *w, const char *who);
void is_set_aside(struct world *w, const char *text); /* an event that is none */

void decides(struct world *w, const char *by, struct jn_str approval, bool approves);

/* The turn: all inputs and what is due. `try_turn` keeps the inputs when it fails. */
jn_rc try_turn(struct world *w);
void turn(struct world *w);

/* A turn, then what was told since the last `expect`, but for events, steps, stages and holds: kinds and names,
 * "entered begin; sent first; left completed". Who is not ann is named: "bo entered begin". */
void expect(struct world *w, const char *told);

/* Where ann's only run in this journey is: "only.nap until 2026-01-02T00:00:00Z", "as NAME" when it has ended, or
 * "nowhere". */
void expect_place(struct world *w, const char *journey, const char *place);

#endif
