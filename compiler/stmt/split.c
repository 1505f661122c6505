#include "compiler/stmt/statement.h"
#include "core/value.h"

#define WHOLE 10000 /* basis points */

/* A percentage in basis points; finer shares do not compile. */
static bool split_weight(struct jc_lowering *l, const struct jc_node *arm, uint32_t *out) {
    struct jn_dec scaled;
    int64_t weight;
    if (jn_dec_mul(jn_value_to_dec(arm->kid[0]->value), jn_dec_int(WHOLE), &scaled) && jn_dec_to_int(scaled, &weight) &&
        weight >= 0 && weight <= WHOLE) {
        *out = (uint32_t)weight;
        return true;
    }
    jc_report(l->unit->diags, JC_E0511, arm->kid[0]->span, JN_FMT(arm->kid[0]->text));
    return false;
}

void jc_arms_check(struct jc_lowering *l, const struct jc_node *node) {
    for (const struct jc_node *arm = node->first; arm != NULL; arm = arm->next)
        for (const struct jc_node *other = node->first; other != arm; other = other->next) {
            if (!jn_str_eq(other->text, arm->text)) continue;
            struct jc_diag *diag = jc_report(l->unit->diags, JC_E0301, arm->text_span, "an arm", JN_FMT(arm->text));
            jc_relate(l->unit->diags, diag, other->text_span, "the other one is here");
        }
}

static void split_check(struct jc_lowering *l, const struct jc_node *node) {
    struct jc_unit *unit = l->unit;
    uint32_t sum = 0;
    bool sound = true;
    for (const struct jc_node *arm = node->first; arm != NULL; arm = arm->next) {
        uint32_t weight = 0;
        sound = split_weight(l, arm, &weight) && sound;
        sum += weight;
    }
    jc_arms_check(l, node);
    if (!sound || sum == WHOLE) return;
    struct jn_buf text;
    struct jn_dec percent;
    jn_buf_init(&text, 64);
    if (jn_dec_div(jn_dec_int(sum), jn_dec_int(100), &percent)) jn_dec_print(percent, 0, &text);
    jc_report(unit->diags, JC_E0512, node->text_span, JN_FMT(node->text), JN_FMT(jn_buf_view(&text)));
    jn_buf_release(&text);
}

void jc_chooser_check(struct jc_lowering *l, const struct jc_node *node) {
    for (uint32_t i = 0; i < l->n_chooser; i++) {
        if (!jn_str_eq(l->chooser[i]->text, node->text)) continue;
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0301, node->text_span, "a split", JN_FMT(node->text));
        jc_relate(l->unit->diags, diag, l->chooser[i]->text_span, "the other one is here");
        return;
    }
    const struct jc_node **place = jc_grow(l->unit->arena, &l->chooser, &l->n_chooser, sizeof(*place));
    *place = node;
}

uint32_t jc_chooser_salt(struct jc_lowering *l, const struct jc_node *node) {
    struct jn_str journey = l->node->kid[1] != NULL ? l->node->kid[1]->text : l->name;
    return jn_builder_string(l->unit->builder,
                             jn_arena_printf(l->unit->arena, "%.*s.%.*s", JN_FMT(journey), JN_FMT(node->text)));
}

void jc_arms_lower(struct jc_lowering *l, const struct jc_node *node, uint32_t first) {
    struct jc_edges behind = {0};
    jc_edges_take(l); /* it goes on through its arms alone */
    for (const struct jc_node *arm = node->first; arm != NULL; arm = arm->next, first++) {
        struct jc_edges before_arm = behind;
        jc_edge_open(l, JC_EDGE_ARM, first);
        jc_block_lower(l, arm->kid[1]->first);
        jc_edges_join(l, before_arm);
        behind = jc_edges_take(l);
    }
    jc_edges_join(l, behind);
}

void jc_stmt_split(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jn_builder *builder = l->unit->builder;
    uint32_t step = jc_step_add(l, JN_STEP_SPLIT, node), first = jn_builder_count_arm(builder), n = 0;
    (void)before;
    jc_chooser_check(l, node);
    split_check(l, node);
    for (const struct jc_node *arm = node->first; arm != NULL; arm = arm->next, n++) {
        uint32_t weight = 0;
        struct jn_dec scaled;
        int64_t whole;
        if (jn_dec_mul(jn_value_to_dec(arm->kid[0]->value), jn_dec_int(WHOLE), &scaled) &&
            jn_dec_to_int(scaled, &whole))
            weight = (uint32_t)whole;
        struct jn_arm row = {.name = jn_builder_string(builder, arm->text), .weight = weight, .step = 0};
        jn_builder_add_arm(builder, &row);
    }
    uint32_t name = jn_builder_string(builder, node->text), salt = jc_chooser_salt(l, node);
    jc_step_at(l, step)->a = first;
    jc_step_at(l, step)->b = n;
    jc_step_at(l, step)->c = name;
    jc_step_at(l, step)->d = salt;
    jc_arms_lower(l, node, first);
}
