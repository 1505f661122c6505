/* `# allow W0901: reason`: a warning that somebody has looked at. */
#ifndef COMPILER_LOWER_ALLOW_H
#define COMPILER_LOWER_ALLOW_H

#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"

/* Takes the warnings out that the comments of a file allow, and reports comments that are not as they should be. What
 * stands behind something on its line holds for that line; what stands on a line of its own, for the next line that is
 * no comment; in front of a file's first line, with an empty line behind, for the file. Errors cannot be allowed. */
void jc_allow(struct jc_diags *diags, uint32_t file, const struct jc_comment *comments);

#endif
