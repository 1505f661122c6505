/* Values as the oracle has them: numbers and money in millionths, time in milliseconds, days as days. */
#ifndef TESTS_PROPERTY_ORACLE_VALUE_H
#define TESTS_PROPERTY_ORACLE_VALUE_H

#include "compiler/syntax/ast.h"

#define ONE      INT64_C(1000000)
#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define LIST_MAX 4

enum kind { MISSING, NUMBER, MONEY, TEXT, TRUTH, DURATION, DATE, INSTANT, LIST };

struct value {
    enum kind kind;
    int64_t n;
    struct jn_str s;
    struct jn_str element[LIST_MAX]; /* LIST; n says how many */
};

extern const struct value NOTHING;

struct value value_of(enum kind kind, int64_t n);
struct value value_text(struct jn_str s);
struct value value_literal(const struct jc_node *node);
struct value value_list(const struct jc_node *literals);
bool value_same(struct value a, struct value b);
bool value_one_of(struct value value, const struct jc_node *literals);
/* Two known values under an operator that is neither `and`, `or` nor `default`. */
struct value value_under(enum jc_operator op, struct value a, struct value b);
/* A function by its name; the name `lower` may give a text that is the same as it was. */
struct value value_call(struct jn_str name, struct value argument);
int64_t value_ms(const struct jc_node *duration);

#endif
