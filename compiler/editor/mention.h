/* Where names stand in a tree, and of what: read from the columns of ast.def, so that no statement is told of twice. */
#ifndef COMPILER_EDITOR_MENTION_H
#define COMPILER_EDITOR_MENTION_H

#include "compiler/sema/unit.h"

enum jc_thing {
#define THING(name, noun) JC_THING_##name,
#define ALSO(noun, name)
#include "compiler/editor/things.def"
#undef THING
#undef ALSO
    JC_THINGS
};

/* One place where a name stands. Two mentions are of the same thing when thing, owner and name are equal; an empty
 * owner is any. Texts point into the tree. */
struct jc_mention {
    enum jc_thing thing;
    struct jn_str name;
    struct jn_str owner; /* attribute: of which event, service or `customer`; stage, goal: of which journey; … */
    struct jc_span span; /* of the name as written */
    bool declares;
    uint32_t level;             /* declarations around it */
    const struct jc_node *node; /* which holds the name; when it declares: all of the declaration */
};

const char *jc_thing_noun(enum jc_thing thing);
bool jc_mention_same(const struct jc_mention *a, const struct jc_mention *b);

/* Calls `visit` for every mention of a file, parents before children. The unit tells events from services. */
void jc_mentions(const struct jc_unit *unit, const struct jc_node *file,
                 void (*visit)(void *user, const struct jc_mention *mention), void *user);

#endif
