/* The words of the language in both sets, English and Chinese: what each is to the grammar, and how one is written in
 * the other. */
#ifndef COMPILER_SYNTAX_WORDS_H
#define COMPILER_SYNTAX_WORDS_H

#include "compiler/diag/span.h"
#include "core/arena.h"
#include "journey/error.h"
#include "journey/value.h"

#define JC_WORD_TOKENS 2 /* that one word stands for, at most */

struct jc_word {
    struct jn_str en, zh; /* empty: there is none of its own */
    int token[JC_WORD_TOKENS];
    bool soft;   /* also a name */
    bool phrase; /* `en` is several words */
};

/* Rows in the order of keywords.def, then phrases and further Chinese words; NULL behind the last. */
const struct jc_word *jc_word_row(uint32_t i);

/* Every word by its spelling; made once for each source. */
struct jc_words;
const struct jc_words *jc_words_new(struct jn_arena *arena);
/* The row of a word in either set, or NULL. */
const struct jc_word *jc_word_find(const struct jc_words *words, struct jn_str word);

/* What to write instead of a word that other tools have and this language has not; NULL: there is nothing to say. */
const char *jc_word_advice(struct jn_str word);

/* Names of types, functions and the like, in either set: English and Chinese, or NULL. */
struct jc_builtin {
    struct jn_str en, zh;
};
const struct jc_builtin *jc_builtin_find(struct jn_str name);

/* Units of durations, with or without the plural's s; NULL for another word. */
struct jc_unit_word {
    struct jn_str en, zh;
    enum jn_unit unit;
    int64_t factor;
};
const struct jc_unit_word *jc_unit_word(struct jn_str word);

/* A word as it stands in a source: the tokens it gives. */
struct jc_written {
    int token[JC_WORD_TOKENS];
    struct jc_span span;
    uint32_t line; /* where the line begins that it belongs to: a text may make it several */
};
/* All words of a source without mistakes, in order; also those that stand where the grammar takes them for names. */
jn_rc jc_words_written(struct jn_arena *arena, struct jn_str text, struct jc_written **out, uint32_t *n,
                       struct jn_err *err);

#endif
