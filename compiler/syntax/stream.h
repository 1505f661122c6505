/* The way from the scanner into the grammar, where what was plainly meant is put right. Private to this folder. */
#ifndef COMPILER_SYNTAX_STREAM_H
#define COMPILER_SYNTAX_STREAM_H

#include "compiler/syntax/blocks.h"
#include "compiler/syntax/grammar.h"

struct jc_token {
    int kind;
    JC_YYSTYPE value;
    struct jc_span span;
};

struct jc_stream {
    struct jc_parser *parser;
    jc_yypstate *state;
    void *scanner;
    struct jc_token ahead;
    bool has_ahead;
    struct jc_blocks blocks;
    bool line_start;
    bool by_indent;  /* believe the indentation where blocks do not close */
    bool unbalanced; /* they did not */
    int status;      /* of the grammar: YYPUSH_MORE until it is done */
};

/* Reads all of the source. Returns whether blocks closed as they opened. */
bool jc_stream_run(struct jc_parser *parser, void *scanner, bool by_indent);

struct jc_token jc_stream_read(struct jc_stream *stream);
const struct jc_token *jc_stream_peek(struct jc_stream *stream);
void jc_stream_push(struct jc_stream *stream, const struct jc_token *token);
/* Pushes a token that is not written, at the place of another. */
void jc_stream_insert(struct jc_stream *stream, int kind, struct jc_span place);

/* Puts the token right where it cannot stand; false when there is nothing left of it to be pushed. */
bool jc_repair_token(struct jc_stream *stream, struct jc_token *token);
/* A misspelt first word; false when no word is near. */
bool jc_repair_first(struct jc_stream *stream, struct jc_token *token);

#endif
