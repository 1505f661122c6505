/* The way from the scanner into the grammar, where what was plainly meant is put right. Private to this folder. */
#ifndef COMPILER_SYNTAX_STREAM_H
#define COMPILER_SYNTAX_STREAM_H

#include "compiler/syntax/blocks.h"
#include "compiler/syntax/expect.h"
#include "compiler/syntax/grammar.h"

struct jc_token {
    int kind;
    int second; /* a token that the same word also stands for; 0: none */
    JC_YYSTYPE value;
    struct jc_span span;
};

/* How a source is read: strictly, and only when that fails with repairs, and last by its indentation. What is right is
 * thus never touched by a guess. */
enum jc_reading { JC_READ_STRICT, JC_READ_REPAIR, JC_READ_INDENT };

#define JC_AHEAD JC_TRY_MAX /* of a line, and of the next one */

struct jc_stream {
    struct jc_parser *parser;
    jc_yypstate *state;
    void *scanner;
    struct jc_token ahead[JC_AHEAD]; /* read, and not yet taken */
    uint32_t n_ahead;
    struct jc_blocks blocks;
    bool line_start;
    struct jc_span before; /* of the token pushed last */
    enum jc_reading reading;
    bool unbalanced; /* they did not */
    int status;      /* of the grammar: YYPUSH_MORE until it is done */
};

/* A stream in the parser's arena; free it before that. */
struct jc_stream *jc_stream_new(struct jc_parser *parser, void *scanner, enum jc_reading reading);
void jc_stream_free(struct jc_stream *stream);
/* The next token as it is to be pushed; false when no more are read: at the end, or after too much that is wrong. */
bool jc_stream_next(struct jc_stream *stream, struct jc_token *token);
/* Reads all of the source. Returns whether blocks closed as they opened. */
bool jc_stream_run(struct jc_parser *parser, void *scanner, enum jc_reading reading);

struct jc_token jc_stream_read(struct jc_stream *stream);
const struct jc_token *jc_stream_peek(struct jc_stream *stream);
const struct jc_token *jc_stream_peek_at(struct jc_stream *stream, uint32_t i); /* i < JC_AHEAD */
void jc_stream_unread(struct jc_stream *stream, const struct jc_token *token);  /* it is read next */
void jc_stream_push(struct jc_stream *stream, const struct jc_token *token);
/* Pushes a token that is not written, at the place of another. */
void jc_stream_insert(struct jc_stream *stream, int kind, struct jc_span place);

/* A word that is a name where it stands, and the like: no mistake. */
void jc_read_in_context(struct jc_stream *stream, struct jc_token *token);
/* Puts the token right where it cannot stand; false when there is nothing left of it to be pushed. */
bool jc_repair_token(struct jc_stream *stream, struct jc_token *token);
/* Kinds of the tokens that follow on the line, with its end; 0: the line is too long to be looked at. */
uint32_t jc_stream_behind(struct jc_stream *stream, int kind[JC_AHEAD]);
/* Whether the line can be read to its end when this token stands here. */
bool jc_stream_leads_on(struct jc_stream *stream, int kind);
/* The token cannot stand where it is. Finds the smallest change that makes the line one of the language: some tokens
 * left out, one put in. Tells it; *token is then the one to go on with. False when there is none. */
bool jc_mend(struct jc_stream *stream, struct jc_token *token, bool first);
/* The end of a line on which a condition and its `then` are missing: both are put in, so that the block is known. */
bool jc_mend_condition(struct jc_stream *stream, const struct jc_token *token);
/* Where in the source a line stands, for people: "in a stage". */
const char *jc_stream_where(const struct jc_stream *stream);
/* A misspelt word, whatever is behind it on its line. */
bool jc_repair_spelling(struct jc_stream *stream, struct jc_token *token);
/* A word from another tool is told, and *token made what it says here; false: it is none, or stands rightly. */
bool jc_slip(struct jc_stream *stream, struct jc_token *token);
/* A misspelt first word; false when no word is near. */
bool jc_repair_first(struct jc_stream *stream, struct jc_token *token);

#endif
