/* Values at work: truth, equality, order, numbers, members. Private to this folder. */
#ifndef LIQUID_VALUE_H
#define LIQUID_VALUE_H

#include "liquid/liquid.h"

#define LQ_NIL ((struct jn_liquid_value){.kind = JN_LIQUID_NIL})

struct jn_liquid_value lq_bool(bool b);
struct jn_liquid_value lq_int(int64_t i);
struct jn_liquid_value lq_float(double f);
struct jn_liquid_value lq_array(struct jn_liquid_value *at, size_t n);

bool lq_truthy(struct jn_liquid_value v);
bool lq_is_empty(struct jn_liquid_value v); /* text, array or object without content */
bool lq_is_blank(struct jn_liquid_value v);
bool lq_equal(struct jn_liquid_value a, struct jn_liquid_value b, struct jn_arena *arena);
/* -1, 0, 1; *comparable is false when the two have no order. */
int lq_compare(struct jn_liquid_value a, struct jn_liquid_value b, bool *comparable);

/* As a person reads it; arrays are joined without anything between. */
void lq_print(struct jn_liquid_value v, struct jn_arena *arena, struct jn_buf *out);
struct jn_str lq_text(struct jn_liquid_value v, struct jn_arena *arena);
/* What stands for it where arithmetic is done: INT or FLOAT; *number is false when it is none and counts as 0. */
struct jn_liquid_value lq_number(struct jn_liquid_value v, bool *number);
double lq_double(struct jn_liquid_value number);
/* A whole number, written as one or not; false otherwise. */
bool lq_integer(struct jn_liquid_value v, int64_t *out);

bool lq_member(struct jn_liquid_value v, struct jn_liquid_value key, struct jn_arena *arena,
               struct jn_liquid_value *out);
/* The members of an array, range or object (as pairs), or the value alone; nil has none. */
struct jn_liquid_value lq_elements(struct jn_liquid_value v, struct jn_arena *arena);
size_t lq_count(struct jn_liquid_value v);
/* What reading all of it counts as work: next to nothing for what is small. */
uint64_t lq_weight(struct jn_liquid_value v);
/* Text from a buffer that is released. */
struct jn_liquid_value lq_take(struct jn_buf *text, struct jn_arena *arena);

#endif
