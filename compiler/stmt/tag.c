/* `tag` and `untag`. */
#include "compiler/stmt/statement.h"

void jc_stmt_tag(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    bool on = node->kind == JC_TAG;
    uint32_t step = jc_step_add(l, on ? JN_STEP_TAG : JN_STEP_UNTAG, node);
    (void)before;
    jc_tag_note(l->unit, node->text, node->text_span, on);
    if (node->text.n == 0) jc_report(l->unit->diags, JC_E0513, node->text_span);
    jc_step_at(l, step)->a = jn_builder_string(l->unit->builder, node->text);
}
