/* What happened to a customer: `E in the last D where C`, `sum of E.a in the last D`, `last E.a`, `time since E`. */
#include "compiler/expr/expr.h"
#include "core/value.h"

static const char *const HISTORY_WORD[JN_HISTORIES] = {
    [JN_HISTORY_SOME] = "in the last",   [JN_HISTORY_NONE] = "no",
    [JN_HISTORY_COUNT] = "count of",     [JN_HISTORY_SUM] = "sum of",
    [JN_HISTORY_AVERAGE] = "average of", [JN_HISTORY_MIN] = "min of",
    [JN_HISTORY_MAX] = "max of",         [JN_HISTORY_LAST] = "last",
    [JN_HISTORY_FIRST] = "first",        [JN_HISTORY_SINCE] = "time since"};

static bool history_needs_attribute(enum jn_history kind) {
    return kind != JN_HISTORY_SOME && kind != JN_HISTORY_NONE && kind != JN_HISTORY_COUNT && kind != JN_HISTORY_SINCE;
}

/* The attribute it asks for, or NULL after a diagnostic; also NULL, silently, where it needs none. */
static const struct jc_attribute *history_attribute(struct jc_scope *scope, const struct jc_node *node,
                                                    const struct jc_symbol *event, bool *bad) {
    struct jc_unit *unit = scope->unit;
    enum jn_history kind = (enum jn_history)node->flags;
    bool needed = history_needs_attribute(kind);
    *bad = true;
    if (needed != (node->text.n > 0)) {
        struct jc_diag *diag =
            jc_report(unit->diags, JC_E0461, node->span, HISTORY_WORD[kind], needed ? "an attribute" : "an event");
        if (needed)
            jc_hint(unit->diags, diag, "write `%s %.*s.ATTRIBUTE…`", HISTORY_WORD[kind], JN_FMT(event->name));
        else
            jc_hint(unit->diags, diag, "write `%.*s` without the attribute, or `last %.*s.%.*s`", JN_FMT(event->name),
                    JN_FMT(event->name), JN_FMT(node->text));
        return NULL;
    }
    *bad = false;
    if (!needed) return NULL;
    const struct jc_attribute *attribute =
        jc_attribute_find(unit, &unit->event[event->index], event->name, node->text, node->text_span);
    *bad = attribute == NULL;
    if (attribute == NULL) return NULL;
    bool adds = kind == JN_HISTORY_SUM || kind == JN_HISTORY_AVERAGE,
         orders = kind == JN_HISTORY_MIN || kind == JN_HISTORY_MAX;
    bool fits = adds ? attribute->type == JN_T_NUMBER || attribute->type == JN_T_MONEY
                     : !orders || jn_type_orderable(attribute->type);
    if (fits) return attribute;
    *bad = true;
    jc_report(unit->diags, JC_E0462, node->text_span, HISTORY_WORD[kind],
              adds ? "numbers or money" : "what has an order", jn_type_noun(attribute->type));
    return NULL;
}

/* C sees what the expression around it sees, and the event asked about. */
static uint32_t history_where(struct jc_scope *scope, const struct jc_node *node, const struct jc_symbol *event,
                              bool *bad) {
    struct jc_unit *unit = scope->unit;
    if (node->kid[2] == NULL) return JN_NONE;
    bool *readable = JN_NEW_ARRAY(unit->arena, bool, unit->n_symbol[JC_TABLE_EVENT]);
    for (uint32_t i = 0; scope->event != NULL && i < unit->n_symbol[JC_TABLE_EVENT]; i++)
        readable[i] = scope->event[i];
    readable[event->index] = true;
    struct jc_scope inner = *scope;
    inner.event = readable;
    inner.alone = true;
    inner.where = "the condition on an event";
    uint32_t where = jc_expr_finish(&inner, node->kid[2], JN_T_BOOL, "`where`", NULL);
    *bad = *bad || where == JN_NONE;
    return where;
}

static bool history_message(struct jc_scope *scope, const struct jc_node *node, const struct jc_symbol *event,
                            uint32_t *out) {
    struct jc_unit *unit = scope->unit;
    *out = JN_NONE;
    if (node->kid[3] == NULL) return true;
    const struct jc_symbol *message = jc_find(unit, JC_TABLE_MESSAGE, node->kid[3]->text, node->kid[3]->span);
    const struct jc_attribute *names = jc_attribute_known(&unit->event[event->index], JN_STR("message"));
    if (message == NULL) return false;
    *out = message->index;
    if (names != NULL && names->type == JN_T_TEXT) return true;
    jc_report(unit->diags, JC_E0464, node->kid[3]->span, JN_FMT(event->name));
    return false;
}

/* A window must not be longer than events are kept: it would be right at first and wrong later. */
static bool history_is_kept(struct jc_unit *unit, const struct jc_node *window) {
    const struct jc_node *line = unit->workspace == NULL ? NULL : unit->workspace->first;
    while (line != NULL && line->kind != JC_WS_KEEP)
        line = line->next;
    if (line == NULL || jn_duration_ms(window->value) <= jn_duration_ms(line->kid[0]->value)) return true;
    struct jc_diag *diag = jc_report(unit->diags, JC_E0467, window->span);
    jc_relate(unit->diags, diag, line->span, "events are kept for so long");
    return false;
}

/* Equal questions are asked once. */
static uint32_t history_add(struct jn_builder *builder, const struct jn_past *row) {
    uint32_t n = jn_builder_count_past(builder);
    for (uint32_t i = 0; i < n; i++)
        if (memcmp(jn_builder_at_past(builder, i), row, sizeof(*row)) == 0) return i;
    return jn_builder_add_past(builder, row);
}

static enum jn_type history_type(enum jn_history kind, const struct jc_attribute *attribute) {
    if (attribute != NULL) return attribute->type;
    return kind == JN_HISTORY_COUNT ? JN_T_NUMBER : kind == JN_HISTORY_SINCE ? JN_T_DURATION : JN_T_BOOL;
}

struct jc_typed jc_expr_history(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    struct jc_unit *unit = scope->unit;
    enum jn_history kind = (enum jn_history)node->flags;
    bool bad;
    if (!scope->customer || scope->alone) {
        jc_report(unit->diags, JC_E0463, node->span, "what happened in the past", scope->where);
        return jc_typed_bad();
    }
    const struct jc_symbol *event = jc_find(unit, JC_TABLE_EVENT, node->kid[0]->text, node->kid[0]->span);
    if (event == NULL) return jc_typed_bad();
    const struct jc_attribute *attribute = history_attribute(scope, node, event, &bad);
    struct jn_past row = {.kind = (uint32_t)kind,
                          .event = event->index,
                          .prop = attribute == NULL ? JN_NONE : attribute->index,
                          .window = JN_NONE,
                          .type = (uint32_t)history_type(kind, attribute)};
    row.where = history_where(scope, node, event, &bad);
    if (!history_message(scope, node, event, &row.message) || bad) return jc_typed_bad();
    if (node->kid[1] != NULL) {
        if (node->kid[1]->value.i <= 0) {
            jc_report(unit->diags, JC_E0465, node->kid[1]->span);
            return jc_typed_bad();
        }
        if (!history_is_kept(unit, node->kid[1])) return jc_typed_bad();
        row.window = jn_builder_value(unit->builder, node->kid[1]->value);
    }
    jc_code_op1(code, JN_OP_PAST, history_add(unit->builder, &row));
    return (struct jc_typed){.type = (enum jn_type)row.type,
                             .currency = attribute == NULL ? 0 : attribute->currency,
                             .maybe_missing =
                                 history_needs_attribute(kind) ? kind != JN_HISTORY_SUM : kind == JN_HISTORY_SINCE};
}
