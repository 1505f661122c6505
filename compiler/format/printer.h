/* What the printers of lines and expressions share. Private to this folder. */
#ifndef COMPILER_FORMAT_PRINTER_H
#define COMPILER_FORMAT_PRINTER_H

#include "compiler/format/format.h"

struct jc_printer {
    struct jn_arena *arena;
    enum jc_set set;
    const struct jc_words *words;
    const struct jc_written *written; /* words of the source; none: it is all English and stays so */
    uint32_t n_written, at_written;
    uint32_t line; /* of the source, that is being printed */
    bool chinese;  /* the word printed last was */
    struct jn_str source;
    struct jn_buf *out;
    const struct jc_comment *comment; /* next one to be written */
    unsigned level;
    uint32_t last;    /* source line that was written last */
    bool block_start; /* no empty line here */
    bool bad;         /* the tree holds a mistake */
};

/* A line of the output begins with what stands on this line of the source: comments in front of it come first. */
void jc_line_begin(struct jc_printer *printer, uint32_t line);
/* … and ends, with the comment that stood behind it. */
void jc_line_end(struct jc_printer *printer, uint32_t line);
/* `end`, `else` or `timeout` from this source line, after the comments that belong to the block before it. */
void jc_line_close(struct jc_printer *printer, const char *word, uint32_t line);
void jc_block_begin(struct jc_printer *printer);
/* Comments that stand in front of this line, at the present level. */
void jc_comments_before(struct jc_printer *printer, uint32_t line);

uint32_t jc_last_line(const struct jc_printer *printer, const struct jc_node *node);
struct jn_str jc_written(const struct jc_printer *printer, struct jc_span span);

/* Words of the language and punctuation, given in English: as they were written, or in the set that was asked for. */
void jc_print_z(struct jc_printer *printer, const char *z);
void jc_print_words(struct jc_printer *printer, struct jn_str english);
void jc_print_name(struct jc_printer *printer, const struct jc_node *node); /* its text, in back-quotes where it was */
/* A name that may be one of builtins.def: of a type, a function and the like. */
void jc_print_builtin(struct jc_printer *printer, const struct jc_node *node);
void jc_print_duration(struct jc_printer *printer, struct jn_str written);
/* What stands at this place of the source has been printed otherwise: its words are done with. */
void jc_words_pass(struct jc_printer *printer, struct jc_span span);
void jc_words_line(struct jc_printer *printer, uint32_t line);              /* words of this line come next */
void jc_print_text(struct jc_printer *printer, const struct jc_node *node); /* its text, as a literal */
void jc_print_expr(struct jc_printer *printer, const struct jc_node *node);
void jc_print_list(struct jc_printer *printer, const struct jc_node *first); /* with commas */
void jc_print_rows(struct jc_printer *printer, const struct jc_node *table); /* of T_EACH, in columns */
void jc_print_file(struct jc_printer *printer, const struct jc_node *file);

#endif
