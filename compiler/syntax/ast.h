/* The tree of a source file: one kind of node, its meaning given by ast.def. Lives in the compilation's arena. */
#ifndef COMPILER_SYNTAX_AST_H
#define COMPILER_SYNTAX_AST_H

#include "compiler/diag/span.h"
#include "journey/program.h"
#include "journey/value.h"

enum jc_kind {
#define NODE(kind, noun, text, k0, k1, k2, k3, list, flags) JC_##kind,
#include "compiler/syntax/ast.def"
#undef NODE
    JC_KINDS
};

enum jc_operator {
#define OPERATOR(name, written, strength, text) JC_OP_##name,
#include "compiler/syntax/operators.def"
#undef OPERATOR
    JC_OPERATORS
};

/* Of T_SHARE, beside 1 for out. */
enum { JC_SHARE_ROLLOUT = 2, JC_SHARE_UNKNOWN = 4 };

#define JC_EVERY_DAY 127u /* of DAYS: all seven */

enum jc_encoding_word { JC_HEX, JC_BASE64 };

/* A `#` comment; kept for the formatter. */
struct jc_comment {
    struct jc_span span;
    struct jn_str text; /* from the # on, without the line end */
    bool trailing;      /* stands behind something on its line */
    struct jc_comment *next;
};

struct jc_node {
    enum jc_kind kind;
    uint16_t depth; /* of what is below; at most JC_LIMIT_DEPTH */
    uint32_t flags;
    struct jc_span span;      /* from its first to its last character */
    struct jc_span text_span; /* of `text`, where it is a name or literal of its own */
    struct jn_str text;       /* NFC, escapes resolved */
    struct jn_value value;    /* LITERAL */
    struct jc_node *kid[4];
    struct jc_node *first; /* head of the list */
    struct jc_node *next;  /* sibling in a list */
    bool grouped;          /* written in parentheses */
    bool builtin;          /* NAME: means something by itself; `text` is its English spelling */
    struct jc_node *label; /* statements: LABEL or NULL */
};

const char *jc_kind_noun(enum jc_kind kind);
const char *jc_operator_written(enum jc_operator op);

/* Calls `visit` for every node of a list and everything below it, in the order they are written. */
void jc_walk(const struct jc_node *first, void (*visit)(void *user, const struct jc_node *node), void *user);

/* Same tree, places and comments aside. */
bool jc_tree_equal(const struct jc_node *a, const struct jc_node *b);
/* The tree as indented text, for tests. */
struct jn_buf;
void jc_tree_print(const struct jc_node *node, struct jn_buf *out);

#endif
