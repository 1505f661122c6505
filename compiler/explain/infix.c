#include "compiler/explain/infix.h"

#include "core/arena.h"
#include "core/value.h"
#include "image/image.h"

#define INFIX_STACK 32 /* the verifier's law */

/* A part of the expression; a loose one is put in parentheses beside a tighter operator. */
struct infix_part {
    struct jn_str text;
    unsigned binding; /* 9: a single thing */
};

/* An `and`, `or` or `default` whose right side is being read. */
struct infix_open {
    uint32_t until;
    enum jn_op op;
};

struct infix {
    const struct jn_program *p;
    struct jn_arena arena;
    struct infix_part stack[INFIX_STACK];
    unsigned n;
    struct infix_open open[INFIX_STACK];
    unsigned n_open;
};

static const struct {
    enum jn_op op;
    const char *word;
    unsigned binding;
} TWO_ROW[] = {
    {JN_OP_OR_JUMP, "or", 1},
    {JN_OP_AND_JUMP, "and", 2},
    {JN_OP_EQ, "is", 4},
    {JN_OP_NE, "is not", 4},
    {JN_OP_LT, "<", 4},
    {JN_OP_LE, "<=", 4},
    {JN_OP_GT, ">", 4},
    {JN_OP_GE, ">=", 4},
    {JN_OP_IN, "is one of", 4},
    {JN_OP_HAS, "contains", 4},
    {JN_OP_CONTAINS, "contains", 4},
    {JN_OP_STARTS, "starts with", 4},
    {JN_OP_ENDS, "ends with", 4},
    {JN_OP_LIKE, "like", 4},
    {JN_OP_KNOWN_JUMP, "default", 5},
    {JN_OP_ADD, "+", 6},
    {JN_OP_SUB, "-", 6},
    {JN_OP_ADD_MONEY, "+", 6},
    {JN_OP_SUB_MONEY, "-", 6},
    {JN_OP_ADD_INSTANT, "+", 6},
    {JN_OP_SUB_INSTANT, "-", 6},
    {JN_OP_DIFF_INSTANT, "-", 6},
    {JN_OP_ADD_DATE, "+", 6},
    {JN_OP_SUB_DATE, "-", 6},
    {JN_OP_DIFF_DATE, "-", 6},
    {JN_OP_ADD_DURATION, "+", 6},
    {JN_OP_SUB_DURATION, "-", 6},
    {JN_OP_MUL, "*", 7},
    {JN_OP_MUL_MONEY, "*", 7},
    {JN_OP_MUL_DURATION, "*", 7},
    {JN_OP_DIV, "/", 7},
    {JN_OP_DIV_MONEY, "/", 7},
    {JN_OP_RATIO, "/", 7},
    {JN_OP_DIV_DURATION, "/", 7},
    {JN_OP_RATIO_DURATION, "/", 7},
};

static uint32_t infix_operand(const uint8_t *code) {
    return (uint32_t)code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
}

static void infix_push(struct infix *x, struct jn_str text, unsigned binding) {
    if (x->n < INFIX_STACK) x->stack[x->n++] = (struct infix_part){text, binding};
}

static struct infix_part infix_pop(struct infix *x) {
    return x->n == 0 ? (struct infix_part){JN_STR("…"), 9} : x->stack[--x->n];
}

static bool infix_two(struct infix *x, enum jn_op op) {
    for (size_t i = 0; i < sizeof(TWO_ROW) / sizeof(*TWO_ROW); i++) {
        if (TWO_ROW[i].op != op) continue;
        struct infix_part right = infix_pop(x), left = infix_pop(x);
        unsigned own = TWO_ROW[i].binding;
        bool chains = own <= 2; /* `and` and `or`, whichever side goes on */
        bool l = left.binding < own, r = right.binding < own || (right.binding == own && !chains);
        infix_push(x,
                   jn_arena_printf(&x->arena, "%s%.*s%s %s %s%.*s%s", l ? "(" : "", JN_FMT(left.text), l ? ")" : "",
                                   TWO_ROW[i].word, r ? "(" : "", JN_FMT(right.text), r ? ")" : ""),
                   own);
        return true;
    }
    return false;
}

static struct jn_str infix_constant(struct infix *x, uint32_t constant) {
    struct jn_buf text;
    jn_buf_init(&text, 1u << 16);
    jn_value_print_source(x->p->value[constant], &text);
    struct jn_str kept = jn_arena_str(&x->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return kept;
}

static struct jn_str infix_past(struct infix *x, const struct jn_past *past) {
    static const char *const WORD[JN_HISTORIES] = {[JN_HISTORY_SOME] = "",
                                                   [JN_HISTORY_NONE] = "no ",
                                                   [JN_HISTORY_COUNT] = "count of ",
                                                   [JN_HISTORY_SUM] = "sum of ",
                                                   [JN_HISTORY_AVERAGE] = "average of ",
                                                   [JN_HISTORY_MIN] = "min of ",
                                                   [JN_HISTORY_MAX] = "max of ",
                                                   [JN_HISTORY_LAST] = "last ",
                                                   [JN_HISTORY_FIRST] = "first ",
                                                   [JN_HISTORY_SINCE] = "time since "};
    const struct jn_program *p = x->p;
    struct jn_buf text;
    jn_buf_init(&text, 1u << 16);
    jn_buf_printf(&text, "%s%.*s", WORD[past->kind], JN_FMT(p->string[p->event[past->event].name]));
    if (past->prop != JN_NONE) jn_buf_printf(&text, ".%.*s", JN_FMT(p->string[p->prop[past->prop].name]));
    if (past->message != JN_NONE) jn_buf_printf(&text, " of %.*s", JN_FMT(p->string[p->message[past->message].name]));
    if (past->window != JN_NONE) jn_buf_printf(&text, " in the last %.*s", JN_FMT(infix_constant(x, past->window)));
    if (past->where != JN_NONE) {
        jn_buf_z(&text, " where (");
        jc_infix(p, past->where, &text);
        jn_buf_char(&text, ')');
    }
    struct jn_str kept = jn_arena_str(&x->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return kept;
}

/* What reads the context; false when the instruction is another kind. */
static bool infix_read(struct infix *x, enum jn_op op, const uint8_t *operands) {
    const struct jn_program *p = x->p;
    struct jn_str name = JN_STR_NONE;
    if (op == JN_OP_PUSH)
        name = infix_constant(x, infix_operand(operands));
    else if (op == JN_OP_ABSENT)
        name = JN_STR("missing");
    else if (op == JN_OP_ATTR)
        name = jn_arena_printf(&x->arena, "customer.%.*s", JN_FMT(p->string[p->attr[infix_operand(operands)].name]));
    else if (op == JN_OP_CUSTOMER_ID)
        name = JN_STR("customer.id");
    else if (op == JN_OP_PROP)
        name = jn_arena_printf(&x->arena, "%.*s.%.*s", JN_FMT(p->string[p->event[infix_operand(operands)].name]),
                               JN_FMT(p->string[p->prop[infix_operand(operands + 4)].name]));
    else if (op == JN_OP_SLOT)
        name = p->string[p->slot[infix_operand(operands)].name];
    else if (op == JN_OP_TAGGED)
        name = jn_arena_printf(&x->arena, "customer has tag %.*s", JN_FMT(infix_constant(x, infix_operand(operands))));
    else if (op == JN_OP_SEGMENT)
        name =
            jn_arena_printf(&x->arena, "customer in %.*s", JN_FMT(p->string[p->segment[infix_operand(operands)].name]));
    else if (op == JN_OP_NOW || op == JN_OP_TODAY)
        name = op == JN_OP_NOW ? JN_STR("now") : JN_STR("today");
    else if (op == JN_OP_PAST)
        name = infix_past(x, &p->past[infix_operand(operands)]);
    if (name.p == NULL) return false;
    infix_push(x, name, op == JN_OP_TAGGED || op == JN_OP_SEGMENT || op == JN_OP_PAST ? 4 : 9);
    return true;
}

/* Letters of the function's name: `round_money` is `round` of money. */
static int infix_function(enum jn_op op) {
    return (int)strcspn(jn_op_mnemonic(op), "_");
}

static void infix_one(struct infix *x, enum jn_op op) {
    struct infix_part part = infix_pop(x);
    bool loose = part.binding < 9;
    if (op == JN_OP_IS_MISSING)
        infix_push(x, jn_arena_printf(&x->arena, "%.*s is missing", JN_FMT(part.text)), 4);
    else if (op == JN_OP_NOT)
        infix_push(x, jn_arena_printf(&x->arena, loose ? "not (%.*s)" : "not %.*s", JN_FMT(part.text)), 3);
    else if (op == JN_OP_HOUR_OF || op == JN_OP_HOUR_OF_TIME || op == JN_OP_DAY_OF)
        infix_push(x, jn_arena_printf(&x->arena, "%s of %.*s", op == JN_OP_DAY_OF ? "day" : "hour", JN_FMT(part.text)),
                   8);
    else if (op == JN_OP_DATE_OF)
        infix_push(x, part.text, part.binding);
    else if (op == JN_OP_NEG || op == JN_OP_NEG_MONEY)
        infix_push(x, jn_arena_printf(&x->arena, loose ? "-(%.*s)" : "-%.*s", JN_FMT(part.text)), 8);
    else
        infix_push(
            x, jn_arena_printf(&x->arena, "%.*s(%.*s)", infix_function(op), jn_op_mnemonic(op), JN_FMT(part.text)), 9);
}

void jc_infix(const struct jn_program *program, uint32_t expr, struct jn_buf *out) {
    const struct jn_expr *row = &program->expr[expr];
    const uint8_t *code = program->code + row->offset;
    struct infix x = {.p = program};
    jn_arena_init(&x.arena);
    for (uint32_t at = 0; at < row->length;) {
        while (x.n_open > 0 && x.open[x.n_open - 1].until == at)
            infix_two(&x, x.open[--x.n_open].op);
        enum jn_op op = (enum jn_op)code[at];
        const uint8_t *operands = code + at + 1;
        at += 1 + 4 * (uint32_t)strlen(jn_op_operands(op));
        if (op == JN_OP_RET) break;
        if (op == JN_OP_AND_JUMP || op == JN_OP_OR_JUMP || op == JN_OP_KNOWN_JUMP) {
            if (x.n_open < INFIX_STACK) x.open[x.n_open++] = (struct infix_open){at + infix_operand(operands), op};
        } else if (!infix_read(&x, op, operands) && !infix_two(&x, op)) {
            infix_one(&x, op);
        }
    }
    jn_buf_str(out, infix_pop(&x).text);
    jn_arena_release(&x.arena);
}
