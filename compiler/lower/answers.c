/* Answers of services in a journey: where they are kept, and whether they are known where they are read. */
#include "compiler/lower/lowering.h"

#include "image/image.h"

static struct jn_str answer_name(const struct jc_lowering *l, const struct jc_symbol *service,
                                 const struct jc_attribute *take) {
    return jn_arena_printf(l->unit->arena, "%.*s.%.*s", JN_FMT(service->name), JN_FMT(take->name));
}

uint32_t jc_answer_slot(const struct jc_lowering *l, const struct jc_symbol *service, const struct jc_attribute *take) {
    struct jn_str name = answer_name(l, service, take);
    for (uint32_t i = 0; i < l->slots.n; i++)
        if (jn_str_eq(l->slots.row[i].name, name)) return l->slots.row[i].index;
    return JN_NONE;
}

void jc_answer_slots(struct jc_lowering *l, const struct jc_symbol *service) {
    const struct jc_attributes *takes = &l->unit->service[service->index].takes;
    if (takes->n == 0 || jc_answer_slot(l, service, &takes->row[0]) != JN_NONE) return;
    for (uint32_t i = 0; i < takes->n; i++) {
        const struct jc_attribute *take = &takes->row[i];
        struct jc_variable *slot = jc_grow(l->unit->arena, &l->slots.row, &l->slots.n, sizeof(*slot));
        *slot = (struct jc_variable){.name = answer_name(l, service, take),
                                     .span = take->span,
                                     .type = take->type,
                                     .currency = take->currency,
                                     .read = true,
                                     .set = true};
        struct jn_slot record = {.name = jn_builder_string(l->unit->builder, slot->name),
                                 .type = (uint32_t)take->type,
                                 .currency = take->currency};
        slot->index = jn_builder_add_slot(l->unit->builder, &record);
    }
}

struct answers_flow {
    const struct jc_lowering *l;
    uint32_t n;
    bool *unasked; /* by step: it can be reached without the answer */
    bool changed;
};

static void answers_reach(struct answers_flow *flow, uint32_t step) {
    if (step == JN_NONE || flow->unasked[step - flow->l->first_step]) return;
    flow->unasked[step - flow->l->first_step] = flow->changed = true;
}

/* Goes from the entry over every step but those that ask: what is found may be reached without the answer. */
static void answers_spread(struct answers_flow *flow, uint32_t service) {
    struct jc_lowering *l = (struct jc_lowering *)flow->l;
    memset(flow->unasked, 0, flow->n * sizeof(*flow->unasked));
    answers_reach(flow, jn_builder_at_journey(l->unit->builder, l->journey)->entry);
    do {
        flow->changed = false;
        for (uint32_t i = 0; i < flow->n; i++) {
            const struct jn_step *step = jc_step_at(l, l->first_step + i);
            if (!flow->unasked[i] || (step->kind == JN_STEP_ASK && step->a == service)) continue;
            answers_reach(flow, step->next);
            answers_reach(flow, step->alt);
            for (uint32_t a = 0; jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS && a < step->b; a++)
                answers_reach(flow, jn_builder_at_arm(l->unit->builder, step->a + a)->step);
        }
    } while (flow->changed);
}

void jc_answers_check(struct jc_lowering *l, uint32_t n_step) {
    struct answers_flow flow = {.l = l, .n = n_step, .unasked = JN_NEW_ARRAY(l->unit->arena, bool, n_step + 1)};
    uint32_t spread = JN_NONE;
    for (uint32_t i = 0; i < l->answers.n; i++) {
        const struct jc_answer *answer = &l->answers.row[i];
        bool header = answer->step == JN_NONE || answer->step < l->first_step;
        if (answer->service != spread && !header) answers_spread(&flow, spread = answer->service);
        if (!header && !flow.unasked[answer->step - l->first_step]) continue;
        struct jn_str name = l->unit->symbol[JC_TABLE_SERVICE][answer->service].name;
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0571, answer->span, JN_FMT(name));
        jc_hint(l->unit->diags, diag,
                header ? "headers hold from the entry on: ask in a stage, and use `exit as …` there"
                       : "put `ask %.*s` before it, where every way leads past",
                JN_FMT(name));
    }
}
