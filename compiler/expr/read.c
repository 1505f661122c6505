/* Names in expressions: attributes, events, a run's own variables, what a source was sent. */
#include "compiler/expr/expr.h"
#include "compiler/syntax/words.h"

static struct jc_typed read_attribute(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    struct jc_unit *unit = scope->unit;
    if (!scope->customer) {
        jc_report(unit->diags, JC_E0408, node->span, JN_FMT(JN_STR("customer")), scope->where);
        return jc_typed_bad();
    }
    if (jn_str_is(node->text, "id")) {
        jc_code_op(code, JN_OP_CUSTOMER_ID);
        return (struct jc_typed){.type = JN_T_TEXT};
    }
    const struct jc_attribute *attribute =
        jc_attribute_find(unit, &unit->customer, JN_STR("customer"), node->text, node->text_span);
    if (attribute == NULL) return jc_typed_bad();
    if (attribute->computed && (scope->alone || (scope->computing && attribute->index >= scope->computed_from))) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0463, node->span, "this computed attribute", scope->where);
        if (!scope->alone) jc_hint(unit->diags, diag, "only computed attributes that are declared above can be read");
        return jc_typed_bad();
    }
    jc_code_op1(code, JN_OP_ATTR, attribute->index);
    return (struct jc_typed){.type = attribute->type,
                             .currency = attribute->currency,
                             .maybe_missing = attribute->computed ? attribute->maybe_missing : !attribute->has_preset};
}

static struct jc_typed read_property(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    struct jc_unit *unit = scope->unit;
    const struct jc_node *owner = node->kid[0];
    const struct jc_symbol *event = jc_find(unit, JC_TABLE_EVENT, owner->text, owner->span);
    if (event == NULL) return jc_typed_bad();
    if (scope->event == NULL || !scope->event[event->index]) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0408, node->span, JN_FMT(owner->text), scope->where);
        jc_hint(unit->diags, diag, "only the event that enters the journey and the events it waits for can be read");
        return jc_typed_bad();
    }
    const struct jc_attribute *attribute =
        jc_attribute_find(unit, &unit->event[event->index], owner->text, node->text, node->text_span);
    if (attribute == NULL) return jc_typed_bad();
    jc_code_op2(code, JN_OP_PROP, event->index, attribute->index);
    return (struct jc_typed){
        .type = attribute->type, .currency = attribute->currency, .maybe_missing = !attribute->required};
}

/* body.a.b.c: the path behind `body`, typed by what is asked for. */
static bool read_path(const struct jc_node *node, struct jn_buf *path) {
    const struct jc_node *link[64];
    size_t n = 0;
    for (; node->kind == JC_MEMBER && n < 64; node = node->kid[0])
        link[n++] = node;
    if (node->kind != JC_NAME || !jn_str_is(node->text, "body") || n == 0) return false;
    while (n > 0) {
        jn_buf_printf(path, "%s%.*s", path->n == 0 ? "" : ".", JN_FMT(link[n - 1]->text));
        n--;
    }
    return true;
}

static struct jc_typed read_body(struct jc_scope *scope, struct jn_str path, enum jn_type want, struct jn_buf *code) {
    enum jn_type type = want == JN_T_MISSING ? JN_T_TEXT : want;
    jc_code_op2(code, JN_OP_BODY, jn_builder_value(scope->unit->builder, jn_value_text(path)), type);
    return (struct jc_typed){
        .type = type, .currency = type == JN_T_MONEY ? scope->unit->currency : 0, .maybe_missing = true};
}

static struct jc_variable *read_variable(struct jc_variables *variables, struct jn_str name) {
    for (uint32_t i = 0; variables != NULL && i < variables->n; i++)
        if (jn_str_eq(variables->row[i].name, name)) return &variables->row[i];
    return NULL;
}

static struct jc_typed read_answer(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    struct jc_unit *unit = scope->unit;
    const struct jc_node *owner = node->kid[0];
    const struct jc_symbol *service = jc_find(unit, JC_TABLE_SERVICE, owner->text, owner->span);
    const struct jc_attribute *attribute =
        service == NULL
            ? NULL
            : jc_attribute_find(unit, &unit->service[service->index].takes, service->name, node->text, node->text_span);
    if (attribute == NULL) return jc_typed_bad();
    if (scope->answers == NULL) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0408, node->span, JN_FMT(owner->text), scope->where);
        jc_hint(unit->diags, diag, "an answer is known in the journey that asks, behind its `ask %.*s`",
                JN_FMT(service->name));
        return jc_typed_bad();
    }
    struct jc_answer *answer =
        jc_grow(unit->arena, &scope->answers->row, &scope->answers->n, sizeof(*scope->answers->row));
    *answer = (struct jc_answer){node->span, service->index, jn_builder_count_step(unit->builder) - 1};
    const struct jc_variable *slot = read_variable(
        scope->slots, jn_arena_printf(unit->arena, "%.*s.%.*s", JN_FMT(service->name), JN_FMT(attribute->name)));
    if (slot != NULL) jc_code_op1(code, JN_OP_SLOT, slot->index);
    return (struct jc_typed){.type = attribute->type, .currency = attribute->currency, .bad = slot == NULL};
}

/* A name before the dot that is, or was meant to be, a service's. */
static bool read_is_of_service(const struct jc_scope *scope, struct jn_str name) {
    if (jc_known(scope->unit, JC_TABLE_EVENT, name) != NULL) return false;
    return jc_known(scope->unit, JC_TABLE_SERVICE, name) != NULL ||
           (jc_meant(scope->unit, JC_TABLE_EVENT, name) == NULL &&
            jc_meant(scope->unit, JC_TABLE_SERVICE, name) != NULL);
}

static struct jc_typed read_name(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    struct jc_unit *unit = scope->unit;
    struct jc_variable *slot = read_variable(scope->slots, node->text);
    struct jn_str candidate[66];
    uint32_t n = 0;
    if (slot != NULL) {
        slot->read = true;
        if (slot->type == JN_T_MISSING) {
            jc_report(unit->diags, JC_E0409, node->span, JN_FMT(node->text));
            return jc_typed_bad();
        }
        jc_code_op1(code, JN_OP_SLOT, slot->index);
        return (struct jc_typed){.type = slot->type, .currency = slot->currency, .maybe_missing = slot->maybe_missing};
    }
    if (jn_str_is(node->text, "now") || jn_str_is(node->text, "today")) {
        bool now = jn_str_is(node->text, "now");
        jc_code_op(code, now ? JN_OP_NOW : JN_OP_TODAY);
        return (struct jc_typed){.type = now ? JN_T_INSTANT : JN_T_DATE};
    }
    candidate[n++] = JN_STR("now");
    candidate[n++] = JN_STR("today");
    for (uint32_t i = 0; scope->slots != NULL && i < scope->slots->n && n < 66; i++)
        candidate[n++] = scope->slots->row[i].name;
    struct jc_diag *diag = jc_report(unit->diags, JC_E0410, node->span, JN_FMT(node->text));
    struct jn_str near = jc_nearest(node->text, candidate, n);
    const char *advice = jc_word_advice(node->text);
    if (advice != NULL)
        jc_hint(unit->diags, diag, "%s", advice);
    else if (jc_known(unit, JC_TABLE_EVENT, node->text) != NULL)
        jc_hint(unit->diags, diag, "it is an event; write `%.*s.ATTRIBUTE` to read an attribute of it",
                JN_FMT(node->text));
    else if (jc_attribute_known(&unit->customer, node->text) != NULL)
        jc_hint(unit->diags, diag, "did you mean `customer.%.*s`?", JN_FMT(node->text));
    else if (near.n > 0)
        jc_hint(unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
    return jc_typed_bad();
}

struct jc_typed jc_expr_read(struct jc_scope *scope, const struct jc_node *node, enum jn_type want,
                             struct jn_buf *code) {
    struct jn_buf path;
    struct jc_typed typed;
    if (node->kind == JC_NAME) return read_name(scope, node, code);
    jn_buf_init(&path, 4096);
    if (scope->body && read_path(node, &path) && !path.failed)
        typed = read_body(scope, jn_buf_view(&path), want, code);
    else if (node->kid[0]->kind != JC_NAME) {
        jc_report(scope->unit->diags, JC_E0411, node->span);
        typed = jc_typed_bad();
    } else if (jn_str_is(node->kid[0]->text, "customer"))
        typed = read_attribute(scope, node, code);
    else if (read_is_of_service(scope, node->kid[0]->text))
        typed = read_answer(scope, node, code);
    else
        typed = read_property(scope, node, code);
    jn_buf_release(&path);
    return typed;
}

const struct jc_attribute *jc_expr_attribute(const struct jc_scope *scope, const struct jc_node *node) {
    if (node->kind != JC_MEMBER || node->kid[0]->kind != JC_NAME) return NULL;
    if (jn_str_is(node->kid[0]->text, "customer")) return jc_attribute_known(&scope->unit->customer, node->text);
    const struct jc_symbol *event = jc_known(scope->unit, JC_TABLE_EVENT, node->kid[0]->text);
    return event == NULL ? NULL : jc_attribute_known(&scope->unit->event[event->index], node->text);
}

void jc_expr_check_one_of(struct jc_scope *scope, const struct jc_attribute *attribute, const struct jc_node *literal) {
    struct jn_str candidate[64];
    uint32_t n = 0;
    if (attribute == NULL || attribute->one_of == NULL || literal->kind != JC_LITERAL ||
        literal->value.type != JN_T_TEXT)
        return;
    for (const struct jc_node *allowed = attribute->one_of->first; allowed != NULL; allowed = allowed->next) {
        if (allowed->value.type != JN_T_TEXT) return;
        if (jn_str_eq(jn_value_str(allowed->value), jn_value_str(literal->value))) return;
        if (n < 64) candidate[n++] = jn_value_str(allowed->value);
    }
    struct jc_diag *diag = jc_report(scope->unit->diags, JC_E0412, literal->span, JN_FMT(jn_value_str(literal->value)),
                                     JN_FMT(attribute->name));
    struct jn_str near = jc_nearest(jn_value_str(literal->value), candidate, n);
    if (near.n > 0) jc_hint(scope->unit->diags, diag, "did you mean \"%.*s\"?", JN_FMT(near));
    jc_relate(scope->unit->diags, diag, attribute->one_of->span, "the values are listed here");
}
