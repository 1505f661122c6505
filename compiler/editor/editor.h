/* A workspace that is being edited: files whose texts change one at a time, checked again without reading the others.
 */
#ifndef COMPILER_EDITOR_EDITOR_H
#define COMPILER_EDITOR_EDITOR_H

#include "compiler/diag/diag.h"
#include "compiler/editor/position.h"
#include "compiler/sema/unit.h"
#include "compiler/syntax/parse.h"
#include "journey/compile.h"

/* One thread at a time. Texts are bytes of any kind: what is no text is told by diagnostics, as `journey check` does.
 * A file is known by its index, in the order of paths; it stays the same until the editor is closed. */
struct jc_editor;

#define JC_EDITOR_FILES 10000
#define JC_EDITOR_BYTES (64 * 1024 * 1024) /* of all texts together */

/* Reads all files; paths and texts are copied. No file at all is a workspace as well.
 * JN_INVALID: a path is empty or stands twice. JN_TOO_LARGE: over the bounds above. */
jn_rc jc_editor_open(const struct jc_source *source, uint32_t n_source, struct jc_editor **out, struct jn_err *err);
void jc_editor_close(struct jc_editor *editor);

/* JN_NOT_FOUND when no file has the path. */
jn_rc jc_editor_find(const struct jc_editor *editor, struct jn_str path, uint32_t *file, struct jn_err *err);

/* Gives the file another text, which is copied, and reads it; nothing else is read again. What earlier calls returned
 * is no longer valid. JN_NOT_FOUND: there is no such file. JN_TOO_LARGE: over the bound. The old text stays after both.
 */
jn_rc jc_editor_update(struct jc_editor *editor, uint32_t file, struct jn_str text, struct jn_err *err);

/* Diagnostics, program and tests of the workspace as it is now: those of jc_compile over the same texts, byte for byte.
 * Checks what has changed since the last call, and is free when nothing has. Valid until the next update. */
const struct jc_result *jc_editor_check(struct jc_editor *editor);

/* Of a file below jc_editor_files; all of it lives until the file's next update. */
uint32_t jc_editor_files(const struct jc_editor *editor);
const struct jc_source *jc_editor_source(const struct jc_editor *editor, uint32_t file);
const struct jc_lines *jc_editor_lines(const struct jc_editor *editor, uint32_t file);
const struct jc_tree *jc_editor_tree(const struct jc_editor *editor, uint32_t file);
/* Mistakes of the file's syntax alone, known as soon as it is updated. */
const struct jc_diags *jc_editor_syntax(const struct jc_editor *editor, uint32_t file);

/* The names of the workspace as it is now; checks if need be. */
const struct jc_unit *jc_editor_names(struct jc_editor *editor);

#endif
