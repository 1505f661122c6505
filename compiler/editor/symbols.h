/* What an editor asks about names: what stands here, where it is declared, where it is used, what it is. */
#ifndef COMPILER_EDITOR_SYMBOLS_H
#define COMPILER_EDITOR_SYMBOLS_H

#include "compiler/editor/editor.h"
#include "compiler/editor/mention.h"

/* All of these see the workspace as it is; what they give lives until the next update, lists in the arena given. */

/* The name at a byte, or just before it. JN_NOT_FOUND: no name of the workspace stands there, or there is no such file.
 * JN_INVALID: the byte is behind the text. */
jn_rc jc_symbol_at(struct jc_editor *editor, uint32_t file, uint32_t offset, struct jc_mention *out,
                   struct jn_err *err);

/* Where it is declared: the first place when there are several. JN_NOT_FOUND: it is built in, or nobody declares it. */
jn_rc jc_symbol_definition(struct jc_editor *editor, const struct jc_mention *of, struct jc_mention *out,
                           struct jn_err *err);

/* Every mention of the thing, its declaration among them, by file and place. */
void jc_symbol_references(struct jc_editor *editor, struct jn_arena *arena, const struct jc_mention *of,
                          struct jc_mention **out, uint32_t *n);

/* What is shown beside a name. */
struct jc_hover {
    struct jn_str title;    /* "attribute amount of purchase" */
    struct jn_str type;     /* of an attribute: "money EUR"; else empty */
    struct jn_str declared; /* the line that declares it, as written, without indentation; empty: it is built in */
    struct jn_str comment;  /* the comment lines right above, without their #, a line each; empty: none */
};
void jc_symbol_hover(struct jc_editor *editor, struct jn_arena *arena, const struct jc_mention *of,
                     struct jc_hover *out);

/* What a file declares, in the order written, with levels. Empty for a file that is not there. */
void jc_symbol_outline(struct jc_editor *editor, struct jn_arena *arena, uint32_t file, struct jc_mention **out,
                       uint32_t *n);

#endif
