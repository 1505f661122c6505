#include "runtime/delivery/budget.h"

enum { JR_BUDGET__FULL_POINTS = JR_BUDGET_FULL * JR_BUDGET_RESERVE_MS };

static void jr_budget__earn(struct jr_budget *budget, int64_t points) {
    budget->points += points;
    if (budget->points > JR_BUDGET__FULL_POINTS) budget->points = JR_BUDGET__FULL_POINTS;
}

static void jr_budget__advance(struct jr_budget *budget, int64_t now) {
    if (now <= budget->at) return;
    int64_t passed = now - budget->at;
    jr_budget__earn(budget, passed < JR_BUDGET__FULL_POINTS ? passed : JR_BUDGET__FULL_POINTS);
    budget->at = now;
}

void jr_budget_init(struct jr_budget *budget, int64_t now) {
    *budget = (struct jr_budget){.points = JR_BUDGET__FULL_POINTS, .at = now};
}

int64_t jr_budget_at(const struct jr_budget *budget, int64_t now) {
    struct jr_budget then = *budget;
    jr_budget__advance(&then, now);
    return then.points >= JR_BUDGET_RESERVE_MS ? now : now + JR_BUDGET_RESERVE_MS - then.points;
}

void jr_budget_first(struct jr_budget *budget, int64_t now) {
    jr_budget__advance(budget, now);
    jr_budget__earn(budget, JR_BUDGET_RESERVE_MS / JR_BUDGET_FIRST_PER_RETRY);
}

void jr_budget_retry(struct jr_budget *budget, int64_t now) {
    jr_budget__advance(budget, now);
    budget->points -= JR_BUDGET_RESERVE_MS;
}

void jr_budget_return(struct jr_budget *budget, int64_t now) {
    jr_budget__advance(budget, now);
    jr_budget__earn(budget, JR_BUDGET_RESERVE_MS);
}
