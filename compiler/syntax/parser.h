/* What scanner, grammar and parse.c share while a file is parsed. Private to this folder. */
#ifndef COMPILER_SYNTAX_PARSER_H
#define COMPILER_SYNTAX_PARSER_H

#include "compiler/syntax/parse.h"
#include "compiler/syntax/words.h"

enum {
#define LIMIT(name, value, text) JC_LIMIT_##name = value,
#include "compiler/syntax/limits.def"
#undef LIMIT
};

struct jc_list {
    struct jc_node *first, *last;
};

struct jc_parser {
    struct jc_diags *diags;
    struct jn_arena *arena;
    uint32_t source;
    struct jn_str text; /* without a byte order mark */
    size_t skipped;     /* bytes of the mark */
    /* scanner */
    uint32_t offset, line, column;
    bool line_has_token, after_dot;
    bool in_window;      /* `in the last` has just been read */
    uint32_t window_end; /* behind the duration of the last `in the last` */
    const struct jc_words *words;
    const struct jc_word *word; /* the row of the token read last; NULL: it is no word */
    struct jc_comment *comments, **comments_end;
    uint32_t n_error, n_node;
    uint32_t told_line; /* the last line of which something is wrong beyond repair; more is not said of it */
    uint32_t bad_line;  /* the last line that the grammar refused */
    bool too_deep;
    bool lost; /* something that may have declared a name could not be read */
    struct jc_node *file;
};

struct jc_node *jc_node_new(struct jc_parser *parser, enum jc_kind kind, struct jc_span span);
struct jc_node *jc_node_list(struct jc_parser *parser, enum jc_kind kind, struct jc_span span, struct jc_list list);
/* With children; notices nesting that is too deep. */
struct jc_node *jc_node_kids(struct jc_parser *parser, enum jc_kind kind, struct jc_span span, struct jc_node *a,
                             struct jc_node *b, struct jc_node *c, struct jc_node *d);
/* Child i, or the list, of a node: the only ways to give a node children, since they count its depth. */
void jc_node_put(struct jc_parser *parser, struct jc_node *node, unsigned i, struct jc_node *kid);
struct jc_node *jc_node_hang(struct jc_parser *parser, struct jc_node *node, struct jc_list list);
/* Takes text and its place from a NAME or LITERAL. */
struct jc_node *jc_node_named(struct jc_parser *parser, enum jc_kind kind, struct jc_span span,
                              const struct jc_node *name);
struct jc_node *jc_node_word(struct jc_parser *parser, enum jc_kind kind, struct jc_span span);
struct jc_node *jc_node_operator(struct jc_parser *parser, enum jc_operator op, struct jc_span span, struct jc_node *a,
                                 struct jc_node *b);
/* history.c: what happened to a customer. `what` is E, E of M or E.attr, with what stands before `of` if it was read.
 */
struct jc_node *jc_node_history(struct jc_parser *parser, struct jc_span span, struct jc_node *what,
                                struct jc_node *window, struct jc_node *where);
struct jc_node *jc_node_no(struct jc_parser *parser, struct jc_span span, struct jc_node *history);
/* `first E.attr`, `last E.attr`, `time since E`. */
struct jc_node *jc_node_ever(struct jc_parser *parser, struct jc_span span, enum jn_history kind, struct jc_node *event,
                             struct jc_node *attribute);
/* `hour of X`, or `sum of` and `E of` what happened. */
struct jc_node *jc_node_of(struct jc_parser *parser, struct jc_span span, struct jc_node *name, struct jc_node *of);
struct jc_node *jc_node_attribute(struct jc_parser *parser, struct jc_span span, struct jc_node *name,
                                  struct jc_node *was, struct jc_node *type, struct jc_node *computed,
                                  struct jc_list modifiers);
struct jc_list jc_list_of(struct jc_node *node);
struct jc_list jc_list_add(struct jc_list list, struct jc_node *node);
struct jc_span jc_span_join(struct jc_span a, struct jc_span b);
/* A wait's `where C or F`: a bare name after the last `or` begins an alternative. Gives the alternatives. */
struct jc_list jc_split_alternatives(struct jc_parser *parser, struct jc_node *alternative, struct jc_list wheres);

/* NULL when the parser has already reported as many as it may. */
struct jc_diag *jc_parser_report(struct jc_parser *parser, enum jc_code code, struct jc_span span, struct jn_str a,
                                 struct jn_str b);
/* Nothing is said of names that are unknown because the line around the byte could not be read as it is. */
void jc_parser_drop_line(struct jc_parser *parser, size_t offset);
/* What no source may hold is told and read as blanks; `whole` ends with a line end of its own. False: this is no text
 * at all, and nothing more is said. */
bool jc_parser_prepare(struct jc_parser *parser, struct jn_str *whole);
struct jc_span jc_parser_end(const struct jc_parser *parser); /* behind the last byte */
/* A name that means something by itself, written in either set of words, is kept by its English spelling. */
struct jc_node *jc_node_builtin(struct jc_node *name);
struct jn_str jc_parser_text(const struct jc_parser *parser, struct jc_span span);

/* Literals, from the token's text; they report what is wrong with it. */
struct jc_node *jc_literal_number(struct jc_parser *parser, struct jc_span span, struct jn_str text);
struct jc_node *jc_literal_money(struct jc_parser *parser, struct jc_span span, struct jn_str text);
struct jc_node *jc_literal_duration(struct jc_parser *parser, struct jc_span span, struct jn_str text);
struct jc_node *jc_literal_time(struct jc_parser *parser, struct jc_span span, struct jn_str text);
struct jc_node *jc_literal_text(struct jc_parser *parser, struct jc_span span, struct jn_str text);
struct jc_node *jc_literal_block(struct jc_parser *parser, struct jc_span span, struct jn_str text);

#endif
