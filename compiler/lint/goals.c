/* Goals that cannot be reached, control groups that nothing is compared by, events that end the run before they are
 * matched. At one instant the order is exit, goal, event (language semantics 4). */
#include "compiler/lint/flow.h"

#include "core/value.h"
#include "image/image.h"

/* The nth line of a journey of this kind. */
static const struct jc_node *goals_line(const struct lint *lint, enum jc_kind kind, uint32_t nth) {
    for (const struct jc_node *line = lint->flow->node->first; line != NULL; line = line->next)
        if (line->kind == kind && nth-- == 0) return line;
    return NULL;
}

/* The exit that every such event of a run takes; JN_NONE: there may be none. */
static uint32_t goals_exit(const struct lint *lint, uint32_t event, uint32_t where) {
    const struct jn_journey *journey = lint->flow->journey;
    for (uint32_t i = 0; i < journey->n_leave; i++) {
        const struct jn_leave *leave = &lint->program->leave[journey->first_leave + i];
        if (leave->event == event && (leave->where == JN_NONE || leave->where == where)) return i;
    }
    return JN_NONE;
}

static bool goals_anyone_rests(const struct lint *lint) {
    for (uint32_t i = 0; i < lint->flow->n; i++) {
        const struct jn_step *step = lint_step(lint, i);
        bool held = jn_step_sends(step->kind) && lint_may_be_held(lint->program, lint->flow->journey, step);
        if (held || step->kind == JN_STEP_EMIT || jn_step_holds((enum jn_step_kind)step->kind)) return true;
    }
    return false;
}

void lint_goals(const struct lint *lint) {
    const struct jn_journey *journey = lint->flow->journey;
    struct jc_unit *unit = lint->unit;
    for (uint32_t i = 0; i < journey->n_goal; i++) {
        const struct jn_goal *goal = &lint->program->goal[journey->first_goal + i];
        if (goal->within != JN_NONE) continue; /* it outlives the run */
        const struct jc_node *line = goals_line(lint, JC_GOAL, i);
        uint32_t exit = goals_exit(lint, goal->event, goal->where);
        if (exit == JN_NONE && goals_anyone_rests(lint)) continue;
        struct jc_diag *diag = jc_report(unit->diags, JC_W0917, lint_place(lint, line), JN_FMT(line->text));
        if (exit != JN_NONE)
            jc_relate(unit->diags, diag, lint_place(lint, goals_line(lint, JC_EXIT_WHEN, exit)),
                      "this ends the run first, and the goal is open only during the run");
        else
            jc_relate(unit->diags, diag, lint_step_place(lint, journey->entry - lint->flow->first),
                      "nobody rests in the journey: from here a run ends in the instant in which it began");
        jc_hint(unit->diags, diag, "say how long it may take, also behind the run's end: `within 30 days`");
    }
}

/* ---- W0918 */

static void measure_tell(const struct lint *lint, const struct jc_node *line, const char *who) {
    struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0918, lint_place(lint, line), who);
    jc_hint(lint->unit->diags, diag, "write what the journey is for: `goal bought when purchase within 30 days`");
}

void lint_measure(const struct lint *lint) {
    const struct jn_program *program = lint->program;
    for (uint32_t j = 0; j < program->n_journey; j++) {
        const struct jc_node *line = lint_line(lint->unit->symbol[JC_TABLE_JOURNEY][j].node, JC_JY_CONTROL);
        if (program->journey[j].control > 0 && program->journey[j].n_goal == 0 && line != NULL)
            measure_tell(lint, line, "this journey has no goal");
    }
    const struct jc_node *line = lint_line(lint->unit->workspace, JC_WS_CONTROL);
    if (program->meta[0].control > 0 && program->n_goal == 0 && program->n_journey > 0 && line != NULL)
        measure_tell(lint, line, "no journey has a goal");
}

/* ---- W0926 */

/* Whether a goal that ends the run takes every such event that could pass the wait; which one. */
static uint32_t goals_ending(const struct lint *lint, const struct jn_alternative *row, int64_t latest) {
    const struct jn_journey *journey = lint->flow->journey;
    for (uint32_t i = 0; i < journey->n_goal; i++) {
        const struct jn_goal *goal = &lint->program->goal[journey->first_goal + i];
        if ((goal->flags & JN_GOAL_EXIT) == 0 || goal->event != row->event || goal->where != JN_NONE) continue;
        if (goal->within == JN_NONE || latest < lint_shortest(lint->program->value[goal->within])) return i;
    }
    return JN_NONE;
}

/* The latest moment, from the entry, at which a run can still be at each step's end. */
static int64_t *goals_latest(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    int64_t *at = JN_NEW_ARRAY(lint->arena, int64_t, flow->n);
    for (uint32_t i = 0; i < flow->n; i++)
        at[i] = -1;
    at[flow->journey->entry - flow->first] = 0;
    for (uint32_t i = 0; i < flow->n; i++)
        for (uint32_t w = flow->begin[i]; at[i] >= 0 && w < flow->begin[i + 1]; w++) {
            int64_t then = flow->way[w].to <= i ? LINT_EVER : lint_add(at[i], flow->way[w].most);
            if (then > at[flow->way[w].to]) at[flow->way[w].to] = then;
            if (flow->way[w].to <= i) /* it goes back: whatever comes behind that has no bound */
                for (uint32_t k = flow->way[w].to; k < flow->n; k++)
                    at[k] = LINT_EVER;
        }
    return at;
}

static void exits_first_tell(const struct lint *lint, uint32_t step, const struct jc_node *alternative,
                             const struct jc_node *line, struct jn_str event) {
    struct jc_unit *unit = lint->unit;
    struct jc_diag *diag = jc_report(unit->diags, JC_W0926, alternative->kid[0]->span, JN_FMT(event));
    jc_relate(unit->diags, diag, lint_place(lint, line), "this ends the run before the wait is asked");
    jc_relate(unit->diags, diag, lint_step_place(lint, step), "the wait can only end otherwise");
    jc_hint(unit->diags, diag, "wait for another event, or leave the run here by `exit as …` instead");
}

void lint_exits_first(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    int64_t *latest = NULL;
    if (flow->journey->n_leave == 0 && flow->journey->n_goal == 0) return;
    for (uint32_t i = 0; i < flow->n; i++) {
        const struct jn_step *step = lint_step(lint, i);
        if (step->kind != JN_STEP_WAIT_FOR) continue;
        if (latest == NULL) latest = goals_latest(lint);
        const struct jc_node *alternative = lint_origin(lint, i)->first;
        struct jn_value limit;
        int64_t until =
            lint_constant(lint->program, step->c, &limit) ? lint_add(latest[i], lint_longest(limit)) : LINT_EVER;
        for (uint32_t a = 0; a < step->b && alternative != NULL; a++, alternative = alternative->next) {
            const struct jn_alternative *row = &lint->program->alternative[step->a + a];
            /* A condition is asked when the event comes, and again by a wait that looks back: it may hold only then. */
            uint32_t exit = goals_exit(lint, row->event, JN_NONE), goal = goals_ending(lint, row, until);
            struct jn_str event = lint->program->string[lint->program->event[row->event].name];
            if (exit != JN_NONE)
                exits_first_tell(lint, i, alternative, goals_line(lint, JC_EXIT_WHEN, exit), event);
            else if (goal != JN_NONE)
                exits_first_tell(lint, i, alternative, goals_line(lint, JC_GOAL, goal), event);
        }
    }
}
