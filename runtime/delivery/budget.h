/* Retry budget of a destination: retries may be a fifth of first attempts, and a few besides, so that a receiver that
 * fails is not loaded with what failed. A retry that succeeds costs nothing. Pure: time is given. */
#ifndef RUNTIME_DELIVERY_BUDGET_H
#define RUNTIME_DELIVERY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define JR_BUDGET_FIRST_PER_RETRY 5    /* first attempts that earn one retry */
#define JR_BUDGET_RESERVE_MS      1000 /* one more is earned in so long, whatever happens */
#define JR_BUDGET_FULL            10   /* retries that can be saved up */

struct jr_budget {
    int64_t points; /* in milliseconds of the reserve: a retry costs JR_BUDGET_RESERVE_MS */
    int64_t at;     /* instant they are of */
};

void jr_budget_init(struct jr_budget *budget, int64_t now);
/* When a retry may begin: now at the latest when there is enough. */
int64_t jr_budget_at(const struct jr_budget *budget, int64_t now);
void jr_budget_first(struct jr_budget *budget, int64_t now);  /* a first attempt was made */
void jr_budget_retry(struct jr_budget *budget, int64_t now);  /* a retry, which jr_budget_at allowed */
void jr_budget_return(struct jr_budget *budget, int64_t now); /* it succeeded */

#endif
