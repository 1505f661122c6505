/* Tables of tests: a test with `for each` is as many tests as there are rows, each with its row's values in its lines.
 */
#ifndef COMPILER_LOWER_EACH_H
#define COMPILER_LOWER_EACH_H

#include "compiler/sema/unit.h"

struct jc_each_place {
    const struct jc_node *name, *cell;
};

struct jc_each {
    struct jc_unit *unit;
    const struct jc_node *table; /* T_EACH, or NULL: the test runs once, as it stands */
    const struct jc_node *row;   /* the one that is filled in, or NULL */
    bool *used;                  /* by column */
    struct jc_each_place *place; /* of the line last filled: where a cell stands in for a name */
    uint32_t n_place;
    bool doubtful;   /* the table has mistakes: what follows from them is not told */
    uint32_t errors; /* before this test */
};

/* Checks the test's table and begins with its first row. */
void jc_each_begin(struct jc_each *each, struct jc_unit *unit, const struct jc_node *test);
/* A line with the row's values in it; NULL after a diagnostic. */
const struct jc_node *jc_each_line(struct jc_each *each, const struct jc_node *line);
/* What a line that was just filled says: its first line as it is written, with the row's values in the place of names.
 */
struct jn_str jc_each_text(const struct jc_each *each, const struct jc_node *line);
/* The next row; false behind the last, and behind the first of a table with mistakes. */
bool jc_each_next(struct jc_each *each);
/* The test's title, with the row in it. */
struct jn_str jc_each_title(const struct jc_each *each, const struct jc_node *test);
/* Reports parameters that no line uses. */
void jc_each_end(struct jc_each *each);

#endif
