/* `repeat up to N times every D` and `stop`: rounds are counted in two variables of the run that no script can name. */
#include "compiler/stmt/statement.h"
#include "core/value.h"

#define REPEAT_MAX 10000 /* rounds */

static bool repeat_slot_taken(const struct jc_lowering *l, struct jn_str name) {
    for (size_t i = 0; i < l->slots.n; i++)
        if (jn_str_eq(l->slots.row[i].name, name)) return true;
    return false;
}

/* Two steps of one name are E0504; but a repeat that never goes round twice has no step, and its variables are here. */
static uint32_t repeat_slot(struct jc_lowering *l, struct jn_str step, const char *what, enum jn_type type) {
    struct jn_str name = jn_arena_printf(l->unit->arena, "%.*s.%s", JN_FMT(step), what);
    for (unsigned nth = 2; repeat_slot_taken(l, name); nth++)
        name = jn_arena_printf(l->unit->arena, "%.*s.%s.%u", JN_FMT(step), what, nth);
    struct jn_slot record = {.name = jn_builder_string(l->unit->builder, name), .type = type};
    struct jc_variable *slot = jc_grow(l->unit->arena, &l->slots.row, &l->slots.n, sizeof(*slot));
    *slot = (struct jc_variable){.name = name, .type = type, .read = true, .set = true};
    slot->index = jn_builder_add_slot(l->unit->builder, &record);
    return slot->index;
}

static void repeat_set(struct jc_lowering *l, const struct jc_node *node, uint32_t slot, struct jn_str code,
                       enum jn_type type) {
    uint32_t step = jc_step_add(l, JN_STEP_SET_SLOT, node);
    jc_step_at(l, step)->a = slot;
    jc_step_at(l, step)->b = jn_builder_code(l->unit->builder, code, type);
}

/* The count and the instant of the first round. */
static void repeat_begin(struct jc_lowering *l, const struct jc_node *node, uint32_t count, uint32_t start) {
    struct jn_buf code;
    jn_buf_init(&code, 64);
    jc_code_op1(&code, JN_OP_PUSH, jn_builder_value(l->unit->builder, jn_value_dec(jn_dec_int(0))));
    jc_code_op(&code, JN_OP_RET);
    repeat_set(l, node, count, jn_buf_view(&code), JN_T_NUMBER);
    jn_buf_reset(&code);
    jc_code_op(&code, JN_OP_NOW);
    jc_code_op(&code, JN_OP_RET);
    repeat_set(l, node, start, jn_buf_view(&code), JN_T_INSTANT);
    jn_buf_release(&code);
}

static uint32_t repeat_times(struct jc_lowering *l, const struct jc_node *times) {
    int64_t n = 0;
    if (jn_dec_to_int(jn_value_to_dec(times->value), &n) && n >= 1 && n <= REPEAT_MAX) return (uint32_t)n;
    jc_report(l->unit->diags, JC_E0553, times->span, JN_FMT(times->text), REPEAT_MAX);
    return 1;
}

void jc_stmt_repeat(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jc_loop loop = {.outer = l->loop};
    struct jc_edges behind;
    struct jn_str stage = l->at_stage == JN_NONE ? JN_STR("") : l->stage[l->at_stage].node->text;
    struct jn_str name =
        node->label != NULL ? node->label->text : jn_arena_printf(l->unit->arena, "%.*s.repeat", JN_FMT(stage));
    uint32_t count = repeat_slot(l, name, "rounds", JN_T_NUMBER), start = repeat_slot(l, name, "start", JN_T_INSTANT);
    (void)before;
    if (node->kid[2]->value.i == 0) jc_report(l->unit->diags, JC_E0507, node->kid[2]->span);
    repeat_begin(l, node, count, start);
    uint32_t body = jn_builder_count_step(l->unit->builder);
    l->loop = &loop;
    jc_block_lower(l, node->kid[1]->first);
    l->loop = loop.outer;
    if (l->edges.n > 0) { /* else every round ends elsewhere: there is never a second */
        uint32_t step = jc_step_add(l, JN_STEP_REPEAT, node);
        uint32_t every = jc_expr_finish(&l->scope, node->kid[2], JN_T_DURATION, "`every`", NULL);
        jc_step_name(l, step, node, JN_STR("repeat"));
        *jc_step_at(l, step) = (struct jn_step){.name = jc_step_at(l, step)->name,
                                                .id = jc_step_at(l, step)->id,
                                                .kind = JN_STEP_REPEAT,
                                                .stage = jc_step_at(l, step)->stage,
                                                .next = body,
                                                .alt = JN_NONE,
                                                .a = repeat_times(l, node->kid[0]),
                                                .b = every,
                                                .c = count,
                                                .d = start,
                                                .file = jc_step_at(l, step)->file,
                                                .line = jc_step_at(l, step)->line};
        jc_edges_take(l);
        jc_edge_open(l, JC_EDGE_ALT, step);
    }
    behind = jc_edges_take(l);
    jc_edges_join(l, loop.stops);
    jc_edges_join(l, behind);
}

void jc_stmt_stop(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    (void)before;
    if (l->loop == NULL) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0554, node->span);
        jc_hint(l->unit->diags, diag, "to leave the journey write `exit as …`");
        return;
    }
    if (l->edges.n == 0) return;
    jc_step_add(l, JN_STEP_PASS, node);
    struct jc_edges here = jc_edges_take(l);
    for (uint32_t i = 0; i < here.n; i++)
        *(struct jc_edge *)jc_grow(l->unit->arena, &l->loop->stops.row, &l->loop->stops.n, sizeof(struct jc_edge)) =
            here.row[i];
}
