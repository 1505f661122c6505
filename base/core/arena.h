/* Memory by lifetime: everything allocated from an arena goes when the arena is released or reset. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stdint.h>

#include "journey/str.h"

struct jn_arena_block;

struct jn_arena {
    struct jn_arena_block *head; /* newest block */
    size_t used;                 /* bytes handed out since init or reset */
    size_t first;                /* bytes of the first block; 0: as many as most need */
};

void jn_arena_init(struct jn_arena *arena);
void jn_arena_reset(struct jn_arena *arena);   /* keeps one block for reuse */
void jn_arena_release(struct jn_arena *arena); /* all memory back; the arena may be used again */

/* Zeroed, aligned for any type; never NULL (see jn_out_of_memory). */
void *jn_arena_alloc(struct jn_arena *arena, size_t n);
void *jn_arena_array(struct jn_arena *arena, size_t count, size_t size); /* checked multiplication */
void *jn_arena_copy(struct jn_arena *arena, const void *p, size_t n);
struct jn_str jn_arena_str(struct jn_arena *arena, struct jn_str s); /* copy, NUL put behind it for C callers */
struct jn_str jn_arena_printf(struct jn_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for one more element in `*(T **)array` of `*n`: doubles in the arena when full, counts it, returns it. Grow an
 * array only by this. */
void *jn_arena_grow(struct jn_arena *arena, void *array, uint32_t *n, size_t size);

#define JN_NEW(arena, type)              ((type *)jn_arena_alloc((arena), sizeof(type)))
#define JN_NEW_ARRAY(arena, type, count) ((type *)jn_arena_array((arena), (count), sizeof(type)))

#endif
