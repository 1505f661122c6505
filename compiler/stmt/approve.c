/* `approve "…" by "…" up to D then … timeout … end`: the run holds until a person has decided. */
#include "compiler/stmt/statement.h"
#include "core/utf8.h"

#define APPROVE_TEXT_MAX 1000 /* characters of what is asked */
#define APPROVE_BY_MAX   100

static void approve_check_text(struct jc_unit *unit, const char *what, struct jn_str text, struct jc_span span,
                               uint32_t max) {
    if (text.n == 0 || jn_utf8_length(text) > max) jc_report(unit->diags, JC_E0573, span, what, max);
    if (memmem(text.p, text.n, "{{", 2) == NULL) return;
    struct jc_diag *diag = jc_report(unit->diags, JC_E0574, span, what);
    jc_hint(unit->diags, diag, "write it without `{{ … }}`; the list of approvals names the customer");
}

static void approve_check_sides(struct jc_unit *unit, const struct jc_node *node) {
    struct jc_span head = node->span;
    head.end_line = head.line;
    if (node->kid[1] != NULL && node->kid[2] != NULL) return;
    struct jc_diag *diag =
        jc_report(unit->diags, JC_E0572, head, node->kid[1] == NULL ? "approved" : "rejected or not answered in time");
    jc_hint(unit->diags, diag,
            node->kid[1] == NULL ? "write `then … timeout … end` behind it"
                                 : "write `timeout`, and what follows then, in front of `end`");
}

void jc_stmt_approve(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jn_str by = jn_value_str(node->kid[3]->value);
    uint32_t step = jc_step_add(l, JN_STEP_APPROVE, node);
    (void)before;
    jc_step_name(l, step, node, JN_STR("approve"));
    approve_check_text(l->unit, "what is asked", node->text, node->text_span, APPROVE_TEXT_MAX);
    approve_check_text(l->unit, "who decides", by, node->kid[3]->span, APPROVE_BY_MAX);
    approve_check_sides(l->unit, node);
    uint32_t limit = jc_wait_limit(l, node, "an approval");
    jc_step_at(l, step)->a = jn_builder_string(l->unit->builder, node->text);
    jc_step_at(l, step)->b = jn_builder_string(l->unit->builder, by);
    jc_step_at(l, step)->c = limit;
    if (node->kid[1] != NULL) jc_block_lower(l, node->kid[1]->first);
    struct jc_edges approved = jc_edges_take(l);
    jc_edge_open(l, JC_EDGE_ALT, step);
    if (node->kid[2] != NULL) jc_block_lower(l, node->kid[2]->first);
    jc_edges_join(l, approved);
}
