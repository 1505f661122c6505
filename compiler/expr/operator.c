/* Operators: which types they take, and which instruction that is. */
#include "compiler/expr/expr.h"
#include "core/value.h"

#define CODE_MAX (1u << 20)

struct operation {
    enum jc_operator op;
    enum jn_type left, right;
    enum jn_op code;
    enum jn_type result;
    bool swap; /* the right operand is computed first */
};

/* Arithmetic, row by row; what is not here does not compile. */
static const struct operation ARITHMETIC[] = {
    {JC_OP_PLUS, JN_T_NUMBER, JN_T_NUMBER, JN_OP_ADD, JN_T_NUMBER, false},
    {JC_OP_PLUS, JN_T_MONEY, JN_T_MONEY, JN_OP_ADD_MONEY, JN_T_MONEY, false},
    {JC_OP_PLUS, JN_T_INSTANT, JN_T_DURATION, JN_OP_ADD_INSTANT, JN_T_INSTANT, false},
    {JC_OP_PLUS, JN_T_DURATION, JN_T_INSTANT, JN_OP_ADD_INSTANT, JN_T_INSTANT, true},
    {JC_OP_PLUS, JN_T_DATE, JN_T_DURATION, JN_OP_ADD_DATE, JN_T_DATE, false},
    {JC_OP_PLUS, JN_T_DURATION, JN_T_DATE, JN_OP_ADD_DATE, JN_T_DATE, true},
    {JC_OP_PLUS, JN_T_DURATION, JN_T_DURATION, JN_OP_ADD_DURATION, JN_T_DURATION, false},
    {JC_OP_MINUS, JN_T_NUMBER, JN_T_NUMBER, JN_OP_SUB, JN_T_NUMBER, false},
    {JC_OP_MINUS, JN_T_MONEY, JN_T_MONEY, JN_OP_SUB_MONEY, JN_T_MONEY, false},
    {JC_OP_MINUS, JN_T_INSTANT, JN_T_DURATION, JN_OP_SUB_INSTANT, JN_T_INSTANT, false},
    {JC_OP_MINUS, JN_T_INSTANT, JN_T_INSTANT, JN_OP_DIFF_INSTANT, JN_T_DURATION, false},
    {JC_OP_MINUS, JN_T_DATE, JN_T_DURATION, JN_OP_SUB_DATE, JN_T_DATE, false},
    {JC_OP_MINUS, JN_T_DATE, JN_T_DATE, JN_OP_DIFF_DATE, JN_T_DURATION, false},
    {JC_OP_MINUS, JN_T_DURATION, JN_T_DURATION, JN_OP_SUB_DURATION, JN_T_DURATION, false},
    {JC_OP_TIMES, JN_T_NUMBER, JN_T_NUMBER, JN_OP_MUL, JN_T_NUMBER, false},
    {JC_OP_TIMES, JN_T_MONEY, JN_T_NUMBER, JN_OP_MUL_MONEY, JN_T_MONEY, false},
    {JC_OP_TIMES, JN_T_NUMBER, JN_T_MONEY, JN_OP_MUL_MONEY, JN_T_MONEY, true},
    {JC_OP_TIMES, JN_T_DURATION, JN_T_NUMBER, JN_OP_MUL_DURATION, JN_T_DURATION, false},
    {JC_OP_TIMES, JN_T_NUMBER, JN_T_DURATION, JN_OP_MUL_DURATION, JN_T_DURATION, true},
    {JC_OP_DIVIDE, JN_T_DURATION, JN_T_NUMBER, JN_OP_DIV_DURATION, JN_T_DURATION, false},
    {JC_OP_DIVIDE, JN_T_DURATION, JN_T_DURATION, JN_OP_RATIO_DURATION, JN_T_NUMBER, false},
    {JC_OP_DIVIDE, JN_T_NUMBER, JN_T_NUMBER, JN_OP_DIV, JN_T_NUMBER, false},
    {JC_OP_DIVIDE, JN_T_MONEY, JN_T_NUMBER, JN_OP_DIV_MONEY, JN_T_MONEY, false},
    {JC_OP_DIVIDE, JN_T_MONEY, JN_T_MONEY, JN_OP_RATIO, JN_T_NUMBER, false},
    {JC_OP_CONTAINS, JN_T_TEXT, JN_T_TEXT, JN_OP_CONTAINS, JN_T_BOOL, false},
    {JC_OP_STARTS, JN_T_TEXT, JN_T_TEXT, JN_OP_STARTS, JN_T_BOOL, false},
    {JC_OP_ENDS, JN_T_TEXT, JN_T_TEXT, JN_OP_ENDS, JN_T_BOOL, false},
    {JC_OP_LIKE, JN_T_TEXT, JN_T_TEXT, JN_OP_LIKE, JN_T_BOOL, false},
};

static struct jc_typed operator_clash(struct jc_scope *scope, const struct jc_node *node, struct jc_typed left,
                                      struct jc_typed right) {
    struct jc_diag *diag = jc_report(scope->unit->diags, JC_E0413, node->span, JN_FMT(node->text),
                                     jn_type_noun(left.type), jn_type_noun(right.type));
    jc_intended(scope->unit, diag, node->kid[1], left.type, left.currency);
    jc_intended(scope->unit, diag, node->kid[0], right.type, right.currency);
    return jc_typed_bad();
}

/* Two amounts of money must be of one currency. */
static bool operator_same_money(struct jc_scope *scope, const struct jc_node *node, struct jc_typed left,
                                struct jc_typed right) {
    if (left.type != JN_T_MONEY || right.type != JN_T_MONEY) return true;
    return jc_currency_same(scope->unit, left.currency, right.currency, node->span);
}

struct operands {
    struct jc_typed left, right;
    struct jn_buf left_code, right_code;
};

/* Both sides; what has no type of its own takes the other's. */
static bool operator_operands(struct jc_scope *scope, const struct jc_node *node, struct operands *out) {
    const struct jc_node *a = node->kid[0], *b = node->kid[1];
    enum jn_type left = b->kind == JC_LITERAL ? (enum jn_type)b->value.type : JN_T_MISSING;
    jn_buf_init(&out->left_code, CODE_MAX);
    jn_buf_init(&out->right_code, CODE_MAX);
    out->left = jc_expr(scope, a, left, &out->left_code);
    out->right = jc_expr(scope, b, out->left.bad ? JN_T_MISSING : out->left.type, &out->right_code);
    return !out->left.bad && !out->right.bad;
}

static void operator_release(struct operands *operands) {
    jn_buf_release(&operands->left_code);
    jn_buf_release(&operands->right_code);
}

static struct jc_typed operator_arithmetic(struct jc_scope *scope, const struct jc_node *node, struct operands *o,
                                           struct jn_buf *code) {
    if (node->flags == JC_OP_CONTAINS && o->left.type == JN_T_LIST && o->right.type != JN_T_LIST) {
        jn_buf_str(code, jn_buf_view(&o->left_code));
        jn_buf_str(code, jn_buf_view(&o->right_code));
        jc_code_op(code, JN_OP_HAS);
        return (struct jc_typed){.type = JN_T_BOOL};
    }
    for (size_t i = 0; i < sizeof(ARITHMETIC) / sizeof(*ARITHMETIC); i++) {
        const struct operation *row = &ARITHMETIC[i];
        if ((uint32_t)row->op != node->flags || row->left != o->left.type || row->right != o->right.type) continue;
        if (!operator_same_money(scope, node, o->left, o->right)) return jc_typed_bad();
        jn_buf_str(code, jn_buf_view(row->swap ? &o->right_code : &o->left_code));
        jn_buf_str(code, jn_buf_view(row->swap ? &o->left_code : &o->right_code));
        jc_code_op(code, row->code);
        uint16_t currency = row->result != JN_T_MONEY    ? 0
                            : o->left.type == JN_T_MONEY ? o->left.currency
                                                         : o->right.currency;
        bool maybe =
            row->result != JN_T_BOOL && (o->left.maybe_missing || o->right.maybe_missing || row->op == JC_OP_DIVIDE);
        return (struct jc_typed){.type = row->result, .currency = currency, .maybe_missing = maybe};
    }
    return operator_clash(scope, node, o->left, o->right);
}

static struct jc_typed operator_compare(struct jc_scope *scope, const struct jc_node *node, struct operands *o,
                                        struct jn_buf *code) {
    static const enum jn_op OP[] = {[JC_OP_IS] = JN_OP_EQ,      [JC_OP_IS_NOT] = JN_OP_NE, [JC_OP_LESS] = JN_OP_LT,
                                    [JC_OP_AT_MOST] = JN_OP_LE, [JC_OP_MORE] = JN_OP_GT,   [JC_OP_AT_LEAST] = JN_OP_GE};
    bool ordering = node->flags != JC_OP_IS && node->flags != JC_OP_IS_NOT;
    if (o->left.type != o->right.type || (ordering && !jn_type_orderable(o->left.type)))
        return operator_clash(scope, node, o->left, o->right);
    if (!operator_same_money(scope, node, o->left, o->right)) return jc_typed_bad();
    jc_expr_check_one_of(scope, jc_expr_attribute(scope, node->kid[0]), node->kid[1]);
    jc_expr_check_one_of(scope, jc_expr_attribute(scope, node->kid[1]), node->kid[0]);
    jn_buf_str(code, jn_buf_view(&o->left_code));
    jn_buf_str(code, jn_buf_view(&o->right_code));
    jc_code_op(code, OP[node->flags]);
    return (struct jc_typed){.type = JN_T_BOOL};
}

/* `and`, `or`, `default`: the right side is jumped over when the left settles it. */
static struct jc_typed operator_shortcut(struct jc_scope *scope, const struct jc_node *node, struct operands *o,
                                         struct jn_buf *code) {
    bool fallback = node->flags == JC_OP_DEFAULT;
    if (fallback ? o->left.type != o->right.type : o->left.type != JN_T_BOOL || o->right.type != JN_T_BOOL)
        return operator_clash(scope, node, o->left, o->right);
    if (!operator_same_money(scope, node, o->left, o->right)) return jc_typed_bad();
    jn_buf_str(code, jn_buf_view(&o->left_code));
    enum jn_op jump = fallback ? JN_OP_KNOWN_JUMP : node->flags == JC_OP_AND ? JN_OP_AND_JUMP : JN_OP_OR_JUMP;
    jc_code_op1(code, jump, (uint32_t)o->right_code.n);
    jn_buf_str(code, jn_buf_view(&o->right_code));
    return (struct jc_typed){
        .type = o->left.type, .currency = o->left.currency, .maybe_missing = fallback && o->right.maybe_missing};
}

static struct jc_typed operator_unary(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    bool negate = node->flags == JC_OP_NEGATE;
    struct jc_typed typed = jc_expr(scope, node->kid[0], negate ? JN_T_NUMBER : JN_T_BOOL, code);
    if (typed.bad) return typed;
    if (negate ? typed.type != JN_T_NUMBER && typed.type != JN_T_MONEY : typed.type != JN_T_BOOL) {
        jc_report(scope->unit->diags, JC_E0404, node->kid[0]->span, negate ? "minus" : "`not`",
                  negate ? "a number" : "a condition", jn_type_noun(typed.type));
        return jc_typed_bad();
    }
    jc_code_op(code, !negate ? JN_OP_NOT : typed.type == JN_T_MONEY ? JN_OP_NEG_MONEY : JN_OP_NEG);
    return typed;
}

struct jc_typed jc_expr_operator(struct jc_scope *scope, const struct jc_node *node, struct jn_buf *code) {
    struct operands operands;
    struct jc_typed typed = jc_typed_bad();
    if (node->kind == JC_UNARY) return operator_unary(scope, node, code);
    if (operator_operands(scope, node, &operands)) {
        enum jc_operator op = (enum jc_operator)node->flags;
        if (op == JC_OP_AND || op == JC_OP_OR || op == JC_OP_DEFAULT)
            typed = operator_shortcut(scope, node, &operands, code);
        else if (op >= JC_OP_IS && op <= JC_OP_AT_LEAST)
            typed = operator_compare(scope, node, &operands, code);
        else
            typed = operator_arithmetic(scope, node, &operands, code);
    }
    operator_release(&operands);
    return typed;
}
