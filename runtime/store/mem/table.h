/* A table of the memory store: rows sorted by a 128-bit key, each with fixed bytes and a few texts of its own. */
#ifndef RUNTIME_STORE_MEM_TABLE_H
#define RUNTIME_STORE_MEM_TABLE_H

#include <stdint.h>

#include "journey/store.h"

#define MEM_TEXTS 4

struct mem_key {
    uint64_t high, low;
};

struct mem_row {
    struct mem_key key;
    void *fixed;
    struct jn_str text[MEM_TEXTS];
};

struct mem_table {
    struct mem_row *row;
    uint32_t n, cap;
};

/* Signed times as keys in the same order. */
static inline uint64_t mem_order(int64_t v) {
    return (uint64_t)v ^ (UINT64_C(1) << 63);
}

struct mem_key mem_key_of(const uint8_t bytes[JR_SEEN_KEY]);

/* Inserts or replaces; everything is copied. */
void mem_table_put(struct mem_table *table, struct mem_key key, const void *fixed, size_t n_fixed,
                   const struct jn_str *text, unsigned n_text);
void mem_table_remove(struct mem_table *table, struct mem_key key);
const struct mem_row *mem_table_get(const struct mem_table *table, struct mem_key key);
/* Place of the first row behind the key. */
uint32_t mem_table_after(const struct mem_table *table, struct mem_key key);
void mem_table_clear(struct mem_table *table); /* no rows; their places are kept */
void mem_table_release(struct mem_table *table);

#endif
