/* What is counted of a cohort: whole numbers only, so that the sum does not depend on who counted what. */
#ifndef CLI_SIMULATE_TALLY_H
#define CLI_SIMULATE_TALLY_H

#include "cli/scenario/walk.h"
#include "cli/simulate/model.h"

#define SIM_PERSON_MAX 20 /* messages of one customer; more are counted as so many */

/* Of each journey. */
enum sim_journey_count { SIM_ENTERED, SIM_CONTROL, SIM_OUTSIDE, SIM_IGNORED, SIM_LEFT, SIM_PARKED, SIM_JOURNEY_COUNTS };

/* Of each message. */
enum sim_message_count {
    SIM_WRITTEN,
    SIM_ACCEPTED,
    SIM_FAILED,
    SIM_RETRIED,
    SIM_UNREACHABLE,
    SIM_GHOST,
    SIM_CAPPED,
    SIM_QUIET,
    SIM_NO_CONSENT,
    SIM_HELD_QUIET,
    SIM_HELD_CAP,
    SIM_MESSAGE_COUNTS
};

/* A way out of a journey by name. */
struct sim_exit {
    uint32_t journey;
    struct jn_str name;
};

struct sim_tally {
    const struct jn_program *program;
    struct sim_exit *exit;
    uint32_t n_exit;
    uint64_t *cell; /* all of what follows, in one piece */
    size_t n_cell;
    uint64_t (*journey)[SIM_JOURNEY_COUNTS];
    uint64_t (*message)[SIM_MESSAGE_COUNTS];
    uint64_t (*goal)[2]; /* runs that reached it: messaged, and in a control group */
    uint64_t *stage;     /* runs that reached it */
    uint64_t *left;      /* by exit; behind them, those of other names */
    uint64_t *person;    /* customers by how many messages they were sent */
    uint64_t *minute;    /* messages that left, by minute from the start */
    uint64_t *refused;   /* events that the engine put into quarantine */
    uint32_t n_minute;
    struct cli_walk walk;
    /* The first refused event, by the customer's number. */
    uint32_t refused_by;
    char refused_why[256];
};

void sim_tally_init(struct sim_tally *tally, const struct jn_program *program, const struct sim_model *model,
                    struct jn_arena *arena);
void sim_tally_release(struct sim_tally *tally);
void sim_tally_add(struct sim_tally *tally, const struct sim_tally *other);
/* Place of a way out in `left`. */
uint32_t sim_tally_exit(const struct sim_tally *tally, uint32_t journey, struct jn_str name);

#endif
