/* One simulated life of a workspace: the real engine, store, outbox pump and ingest code over a disk, a clock, a
 * network and chances that one seed decides. Nothing here reads the machine's clock, and nothing sleeps. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <uv.h>

#include "ledger.h"
#include "plan.h"
#include "runtime/delivery/pump.h"
#include "runtime/ingest/track.h"
#include "runtime/loop/clock.h"

enum { SIM_INPUTS = 64 };

/* What a request has come to. */
struct asking {
    int64_t next_try; /* true time; INT64_MAX: it is over */
    bool asked, acknowledged;
    char approval[64]; /* DECISION: of what, once somebody has looked */
};

/* An attempt under way. */
struct attempt {
    struct attempt *next;
    int64_t ends; /* true time */
    uint64_t delivery;
    struct jr_attempt_end end;
    char answer[48];
    jr_attempt_done done;
    void *user;
};

/* A result on its way to a commit. */
struct result {
    struct result *next;
    struct jr_input input;
    char text[]; /* reason and answer */
};

struct sim {
    const struct plan *plan;
    bool disturbed;
    struct disk disk;
    struct jn_random dice, ids; /* of the world; of what the process draws */
    int64_t now;                /* true time, ms */
    int64_t off;                /* by which the wall clock is wrong */
    bool doubted;               /* the clock was, at some time: what was due waited for it */
    uint32_t next_trouble;
    bool settled; /* nothing goes wrong any more */
    int64_t outage_until, stalled_until;
    struct asking asking[PLAN_REQUESTS];
    struct ledger ledger;
    struct attempt *attempt; /* in the order they began */
    /* the process */
    struct jr_store *store;
    struct jr_engine *engine;
    struct jr_pump *pump;
    uv_loop_t loop;
    struct jr_clock clock;
    struct jr_keys keys;
    struct result *result, **result_end;
    struct jn_arena arena; /* of a turn */
    bool sealing;          /* what the store held before it was sealed is not all sealed yet */
    int64_t failing_until; /* the store cannot be written; tried again then */
    int64_t next_upkeep;
    int64_t last_at; /* engine time of the last message made */
    uint32_t restarts;
    uint64_t turns, hash; /* hash: of everything that happened, in order */
    char wrong[256];      /* the first promise that was broken; empty: none */
};

/* Lives through the plan; then it is known what was wrong. */
void sim_live(struct sim *sim, const struct plan *plan, bool disturbed);
/* Everything that is known at the end, as text that does not depend on how it came to be. */
void sim_tell(struct sim *sim, struct jn_buf *out);
void sim_end(struct sim *sim);

/* ---- within */

void sim_blame(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_trace(struct sim *sim, const char *what, uint64_t number, struct jn_str text);
int64_t sim_engine_now(struct sim *sim);

/* process.c */
void process_begin(struct sim *sim); /* the first start, on a sound disk */
void process_restart(struct sim *sim);
void process_kill(struct sim *sim);
jn_rc process_start(struct sim *sim, struct jn_err *err);
/* One turn, as the lane takes it; false: there is nothing to do, or the store fails. */
bool process_turn(struct sim *sim);
int64_t process_next(struct sim *sim); /* true time at which it wants to be called again */

/* network.c */
extern const struct jr_channel_ops network_ops;
void network_use(struct sim *sim);  /* whose attempts are made from now on */
void network_step(struct sim *sim); /* attempts that are over by now end */
int64_t network_next(const struct sim *sim);
void network_drop(struct sim *sim);

/* requests.c */
/* The inputs of requests that are made now; *document is freed with requests_free. */
uint32_t requests_gather(struct sim *sim, struct jr_input *input, uint32_t max, uint32_t *which);
void requests_answered(struct sim *sim, const uint32_t *which, uint32_t n, const struct jr_turn *turn);
void requests_refused(struct sim *sim, const uint32_t *which, uint32_t n);
void requests_free(struct sim *sim);
int64_t requests_next(const struct sim *sim);

/* mutants.c */
/* After a life: the store and the image that it leaves, damaged in `n` ways, one after another. The process may refuse
 * them or live with them; it must not die of them. Tells how many were refused. */
uint64_t mutants_live(struct sim *sim, uint64_t n);

/* judge.c */
void judge_end(struct sim *sim);

#endif
