/* A journey in plain words, English or Chinese, for those who sign it off: who enters, what happens, which rules hold.
 */
#ifndef COMPILER_EXPLAIN_STORY_H
#define COMPILER_EXPLAIN_STORY_H

#include "core/arena.h"
#include "core/buffer.h"
#include "journey/compile.h"

enum jc_tongue { JC_ENGLISH, JC_CHINESE, JC_TONGUES };

struct jc_story_line {
    uint32_t level;
    struct jn_str text;
    struct jn_str file; /* empty: it holds because nothing else is written */
    uint32_t line;
    struct jc_story_line *next;
};

struct jc_story_section {
    const char *key; /* `entering`; the same in every language */
    struct jn_str title;
    struct jc_story_line *first, **end;
    struct jc_story_section *next;
};

struct jc_story {
    struct jn_str journey, heading;
    enum jc_tongue tongue;
    const struct jc_source *source;
    struct jc_story_section *first, **end, *last;
};

/* One journey of a compilation without errors. */
void jc_story_tell(const struct jc_result *result, uint32_t journey, enum jc_tongue tongue, struct jn_arena *arena,
                   struct jc_story *out);
/* The set of words in which the journey itself is written. */
enum jc_tongue jc_story_tongue(const struct jc_result *result, uint32_t journey);

void jc_story_print_text(const struct jc_story *story, struct jn_buf *out);
void jc_story_print_json(const struct jc_story *story, struct jn_buf *out); /* one object, one line */

#endif
