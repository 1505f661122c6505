#include "compiler/editor/position.h"

#include "core/check.h"
#include "core/utf8.h"

static bool ends_line(struct jn_str text, size_t at) {
    return text.p[at] == '\n' || (text.p[at] == '\r' && (at + 1 == text.n || text.p[at + 1] != '\n'));
}

struct jc_lines jc_lines_find(struct jn_arena *arena, struct jn_str text) {
    JN_CHECK(text.n < UINT32_MAX);
    uint32_t n = 1;
    for (size_t at = 0; at < text.n; at++)
        n += ends_line(text, at);
    uint32_t *start = JN_NEW_ARRAY(arena, uint32_t, n), line = 0;
    for (size_t at = 0; at < text.n; at++)
        if (ends_line(text, at)) start[++line] = (uint32_t)at + 1;
    return (struct jc_lines){text, start, n};
}

/* Behind the line's last character, in front of its line end. */
static uint32_t line_end(const struct jc_lines *lines, uint32_t line) {
    if (line + 1 == lines->n) return (uint32_t)lines->text.n;
    uint32_t end = lines->start[line + 1] - 1;
    bool two = end > lines->start[line] && lines->text.p[end] == '\n' && lines->text.p[end - 1] == '\r';
    return two ? end - 1 : end;
}

/* Bytes of the character at a place, and how many columns it takes. */
static uint32_t character(struct jn_str text, uint32_t at, uint32_t end, enum jc_unit_of_columns unit,
                          uint32_t *columns) {
    *columns = 1;
    if ((unsigned char)text.p[at] < 0x80) return 1;
    struct jn_str rest = jn_str_sub(text, at, end - at < 4 ? end - at : 4);
    static const unsigned char LEAST[] = {0, 0, 0xC0, 0xE0, 0xF0};
    uint32_t n = 1;
    for (uint32_t length = 2; length <= 4; length++)
        if ((unsigned char)text.p[at] >= LEAST[length]) n = length;
    if (n == 1 || jn_utf8_check(jn_str_sub(rest, 0, n)) < n || rest.n < n) return 1; /* no character */
    if (unit == JC_COLUMN_BYTES) *columns = n;
    if (unit == JC_COLUMN_UTF16 && n == 4) *columns = 2;
    return n;
}

jn_rc jc_position_of(const struct jc_lines *lines, uint32_t offset, enum jc_unit_of_columns unit,
                     struct jc_position *out, struct jn_err *err) {
    if (offset > lines->text.n)
        return jn_fail(err, JN_INVALID, "byte %u is behind the text, which has %zu", offset, lines->text.n);
    uint32_t from = 0, to = lines->n;
    while (to - from > 1) {
        uint32_t middle = from + (to - from) / 2;
        if (lines->start[middle] <= offset)
            from = middle;
        else
            to = middle;
    }
    uint32_t end = line_end(lines, from), column = 0, columns;
    for (uint32_t at = lines->start[from]; at < end && at < offset; column += columns) {
        at += character(lines->text, at, end, unit, &columns);
        if (at > offset) break;
    }
    *out = (struct jc_position){from, column};
    return JN_OK;
}

jn_rc jc_position_offset(const struct jc_lines *lines, struct jc_position position, enum jc_unit_of_columns unit,
                         uint32_t *out, struct jn_err *err) {
    if (position.line >= lines->n)
        return jn_fail(err, JN_INVALID, "line %u is behind the text, which has %u, counted from 0", position.line,
                       lines->n);
    uint32_t end = line_end(lines, position.line), at = lines->start[position.line], column = 0, columns;
    while (at < end && column < position.column) {
        uint32_t n = character(lines->text, at, end, unit, &columns);
        if (columns > position.column - column) break;
        column += columns;
        at += n;
    }
    *out = at;
    return JN_OK;
}
