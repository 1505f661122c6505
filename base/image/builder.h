/* Builds a program table by table; equal strings and constants are stored once. */
#ifndef IMAGE_BUILDER_H
#define IMAGE_BUILDER_H

#include "core/arena.h"
#include "core/buffer.h"
#include "journey/program.h"

struct jn_builder; /* everything in it lives in the arena given at init */

struct jn_builder *jn_builder_new(struct jn_arena *arena);

uint32_t jn_builder_string(struct jn_builder *builder, struct jn_str s);
uint32_t jn_builder_value(struct jn_builder *builder, struct jn_value value); /* not MISSING */
/* Code as the machine reads it, ending with ret; equal code of equal type is stored once. */
uint32_t jn_builder_code(struct jn_builder *builder, struct jn_str code, enum jn_type type);

/* For every record: append (returns its index) and access for patching (valid until the next append to that table). */
#define JN_BUILDER_RECORD(name, tag, fields)                                                                           \
    uint32_t jn_builder_add_##name(struct jn_builder *builder, const struct jn_##name *record);                        \
    struct jn_##name *jn_builder_at_##name(struct jn_builder *builder, uint32_t index);                                \
    uint32_t jn_builder_count_##name(const struct jn_builder *builder);
JN_RECORDS(JN_BUILDER_RECORD)
#undef JN_BUILDER_RECORD

/* The finished program, in the builder's arena; `id` is set by jn_image_encode. */
struct jn_program *jn_builder_finish(struct jn_builder *builder);

#endif
