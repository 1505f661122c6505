#include "runtime/store/mem/table.h"

#include <stdlib.h>

#include "core/check.h"

static int mem_compare(struct mem_key a, struct mem_key b) {
    if (a.high != b.high) return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

struct mem_key mem_key_of(const uint8_t bytes[JR_SEEN_KEY]) {
    struct mem_key key = {0};
    memcpy(&key.high, bytes, 8);
    memcpy(&key.low, bytes + sizeof(key.high), JR_SEEN_KEY - sizeof(key.high));
    return key;
}

/* Place of the first row not before the key. */
static uint32_t mem_lower(const struct mem_table *table, struct mem_key key) {
    uint32_t low = 0, high = table->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (mem_compare(table->row[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool mem_is_at(const struct mem_table *table, uint32_t at, struct mem_key key) {
    return at < table->n && mem_compare(table->row[at].key, key) == 0;
}

uint32_t mem_table_after(const struct mem_table *table, struct mem_key key) {
    uint32_t at = mem_lower(table, key);
    return mem_is_at(table, at, key) ? at + 1 : at;
}

const struct mem_row *mem_table_get(const struct mem_table *table, struct mem_key key) {
    uint32_t at = mem_lower(table, key);
    return mem_is_at(table, at, key) ? &table->row[at] : NULL;
}

static void mem_row_release(struct mem_row *row) {
    free(row->fixed);
    for (unsigned i = 0; i < MEM_TEXTS; i++)
        free((char *)(uintptr_t)row->text[i].p);
}

void mem_table_put(struct mem_table *table, struct mem_key key, const void *fixed, size_t n_fixed,
                   const struct jn_str *text, unsigned n_text) {
    struct mem_row fresh = {.key = key, .fixed = jn_alloc(n_fixed)};
    if (n_fixed > 0) memcpy(fresh.fixed, fixed, n_fixed);
    for (unsigned i = 0; i < n_text; i++) {
        char *copy = jn_alloc(text[i].n + 1);
        if (text[i].n > 0) memcpy(copy, text[i].p, text[i].n);
        fresh.text[i] = (struct jn_str){copy, text[i].n};
    }
    uint32_t at = mem_lower(table, key);
    if (mem_is_at(table, at, key)) {
        mem_row_release(&table->row[at]);
        table->row[at] = fresh;
        return;
    }
    if (table->n == table->cap) {
        table->cap = table->cap == 0 ? 16 : table->cap * 2;
        table->row = jn_realloc(table->row, table->cap * sizeof(*table->row));
    }
    memmove(&table->row[at + 1], &table->row[at], (table->n - at) * sizeof(*table->row));
    table->row[at] = fresh;
    table->n++;
}

void mem_table_remove(struct mem_table *table, struct mem_key key) {
    uint32_t at = mem_lower(table, key);
    if (!mem_is_at(table, at, key)) return;
    mem_row_release(&table->row[at]);
    table->n--;
    memmove(&table->row[at], &table->row[at + 1], (table->n - at) * sizeof(*table->row));
}

void mem_table_clear(struct mem_table *table) {
    for (uint32_t i = 0; i < table->n; i++)
        mem_row_release(&table->row[i]);
    table->n = 0;
}

void mem_table_release(struct mem_table *table) {
    mem_table_clear(table);
    free(table->row);
    *table = (struct mem_table){0};
}
