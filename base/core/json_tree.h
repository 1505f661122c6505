/* How a document lies in memory, for those who read, make and walk it: base/core/json*.c alone. */
#ifndef CORE_JSON_TREE_H
#define CORE_JSON_TREE_H

#include "core/arena.h"
#include "core/json.h"

struct jn_json_member;

struct jn_json {
    uint8_t kind; /* enum jn_json_kind */
    uint32_t n;   /* bytes of TEXT; members of ARRAY and OBJECT */
    union {
        int64_t i; /* INT; BOOL */
        double real;
        const char *text; /* a NUL behind it */
        struct jn_json *item;
        struct jn_json_member *member; /* as they stood in the document */
    };
};

struct jn_json_member {
    const char *name;
    uint32_t n;
    struct jn_json value;
};

struct jn_json_document {
    struct jn_json root; /* the first: who frees it has this */
    struct jn_arena arena;
    bool made;                              /* in memory: it may be changed */
    struct jn_json_document *parts, *other; /* what was put into one that was made; the next of such a one */
};

#define JN_JSON_EACH            UINT64_C(0x0101010101010101)
#define JN_JSON_BELOW(w, least) (((w)-JN_JSON_EACH * (least)) & ~(w)&JN_JSON_EACH * 0x80)
#define JN_JSON_HAS(w, byte)    JN_JSON_BELOW((w) ^ JN_JSON_EACH * (byte), 1)

/* Whether eight bytes are ASCII that stands in a text as it is. Whether one of them is below `least`, or `byte`, where
 * none has its high bit set, is found as Bit Twiddling Hacks (S. E. Anderson) finds a zero byte. */
static inline bool jn_json_word_is_plain(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return (w & JN_JSON_EACH * 0x80) == 0 &&
           (JN_JSON_BELOW(w, 0x20) | JN_JSON_HAS(w, '"') | JN_JSON_HAS(w, '\\') | JN_JSON_HAS(w, 0x7F)) == 0;
}

#endif
