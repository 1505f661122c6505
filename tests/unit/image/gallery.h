/* A sound program with a step of every kind, and beside each record that belongs to somebody one that belongs to
 * another. */
#ifndef TESTS_GALLERY_H
#define TESTS_GALLERY_H

#include "image/builder.h"
#include "image/layout.h"

/* Places in the gallery's tables: what the journey `gallery` may use is at OWN, what it must not at OTHER. */
enum { OWN, OTHER };
enum { EXPR_DAY, EXPR_YES, EXPR_TEXT, EXPR_NUMBER, EXPR_INSTANT };
enum { ATTR_NAME, ATTR_COMPUTED };
enum { TAKE_OWN, TAKE_OTHER };
enum { VAR_OF_MESSAGE, VAR_OF_OTHER_MESSAGE, VAR_OF_SERVICE, VAR_OF_OTHER_SERVICE };
enum { BIND_MESSAGE, BIND_OTHER_MESSAGE, BIND_MESSAGE_WRONG, BIND_SERVICE, BIND_OTHER_SERVICE, BIND_SERVICE_WRONG };
enum { MAPPING_OWN, MAPPING_OTHER, MAPPING_WRONG };
enum { ARM_SPLIT, ARM_OPTIMIZE = 2, ARM_TWICE = 4, ARM_OUT = 6, ARM_LIGHT = 8 };
enum { CHOICE_OWN, CHOICE_OTHER_GOAL, CHOICE_OTHER_ARM };
enum { SLOT_ROUNDS, SLOT_START, SLOT_SCORE, SLOT_OTHER };

/* The step of a kind is at the kind's number; behind them the other journey's only step. */
enum { STEP_OTHER = JN_STEPS };

struct gallery {
    struct jn_arena arena;
    struct jn_builder *b;
    struct jn_program *program;
    uint32_t number, numbers; /* constants: one, and a list of it */
};

void gallery_init(struct gallery *g);
/* Of a group of tests, which get it as their state. */
int gallery_set_up(void **state);
int gallery_tear_down(void **state);

/* A record's fields, to be broken. */
uint32_t *gallery_row(const struct gallery *g, enum image_table table, uint32_t i);
/* The sentence that the program is refused with; empty when it is not. */
const char *gallery_refusal(const struct gallery *g);
/* Puts `value` in place, asks, and puts back what was there; whether the answer is `expected`, which is told otherwise.
 */
bool gallery_refused(const struct gallery *g, uint32_t *field, uint32_t value, const char *expected);

uint32_t draft_string(struct jn_builder *builder, const char *z);
/* The expression that is always `value`. */
uint32_t draft_push(struct jn_builder *builder, struct jn_value value);

#endif
