/* A journey: its headers, its stages, the edges between them. */
#include "compiler/lower/lowering.h"

#include "compiler/lower/policy.h"
#include "core/value.h"

uint32_t jc_key_prop(struct jc_lowering *l, uint32_t event, struct jc_span span, const char *noun) {
    struct jc_unit *unit = l->unit;
    if (l->key.n == 0) return JN_NONE;
    const struct jc_attribute *prop = jc_attribute_known(&unit->event[event], l->key);
    if (prop != NULL) return prop->index;
    struct jn_str name = unit->symbol[JC_TABLE_EVENT][event].name;
    /* Receipts belong to a message, and so to its run; they know no key. */
    if (jc_attribute_known(&unit->event[event], JN_STR("message")) != NULL) return JN_NONE;
    struct jc_diag *diag = jc_report(unit->diags, JC_E0514, span, noun, JN_FMT(name), JN_FMT(l->key));
    jc_hint(unit->diags, diag, "the journey is keyed by `%.*s`; declare that attribute in event `%.*s`", JN_FMT(l->key),
            JN_FMT(name));
    return JN_NONE;
}

uint32_t jc_where_lower(struct jc_lowering *l, uint32_t event, const struct jc_node *where) {
    bool before = l->readable[event];
    l->readable[event] = true;
    uint32_t expr = jc_expr_finish(&l->scope, where, JN_T_BOOL, "`where`", NULL);
    l->readable[event] = before;
    return expr;
}

static struct jc_node *journey_header(const struct jc_lowering *l, enum jc_kind kind) {
    for (struct jc_node *node = l->node->first; node != NULL; node = node->next)
        if (node->kind == kind) return node;
    return NULL;
}

/* Headers that may stand once. */
static void journey_check_once(struct jc_lowering *l) {
    static const enum jc_kind ONCE[] = {JC_ENTER,   JC_ENTER_JOINS, JC_ENTER_EVERY, JC_KEY,    JC_ON_REPEAT,
                                        JC_REENTER, JC_JY_TIMEZONE, JC_JY_STARTS,   JC_JY_ENDS};
    for (size_t i = 0; i < sizeof(ONCE) / sizeof(*ONCE); i++) {
        const struct jc_node *first = journey_header(l, ONCE[i]);
        for (const struct jc_node *node = first == NULL ? NULL : first->next; node != NULL; node = node->next)
            if (node->kind == ONCE[i]) {
                struct jc_diag *diag = jc_report(l->unit->diags, JC_E0302, node->span, jc_kind_noun(node->kind));
                jc_relate(l->unit->diags, diag, first->span, "declared here first");
            }
    }
}

/* ---- what a walk over the statements finds before any is lowered */

static void journey_find(void *user, const struct jc_node *node) {
    struct jc_lowering *l = user;
    if (node->kind == JC_ALTERNATIVE) {
        const struct jc_symbol *event = jc_meant(l->unit, JC_TABLE_EVENT, node->kid[0]->text);
        if (event != NULL) l->readable[event->index] = true;
    }
    if (node->kind == JC_ASK) {
        const struct jc_symbol *service = jc_meant(l->unit, JC_TABLE_SERVICE, node->kid[0]->text);
        if (service != NULL) jc_answer_slots(l, service);
    }
    if (node->kind == JC_GO_TO)
        for (uint32_t i = 0; i < l->n_stage; i++)
            if (jn_str_eq(l->stage[i].node->text, node->text)) l->stage[i].is_target = true;
    if (node->kind != JC_SET || node->kid[0]->kind != JC_NAME) return;
    for (uint32_t i = 0; i < l->slots.n; i++)
        if (jn_str_eq(l->slots.row[i].name, node->kid[0]->text)) return;
    struct jc_variable *slot = jc_grow(l->unit->arena, &l->slots.row, &l->slots.n, sizeof(*slot));
    struct jn_slot record = {.name = jn_builder_string(l->unit->builder, node->kid[0]->text), .type = JN_T_TEXT};
    *slot = (struct jc_variable){.name = node->kid[0]->text, .span = node->kid[0]->span};
    slot->index = jn_builder_add_slot(l->unit->builder, &record);
}

static void journey_stages(struct jc_lowering *l) {
    for (struct jc_node *node = l->node->first; node != NULL; node = node->next) {
        if (node->kind != JC_STAGE) continue;
        for (uint32_t i = 0; i < l->n_stage; i++)
            if (jn_str_eq(l->stage[i].node->text, node->text)) {
                struct jc_diag *diag =
                    jc_report(l->unit->diags, JC_E0301, node->text_span, "a stage", JN_FMT(node->text));
                jc_relate(l->unit->diags, diag, l->stage[i].node->text_span, "declared here first");
            }
        struct jc_stage *stage = jc_grow(l->unit->arena, &l->stage, &l->n_stage, sizeof(*stage));
        struct jn_stage record = {.name = jn_builder_string(l->unit->builder, node->text)};
        *stage = (struct jc_stage){.node = node, .first = JN_NONE};
        jn_builder_add_stage(l->unit->builder, &record);
    }
}

/* ---- headers */

/* `enter when customer joins S`, `enter every DAYS at TIME for S`. */
static bool journey_enters_by_segment(struct jc_lowering *l, struct jn_journey *row, const struct jc_node *key,
                                      const struct jc_node *other) {
    const struct jc_node *joins = journey_header(l, JC_ENTER_JOINS), *every = journey_header(l, JC_ENTER_EVERY);
    const struct jc_node *enter = joins != NULL ? joins : every;
    if (enter == NULL) return false;
    if (other == NULL && joins != NULL) other = every;
    if (other != NULL) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0302, other->span, "enter");
        jc_relate(l->unit->diags, diag, enter->span, "declared here first");
    }
    const struct jc_node *name = joins != NULL ? joins->kid[0] : every->kid[2];
    const struct jc_symbol *segment = jc_find(l->unit, JC_TABLE_SEGMENT, name->text, name->span);
    if (key != NULL) jc_report(l->unit->diags, JC_E0560, key->span);
    row->event = JN_NONE;
    row->segment = segment == NULL ? JN_NONE : segment->index;
    if (joins != NULL) return true;
    const struct jc_node *days = every->kid[0];
    row->days = days->flags;
    row->time = jn_builder_value(l->unit->builder, every->kid[1]->value);
    if (days->text.n > 0) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0561, days->span, JN_FMT(days->text));
        jc_hint(l->unit->diags, diag, "write `every day`, `every weekday` or `every monday or friday`");
    }
    return true;
}

static void journey_enter(struct jc_lowering *l, struct jn_journey *row) {
    const struct jc_node *enter = journey_header(l, JC_ENTER), *key = journey_header(l, JC_KEY);
    if (journey_enters_by_segment(l, row, key, enter)) return;
    if (enter == NULL && jc_has_mistake(l->unit, l->node)) return;
    if (enter == NULL) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0515, l->node->text_span, JN_FMT(l->name));
        jc_hint(l->unit->diags, diag, "write `enter when EVENT` below the journey's name");
        return;
    }
    const struct jc_symbol *event = jc_find(l->unit, JC_TABLE_EVENT, enter->kid[0]->text, enter->kid[0]->span);
    if (event == NULL) return;
    l->event = event->index;
    l->readable[event->index] = true;
    row->event = event->index;
    if (key != NULL && !jn_str_eq(key->kid[0]->text, event->name))
        jc_report(l->unit->diags, JC_E0516, key->kid[0]->span, JN_FMT(event->name));
    else if (key != NULL) {
        const struct jc_attribute *prop =
            jc_attribute_find(l->unit, &l->unit->event[event->index], event->name, key->text, key->text_span);
        if (prop != NULL) {
            row->key = prop->index;
            l->key = key->text;
        }
    }
    row->where = jc_where_lower(l, event->index, enter->kid[1]);
}

static void journey_reenter(struct jc_lowering *l, struct jn_journey *row) {
    const struct jc_node *node = journey_header(l, JC_REENTER);
    if (node == NULL && jc_has_mistake(l->unit, l->node)) return;
    if (node == NULL) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0517, l->node->text_span, JN_FMT(l->name));
        jc_hint(l->unit->diags, diag, "write `re-enter never`, `re-enter always` or `re-enter after 90 days`");
        return;
    }
    row->reenter = node->flags;
    if (node->flags != JN_REENTER_AFTER) return;
    if (node->kid[0]->value.i == 0) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0550, node->kid[0]->span, "`re-enter after`");
        jc_hint(l->unit->diags, diag, "write `re-enter always`");
    }
    row->reenter_after = jn_builder_value(l->unit->builder, node->kid[0]->value);
}

static void journey_goal(struct jc_lowering *l, const struct jc_node *node) {
    const struct jc_symbol *event = jc_find(l->unit, JC_TABLE_EVENT, node->kid[0]->text, node->kid[0]->span);
    struct jc_typed typed = {0};
    if (event == NULL) return;
    struct jn_goal row = {.name = jn_builder_string(l->unit->builder, node->text),
                          .event = event->index,
                          .within = JN_NONE,
                          .value = JN_NONE};
    row.key = jc_key_prop(l, event->index, node->kid[0]->span, "goal");
    row.where = jc_where_lower(l, event->index, node->kid[1]);
    if (node->kid[2] != NULL && node->kid[2]->value.i == 0)
        jc_report(l->unit->diags, JC_E0550, node->kid[2]->span, "a goal's `within`");
    if (node->kid[2] != NULL) row.within = jn_builder_value(l->unit->builder, node->kid[2]->value);
    if (node->kid[3] != NULL) {
        bool before = l->readable[event->index];
        l->readable[event->index] = true;
        row.value = jc_expr_finish(&l->scope, node->kid[3], JN_T_MISSING, "a goal's value", &typed);
        l->readable[event->index] = before;
        if (row.value != JN_NONE && typed.type != JN_T_MONEY && typed.type != JN_T_NUMBER)
            jc_report(l->unit->diags, JC_E0404, node->kid[3]->span, "a goal's value", "money or a number",
                      jn_type_noun(typed.type));
    }
    row.flags = node->flags != 0 ? JN_GOAL_EXIT : 0;
    jn_builder_add_goal(l->unit->builder, &row);
}

static void journey_leave(struct jc_lowering *l, const struct jc_node *node) {
    const struct jc_symbol *event = jc_find(l->unit, JC_TABLE_EVENT, node->kid[0]->text, node->kid[0]->span);
    if (event == NULL) return;
    struct jn_leave row = {.name = jn_builder_string(l->unit->builder, event->name), .event = event->index};
    row.key = jc_key_prop(l, event->index, node->kid[0]->span, "exit");
    row.where = jc_where_lower(l, event->index, node->kid[1]);
    jn_builder_add_leave(l->unit->builder, &row);
}

static void journey_goals_and_exits(struct jc_lowering *l, struct jn_journey *row) {
    row->first_goal = l->first_goal = jn_builder_count_goal(l->unit->builder);
    row->first_leave = jn_builder_count_leave(l->unit->builder);
    for (const struct jc_node *node = l->node->first; node != NULL; node = node->next) {
        for (const struct jc_node *other = l->node->first; node->kind == JC_GOAL && other != node; other = other->next)
            if (other->kind == JC_GOAL && jn_str_eq(other->text, node->text))
                jc_report(l->unit->diags, JC_E0301, node->text_span, "a goal", JN_FMT(node->text));
        if (node->kind == JC_GOAL) journey_goal(l, node);
        if (node->kind == JC_EXIT_WHEN) journey_leave(l, node);
    }
    row->n_goal = jn_builder_count_goal(l->unit->builder) - row->first_goal;
    if (row->n_goal > JN_GOALS_MAX)
        jc_report(l->unit->diags, JC_E0575, l->node->text_span, JN_GOALS_MAX, "goals in this journey");
    row->n_leave = jn_builder_count_leave(l->unit->builder) - row->first_leave;
}

/* Several `exit if` lines are one condition: any of them. */
static void journey_exit_if(struct jc_lowering *l, struct jn_journey *row) {
    struct jc_node *all = NULL;
    for (struct jc_node *node = l->node->first; node != NULL; node = node->next) {
        if (node->kind != JC_EXIT_IF) continue;
        struct jc_node *either = JN_NEW(l->unit->arena, struct jc_node);
        if (all != NULL)
            *either = (struct jc_node){.kind = JC_BINARY,
                                       .flags = JC_OP_OR,
                                       .span = node->span,
                                       .text = JN_STR("or"),
                                       .kid = {all, node->kid[0]}};
        all = all == NULL ? node->kid[0] : either;
    }
    row->exit_if = jc_expr_finish(&l->scope, all, JN_T_BOOL, "`exit if`", NULL);
}

static uint32_t journey_date(struct jc_lowering *l, enum jc_kind kind) {
    const struct jc_node *node = journey_header(l, kind);
    return node == NULL ? JN_NONE : jn_builder_value(l->unit->builder, node->kid[0]->value);
}

static void journey_dates(struct jc_lowering *l, struct jn_journey *row) {
    const struct jc_node *starts = journey_header(l, JC_JY_STARTS), *ends = journey_header(l, JC_JY_ENDS);
    row->starts = journey_date(l, JC_JY_STARTS);
    row->ends = journey_date(l, JC_JY_ENDS);
    if (starts == NULL || ends == NULL || starts->kid[0]->value.i <= ends->kid[0]->value.i) return;
    struct jc_diag *diag = jc_report(l->unit->diags, JC_E0551, ends->kid[0]->span);
    jc_relate(l->unit->diags, diag, starts->kid[0]->span, "it starts here");
}

static void journey_timezone(struct jc_lowering *l, struct jn_journey *row) {
    const struct jc_node *node = journey_header(l, JC_JY_TIMEZONE);
    if (node != NULL && node->text.n > 0 && jc_zone_check(l->unit, node->text, node->text_span))
        row->timezone = jn_builder_string(l->unit->builder, node->text);
}

/* ---- the body */

static void journey_resolve(struct jc_lowering *l) {
    for (const struct jc_goto *go = l->gotos; go != NULL; go = go->next)
        for (uint32_t i = 0; i < l->n_stage; i++)
            if (jn_str_eq(l->stage[i].node->text, go->node->text) && l->stage[i].first != JN_NONE)
                jc_edges_lead(l, go->edges, l->stage[i].first);
}

static void journey_body(struct jc_lowering *l) {
    l->at_stage = JN_NONE;
    jc_edge_open(l, JC_EDGE_ENTRY, l->journey);
    for (struct jc_node *node = l->node->first; node != NULL; node = node->next) {
        if (node->kind != JC_STAGE) continue;
        /* A stage without statements begins where the next one does. */
        bool pending = l->stage_begins;
        l->at_stage = l->at_stage == JN_NONE ? 0 : l->at_stage + 1;
        l->stage_begins = true;
        if (pending && l->at_stage > 0 && l->stage[l->at_stage - 1].is_target) {
            jc_step_add(l, JN_STEP_PASS, node);
            l->stage[l->at_stage - 1].first = l->stage[l->at_stage].first;
        }
        jc_block_lower(l, node->first);
    }
    bool needed = l->edges.n > 0 || (l->stage_begins && l->at_stage != JN_NONE && l->stage[l->at_stage].is_target);
    if (!needed) return;
    uint32_t step = jc_step_add(l, JN_STEP_EXIT, l->node);
    jc_step_at(l, step)->a = jn_builder_string(l->unit->builder, JN_STR("completed"));
    jc_edges_take(l);
}

static struct jn_journey journey_record(struct jc_lowering *l) {
    struct jn_builder *builder = l->unit->builder;
    struct jc_node *title = l->node->kid[0];
    return (struct jn_journey){.name = jn_builder_string(builder, l->name),
                               .title = title == NULL ? 0 : jn_builder_string(builder, jn_value_str(title->value)),
                               .where = JN_NONE,
                               .key = JN_NONE,
                               .segment = JN_NONE,
                               .time = JN_NONE,
                               .exit_if = JN_NONE,
                               .starts = JN_NONE,
                               .ends = JN_NONE,
                               .reenter_after = JN_NONE,
                               .topic = JN_NONE,
                               .first_stage = jn_builder_count_stage(builder),
                               .first_step = jn_builder_count_step(builder),
                               .first_slot = jn_builder_count_slot(builder)};
}

void jc_journey_lower(struct jc_unit *unit, struct jc_symbol *journey) {
    struct jc_lowering l = {.unit = unit, .node = journey->node, .name = journey->name, .event = JN_NONE};
    l.readable = JN_NEW_ARRAY(unit->arena, bool, unit->n_symbol[JC_TABLE_EVENT]);
    l.scope = (struct jc_scope){.unit = unit,
                                .slots = &l.slots,
                                .answers = &l.answers,
                                .event = l.readable,
                                .customer = true,
                                .where = "this journey"};
    struct jn_journey row = journey_record(&l);
    l.journey = jn_builder_add_journey(unit->builder, &row);
    l.first_step = row.first_step;
    l.first_stage = row.first_stage;
    l.first_slot = row.first_slot;
    journey_check_once(&l);
    journey_stages(&l);
    journey_enter(&l, &row);
    jc_walk(l.node->first, journey_find, &l);
    journey_reenter(&l, &row);
    journey_timezone(&l, &row);
    journey_exit_if(&l, &row);
    journey_dates(&l, &row);
    jc_policy_journey(unit, l.node, &row);
    journey_goals_and_exits(&l, &row);
    journey_body(&l);
    journey_resolve(&l);
    row.n_stage = l.n_stage;
    row.n_slot = l.slots.n;
    row.n_step = jn_builder_count_step(unit->builder) - row.first_step;
    row.entry = jn_builder_at_journey(unit->builder, l.journey)->entry;
    row.flags = (journey_header(&l, JC_ON_REPEAT) != NULL ? (uint32_t)JN_JOURNEY_RESTART : 0) |
                (l.looks_back ? (uint32_t)JN_JOURNEY_LOOKS_BACK : 0);
    *jn_builder_at_journey(unit->builder, l.journey) = row;
    for (uint32_t i = 0; i < l.n_origin; i++)
        *(const struct jc_node **)jc_grow(unit->arena, &unit->origin, &unit->n_origin, sizeof(*unit->origin)) =
            l.origin[i];
    bool empty =
        row.n_step == 0 || (row.n_step == 1 && l.origin[0] == l.node); /* but for the end that every journey has */
    if (empty && jc_has_mistake(unit, l.node)) return;
    if (empty)
        jc_report(unit->diags, JC_E0518, l.node->text_span, JN_FMT(l.name));
    else if (unit->diags->n_error == 0)
        jc_flow_check(&l, row.n_step);
    if (unit->diags->n_error == 0) jc_answers_check(&l, row.n_step);
    if (unit->diags->n_error == 0) jc_variables_unused(unit, &l.slots);
}
