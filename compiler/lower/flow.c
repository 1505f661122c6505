/* What every journey owes: time passes in every cycle, and every path ends. */
#include "compiler/lower/lowering.h"

#include "image/image.h"

struct flow {
    struct jc_lowering *l;
    uint32_t n;
    uint32_t *from, *to; /* edges, relative to the first step */
    uint32_t n_edge;
};

static void flow_edge(struct flow *flow, uint32_t from, uint32_t to) {
    if (to == JN_NONE) return;
    uint32_t same = flow->n_edge;
    *(uint32_t *)jc_grow(flow->l->unit->arena, &flow->from, &same, sizeof(uint32_t)) = from;
    *(uint32_t *)jc_grow(flow->l->unit->arena, &flow->to, &flow->n_edge, sizeof(uint32_t)) = to - flow->l->first_step;
}

static bool flow_passes_time(const struct flow *flow, uint32_t i) {
    const struct jn_step *step = jc_step_at(flow->l, flow->l->first_step + i);
    const struct jc_node *node = flow->l->origin[i];
    const struct jc_node *lasting =
        step->kind == JN_STEP_WAIT || step->kind == JN_STEP_WAIT_THEN || step->kind == JN_STEP_WAIT_FOR ? node->kid[0]
                                                                                                        : NULL;
    if (step->kind == JN_STEP_REPEAT) return true; /* its duration is written out, its rounds are counted */
    bool literal = lasting != NULL && lasting->kind == JC_LITERAL;
    if (step->kind == JN_STEP_WAIT_FOR) return literal && step->d == JN_SINCE_STEP;
    return step->kind == JN_STEP_WAIT_TIME || literal;
}

/* Takes away steps that nothing left leads to, over edges that leave a step at once; what stays is a cycle. */
static void flow_cycles(struct flow *flow) {
    struct jn_arena *arena = flow->l->unit->arena;
    uint32_t *arrivals = JN_NEW_ARRAY(arena, uint32_t, flow->n);
    bool *gone = JN_NEW_ARRAY(arena, bool, flow->n);
    bool changed = true;
    for (uint32_t e = 0; e < flow->n_edge; e++)
        arrivals[flow->to[e]] += !flow_passes_time(flow, flow->from[e]);
    while (changed) {
        changed = false;
        for (uint32_t i = 0; i < flow->n; i++) {
            if (gone[i] || arrivals[i] > 0) continue;
            gone[i] = changed = true;
            for (uint32_t e = 0; e < flow->n_edge; e++)
                if (flow->from[e] == i && !flow_passes_time(flow, i)) arrivals[flow->to[e]]--;
        }
    }
    for (const struct jc_goto *go = flow->l->gotos; go != NULL; go = go->next)
        for (uint32_t i = 0; i < go->edges.n; i++) {
            uint32_t from = go->edges.row[i].index - flow->l->first_step;
            bool step = go->edges.row[i].kind == JC_EDGE_NEXT || go->edges.row[i].kind == JC_EDGE_ALT;
            if (step && from < flow->n && gone[from]) continue;
            if (!step && flow->n_edge == 0) continue;
            uint32_t target = JN_NONE;
            for (uint32_t s = 0; s < flow->l->n_stage; s++)
                if (jn_str_eq(flow->l->stage[s].node->text, go->node->text)) target = flow->l->stage[s].first;
            if (target == JN_NONE || gone[target - flow->l->first_step]) continue;
            struct jc_diag *diag = jc_report(flow->l->unit->diags, JC_E0505, go->node->span, JN_FMT(go->node->text));
            jc_hint(flow->l->unit->diags, diag, "put a `wait` of some length on the way");
            return;
        }
}

static void flow_endings(struct flow *flow) {
    bool *ends = JN_NEW_ARRAY(flow->l->unit->arena, bool, flow->n);
    bool changed = true;
    for (uint32_t i = 0; i < flow->n; i++)
        ends[i] = jc_step_at(flow->l, flow->l->first_step + i)->kind == JN_STEP_EXIT;
    while (changed) {
        changed = false;
        for (uint32_t e = flow->n_edge; e-- > 0;)
            if (ends[flow->to[e]] && !ends[flow->from[e]]) ends[flow->from[e]] = changed = true;
    }
    for (uint32_t i = 0; i < flow->n; i++) {
        if (ends[i]) continue;
        struct jc_diag *diag =
            jc_report(flow->l->unit->diags, JC_E0506, flow->l->origin[i]->span, JN_FMT(flow->l->name));
        jc_hint(flow->l->unit->diags, diag, "give the loop a way out: an `if` with `exit as …`");
        return;
    }
}

void jc_flow_check(struct jc_lowering *l, uint32_t n_step) {
    struct flow flow = {.l = l, .n = n_step};
    for (uint32_t i = 0; i < n_step; i++) {
        const struct jn_step *step = jc_step_at(l, l->first_step + i);
        flow_edge(&flow, i, step->next);
        flow_edge(&flow, i, step->alt);
        for (uint32_t a = 0; jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS && a < step->b; a++)
            flow_edge(&flow, i, jn_builder_at_arm(l->unit->builder, step->a + a)->step);
    }
    uint32_t before = l->unit->diags->n_error;
    flow_cycles(&flow);
    if (l->unit->diags->n_error == before) flow_endings(&flow);
}
