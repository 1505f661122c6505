#include "core/check.h"
#include "runtime/engine/engine.h"

#define COUNT_BIT  0x80000000u /* ids of counts: hashes, apart from the fixed ones */
#define PINNED_BIT 0x40000000u

static uint32_t engine_counter_place(const struct engine_counters *counters, uint32_t id) {
    uint32_t low = 0, high = counters->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (counters->row[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t *engine_counter(struct jr_engine *engine, uint32_t id) {
    struct engine_counters *counters = &engine->counters;
    uint32_t at = engine_counter_place(counters, id);
    if (at < counters->n && counters->row[at].id == id) return &counters->row[at].value;
    if (counters->n == counters->cap) {
        counters->cap = counters->cap == 0 ? 64 : counters->cap * 2;
        counters->row = jn_realloc(counters->row, counters->cap * sizeof(*counters->row));
    }
    memmove(&counters->row[at + 1], &counters->row[at], (counters->n - at) * sizeof(*counters->row));
    counters->row[at] = (struct engine_counter){.id = id};
    counters->n++;
    return &counters->row[at].value;
}

uint64_t engine_counter_next(struct jr_engine *engine, enum engine_counter_id id) {
    return ++*engine_counter(engine, (uint32_t)id);
}

void engine_counters_settle(struct engine_counters *counters, bool committed) {
    for (uint32_t i = 0; i < counters->n; i++) {
        struct engine_counter *row = &counters->row[i];
        if (committed)
            row->committed = row->value;
        else
            row->value = row->committed;
    }
}

uint32_t engine_counters_changed(const struct jr_engine *engine, struct jn_arena *arena, struct jr_row_counter **out) {
    const struct engine_counters *counters = &engine->counters;
    uint32_t n = 0;
    *out = JN_NEW_ARRAY(arena, struct jr_row_counter, counters->n);
    for (uint32_t i = 0; i < counters->n; i++)
        if (counters->row[i].value != counters->row[i].committed)
            (*out)[n++] = (struct jr_row_counter){counters->row[i].id, counters->row[i].value};
    return n;
}

uint32_t engine_count_id(enum jr_count_kind kind, struct jn_str journey, struct jn_str name) {
    uint64_t hash = jn_hash64_seed(name, jn_hash64_seed(journey, (uint64_t)kind + 1));
    return (uint32_t)hash | COUNT_BIT;
}

uint32_t engine_pinned_id(const struct engine_program *program) {
    return ((uint32_t)program->prefix & ~COUNT_BIT) | PINNED_BIT;
}
