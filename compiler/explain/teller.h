/* Telling a journey in plain words: sentences of sentences.def filled in, line under line. */
#ifndef COMPILER_EXPLAIN_TELLER_H
#define COMPILER_EXPLAIN_TELLER_H

#include "compiler/explain/story.h"
#include "compiler/syntax/ast.h"

enum jc_sentence {
#define SENTENCE(id, en, zh) JC_SAY_##id,
#include "compiler/explain/sentences.def"
#undef SENTENCE
    JC_SENTENCES
};

struct jc_teller {
    const struct jn_program *program;
    const struct jc_node *const *file; /* FILE nodes */
    uint32_t n_file;
    const struct jc_node *node; /* the JOURNEY */
    const struct jn_journey *journey;
    enum jc_tongue tongue;
    struct jn_arena *arena;
    struct jc_story *story;
    uint32_t level;
};

struct jn_str jc_sentence_filled(const struct jc_teller *teller, enum jc_sentence sentence, const struct jn_str *part,
                                 unsigned n_part);
/* A sentence with its blanks filled in. */
#define JC_SAY(teller, id, ...)                                                                                        \
    jc_sentence_filled((teller), JC_SAY_##id, (const struct jn_str[]){__VA_ARGS__},                                    \
                       sizeof((const struct jn_str[]){__VA_ARGS__}) / sizeof(struct jn_str))
/* One without blanks. */
#define JC_SAY_PLAIN(teller, id) jc_sentence_filled((teller), JC_SAY_##id, NULL, 0)

struct jn_str jc_sentence_text(enum jc_sentence sentence, enum jc_tongue tongue); /* with its blanks */

void jc_story_section(struct jc_teller *teller, const char *key,
                      enum jc_sentence title); /* lines go there from now on */
void jc_tell(struct jc_teller *teller, const struct jc_node *node,
             struct jn_str text); /* node: where it stands, or NULL */

/* ---- values and expressions */
struct jn_str jc_say_value(const struct jc_teller *teller, struct jn_value value);
struct jn_str jc_say_days(const struct jc_teller *teller, uint32_t days);
struct jn_str jc_say_share(const struct jc_teller *teller, uint32_t basis_points);
struct jn_str jc_say_expr(const struct jc_teller *teller, const struct jc_node *expr);
/* The same of one that is asked whether it is so: "the customer's vip is true". */
struct jn_str jc_say_condition(const struct jc_teller *teller, const struct jc_node *expr);

/* ---- parts of the story */
void jc_tell_statements(struct jc_teller *teller, const struct jc_node *first);
void jc_tell_surroundings(struct jc_teller *teller); /* messages, channels, services, sources, segments */
void jc_tell_services(struct jc_teller *teller);
void jc_tell_sources(struct jc_teller *teller);
/* What declares the name; NULL: nothing. */
const struct jc_node *jc_declared(const struct jc_teller *teller, enum jc_kind kind, struct jn_str name);
struct jn_str jc_say_address(const struct jc_teller *teller, uint32_t url, bool setting);
void jc_tell_caps(struct jc_teller *teller, struct jn_str whose, uint32_t first, uint32_t n);
struct jn_str jc_say_topic(const struct jc_teller *teller, uint32_t message); /* empty: none */

#endif
