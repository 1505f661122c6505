#include "compiler/lower/lowering.h"

#include "core/hash.h"

struct jn_step *jc_step_at(struct jc_lowering *l, uint32_t step) {
    return jn_builder_at_step(l->unit->builder, step);
}

void jc_edge_open(struct jc_lowering *l, enum jc_edge_kind kind, uint32_t index) {
    struct jc_edge *edge = jc_grow(l->unit->arena, &l->edges.row, &l->edges.n, sizeof(*edge));
    *edge = (struct jc_edge){kind, index};
}

struct jc_edges jc_edges_take(struct jc_lowering *l) {
    struct jc_edges edges = l->edges;
    l->edges = (struct jc_edges){0};
    return edges;
}

void jc_edges_join(struct jc_lowering *l, struct jc_edges edges) {
    for (uint32_t i = 0; i < edges.n; i++)
        jc_edge_open(l, edges.row[i].kind, edges.row[i].index);
}

void jc_edges_lead(struct jc_lowering *l, struct jc_edges edges, uint32_t step) {
    for (uint32_t i = 0; i < edges.n; i++) {
        uint32_t index = edges.row[i].index;
        switch (edges.row[i].kind) {
        case JC_EDGE_NEXT:
            jc_step_at(l, index)->next = step;
            break;
        case JC_EDGE_ALT:
            jc_step_at(l, index)->alt = step;
            break;
        case JC_EDGE_ARM:
            jn_builder_at_arm(l->unit->builder, index)->step = step;
            break;
        case JC_EDGE_ENTRY:
            jn_builder_at_journey(l->unit->builder, index)->entry = step;
            break;
        }
    }
}

uint32_t jc_step_add(struct jc_lowering *l, enum jn_step_kind kind, const struct jc_node *node) {
    struct jc_unit *unit = l->unit;
    struct jn_str path = unit->diags->source[node->span.file].path;
    struct jn_step record = {.kind = kind,
                             .stage = l->at_stage == JN_NONE ? JN_NONE : l->first_stage + l->at_stage,
                             .next = JN_NONE,
                             .alt = JN_NONE,
                             .file = jn_builder_string(unit->builder, jn_str_sub(path, unit->root, path.n)),
                             .line = node->span.line};
    uint32_t step = jn_builder_add_step(unit->builder, &record);
    const struct jc_node **origin = jc_grow(unit->arena, &l->origin, &l->n_origin, sizeof(*origin));
    *origin = node;
    if (l->stage_begins) l->stage[l->at_stage].first = step;
    l->stage_begins = false;
    jc_edges_lead(l, jc_edges_take(l), step);
    jc_edge_open(l, JC_EDGE_NEXT, step);
    return step;
}

static void steps_name(struct jc_lowering *l, uint32_t step, const struct jc_node *node, struct jn_str automatic,
                       struct jn_str name) {
    struct jc_unit *unit = l->unit;
    struct jc_span span = node->label != NULL ? node->label->text_span : node->span;
    span.end_line = span.line; /* the first line of a block is enough to show */
    for (uint32_t i = 0; i < l->n_named; i++) {
        if (!jn_str_eq(l->named[i].name, name)) continue;
        struct jc_diag *diag = jc_report(unit->diags, node->label != NULL ? JC_E0503 : JC_E0504, span, JN_FMT(name));
        jc_relate(unit->diags, diag, l->named[i].span, "the other one is here");
        if (node->label == NULL)
            jc_hint(unit->diags, diag, "give it a label of its own, for example `%.*s_2:`", JN_FMT(automatic));
        return;
    }
    struct jc_named_step *named = jc_grow(unit->arena, &l->named, &l->n_named, sizeof(*named));
    *named = (struct jc_named_step){name, span};
    struct jn_str full = jn_arena_printf(unit->arena, "%.*s.%.*s", JN_FMT(l->name), JN_FMT(name));
    uint32_t id = (uint32_t)jn_hash64(full);
    jc_step_at(l, step)->name = jn_builder_string(unit->builder, name);
    jc_step_at(l, step)->id = id == 0 ? 1 : id;
}

void jc_step_name(struct jc_lowering *l, uint32_t step, const struct jc_node *node, struct jn_str automatic) {
    struct jn_str stage = l->at_stage == JN_NONE ? JN_STR("") : l->stage[l->at_stage].node->text;
    steps_name(l, step, node, automatic,
               node->label != NULL ? node->label->text
                                   : jn_arena_printf(l->unit->arena, "%.*s.%.*s", JN_FMT(stage), JN_FMT(automatic)));
}

void jc_step_name_behind(struct jc_lowering *l, uint32_t step, const struct jc_node *node, struct jn_str automatic) {
    steps_name(l, step, node, automatic,
               jn_arena_printf(l->unit->arena, "%.*s.%.*s", JN_FMT(node->label->text), JN_FMT(automatic)));
}
