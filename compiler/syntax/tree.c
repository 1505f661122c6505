/* Making, comparing and printing trees. */
#include "compiler/syntax/parser.h"
#include "core/value.h"

const char *jc_kind_noun(enum jc_kind kind) {
    static const char *const NOUN[JC_KINDS] = {
#define NODE(kind, noun, text, k0, k1, k2, k3, list, flags) noun,
#include "compiler/syntax/ast.def"
#undef NODE
    };
    return NOUN[kind];
}

static const char *jc_kind_name(enum jc_kind kind) {
    static const char *const NAME[JC_KINDS] = {
#define NODE(kind, noun, text, k0, k1, k2, k3, list, flags) #kind,
#include "compiler/syntax/ast.def"
#undef NODE
    };
    return NAME[kind];
}

const char *jc_operator_written(enum jc_operator op) {
    static const char *const WRITTEN[JC_OPERATORS] = {
#define OPERATOR(name, written, strength, text) written,
#include "compiler/syntax/operators.def"
#undef OPERATOR
    };
    return WRITTEN[op];
}

struct jc_span jc_span_join(struct jc_span a, struct jc_span b) {
    a.end = b.end;
    a.end_line = b.end_line;
    a.end_column = b.end_column;
    return a;
}

struct jc_node *jc_node_new(struct jc_parser *parser, enum jc_kind kind, struct jc_span span) {
    struct jc_node *node = JN_NEW(parser->arena, struct jc_node);
    node->kind = kind;
    node->span = node->text_span = span;
    if (++parser->n_node == JC_LIMIT_NODES) {
        jc_parser_report(parser, JC_E0118, span, JN_STR(""), JN_STR(""));
        parser->too_deep = true; /* the reading stops */
    }
    return node;
}

/* Depth of a node is kept by the parser alone: nothing that walks a tree may meet a deeper one. */
static void jc_node_deepen(struct jc_parser *parser, struct jc_node *node, const struct jc_node *child) {
    if (child == NULL || child->depth < node->depth) return;
    node->depth = (uint16_t)(child->depth + 1);
    if (node->depth <= JC_LIMIT_DEPTH) return;
    if (!parser->too_deep) jc_parser_report(parser, JC_E0205, node->span, JN_STR(""), JN_STR(""));
    parser->too_deep = true;
    *node = (struct jc_node){.kind = JC_BAD, .span = node->span, .text_span = node->span};
}

struct jc_node *jc_node_list(struct jc_parser *parser, enum jc_kind kind, struct jc_span span, struct jc_list list) {
    struct jc_node *node = jc_node_new(parser, kind, span);
    node->first = list.first;
    for (const struct jc_node *child = list.first; child != NULL; child = child->next)
        jc_node_deepen(parser, node, child);
    return node;
}

struct jc_node *jc_node_kids(struct jc_parser *parser, enum jc_kind kind, struct jc_span span, struct jc_node *a,
                             struct jc_node *b, struct jc_node *c, struct jc_node *d) {
    struct jc_node *node = jc_node_new(parser, kind, span);
    struct jc_node *kid[4] = {a, b, c, d};
    memcpy(node->kid, kid, sizeof(kid));
    for (int i = 0; i < 4; i++)
        jc_node_deepen(parser, node, kid[i]);
    return node;
}

struct jc_node *jc_node_named(struct jc_parser *parser, enum jc_kind kind, struct jc_span span,
                              const struct jc_node *name) {
    struct jc_node *node = jc_node_new(parser, kind, span);
    node->text = name->kind == JC_LITERAL && name->value.type == JN_T_TEXT ? jn_value_str(name->value) : name->text;
    node->text_span = name->span;
    return node;
}

struct jc_node *jc_node_builtin(struct jc_node *name) {
    const struct jc_builtin *row = name->flags == 1 ? NULL : jc_builtin_find(name->text);
    if (row == NULL) return name;
    name->text = row->en;
    name->builtin = true;
    return name;
}

struct jc_node *jc_node_word(struct jc_parser *parser, enum jc_kind kind, struct jc_span span) {
    struct jc_node *node = jc_node_new(parser, kind, span);
    node->text = jc_parser_text(parser, span);
    return node;
}

void jc_node_put(struct jc_parser *parser, struct jc_node *node, unsigned i, struct jc_node *kid) {
    if (node->kind == JC_BAD) return;
    node->kid[i] = kid;
    jc_node_deepen(parser, node, kid);
}

struct jc_node *jc_node_hang(struct jc_parser *parser, struct jc_node *node, struct jc_list list) {
    if (node->kind == JC_BAD) return node;
    node->first = list.first;
    for (const struct jc_node *child = list.first; child != NULL && node->kind != JC_BAD; child = child->next)
        jc_node_deepen(parser, node, child);
    return node;
}

struct jc_node *jc_node_operator(struct jc_parser *parser, enum jc_operator op, struct jc_span span, struct jc_node *a,
                                 struct jc_node *b) {
    struct jc_node *node = jc_node_kids(parser, b == NULL ? JC_UNARY : JC_BINARY, span, a, b, NULL, NULL);
    node->flags = (uint32_t)op;
    node->text = jn_str_z(jc_operator_written(op));
    return node;
}

struct jc_list jc_list_of(struct jc_node *node) {
    return (struct jc_list){node, node};
}

struct jc_list jc_list_add(struct jc_list list, struct jc_node *node) {
    if (node == NULL) return list;
    if (list.last == NULL) return jc_list_of(node);
    list.last->next = node;
    list.last = node;
    return list;
}

/* A bare name, or E of M; `hour of` and `day of` are functions. */
static bool jc_is_event(const struct jc_node *node) {
    if (node->grouped) return false;
    if (node->kind != JC_CALL) return node->kind == JC_NAME;
    return node->flags == 1 && node->first->kind == JC_NAME && !jn_str_is(node->text, "hour") &&
           !jn_str_is(node->text, "day");
}

struct jc_list jc_split_alternatives(struct jc_parser *parser, struct jc_node *alternative, struct jc_list wheres) {
    struct jc_list all = jc_list_of(alternative);
    struct jc_node *next;
    for (struct jc_node *where = wheres.first; where != NULL; where = next) {
        struct jc_list behind = {0};
        next = where->next;
        where->next = NULL;
        while (where->kind == JC_BINARY && !where->grouped && where->flags == JC_OP_OR && jc_is_event(where->kid[1])) {
            struct jc_node *right = where->kid[1], *name = right, *of = NULL;
            if (name->builtin) { /* no, an event that is called so */
                name->text = jc_parser_text(parser, name->text_span);
                name->builtin = false;
            }
            if (right->kind == JC_CALL) { /* E of M was read as a function */
                name = jc_node_named(parser, JC_NAME, right->text_span, right);
                name->text = right->text;
                of = right->first;
            }
            struct jc_node *event = jc_node_kids(parser, JC_ALTERNATIVE, right->span, name, of, NULL, NULL);
            event->next = behind.first; /* the rightmost comes last */
            behind.first = event;
            if (behind.last == NULL) behind.last = event;
            where = where->kid[0];
        }
        if (where->kind == JC_NAME && all.last->kid[2] == NULL && behind.first == NULL && all.last->kid[0] == NULL)
            all.last->kid[0] = where;
        else
            all.last->kid[2] = where;
        all.last->span = jc_span_join(all.last->span, where->span);
        if (behind.first != NULL) {
            all.last->next = behind.first;
            all.last = behind.last;
        }
    }
    return all;
}

static bool jc_same_shallow(const struct jc_node *a, const struct jc_node *b) {
    return a->kind == b->kind && a->flags == b->flags && jn_value_eq(a->value, b->value) &&
           (a->kind == JC_LITERAL || jn_str_eq(a->text, b->text));
}

bool jc_tree_equal(const struct jc_node *a, const struct jc_node *b) {
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        if (!jc_same_shallow(a, b) || !jc_tree_equal(a->first, b->first) || !jc_tree_equal(a->label, b->label))
            return false;
        for (int i = 0; i < 4; i++)
            if (!jc_tree_equal(a->kid[i], b->kid[i])) return false;
    }
    return a == b;
}

static void jc_print_at(const struct jc_node *node, unsigned level, struct jn_buf *out) {
    for (; node != NULL; node = node->next) {
        jn_buf_printf(out, "%*s%s", (int)(level * 2), "", jc_kind_name(node->kind));
        if (node->label != NULL) jn_buf_printf(out, " %.*s:", JN_FMT(node->label->text));
        if (node->kind == JC_LITERAL) {
            jn_buf_char(out, ' ');
            jn_value_print_source(node->value, out);
        } else if (node->text.n > 0) {
            jn_buf_printf(out, " %.*s", JN_FMT(node->text));
        }
        if (node->flags != 0) jn_buf_printf(out, " [%u]", node->flags);
        jn_buf_char(out, '\n');
        for (int i = 0; i < 4; i++)
            jc_print_at(node->kid[i], level + 1, out);
        jc_print_at(node->first, level + 1, out);
    }
}

void jc_tree_print(const struct jc_node *node, struct jn_buf *out) {
    jc_print_at(node, 0, out);
}

/* Depth is bounded by the parser. */
void jc_walk(const struct jc_node *first, void (*visit)(void *user, const struct jc_node *node), void *user) {
    for (const struct jc_node *node = first; node != NULL; node = node->next) {
        visit(user, node);
        for (int i = 0; i < 4; i++)
            jc_walk(node->kid[i], visit, user);
        jc_walk(node->first, visit, user);
    }
}
