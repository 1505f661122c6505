/* Places in a text: bytes on one side, lines and columns on the other, columns in the unit that an editor counts in. */
#ifndef COMPILER_EDITOR_POSITION_H
#define COMPILER_EDITOR_POSITION_H

#include "core/arena.h"
#include "journey/error.h"

/* Editors' protocols count in UTF-16 unless something else is agreed upon. A byte that is no character counts as one in
 * every unit. */
enum jc_unit_of_columns { JC_COLUMN_BYTES, JC_COLUMN_CODE_POINTS, JC_COLUMN_UTF16 };

struct jc_position {
    uint32_t line, column; /* both from 0 */
};

/* Where lines begin. A line ends with LF, CR LF or CR, as for editors; there is always a last one, perhaps empty. */
struct jc_lines {
    struct jn_str text; /* not copied */
    const uint32_t *start;
    uint32_t n;
};

struct jc_lines jc_lines_find(struct jn_arena *arena, struct jn_str text);

/* The byte's line and column; of a byte within a character, the character's; of one within a line end, the end of its
 * line. The text's length is the place behind all. JN_INVALID: the offset is behind that. */
jn_rc jc_position_of(const struct jc_lines *lines, uint32_t offset, enum jc_unit_of_columns unit,
                     struct jc_position *out, struct jn_err *err);

/* The byte at the position; a column within a character gives the character's first byte, one behind the line the
 * line's end, in front of its line end. JN_INVALID: there is no such line. */
jn_rc jc_position_offset(const struct jc_lines *lines, struct jc_position position, enum jc_unit_of_columns unit,
                         uint32_t *out, struct jn_err *err);

#endif
