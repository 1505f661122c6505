/* Conditions whose answer is known already. */
#include "compiler/lint/flow.h"

/* How many ways lead to each step. */
static uint32_t *conditions_arrivals(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    uint32_t *arrivals = JN_NEW_ARRAY(lint->arena, uint32_t, flow->n);
    arrivals[flow->journey->entry - flow->first]++;
    for (uint32_t w = 0; w < flow->begin[flow->n]; w++)
        arrivals[flow->way[w].to]++;
    return arrivals;
}

/* The same condition again, where the only way leads along sides on which it does not hold; JN_NONE: it is not. */
static uint32_t conditions_again(const struct lint *lint, uint32_t first, const uint32_t *arrivals) {
    const struct lint_flow *flow = lint->flow;
    for (uint32_t i = first;;) {
        uint32_t alt = lint_step(lint, i)->alt;
        if (alt == JN_NONE || lint->program->step[alt].kind != JN_STEP_BRANCH) return JN_NONE;
        i = alt - flow->first;
        if (i <= first || arrivals[i] != 1) return JN_NONE;
        if (lint_step(lint, i)->a == lint_step(lint, first)->a) return i;
    }
}

void lint_conditions(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    if (flow->n_same == 0) return;
    const uint32_t *arrivals = conditions_arrivals(lint);
    for (uint32_t at = 0; at < flow->n_same; at += flow->same[at] + 1)
        for (uint32_t s = 1; s <= flow->same[at]; s++) {
            uint32_t first = flow->same[at + s], again = conditions_again(lint, first, arrivals);
            if (again == JN_NONE) continue;
            struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0927, lint_step_place(lint, again));
            jc_relate(lint->unit->diags, diag, lint_step_place(lint, first), "it did not hold here, a moment before");
            jc_hint(lint->unit->diags, diag, "ask something else, or leave this side out");
        }
}
