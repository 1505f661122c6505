/* Expressions: parentheses where the meaning needs them, and around `and` inside `or`. */
#include "compiler/format/printer.h"
#include "compiler/syntax/words.h"
#include "core/value.h"

enum { POSTFIX = 9, TIGHTEST = 10 };

static int operator_strength(enum jc_operator op) {
    static const int strength[JC_OPERATORS] = {
#define OPERATOR(name, written, binds, text) [JC_OP_##name] = binds,
#include "compiler/syntax/operators.def"
#undef OPERATOR
    };
    return strength[op];
}

/* A `where` without parentheses takes all that follows. */
static int history_strength(const struct jc_node *node) {
    if (node->kid[2] != NULL && !node->kid[2]->grouped) return 0;
    return operator_strength(node->flags == JN_HISTORY_SOME ? JC_OP_IS : JC_OP_NEGATE);
}

static int strength_of(const struct jc_node *node) {
    if (node->kind == JC_BINARY || node->kind == JC_UNARY) return operator_strength((enum jc_operator)node->flags);
    if (node->kind == JC_ONE_OF || node->kind == JC_IS_MISSING || node->kind == JC_IN_SEGMENT ||
        node->kind == JC_HAS_TAG)
        return operator_strength(JC_OP_IS);
    if (node->kind == JC_LIST) return operator_strength(JC_OP_NEGATE);
    if (node->kind == JC_HISTORY) return history_strength(node);
    if (node->kind == JC_CALL && node->flags == 1) return operator_strength(JC_OP_NEGATE);
    return node->kind == JC_MEMBER || node->kind == JC_AS_CURRENCY ? POSTFIX : TIGHTEST;
}

static void print_operand(struct jc_printer *printer, const struct jc_node *node, int least) {
    bool open = strength_of(node) < least;
    if (open) jn_buf_char(printer->out, '(');
    jc_print_expr(printer, node);
    if (open) jn_buf_char(printer->out, ')');
}

static bool is_and(const struct jc_node *node) {
    return node->kind == JC_BINARY && node->flags == JC_OP_AND;
}

static void print_binary(struct jc_printer *printer, const struct jc_node *node) {
    enum jc_operator op = (enum jc_operator)node->flags;
    int own = operator_strength(op);
    bool chains = own != operator_strength(JC_OP_IS); /* comparisons do not */
    bool clearer = op == JC_OP_OR;
    print_operand(printer, node->kid[0], clearer && is_and(node->kid[0]) ? TIGHTEST : chains ? own : own + 1);
    jn_buf_char(printer->out, ' ');
    jc_print_z(printer, jc_operator_written(op));
    jn_buf_char(printer->out, ' ');
    print_operand(printer, node->kid[1], clearer && is_and(node->kid[1]) ? TIGHTEST : own + 1);
}

static void print_unary(struct jc_printer *printer, const struct jc_node *node) {
    bool not = node->flags == JC_OP_NOT;
    jc_print_z(printer, not ? "not " : "-");
    print_operand(printer, node->kid[0], operator_strength((enum jc_operator)node->flags));
}

/* Words of a literal with one blank between them. */
static void print_words(struct jc_printer *printer, struct jn_str written) {
    bool gap = false;
    for (size_t i = 0; i < written.n; i++) {
        bool blank = written.p[i] == ' ' || written.p[i] == '\t';
        if (!blank && gap) jn_buf_char(printer->out, ' ');
        if (!blank) jn_buf_char(printer->out, written.p[i]);
        gap = blank;
    }
}

static void print_without_returns(struct jc_printer *printer, struct jn_str text) {
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r') jn_buf_char(printer->out, text.p[i]);
}

/* Whether stripping the common indent again leaves the block as it is: a line of it begins in its first column. */
static bool block_moves(const struct jc_printer *printer, struct jn_str written, struct jn_str value) {
    (void)printer;
    size_t at = 3;
    while (at < written.n && (written.p[at] == ' ' || written.p[at] == '\t' || written.p[at] == '\r'))
        at++;
    if (at >= written.n || written.p[at] != '\n') return false;
    if (value.n == 0) return true;
    for (size_t i = 0; i < value.n; i++) {
        bool begins = i == 0 || value.p[i - 1] == '\n';
        if (begins && value.p[i] != ' ' && value.p[i] != '\t' && value.p[i] != '\n') return true;
    }
    return false;
}

static void print_block_line(struct jc_printer *printer, struct jn_str line) {
    if (line.n == 0) return;
    for (unsigned i = 0; i <= printer->level; i++)
        jc_print_z(printer, "  ");
    jn_buf_str(printer->out, line);
}

static void print_block(struct jc_printer *printer, const struct jc_node *node) {
    struct jn_str value = jn_value_str(node->value), written = node->text;
    if (!block_moves(printer, written, value)) {
        print_without_returns(printer, written);
        return;
    }
    jc_print_z(printer, "\"\"\"\n");
    size_t from = 0;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] != '\n') continue;
        print_block_line(printer, jn_str_sub(value, from, i - from));
        jn_buf_char(printer->out, '\n');
        from = i + 1;
    }
    print_block_line(printer, from < value.n ? jn_str_sub(value, from, value.n) : JN_STR(""));
    if (from == value.n)
        for (unsigned i = 0; i <= printer->level; i++)
            jc_print_z(printer, "  ");
    jc_print_z(printer, "\"\"\"");
}

static void print_literal(struct jc_printer *printer, const struct jc_node *node) {
    if (node->value.type == JN_T_TEXT && node->flags == 1)
        print_block(printer, node);
    else if (node->value.type == JN_T_DURATION)
        jc_print_duration(printer, node->text);
    else if (node->value.type == JN_T_MONEY || node->value.type == JN_T_NUMBER)
        print_words(printer, node->text);
    else if (node->value.type == JN_T_MISSING)
        jc_print_z(printer, "missing");
    else if (node->value.type == JN_T_BOOL)
        jc_print_z(printer, node->value.i != 0 ? "true" : "false");
    else
        jn_buf_str(printer->out, node->text);
    jc_words_pass(printer, node->span);
}

void jc_print_text(struct jc_printer *printer, const struct jc_node *node) {
    struct jn_str written = jc_written(printer, node->text_span);
    if (jn_str_starts(written, JN_STR("\"")) && !jn_str_starts(written, JN_STR("\"\"\"")))
        jn_buf_str(printer->out, written);
    else
        jn_value_print_source(jn_value_text(node->text), printer->out);
}

void jc_print_list(struct jc_printer *printer, const struct jc_node *first) {
    for (const struct jc_node *node = first; node != NULL; node = node->next) {
        if (node != first) jc_print_z(printer, ", ");
        jc_print_expr(printer, node);
    }
}

static void print_call(struct jc_printer *printer, const struct jc_node *node) {
    jc_print_builtin(printer, node);
    if (node->flags == 1) {
        jc_print_z(printer, " of ");
        print_operand(printer, node->first, operator_strength(JC_OP_NEGATE));
        return;
    }
    jn_buf_char(printer->out, '(');
    jc_print_list(printer, node->first);
    jn_buf_char(printer->out, ')');
}

/* `sum`, as it was written: the source begins with it. */
static void print_aggregate(struct jc_printer *printer, const struct jc_node *node) {
    static const char *const WORD[JN_HISTORIES] = {[JN_HISTORY_COUNT] = "count",
                                                   [JN_HISTORY_SUM] = "sum",
                                                   [JN_HISTORY_AVERAGE] = "average",
                                                   [JN_HISTORY_MIN] = "min",
                                                   [JN_HISTORY_MAX] = "max"};
    const struct jc_builtin *row = jc_builtin_find(jn_str_z(WORD[node->flags]));
    bool was_chinese = !jn_str_starts(jc_written(printer, node->span), row->en);
    bool chinese = printer->set == JC_SET_CHINESE || (printer->set == JC_SET_KEPT && was_chinese);
    jn_buf_str(printer->out, chinese ? row->zh : row->en);
    jc_print_z(printer, " of ");
}

static void print_history(struct jc_printer *printer, const struct jc_node *node) {
    switch ((enum jn_history)node->flags) {
    case JN_HISTORY_SOME:
        break;
    case JN_HISTORY_NONE:
        jc_print_z(printer, "no ");
        break;
    case JN_HISTORY_COUNT:
    case JN_HISTORY_SUM:
    case JN_HISTORY_AVERAGE:
    case JN_HISTORY_MIN:
    case JN_HISTORY_MAX:
        print_aggregate(printer, node);
        break;
    case JN_HISTORY_LAST:
        jc_print_z(printer, "last ");
        break;
    case JN_HISTORY_FIRST:
        jc_print_z(printer, "first ");
        break;
    case JN_HISTORY_SINCE:
        jc_print_z(printer, "time since ");
        break;
    case JN_HISTORIES:
        printer->bad = true;
        break;
    }
    jc_print_expr(printer, node->kid[0]);
    if (node->text.n > 0) {
        jn_buf_char(printer->out, '.');
        jc_print_name(printer, node);
    }
    if (node->kid[3] != NULL) {
        jc_print_z(printer, " of ");
        jc_print_expr(printer, node->kid[3]);
    }
    if (node->kid[1] != NULL) {
        jc_print_z(printer, " in the last ");
        jc_print_expr(printer, node->kid[1]);
    }
    if (node->kid[2] == NULL) return;
    jc_print_z(printer, " where ");
    print_operand(printer, node->kid[2], node->kid[2]->grouped ? TIGHTEST + 1 : 0);
}

/* Those that stand behind their operand. */
static void print_test(struct jc_printer *printer, const struct jc_node *node) {
    print_operand(printer, node->kid[0], operator_strength(JC_OP_IS) + 1);
    if (node->kind == JC_ONE_OF) {
        jc_print_z(printer, node->flags == 1 ? " is not one of " : " is one of ");
        jc_print_list(printer, node->first);
    } else if (node->kind == JC_IS_MISSING) {
        jc_print_z(printer, node->flags == 1 ? " is known" : " is missing");
    } else if (node->kind == JC_IN_SEGMENT) {
        jc_print_z(printer, node->flags == 1 ? " not in " : " in ");
        jc_print_name(printer, node);
    } else {
        jc_print_z(printer, node->flags == 1 ? " has no tag " : " has tag ");
        jc_print_text(printer, node);
    }
}

void jc_print_expr(struct jc_printer *printer, const struct jc_node *node) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum" /* what is no expression has no way to get here but by a mistake */
    switch (node->kind) {
    case JC_LITERAL:
        print_literal(printer, node);
        break;
    case JC_ENV:
        jc_print_z(printer, "env ");
        jc_print_name(printer, node);
        break;
    case JC_NAME:
        if (node->builtin)
            jc_print_builtin(printer, node);
        else
            jc_print_name(printer, node);
        break;
    case JC_MEMBER:
        print_operand(printer, node->kid[0], POSTFIX);
        jn_buf_char(printer->out, '.');
        jc_print_name(printer, node);
        break;
    case JC_AS_CURRENCY:
        print_operand(printer, node->kid[0], POSTFIX);
        jc_print_z(printer, " as ");
        jc_print_name(printer, node);
        break;
    case JC_UNARY:
        print_unary(printer, node);
        break;
    case JC_BINARY:
        print_binary(printer, node);
        break;
    case JC_ONE_OF:
    case JC_IS_MISSING:
    case JC_IN_SEGMENT:
    case JC_HAS_TAG:
        print_test(printer, node);
        break;
    case JC_LIST:
        jc_print_z(printer, "one of ");
        jc_print_list(printer, node->first);
        break;
    case JC_HISTORY:
        print_history(printer, node);
        break;
    case JC_CALL:
        print_call(printer, node);
        break;
    default:
        printer->bad = true;
        break;
    }
#pragma GCC diagnostic pop
}
