/* Text of a source as it may be shown: nothing that a terminal, an XML reader or a CI runner obeys gets through. */
#ifndef COMPILER_DIAG_SHOW_H
#define COMPILER_DIAG_SHOW_H

#include "compiler/diag/diag.h"

/* One character; returns the cells it takes and moves *at behind it. `out` may be NULL. */
unsigned jc_show_character(struct jn_str text, size_t *at, struct jn_buf *out);
void jc_show_text(struct jn_str text, struct jn_buf *out);
/* A path that begins like a command to a CI runner is led by "./". */
void jc_show_path(struct jn_str path, struct jn_buf *out);
/* As the text or an attribute of an XML document. */
void jc_show_xml(struct jn_str text, struct jn_buf *out);

struct jn_str jc_path_of(const struct jc_diags *diags, struct jc_span span); /* empty: of no file */
/* The line around byte `offset`, without its end; also where it begins. */
struct jn_str jc_line_at(struct jn_str text, size_t offset, size_t *begin);
/* Column of a byte in UTF-16 units, from 1, as editors count. */
uint32_t jc_utf16_column(const struct jc_diags *diags, struct jc_span span, size_t offset);
/* 16 hexadecimal digits that stay when lines move: of path, code, the line without its blanks, and how many such
 * diagnostics stand before it. */
void jc_fingerprint(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_buf *out);

#endif
