/* From steps to ways with times. */
#include "compiler/lint/flow.h"

#include <stdlib.h>

#include "core/civil.h"
#include "core/hash.h"
#include "core/value.h"
#include "image/image.h"

#define GROUPS_MAX 4 /* conditions asked more than once whose sides are told apart: views double with each */
#define SWEEPS_MAX 64

/* ---- times */

/* From one of the weekdays to the next, at most. */
static int64_t flow_longest_gap(uint32_t weekdays) {
    int64_t most = 0;
    for (int64_t day = 0; day < 7; day++)
        for (int64_t ahead = 1; ahead <= 7; ahead++)
            if ((weekdays >> ((day + ahead) % 7) & 1) != 0) {
                most = ahead > most ? ahead : most;
                break;
            }
    return lint_longest(jn_value_duration(JN_UNIT_DAYS, most));
}

/* The shortest way through the body of a repeat, whose steps stand in a row behind its first. */
static int64_t flow_round(const struct jn_program *program, const struct lint_flow *flow, uint32_t head, uint32_t end,
                          struct jn_arena *arena) {
    if (head >= end) return 0;
    int64_t *at = JN_NEW_ARRAY(arena, int64_t, end - head + 1);
    (void)program;
    for (uint32_t i = 1; i <= end - head; i++)
        at[i] = LINT_EVER;
    for (uint32_t i = head; i < end; i++)
        for (uint32_t w = flow->begin[i]; w < flow->begin[i + 1]; w++) {
            uint32_t to = flow->way[w].to;
            int64_t then = lint_add(at[i - head], flow->way[w].least);
            if (to > i && to <= end && then < at[to - head]) at[to - head] = then;
        }
    return at[end - head] == LINT_EVER ? 0 : at[end - head];
}

static void flow_time_of_duration(const struct jn_program *program, uint32_t expr, bool whole, struct lint_way *way) {
    struct jn_value duration;
    way->least = 0;
    way->most = LINT_EVER;
    if (!lint_constant(program, expr, &duration)) return;
    way->most = lint_longest(duration);
    if (whole) way->least = jn_duration_ms(duration);
}

static void flow_time(const struct jn_program *program, const struct lint_flow *flow, uint32_t i, struct lint_way *way,
                      struct jn_arena *arena) {
    const struct jn_step *step = &program->step[flow->first + i];
    switch ((int)step->kind) {
    case JN_STEP_WAIT:
        flow_time_of_duration(program, step->a, true, way);
        break;
    case JN_STEP_WAIT_TIME:
        way->most = flow_longest_gap(step->a);
        break;
    case JN_STEP_WAIT_THEN:
        flow_time_of_duration(program, step->a, true, way);
        way->most = lint_add(way->most, flow_longest_gap(step->c));
        break;
    case JN_STEP_WAIT_FOR:
    case JN_STEP_WAIT_IF:
        flow_time_of_duration(program, step->c, way->nth == 1, way);
        break;
    case JN_STEP_APPROVE: /* a person may answer at once, either way */
        flow_time_of_duration(program, step->c, false, way);
        break;
    case JN_STEP_REPEAT: {
        if (way->nth == 1) break;
        flow_time_of_duration(program, step->b, true, way);
        int64_t round = flow_round(program, flow, way->to, i, arena);
        way->least = way->least > round ? way->least - round : 0;
        break;
    }
    case JN_STEP_SEND:
        if (lint_may_be_held(program, flow->journey, step)) way->most = LINT_EVER;
        break;
    default:
        if (jn_step_holds((enum jn_step_kind)step->kind)) way->most = LINT_EVER;
        break;
    }
}

/* How long a wait for a time of day takes depends on when one comes, and so it is laid on the ways that lead there. */
static void flow_lead(const struct jn_program *program, const struct lint_flow *flow, uint32_t i,
                      struct lint_way *way) {
    const struct jn_step *to = &program->step[flow->first + way->to];
    if (to->kind != JN_STEP_WAIT_TIME) return;
    struct lint_clock then = lint_clock_behind(program, flow, i, way->nth);
    way->lead = lint_clock_gap(&then, to->a, program->value[to->b].i);
    way->least = lint_add(way->least, way->lead);
}

/* ---- ways */

static uint32_t flow_ways(const struct jn_program *program, const struct lint_flow *flow, uint32_t i,
                          struct lint_way *out) {
    const struct jn_step *step = &program->step[flow->first + i];
    uint32_t n = 0;
    if (jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS) {
        for (uint32_t arm = 0; arm < step->b; arm++, n++)
            if (out != NULL)
                out[n] = (struct lint_way){.to = program->arm[step->a + arm].step - flow->first,
                                           .nth = arm,
                                           .closed = program->arm[step->a + arm].weight == 0};
        return n;
    }
    uint32_t to[2] = {step->next, step->alt};
    for (uint32_t nth = 0; nth < 2; nth++) {
        if (to[nth] == JN_NONE) continue;
        if (out != NULL) out[n] = (struct lint_way){.to = to[nth] - flow->first, .nth = nth};
        n++;
    }
    return n;
}

/* The body of a repeat stands in a row behind its first step. */
static void flow_rounds(const struct jn_program *program, struct lint_flow *flow, struct jn_arena *arena) {
    flow->rounds = JN_NEW_ARRAY(arena, uint32_t, flow->n);
    for (uint32_t i = 0; i < flow->n; i++)
        flow->rounds[i] = 1;
    for (uint32_t i = 0; i < flow->n; i++) {
        const struct jn_step *step = &program->step[flow->first + i];
        bool repeats = step->kind == JN_STEP_REPEAT;
        for (uint32_t w = flow->begin[i]; w < flow->begin[i + 1]; w++)
            if (flow->way[w].to <= i && !(repeats && flow->way[w].nth == 0)) flow->circles = true;
        for (uint32_t in = repeats ? step->next - flow->first : i; in < i; in++)
            if (__builtin_mul_overflow(flow->rounds[in], step->a, &flow->rounds[in])) flow->rounds[in] = UINT32_MAX;
    }
}

/* ---- conditions that are asked again */

struct flow_asked {
    uint64_t what; /* the condition without a `not` around it */
    uint32_t step;
};

static int flow_by_condition(const void *a, const void *b) {
    const struct flow_asked *x = a, *y = b;
    if (x->what != y->what) return x->what < y->what ? -1 : 1;
    return (x->step > y->step) - (x->step < y->step);
}

static bool flow_is_negated(const struct jn_program *program, const struct jn_step *step) {
    const struct jn_expr *expr = &program->expr[step->a];
    return expr->length > 2 && program->code[expr->offset + expr->length - 2] == JN_OP_NOT;
}

static uint64_t flow_condition(const struct jn_program *program, const struct jn_step *step) {
    const struct jn_expr *expr = &program->expr[step->a];
    uint32_t behind = flow_is_negated(program, step) ? 2 : 1;
    return jn_hash64((struct jn_str){(const char *)program->code + expr->offset, expr->length - behind});
}

static void flow_conditions(const struct jn_program *program, struct lint_flow *flow, struct jn_arena *arena) {
    struct flow_asked *asked = JN_NEW_ARRAY(arena, struct flow_asked, flow->n);
    uint32_t n = 0;
    for (uint32_t i = 0; i < flow->n; i++) {
        const struct jn_step *step = &program->step[flow->first + i];
        if (step->kind == JN_STEP_BRANCH) asked[n++] = (struct flow_asked){flow_condition(program, step), i};
    }
    if (n > 1) qsort(asked, n, sizeof(*asked), flow_by_condition);
    flow->same = JN_NEW_ARRAY(arena, uint32_t, 2 * (size_t)n + 1);
    for (uint32_t i = 0, k; i < n; i = k) {
        for (k = i + 1; k < n && asked[k].what == asked[i].what; k++)
            ;
        if (k - i < 2) continue;
        flow->same[flow->n_same++] = k - i;
        for (uint32_t s = i; s < k; s++)
            flow->same[flow->n_same++] = asked[s].step;
        flow->n_group++;
    }
}

uint32_t lint_views(const struct lint_flow *flow) {
    return flow->n_group > GROUPS_MAX ? 0 : 1u << flow->n_group;
}

/* Where nobody goes stays closed in every view. */
void lint_view_all(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    for (uint32_t i = 0; i < flow->n; i++)
        for (uint32_t w = flow->begin[i]; w < flow->begin[i + 1]; w++) {
            const struct jn_step *step = lint_step(lint, i);
            flow->way[w].closed =
                step->kind == JN_STEP_SPLIT && lint->program->arm[step->a + flow->way[w].nth].weight == 0;
        }
}

void lint_view(const struct lint *lint, uint32_t view) {
    const struct lint_flow *flow = lint->flow;
    lint_view_all(lint);
    for (uint32_t at = 0; at < flow->n_same; at += flow->same[at] + 1, view >>= 1)
        for (uint32_t s = 1; s <= flow->same[at]; s++) {
            uint32_t i = flow->same[at + s];
            bool negated = flow_is_negated(lint->program, lint_step(lint, i));
            uint32_t side = (view & 1) ^ (negated ? 1u : 0u);
            for (uint32_t w = flow->begin[i]; w < flow->begin[i + 1]; w++)
                flow->way[w].closed = flow->way[w].nth != side;
        }
}

/* ---- */

int64_t *lint_earliest(const struct lint *lint, uint32_t start, uint32_t *from) {
    const struct lint_flow *flow = lint->flow;
    int64_t *at = JN_NEW_ARRAY(lint->arena, int64_t, flow->n);
    bool changed = true;
    for (uint32_t i = 0; i < flow->n; i++)
        at[i] = LINT_EVER;
    at[start] = 0;
    for (unsigned sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
        changed = false;
        for (uint32_t i = 0; i < flow->n; i++)
            for (uint32_t w = flow->begin[i]; at[i] != LINT_EVER && w < flow->begin[i + 1]; w++) {
                const struct lint_way *way = &flow->way[w];
                int64_t then = lint_add(at[i], way->least);
                if (way->closed || then >= at[way->to]) continue;
                at[way->to] = then;
                if (from != NULL) from[way->to] = i;
                changed = true;
            }
    }
    return at;
}

struct lint_flow *lint_flow_make(const struct jc_unit *unit, const struct jn_program *program, uint32_t journey,
                                 struct jn_arena *arena) {
    struct lint_flow *flow = JN_NEW(arena, struct lint_flow);
    *flow = (struct lint_flow){.journey = &program->journey[journey],
                               .node = unit->symbol[JC_TABLE_JOURNEY][journey].node,
                               .first = program->journey[journey].first_step,
                               .n = program->journey[journey].n_step};
    flow->begin = JN_NEW_ARRAY(arena, uint32_t, flow->n + 1);
    for (uint32_t i = 0; i < flow->n; i++)
        flow->begin[i + 1] = flow->begin[i] + flow_ways(program, flow, i, NULL);
    flow->way = JN_NEW_ARRAY(arena, struct lint_way, flow->begin[flow->n] + 1);
    for (uint32_t i = 0; i < flow->n; i++)
        flow_ways(program, flow, i, flow->way + flow->begin[i]);
    flow_rounds(program, flow, arena);
    lint_clocks(program, flow, arena);
    for (uint32_t i = 0; i < flow->n; i++)
        for (uint32_t w = flow->begin[i]; w < flow->begin[i + 1]; w++) {
            flow_time(program, flow, i, &flow->way[w], arena);
            flow_lead(program, flow, i, &flow->way[w]);
        }
    flow_conditions(program, flow, arena);
    return flow;
}
