/* Re-entries that come while the run still lasts. */
#include "compiler/lint/flow.h"

#include "core/civil.h"
#include "core/value.h"

/* Whether nothing but its own steps ends a run. */
static bool reentry_runs_to_its_end(const struct lint *lint) {
    const struct jn_journey *journey = lint->flow->journey;
    if (journey->n_leave > 0 || journey->exit_if != JN_NONE || (journey->flags & JN_JOURNEY_RESTART) != 0) return false;
    for (uint32_t i = 0; i < journey->n_goal; i++)
        if ((lint->program->goal[journey->first_goal + i].flags & JN_GOAL_EXIT) != 0) return false;
    return true;
}

void lint_reentry(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    struct jc_unit *unit = lint->unit;
    uint32_t entry = flow->journey->entry - flow->first, end = JN_NONE, n;
    if (flow->journey->reenter != JN_REENTER_AFTER || !reentry_runs_to_its_end(lint)) return;
    uint32_t *from = JN_NEW_ARRAY(lint->arena, uint32_t, flow->n);
    int64_t *at = lint_earliest(lint, entry, from);
    for (uint32_t i = 0; i < flow->n; i++)
        if (lint_step(lint, i)->kind == JN_STEP_EXIT && (end == JN_NONE || at[i] < at[end])) end = i;
    /* A day of margin, for clocks and zones that change. */
    int64_t after = jn_duration_ms(lint->program->value[flow->journey->reenter_after]);
    if (end == JN_NONE || at[end] == LINT_EVER || at[end] <= after + JN_MS_DAY) return;
    const struct jc_node *line = lint_line(flow->node, JC_REENTER);
    struct jc_diag *diag = jc_report(unit->diags, JC_W0922, lint_place(lint, line),
                                     JN_FMT(lint_say_time(lint->arena, at[end])), JN_FMT(line->kid[0]->text));
    const uint32_t *path = lint_path(lint, from, entry, end, &n);
    lint_witness(lint, diag, path, n);
    jc_hint(unit->diags, diag, "write `re-enter always`, a time longer than the run, or `on repeat restart`");
}
