#include "compiler/expr/expr.h"

#include "core/value.h"

#define CODE_MAX (1u << 20)

void jc_code_op(struct jn_buf *code, enum jn_op op) {
    jn_buf_u8(code, (uint8_t)op);
}

void jc_code_op1(struct jn_buf *code, enum jn_op op, uint32_t operand) {
    jn_buf_u8(code, (uint8_t)op);
    jn_buf_le32(code, operand);
}

void jc_code_op2(struct jn_buf *code, enum jn_op op, uint32_t first, uint32_t second) {
    jc_code_op1(code, op, first);
    jn_buf_le32(code, second);
}

struct jc_typed jc_typed_bad(void) {
    return (struct jc_typed){.bad = true};
}

static struct jc_typed expr_literal(struct jc_scope *scope, const struct jc_node *node, enum jn_type want,
                                    struct jn_buf *code) {
    if (node->value.type == JN_T_MISSING) {
        jc_code_op1(code, JN_OP_ABSENT, want == JN_T_MISSING ? JN_T_TEXT : want);
        return (struct jc_typed){.type = want == JN_T_MISSING ? JN_T_TEXT : want, .maybe_missing = true};
    }
    uint16_t currency = node->value.currency;
    if (node->value.type == JN_T_MONEY) {
        char written[4];
        jn_currency_print(currency, written);
        jc_currency_check(scope->unit, jn_str_z(written), node->span, &currency);
    }
    jc_code_op1(code, JN_OP_PUSH, jn_builder_value(scope->unit->builder, node->value));
    return (struct jc_typed){.type = (enum jn_type)node->value.type, .currency = currency};
}

struct jc_function {
    const char *name;
    bool of;
    enum jn_type argument;
    enum jn_op op;
    enum jn_type result;
};

static const struct jc_function FUNCTION_ROW[] = {
#define FUNCTION(name, of, argument, op, result) {name, of, JN_T_##argument, JN_OP_##op, JN_T_##result},
#include "compiler/expr/functions.def"
#undef FUNCTION
};
#define FUNCTIONS (sizeof(FUNCTION_ROW) / sizeof(*FUNCTION_ROW))

static struct jc_typed expr_unknown_function(struct jc_scope *scope, const struct jc_node *node) {
    struct jn_str name[FUNCTIONS];
    for (size_t i = 0; i < FUNCTIONS; i++)
        name[i] = jn_str_z(FUNCTION_ROW[i].name);
    struct jc_diag *diag = jc_report(scope->unit->diags, JC_E0402, node->text_span, JN_FMT(node->text));
    struct jn_str near = jc_nearest(node->text, name, FUNCTIONS);
    if (near.n > 0)
        jc_hint(scope->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
    else
        jc_hint(scope->unit->diags, diag,
                "there are lower(), upper(), length(), round(), abs(), `hour of` and `day of`");
    return jc_typed_bad();
}

static struct jc_typed expr_call(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    const struct jc_function *known = NULL;
    for (size_t i = 0; i < FUNCTIONS && known == NULL; i++)
        if (jn_str_is(node->text, FUNCTION_ROW[i].name)) known = &FUNCTION_ROW[i];
    if (known == NULL) return expr_unknown_function(scope, node);
    struct jc_typed typed = jc_expr(scope, node->first, JN_T_MISSING, code);
    if (typed.bad) return typed;
    if (typed.type == JN_T_INSTANT && jn_str_is(node->text, "day")) {
        jc_code_op(code, JN_OP_DATE_OF);
        typed.type = JN_T_DATE;
    }
    for (size_t i = 0; i < FUNCTIONS; i++) {
        if (!jn_str_is(node->text, FUNCTION_ROW[i].name) || FUNCTION_ROW[i].argument != typed.type) continue;
        jc_code_op(code, FUNCTION_ROW[i].op);
        typed.type = FUNCTION_ROW[i].result;
        if (typed.type != JN_T_MONEY) typed.currency = 0;
        return typed;
    }
    jc_report(scope->unit->diags, JC_E0403, node->first->span, known->of ? "of" : "()", JN_FMT(node->text),
              jn_type_noun(typed.type));
    return jc_typed_bad();
}

/* `x as CNY`: the number x as money; by multiplication with one, so that it stays exact. */
static struct jc_typed expr_as_currency(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    uint16_t currency;
    if (!jc_currency_check(scope->unit, node->text, node->text_span, &currency)) return jc_typed_bad();
    jc_code_op1(code, JN_OP_PUSH, jn_builder_value(scope->unit->builder, jn_value_money(jn_dec_int(1), currency)));
    struct jc_typed typed = jc_expr(scope, node->kid[0], JN_T_NUMBER, code);
    if (typed.bad) return typed;
    if (typed.type != JN_T_NUMBER) {
        jc_report(scope->unit->diags, JC_E0404, node->kid[0]->span, "`as`", "a number", jn_type_noun(typed.type));
        return jc_typed_bad();
    }
    jc_code_op(code, JN_OP_MUL_MONEY);
    return (struct jc_typed){.type = JN_T_MONEY, .currency = currency, .maybe_missing = typed.maybe_missing};
}

static struct jc_typed expr_is_missing(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    struct jc_typed typed = jc_expr(scope, node->kid[0], JN_T_MISSING, code);
    if (typed.bad) return typed;
    jc_code_op(code, JN_OP_IS_MISSING);
    if (node->flags != 0) jc_code_op(code, JN_OP_NOT);
    return (struct jc_typed){.type = JN_T_BOOL};
}

static bool expr_is_customer(struct jc_scope *scope, const struct jc_node *node) {
    if (node->kid[0]->kind == JC_NAME && jn_str_is(node->kid[0]->text, "customer") && scope->customer) return true;
    jc_report(scope->unit->diags, JC_E0405, node->kid[0]->span, jc_kind_noun(node->kind));
    return false;
}

static struct jc_typed expr_in_segment(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    const struct jc_symbol *segment = jc_find(scope->unit, JC_TABLE_SEGMENT, node->text, node->text_span);
    if (scope->alone || scope->computing) {
        jc_report(scope->unit->diags, JC_E0463, node->span, "a segment", scope->where);
        return jc_typed_bad();
    }
    if (!expr_is_customer(scope, node) || segment == NULL) return jc_typed_bad();
    jc_code_op1(code, JN_OP_SEGMENT, segment->index);
    if (node->flags != 0) jc_code_op(code, JN_OP_NOT);
    return (struct jc_typed){.type = JN_T_BOOL};
}

static struct jc_typed expr_has_tag(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    if (!expr_is_customer(scope, node)) return jc_typed_bad();
    jc_tag_note(scope->unit, node->text, node->text_span, false);
    jc_code_op1(code, JN_OP_TAGGED, jn_builder_value(scope->unit->builder, jn_value_text(node->text)));
    if (node->flags != 0) jc_code_op(code, JN_OP_NOT);
    return (struct jc_typed){.type = JN_T_BOOL};
}

#define LIST_MAX 256 /* values written in one list */

/* Values of one type, as a constant. */
static bool expr_values(struct jc_scope *scope, const struct jc_node *first, enum jn_type type,
                        const struct jc_attribute *attribute, uint32_t *constant) {
    struct jn_value list[LIST_MAX];
    uint32_t n = 0;
    for (const struct jc_node *literal = first; literal != NULL; literal = literal->next) {
        if (literal->value.type != type) {
            struct jc_diag *diag = jc_report(scope->unit->diags, JC_E0406, literal->span, jn_type_word(type),
                                             jn_type_noun((enum jn_type)literal->value.type));
            jc_intended(scope->unit, diag, literal, type, attribute == NULL ? 0 : attribute->currency);
            return false;
        }
        if (attribute != NULL) jc_expr_check_one_of(scope, attribute, literal);
        if (n == LIST_MAX) {
            jc_report(scope->unit->diags, JC_E0466, literal->span, LIST_MAX);
            return false;
        }
        list[n++] = literal->value;
    }
    struct jn_value value = {.type = JN_T_LIST, .len = n, .list = list};
    *constant = jn_builder_value(scope->unit->builder, value);
    return true;
}

static struct jc_typed expr_one_of(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    uint32_t constant;
    struct jc_typed typed = jc_expr(scope, node->kid[0], (enum jn_type)node->first->value.type, code);
    if (typed.bad) return typed;
    if (!expr_values(scope, node->first, typed.type, jc_expr_attribute(scope, node->kid[0]), &constant))
        return jc_typed_bad();
    jc_code_op1(code, JN_OP_PUSH, constant);
    jc_code_op(code, JN_OP_IN);
    if (node->flags != 0) jc_code_op(code, JN_OP_NOT);
    return (struct jc_typed){.type = JN_T_BOOL};
}

static struct jc_typed expr_list(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    uint32_t constant;
    if (!expr_values(scope, node->first, (enum jn_type)node->first->value.type, NULL, &constant)) return jc_typed_bad();
    jc_code_op1(code, JN_OP_PUSH, constant);
    return (struct jc_typed){.type = JN_T_LIST};
}

struct jc_typed jc_expr(struct jc_scope *scope, const struct jc_node *node, enum jn_type want, struct jn_buf *code) {
    switch ((int)node->kind) {
    case JC_LITERAL:
        return expr_literal(scope, node, want, code);
    case JC_NAME:
    case JC_MEMBER:
        return jc_expr_read(scope, node, want, code);
    case JC_UNARY:
    case JC_BINARY:
        return jc_expr_operator(scope, node, code);
    case JC_ONE_OF:
        return expr_one_of(scope, node, code);
    case JC_IS_MISSING:
        return expr_is_missing(scope, node, code);
    case JC_IN_SEGMENT:
        return expr_in_segment(scope, node, code);
    case JC_HAS_TAG:
        return expr_has_tag(scope, node, code);
    case JC_LIST:
        return expr_list(scope, node, code);
    case JC_HISTORY:
        return jc_expr_history(scope, node, code);
    case JC_CALL:
        return expr_call(scope, node, code);
    case JC_AS_CURRENCY:
        return expr_as_currency(scope, node, code);
    default:
        return jc_typed_bad(); /* told by the parser */
    }
}

uint32_t jc_expr_finish(struct jc_scope *scope, const struct jc_node *node, enum jn_type want, const char *noun,
                        struct jc_typed *typed) {
    struct jn_buf code;
    struct jc_typed found;
    uint32_t expr = JN_NONE;
    if (node == NULL) return JN_NONE;
    jn_buf_init(&code, CODE_MAX);
    found = jc_expr(scope, node, want, &code);
    if (typed != NULL) *typed = found;
    if (!found.bad && want != JN_T_MISSING && found.type != want) {
        struct jc_diag *diag =
            jc_report(scope->unit->diags, JC_E0404, node->span, noun, jn_type_noun(want), jn_type_noun(found.type));
        jc_intended(scope->unit, diag, node, want, 0);
        if (typed != NULL) typed->bad = true;
    } else if (!found.bad && code.failed) {
        jc_report(scope->unit->diags, JC_E0407, node->span);
    } else if (!found.bad) {
        jc_code_op(&code, JN_OP_RET);
        expr = jn_builder_code(scope->unit->builder, jn_buf_view(&code), found.type);
    }
    jn_buf_release(&code);
    return expr;
}
