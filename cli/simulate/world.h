/* Simulated customers on the real engine: memory store, virtual clock, a model in place of people and receivers. */
#ifndef CLI_SIMULATE_WORLD_H
#define CLI_SIMULATE_WORLD_H

#include "cli/simulate/tally.h"
#include "core/map.h"

/* Something that a customer is going to do. */
struct sim_due {
    int64_t at;
    uint32_t rule; /* JN_NONE: arrives */
};

/* A message on its way out, or a person's decision on its way in. */
struct sim_flight {
    uint64_t delivery;        /* 0: a decision */
    uint32_t person, message; /* JN_NONE: it is no message, but asks a service, or is asked */
    uint32_t attempts, retry_max;
    int64_t due, deadline;
    uint32_t line;    /* its channel, when that is ordered; else JN_NONE */
    bool cancelled;   /* its end is told when it is due */
    uint32_t service; /* of a question */
    bool approves;
    uint32_t approver;
    char approval[32]; /* its id */
};

/* The stages that a run has reached. */
struct sim_reached {
    uint64_t run;
    uint32_t stage;
};

struct sim_person {
    char id[32];
    struct jn_str ext;
    uint32_t number;         /* in the cohort */
    struct jn_random random; /* only this customer's: what becomes of one changes nothing for the others */
    struct sim_due *due;     /* in the order in which they were planned */
    uint32_t n_due, cap_due;
    struct sim_reached *reached;
    uint32_t n_reached, cap_reached;
    uint32_t events, accepted;
    bool parked; /* a run cannot go on, and may still be left */
};

/* Attributes of an event or a customer, and the same as text. */
struct sim_object {
    struct jn_json *json;
    struct jn_buf text;
};

struct sim_world {
    const struct jn_program *program;
    const struct sim_model *model;
    struct sim_tally *tally;
    struct jr_store *store;
    struct jr_engine *engine;
    struct jn_arena turn;
    struct jn_map journeys, messages, people; /* by name; by id, when there are several */
    uint32_t *step_journey;                   /* by step */
    bool joins;                               /* some journey is entered by a segment, at any time */
    struct sim_object *fixed;                 /* by rule: attributes that are always the same */
    struct jr_input *arriving;                /* of one customer: who they are, what they consent to */
    struct sim_person *person;
    uint32_t n_person;
    struct sim_flight *flight;
    uint32_t n_flight, cap_flight;
    int64_t now;
};

/* `image` is the program's. `rehearsal`: messages are not rendered. */
jn_rc sim_world_open(struct sim_world *world, const struct jn_program *program, struct jn_str image,
                     const struct sim_model *model, struct sim_tally *tally, bool rehearsal, struct jn_err *err);
void sim_world_close(struct sim_world *world);

/* The whole lives of the customers numbered from `first`, together; then the world is empty again. */
jn_rc sim_world_live(struct sim_world *world, uint64_t seed, uint32_t first, uint32_t n, struct jn_err *err);

/* What the model makes of it: the trace of a run, an accepted message (react.c). */
void sim_world_note(void *world, const struct jr_trace *trace);
void sim_world_accepted(struct sim_world *world, struct sim_person *person, uint32_t message);
struct sim_flight *sim_world_flight(struct sim_world *world); /* a new one */
void sim_person_plan(struct sim_person *person, int64_t at, uint32_t rule);
struct sim_person *sim_world_person(struct sim_world *world, struct jn_str id);

#endif
