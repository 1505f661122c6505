/* `wait if C up to D`: a state, not an event; true at once passes at once. */
#include "compiler/stmt/statement.h"

void jc_stmt_wait_if(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    uint32_t step = jc_step_add(l, JN_STEP_WAIT_IF, node);
    uint32_t cond = jc_expr_finish(&l->scope, node->kid[3], JN_T_BOOL, "what is waited for", NULL);
    (void)before;
    jc_step_name(l, step, node, JN_STR("wait_if"));
    uint32_t limit = jc_wait_limit(l, node, "the condition");
    jc_step_at(l, step)->a = cond;
    jc_step_at(l, step)->c = limit;
    if (node->kid[1] != NULL) jc_block_lower(l, node->kid[1]->first);
    struct jc_edges held = jc_edges_take(l);
    jc_edge_open(l, JC_EDGE_ALT, step);
    if (node->kid[2] != NULL) jc_block_lower(l, node->kid[2]->first);
    jc_edges_join(l, held);
}
