/* Expressions: types are checked and code is made in one pass; nothing is converted silently. */
#ifndef COMPILER_EXPR_EXPR_H
#define COMPILER_EXPR_EXPR_H

#include "compiler/sema/unit.h"

/* Where answers of services are read: each must have been asked for by then. */
struct jc_answers {
    struct jc_answer {
        struct jc_span span;
        uint32_t service;
        uint32_t step; /* the last one there was: whose expression it is */
    } * row;
    uint32_t n;
};

/* What an expression may read where it stands. */
struct jc_scope {
    struct jc_unit *unit;
    struct jc_variables *slots; /* the run's own variables; NULL outside a journey */
    struct jc_answers *answers; /* of services; NULL outside a journey */
    struct jc_variables *vars;  /* of the message, in its templates */
    const bool *event;          /* by event's index: whether its attributes may be read; NULL: none */
    bool customer;
    bool alone;     /* the condition on one event of the past: no segments, no past, nothing computed */
    bool computing; /* a computed attribute: no segments, and computed attributes up to `computed_from` */
    uint32_t computed_from;
    bool body;         /* the inbound document of a source */
    const char *where; /* for messages: "a segment", "this journey" … */
};

struct jc_typed {
    enum jn_type type; /* MISSING: there was a mistake, told already; or the literal `missing` */
    uint16_t currency;
    bool maybe_missing;
    bool bad;
};

void jc_code_op(struct jn_buf *code, enum jn_op op);
void jc_code_op1(struct jn_buf *code, enum jn_op op, uint32_t operand);
void jc_code_op2(struct jn_buf *code, enum jn_op op, uint32_t first, uint32_t second);

/* Appends code that leaves the value; `want` is the type asked for, MISSING when any will do: it types what has no type
 * of its own (members of a body, the literal `missing`). */
struct jc_typed jc_expr(struct jc_scope *scope, const struct jc_node *node, enum jn_type want, struct jn_buf *code);

/* A finished expression of just this type (MISSING: any), or JN_NONE after a diagnostic. node may be NULL: JN_NONE.
 * `noun` says what it is for: "a condition", "how long to wait". */
uint32_t jc_expr_finish(struct jc_scope *scope, const struct jc_node *node, enum jn_type want, const char *noun,
                        struct jc_typed *typed);

/* The attribute that a node reads, or NULL: for `one of`. */
const struct jc_attribute *jc_expr_attribute(const struct jc_scope *scope, const struct jc_node *node);
/* Reports a literal that is none of the attribute's values. */
void jc_expr_check_one_of(struct jc_scope *scope, const struct jc_attribute *attribute, const struct jc_node *literal);

/* ---- parts of jc_expr, by file */
struct jc_typed jc_expr_operator(struct jc_scope *scope, const struct jc_node *node,
                                 struct jn_buf *code); /* operator.c */
struct jc_typed jc_expr_read(struct jc_scope *scope, const struct jc_node *node, enum jn_type want,
                             struct jn_buf *code); /* read.c */
struct jc_typed jc_expr_history(struct jc_scope *scope, const struct jc_node *node,
                                struct jn_buf *code); /* history.c */
struct jc_typed jc_typed_bad(void);

#endif
