/* Which blocks are open, told from the lines alone: names the opener of a block that lacks its `end`. */
#ifndef COMPILER_SYNTAX_BLOCKS_H
#define COMPILER_SYNTAX_BLOCKS_H

#include "compiler/syntax/parser.h"

struct jc_block {
    int opener; /* token that began its line */
    struct jc_span span;
};

struct jc_blocks {
    struct jc_block open[JC_LIMIT_DEPTH];
    uint32_t n;
    /* the line being read */
    int first, last;
    struct jc_span place;
    bool event_waits; /* an event's line ended; the next one tells whether it has a block */
    struct jc_span event;
};

/* Every token in order. True while blocks can be told apart: false when too many are open. */
bool jc_blocks_token(struct jc_blocks *blocks, int token, struct jc_span span);
const struct jc_block *jc_blocks_top(const struct jc_blocks *blocks); /* NULL: none */
void jc_blocks_pop(struct jc_blocks *blocks);
/* Whether a block further out begins in this column. */
bool jc_blocks_outer_at(const struct jc_blocks *blocks, uint32_t column);
/* Whether it is a block of statements within a statement. */
bool jc_blocks_statements(const struct jc_block *block);
/* Whether a line beginning with the token begins a declaration. */
bool jc_is_declaration(int token);

#endif
