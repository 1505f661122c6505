/* Liquid templates: parsed once into an arena, rendered any number of times; no I/O, no clock, bounded work. */
#ifndef LIQUID_LIQUID_H
#define LIQUID_LIQUID_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/zone.h"
#include "journey/value.h"

#define JN_LIQUID_DEPTH_MAX  100         /* blocks within blocks, partials within partials */
#define JN_LIQUID_WORK_MAX   1000000     /* nodes and rounds of loops carried out in one rendering */
#define JN_LIQUID_MEMORY_MAX (64u << 20) /* bytes of the arena that one rendering takes */
#define JN_LIQUID_OUTPUT_MAX (1u << 20)  /* bytes written, and of every text on the way */

enum jn_liquid_kind {
    JN_LIQUID_NIL,
    JN_LIQUID_BOOL,
    JN_LIQUID_INT,
    JN_LIQUID_FLOAT,
    JN_LIQUID_TEXT,
    JN_LIQUID_SCALAR, /* a value of the language: money, date, instant, exact number … */
    JN_LIQUID_ARRAY,
    JN_LIQUID_OBJECT,
    JN_LIQUID_RANGE,
    JN_LIQUID_BLANK,
    JN_LIQUID_EMPTY
};

struct jn_liquid_value;

/* Something with members, read when asked for. */
struct jn_liquid_object {
    bool (*get)(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out);
    /* The i-th member in order; false behind the last. NULL: it cannot be listed. */
    bool (*at)(const void *self, size_t i, struct jn_arena *arena, struct jn_str *name, struct jn_liquid_value *out);
    size_t (*count)(const void *self);
};

struct jn_liquid_value {
    enum jn_liquid_kind kind;
    bool safe; /* text that is not escaped again */
    union {
        bool b;
        int64_t i;
        double f;
        struct jn_str s;
        struct jn_value scalar;
        struct {
            struct jn_liquid_value *at;
            size_t n;
        } array;
        struct {
            const struct jn_liquid_object *type;
            const void *self;
        } object;
        struct {
            int64_t from, to;
        } range;
    };
};

struct jn_liquid_value jn_liquid_text(struct jn_str s);
struct jn_liquid_value jn_liquid_of(struct jn_value value); /* of the language; missing is nil */
struct jn_json;
struct jn_liquid_value jn_liquid_json(const struct jn_json *node, struct jn_arena *arena);

/* ---- parsing */

struct jn_liquid; /* a template */

struct jn_liquid_mistake {
    enum jn_liquid_mistake_kind { JN_LIQUID_SYNTAX, JN_LIQUID_TAG, JN_LIQUID_FILTER, JN_LIQUID_ARGUMENTS } kind;
    uint32_t offset, n; /* bytes of the source */
    char text[200];
};

/* JN_INVALID with *mistake set. Everything lives in the arena and points into `source`. */
jn_rc jn_liquid_parse(struct jn_str source, struct jn_arena *arena, struct jn_liquid **out,
                      struct jn_liquid_mistake *mistake);

/* A variable that a template reads and does not make itself. */
struct jn_liquid_use {
    struct jn_str root, member; /* `customer`, `first_name`; member p NULL: the root alone, n 0: not known before */
    uint32_t offset, n;         /* of the path */
    bool guarded;               /* a `default` follows, or it is only asked about */
    struct jn_liquid_use *next;
};
const struct jn_liquid_use *jn_liquid_uses(const struct jn_liquid *liquid);
/* Whether it includes or renders partials. */
bool jn_liquid_has_partials(const struct jn_liquid *liquid, uint32_t *offset);

/* Names of all filters and tags, for suggestions: NULL behind the last. */
const char *jn_liquid_filter_name(uint32_t i);
const char *jn_liquid_tag_name(uint32_t i);

/* ---- rendering */

struct jn_liquid_context {
    void *user;
    /* A variable of that name; false: there is none. */
    bool (*get)(void *user, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out);
    /* Source of a partial; false: there is none. NULL: there are no partials. */
    bool (*partial)(void *user, struct jn_str name, struct jn_arena *arena, struct jn_str *source);
    int64_t now;
    const struct jn_zone *zone; /* NULL: UTC */
    bool strict;                /* writing nil is a failure that names what is missing */
    bool escape;                /* output is escaped for HTML unless marked `raw` */
};

/* Appends to `out`. JN_UNPROCESSABLE (a value does not fit, or is missing), JN_TOO_LARGE (work, memory or output); err
 * has the place as "line 3, column 7: …". */
jn_rc jn_liquid_render(const struct jn_liquid *liquid, const struct jn_liquid_context *context, struct jn_arena *arena,
                       struct jn_buf *out, struct jn_err *err);

/* 1-based, columns in code points. */
void jn_liquid_place(struct jn_str source, uint32_t offset, uint32_t *line, uint32_t *column);

#endif
