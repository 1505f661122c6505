/* A cohort of simulated customers, on all processors. */
#ifndef CLI_SIMULATE_COHORT_H
#define CLI_SIMULATE_COHORT_H

#include "cli/simulate/tally.h"

#define SIM_CUSTOMERS_MAX 100000000
#define SIM_THREADS_MAX   256
#define SIM_TOGETHER_MAX  20000

struct sim_cohort {
    uint32_t customers;
    uint64_t seed;
    uint32_t threads;
    bool together; /* all in one engine at one time, messages rendered: as a server has them; the same figures */
};

/* The tally is the same for any number of threads. */
jn_rc sim_cohort_run(const struct sim_cohort *cohort, const struct jn_program *program, struct jn_str image,
                     const struct sim_model *model, struct sim_tally *tally, struct jn_err *err);

#endif
