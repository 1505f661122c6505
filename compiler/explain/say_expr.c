/* Expressions in plain words. */
#include "compiler/explain/teller.h"

#include "compiler/diag/diag.h"
#include "compiler/syntax/words.h"

static struct jn_str expr_list(const struct jc_teller *t, const struct jc_node *first) {
    struct jn_str text = JN_STR_NONE;
    for (const struct jc_node *node = first; node != NULL; node = node->next) {
        struct jn_str one = jc_say_expr(t, node);
        text = text.p == NULL ? one : JC_SAY(t, LIST_COMMA, text, one);
    }
    return text;
}

static enum jc_sentence expr_operator(enum jc_operator op) {
    switch (op) {
#define OPERATOR(name, written, strength, text)                                                                        \
    case JC_OP_##name:                                                                                                 \
        return JC_SAY_OP_##name;
#include "compiler/syntax/operators.def"
#undef OPERATOR
    case JC_OPERATORS:
        break;
    }
    return JC_SENTENCES;
}

static enum jc_sentence expr_past(enum jn_history kind) {
    switch (kind) {
    case JN_HISTORY_SOME:
        return JC_SAY_PAST_SOME;
    case JN_HISTORY_NONE:
        return JC_SAY_PAST_NONE;
    case JN_HISTORY_COUNT:
        return JC_SAY_PAST_COUNT;
    case JN_HISTORY_SUM:
        return JC_SAY_PAST_SUM;
    case JN_HISTORY_AVERAGE:
        return JC_SAY_PAST_AVERAGE;
    case JN_HISTORY_MIN:
        return JC_SAY_PAST_MIN;
    case JN_HISTORY_MAX:
        return JC_SAY_PAST_MAX;
    case JN_HISTORY_LAST:
        return JC_SAY_PAST_LAST;
    case JN_HISTORY_FIRST:
        return JC_SAY_PAST_FIRST;
    case JN_HISTORY_SINCE:
        return JC_SAY_PAST_SINCE;
    case JN_HISTORIES:
        break;
    }
    return JC_SENTENCES;
}

static struct jn_str expr_history(const struct jc_teller *t, const struct jc_node *node) {
    struct jn_str what = node->kid[0]->text, window;
    if (node->text.n > 0) what = JC_SAY(t, MEMBER, what, node->text);
    if (node->kid[3] != NULL) what = JC_SAY(t, EVENT_OF, what, node->kid[3]->text);
    if (node->kid[2] != NULL) what = JC_SAY(t, EVENT_WHERE, what, jc_say_condition(t, node->kid[2]));
    if (node->kid[1] != NULL)
        window = JC_SAY(t, PAST_WINDOW, jc_say_expr(t, node->kid[1]));
    else
        window =
            node->flags == JN_HISTORY_SOME || node->flags == JN_HISTORY_NONE ? JC_SAY_PLAIN(t, PAST_EVER) : JN_STR("");
    const struct jn_str part[] = {what, window};
    return jc_sentence_filled(t, expr_past((enum jn_history)node->flags), part, 2);
}

static struct jn_str expr_name(const struct jc_teller *t, const struct jc_node *node) {
    const struct jc_builtin *builtin = node->builtin ? jc_builtin_find(node->text) : NULL;
    if (builtin == NULL) return node->text;
    if (jn_str_is(builtin->en, "customer")) return JC_SAY_PLAIN(t, CUSTOMER);
    return t->tongue == JC_CHINESE ? builtin->zh : builtin->en;
}

static struct jn_str expr_call(const struct jc_teller *t, const struct jc_node *node) {
    const struct jc_builtin *builtin = jc_builtin_find(node->text);
    struct jn_str name = builtin == NULL ? node->text : t->tongue == JC_CHINESE ? builtin->zh : builtin->en;
    return JC_SAY(t, CALL, name, expr_list(t, node->first));
}

static struct jn_str expr_member(const struct jc_teller *t, const struct jc_node *node) {
    struct jn_str owner = jc_say_expr(t, node->kid[0]);
    if (node->kid[0]->kind == JC_NAME && !node->kid[0]->builtin) owner = JC_SAY(t, EVENT, owner);
    return JC_SAY(t, MEMBER, owner, node->text);
}

static struct jn_str expr_source(const struct jc_teller *t, const struct jc_node *node) {
    return jn_str_sub(t->story->source[node->span.file].text, node->span.offset, node->span.end - node->span.offset);
}

/* `vip` says "is true" only where it stands as a condition. */
static bool expr_is_name(const struct jc_node *n) {
    return n->kind == JC_NAME || n->kind == JC_MEMBER || n->kind == JC_ENV;
}

static struct jn_str expr_unary(const struct jc_teller *t, const struct jc_node *n) {
    const struct jc_node *kid = n->kid[0];
    bool negates = n->flags == JC_OP_NOT;
    if (negates && expr_is_name(kid) && !kid->grouped) return JC_SAY(t, IS_NOT_TRUE, jc_say_expr(t, kid));
    struct jn_str said = negates ? jc_say_condition(t, kid) : jc_say_expr(t, kid);
    return jc_sentence_filled(t, expr_operator((enum jc_operator)n->flags), &said, 1);
}

static struct jn_str expr_binary(const struct jc_teller *t, const struct jc_node *n) {
    bool joins = n->flags == JC_OP_AND || n->flags == JC_OP_OR;
    const struct jn_str said[] = {joins ? jc_say_condition(t, n->kid[0]) : jc_say_expr(t, n->kid[0]),
                                  joins ? jc_say_condition(t, n->kid[1]) : jc_say_expr(t, n->kid[1])};
    return jc_sentence_filled(t, expr_operator((enum jc_operator)n->flags), said, 2);
}

static struct jn_str expr_bare(const struct jc_teller *t, const struct jc_node *n) {
    switch ((int)n->kind) {
    case JC_LITERAL:
        return (n->flags & 2) != 0 ? n->text : jc_say_value(t, n->value);
    case JC_NAME:
        return expr_name(t, n);
    case JC_MEMBER:
        return expr_member(t, n);
    case JC_UNARY:
        return expr_unary(t, n);
    case JC_BINARY:
        return expr_binary(t, n);
    case JC_ONE_OF:
        return n->flags != 0 ? JC_SAY(t, NONE_OF, jc_say_expr(t, n->kid[0]), expr_list(t, n->first))
                             : JC_SAY(t, ONE_OF, jc_say_expr(t, n->kid[0]), expr_list(t, n->first));
    case JC_IS_MISSING:
        return n->flags != 0 ? JC_SAY(t, IS_KNOWN, jc_say_expr(t, n->kid[0]))
                             : JC_SAY(t, IS_MISSING, jc_say_expr(t, n->kid[0]));
    case JC_IN_SEGMENT:
        return n->flags != 0 ? JC_SAY(t, NOT_IN_SEGMENT, jc_say_expr(t, n->kid[0]), n->text)
                             : JC_SAY(t, IN_SEGMENT, jc_say_expr(t, n->kid[0]), n->text);
    case JC_HAS_TAG:
        return n->flags != 0 ? JC_SAY(t, HAS_NO_TAG, jc_say_expr(t, n->kid[0]), n->text)
                             : JC_SAY(t, HAS_TAG, jc_say_expr(t, n->kid[0]), n->text);
    case JC_CALL:
        return expr_call(t, n);
    case JC_AS_CURRENCY:
        return JC_SAY(t, AS_CURRENCY, jc_say_expr(t, n->kid[0]), n->text);
    case JC_LIST:
        return expr_list(t, n->first);
    case JC_HISTORY:
        return expr_history(t, n);
    case JC_ENV:
        return JC_SAY(t, SETTING, n->text);
    default: /* rather the script's own words than none */
        return expr_source(t, n);
    }
}

struct jn_str jc_say_expr(const struct jc_teller *t, const struct jc_node *expr) {
    struct jn_str text = expr_bare(t, expr);
    return expr->grouped ? JC_SAY(t, GROUPED, text) : text;
}

struct jn_str jc_say_condition(const struct jc_teller *t, const struct jc_node *expr) {
    struct jn_str text;
    if (expr->kind == JC_LITERAL && expr->value.type == JN_T_BOOL)
        text = expr->value.i != 0 ? JC_SAY_PLAIN(t, ALWAYS) : JC_SAY_PLAIN(t, NEVER);
    else if (expr_is_name(expr))
        text = JC_SAY(t, IS_TRUE, expr_bare(t, expr));
    else
        return jc_say_expr(t, expr);
    return expr->grouped ? JC_SAY(t, GROUPED, text) : text;
}
