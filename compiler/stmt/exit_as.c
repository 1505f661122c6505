#include "compiler/stmt/statement.h"

void jc_stmt_exit_as(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    uint32_t step = jc_step_add(l, JN_STEP_EXIT, node);
    (void)before;
    jc_step_at(l, step)->a = jn_builder_string(l->unit->builder, node->text);
    jc_edges_take(l);
}
