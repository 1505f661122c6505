/* A parsed template: what the parser makes and the renderer walks. Private to this folder. */
#ifndef LIQUID_TREE_H
#define LIQUID_TREE_H

#include "liquid/value.h"

enum lq_tag {
#define TAG(name, id, text) LQ_TAG_##id,
#include "liquid/tags.def"
#undef TAG
    LQ_TAGS
};

enum lq_filter {
#define FILTER(name, least, most, function, text) LQ_FILTER_##function,
#include "liquid/filters.def"
#undef FILTER
    LQ_FILTERS
};

/* ---- expressions */

enum lq_expr_kind { LQ_LITERAL, LQ_PATH, LQ_RANGE };

struct lq_expr {
    enum lq_expr_kind kind;
    struct jn_liquid_value literal;
    struct lq_expr *a, *b;    /* ends of a RANGE; a: name of a PATH's root */
    struct lq_expr **segment; /* of a PATH: each gives a key */
    uint32_t n_segment;
    uint32_t offset, n; /* bytes of the source */
    struct lq_expr *next;
};

struct lq_named { /* `name: value` */
    struct jn_str name;
    struct lq_expr *value;
    struct lq_named *next;
};

struct lq_call { /* `| filter: a, b` */
    enum lq_filter filter;
    struct lq_expr *argument; /* list */
    uint32_t n;
    struct lq_named *named;
    uint32_t offset;
    struct lq_call *next;
};

struct lq_filtered {
    struct lq_expr *value; /* NULL: nothing is written */
    struct lq_call *calls;
};

enum lq_op { LQ_TRUTH, LQ_EQ, LQ_NE, LQ_LT, LQ_GT, LQ_LE, LQ_GE, LQ_CONTAINS, LQ_AND, LQ_OR };

struct lq_condition {
    enum lq_op op;
    struct lq_expr *a, *b;      /* of comparisons; TRUTH has a alone */
    struct lq_condition *x, *y; /* of AND and OR */
    uint32_t offset;
};

/* ---- nodes */

enum lq_node_kind { LQ_TEXT, LQ_OUTPUT, LQ_NODE_TAG };

struct lq_node;

struct lq_block {
    struct lq_node *first;
    bool blank; /* writes nothing but blanks */
};

/* A way through a tag: of `if` with its condition, of `case` with its value, of `else` with neither. */
struct lq_branch {
    struct lq_condition *condition;
    struct lq_expr *value;
    bool is_else;
    struct lq_block block;
    struct lq_branch *next;
};

struct lq_node {
    enum lq_node_kind kind;
    enum lq_tag tag;
    uint32_t offset;
    struct jn_str text;           /* TEXT; name of assign, capture, for …; markup of a collection */
    struct lq_filtered value;     /* OUTPUT, assign, echo */
    struct lq_branch *branch;     /* if, unless, case */
    struct lq_block block, other; /* for, tablerow, capture, ifchanged; `else` of for */
    struct lq_expr *expr;         /* subject of case; collection; name of a partial or cycle */
    struct lq_expr *list;         /* values of cycle */
    struct lq_expr *limit, *from, *cols, *with;
    struct lq_named *named; /* arguments of a partial */
    struct jn_str alias;
    bool reversed, continues, each;
    struct lq_node *next;
};

struct jn_liquid {
    struct jn_str source;
    struct lq_block block;
    struct jn_liquid_use *uses;
    bool has_partials;
    uint32_t partial_offset;
};

/* ---- the parser's parts */

struct lq_parser {
    struct jn_arena *arena;
    struct jn_str source;
    struct jn_liquid *liquid;
    struct jn_liquid_mistake *mistake;
    struct jn_liquid_use **uses_end;
    struct lq_named *made; /* names that the template makes itself */
    uint32_t depth;
    bool failed;
};

void lq_fail(struct lq_parser *p, enum jn_liquid_mistake_kind kind, uint32_t offset, uint32_t n, const char *format,
             ...) __attribute__((format(printf, 5, 6)));
/* A name that the template makes: reading it is no use of a variable from outside. */
void lq_make(struct lq_parser *p, struct jn_str name);

/* Markup between the braces, read token by token (markup.c). */
struct lq_markup {
    struct lq_parser *parser;
    struct jn_str text;
    uint32_t base; /* offset of text in the source */
    size_t at;     /* behind the token */
    enum lq_token {
        LQ_T_END,
        LQ_T_NAME,
        LQ_T_INTEGER,
        LQ_T_DECIMAL,
        LQ_T_QUOTED,
        LQ_T_COMPARE,
        LQ_T_DOTS,
        LQ_T_MARK,
        LQ_T_BAD
    } token;
    struct jn_str word; /* of the token; QUOTED without its quotes */
    size_t start;
    char mark;
};

void lq_markup_begin(struct lq_markup *m, struct lq_parser *parser, struct jn_str text);
void lq_markup_next(struct lq_markup *m);
bool lq_markup_is(const struct lq_markup *m, const char *word);
bool lq_markup_take(struct lq_markup *m, char mark);
void lq_markup_expected(struct lq_markup *m, const char *what);
bool lq_markup_end(struct lq_markup *m); /* reports what is left over */
struct lq_expr *lq_markup_expr(struct lq_markup *m);
struct lq_filtered lq_markup_filtered(struct lq_markup *m);
struct lq_condition *lq_markup_condition(struct lq_markup *m);
struct lq_named *lq_markup_named(struct lq_markup *m); /* `name: value, …`; commas are optional */

/* Tokens of a template: text, `{{ }}`, `{% %}`, or the lines of a `liquid` tag (source.c). */
struct lq_piece {
    enum { LQ_P_END, LQ_P_TEXT, LQ_P_OUTPUT, LQ_P_TAG } kind;
    struct jn_str text; /* text, or markup without the tag's name */
    struct jn_str name; /* of a tag */
    uint32_t offset;
};
struct lq_source {
    struct lq_parser *parser;
    struct jn_str text;
    size_t at;
    bool lines; /* of a `liquid` tag */
    bool trim;  /* blanks before the next piece go */
};
struct lq_piece lq_source_next(struct lq_source *source);
/* Skips to behind `{% endNAME %}`; what lies between is given back. Tags in it count when `nested`. False: no end. */
bool lq_source_skip(struct lq_source *source, const char *name, bool nested, struct jn_str *inside);

/* Nodes up to a tag of `ends` ("else,endif"), which is left in *end. */
struct lq_block lq_parse_block(struct lq_parser *p, struct lq_source *source, const char *ends, struct lq_piece *end);
/* A tag's node, or NULL for what writes nothing or after a mistake (tags.c). `liquid` gives a list. */
struct lq_node *lq_parse_tag(struct lq_parser *p, struct lq_source *source, const struct lq_piece *piece, bool *blank);

/* ---- filters (filters_*.c) */

struct lq_frame;
struct lq_filtering {
    struct lq_frame *frame;
    struct jn_arena *arena;
    const struct jn_liquid_context *context;
    struct jn_liquid_value argument[2];
    uint32_t n;
    bool allow_false;
    const char *failed; /* why the filter cannot do it */
};
/* Text from a buffer that is released; the filter fails when it was too small. */
struct jn_liquid_value lq_taken(struct lq_filtering *f, struct jn_buf *text);
#define FILTER(name, least, most, function, text)                                                                      \
    struct jn_liquid_value lq_filter_##function(struct lq_filtering *f, struct jn_liquid_value v);
#include "liquid/filters.def"
#undef FILTER

#endif
