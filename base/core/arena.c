#include "core/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/check.h"

#define ARENA_BLOCK ((size_t)16 << 10)
#define ARENA_MOST  ((size_t)8 << 20)
#define ARENA_HUGE  ((size_t)2 << 20) /* a huge page */

struct jn_arena_block {
    struct jn_arena_block *older;
    size_t cap, used;
    alignas(max_align_t) unsigned char bytes[];
};

void jn_arena_init(struct jn_arena *arena) {
    *arena = (struct jn_arena){0};
}

static void jn_arena_drop(struct jn_arena_block *block) {
    while (block != NULL) {
        struct jn_arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void jn_arena_reset(struct jn_arena *arena) {
    struct jn_arena_block *head = arena->head;
    if (head == NULL) return;
    jn_arena_drop(head->older);
    head->older = NULL;
    head->used = 0;
    arena->used = 0;
}

void jn_arena_release(struct jn_arena *arena) {
    jn_arena_drop(arena->head);
    *arena = (struct jn_arena){.first = arena->first};
}

/* Large blocks are whole huge pages where the system has them: the first touch of memory is half of a large
 * compilation. */
static struct jn_arena_block *jn_arena_block_new(size_t *cap) {
    size_t n = sizeof(struct jn_arena_block) + *cap;
    if (n < ARENA_HUGE) return jn_alloc(n);
    n = (n + ARENA_HUGE - 1) / ARENA_HUGE * ARENA_HUGE;
    void *block = aligned_alloc(ARENA_HUGE, n);
    if (block == NULL) jn_out_of_memory(n);
    madvise(block, n, MADV_HUGEPAGE);
    *cap = n - sizeof(struct jn_arena_block);
    return block;
}

static struct jn_arena_block *jn_arena_more(struct jn_arena *arena, size_t n) {
    size_t cap = arena->head != NULL ? arena->head->cap * 2 : arena->first != 0 ? arena->first : ARENA_BLOCK;
    if (cap > ARENA_MOST) cap = ARENA_MOST;
    if (cap < n) cap = n;
    if (cap > SIZE_MAX - sizeof(struct jn_arena_block) - ARENA_HUGE) jn_out_of_memory(n);
    struct jn_arena_block *block = jn_arena_block_new(&cap);
    block->older = arena->head;
    block->cap = cap;
    block->used = 0;
    arena->head = block;
    return block;
}

void *jn_arena_alloc(struct jn_arena *arena, size_t n) {
    const size_t unit = alignof(max_align_t);
    if (n > SIZE_MAX - unit) jn_out_of_memory(n);
    size_t rounded = (n + unit - 1) / unit * unit;
    struct jn_arena_block *block = arena->head;
    if (block == NULL || block->cap - block->used < rounded) block = jn_arena_more(arena, rounded);
    void *p = block->bytes + block->used;
    block->used += rounded;
    arena->used += rounded;
    return memset(p, 0, n);
}

void *jn_arena_array(struct jn_arena *arena, size_t count, size_t size) {
    size_t n;
    if (__builtin_mul_overflow(count, size, &n)) jn_out_of_memory(SIZE_MAX);
    return jn_arena_alloc(arena, n);
}

void *jn_arena_copy(struct jn_arena *arena, const void *p, size_t n) {
    void *copy = jn_arena_alloc(arena, n);
    if (n > 0) memcpy(copy, p, n);
    return copy;
}

struct jn_str jn_arena_str(struct jn_arena *arena, struct jn_str s) {
    char *copy = jn_arena_alloc(arena, s.n + 1);
    if (s.n > 0) memcpy(copy, s.p, s.n);
    return (struct jn_str){copy, s.n};
}

struct jn_str jn_arena_printf(struct jn_arena *arena, const char *format, ...) {
    char room[256]; /* as a rule it fits, and is written once */
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(room, sizeof(room), format, ap);
    JN_CHECK(n >= 0);
    char *text = jn_arena_alloc(arena, (size_t)n + 1);
    if ((size_t)n < sizeof(room))
        memcpy(text, room, (size_t)n);
    else
        vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(ap);
    return (struct jn_str){text, (size_t)n};
}

void *jn_arena_grow(struct jn_arena *arena, void *array, uint32_t *n, size_t size) {
    void **place = array;
    bool full = *n == 0 || (*n >= 8 && (*n & (*n - 1)) == 0);
    if (full) {
        void *bigger = jn_arena_array(arena, *n == 0 ? 8 : (size_t)*n * 2, size);
        if (*n > 0) memcpy(bigger, *place, *n * size);
        *place = bigger;
    }
    return (char *)*place + (size_t)(*n)++ * size;
}
