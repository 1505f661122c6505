/* What can be written next: words from the state of the parser, names from the workspace. */
#ifndef COMPILER_EDITOR_COMPLETION_H
#define COMPILER_EDITOR_COMPLETION_H

#include "compiler/editor/editor.h"
#include "compiler/editor/mention.h"

struct jc_offer {
    struct jn_str text;  /* to be written; a name that is also a word stands in back-quotes */
    bool word;           /* of the language; else the name of a thing */
    enum jc_thing thing; /* JC_THINGS: a word, or a name that the language brings with it */
    struct jn_str owner; /* as in a mention */
};

struct jc_completion {
    struct jc_offer *offer; /* words by the table of words, then names by their bytes; each once */
    uint32_t n_offer;
    uint32_t from, to; /* bytes of the word that has been begun: an offer replaces them */
    bool fresh;        /* a name of one's own can stand here */
};

/* What can stand at a byte of the file: the word that is begun there does not narrow it. What is before the point need
 * not be free of mistakes, what is behind does not matter. In the set of words, English or Chinese, that the file uses,
 * or in both when it does. Nothing is offered within comments and texts. Lives in the arena, and until the next update.
 * JN_NOT_FOUND: there is no such file. JN_INVALID: the byte is behind its text. */
jn_rc jc_complete(struct jc_editor *editor, struct jn_arena *arena, uint32_t file, uint32_t offset,
                  struct jc_completion *out, struct jn_err *err);

#endif
