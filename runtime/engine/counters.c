#include "core/check.h"
#include "runtime/engine/engine.h"

#define NAMED_BIT (1ull << 63) /* ids that are hashes, apart from the fixed ones */

static uint32_t engine_counter_place(const struct engine_counters *counters, uint64_t id) {
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

uint64_t *engine_counter(struct jr_engine *engine, uint64_t id) {
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

uint64_t engine_counter_value(const struct jr_engine *engine, uint64_t id) {
    const struct engine_counters *counters = &engine->counters;
    uint32_t at = engine_counter_place(counters, id);
    return at < counters->n && counters->row[at].id == id ? counters->row[at].value : 0;
}

uint64_t engine_counter_next(struct jr_engine *engine, enum engine_counter_id id) {
    return ++*engine_counter(engine, (uint64_t)id);
}

void engine_counters_forget(struct jr_engine *engine) {
    uint64_t tracked = engine_tracked_id(engine->current);
    for (uint32_t i = 0; i < engine->counters.n; i++) {
        struct engine_counter *row = &engine->counters.row[i];
        if (row->id != ENGINE_NAMESPACE_HIGH && row->id != ENGINE_NAMESPACE_LOW && row->id != tracked)
            row->value = row->committed = 0;
    }
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

jn_rc engine_counters_commit(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    struct jr_row_counter *changed;
    struct jr_batch batch = {0};
    bool any = engine_counters_changed(engine, arena, &changed) > 0 || jr_engine_has_notes(engine);
    return any ? engine_commit(engine, &batch, arena, err) : JN_OK;
}

/* Families of named counters; each seeds its own hashes. */
enum {
    FAMILY_COUNT = 1,
    FAMILY_PINNED,
    FAMILY_TARGET,
    FAMILY_RULES,
    FAMILY_INSIDE,
    FAMILY_TRACKED,
    FAMILY_CONTROL,
    FAMILY_DISABLED,
    FAMILY_CANARY
};

static uint64_t counter_of_program(uint32_t family, const struct engine_program *program, uint32_t step) {
    uint64_t key[2] = {program->prefix, (uint64_t)family << 32 | step};
    return jn_hash64((struct jn_str){(const char *)key, sizeof(key)}) | NAMED_BIT;
}

uint64_t engine_count_id(enum jr_count_kind kind, struct jn_str journey, struct jn_str name) {
    return jn_hash64_seed(name, jn_hash64_seed(journey, (uint64_t)FAMILY_COUNT << 32 | (uint64_t)kind)) | NAMED_BIT;
}

uint64_t engine_control_id(struct jn_str journey, uint32_t field) {
    return jn_hash64_seed(journey, (uint64_t)FAMILY_CONTROL << 32 | field) | NAMED_BIT;
}

uint64_t engine_disabled_id(struct jn_str channel, struct jn_str url) {
    return jn_hash64_seed(channel, jn_hash64_seed(url, (uint64_t)FAMILY_DISABLED << 32)) | NAMED_BIT;
}

uint64_t engine_canary_id(uint32_t field, struct jn_str journey) {
    return jn_hash64_seed(journey, (uint64_t)FAMILY_CANARY << 32 | field) | NAMED_BIT;
}

uint64_t engine_pinned_id(const struct engine_program *program) {
    return counter_of_program(FAMILY_PINNED, program, 0);
}

uint64_t engine_target_id(const struct engine_program *program) {
    return counter_of_program(FAMILY_TARGET, program, 0);
}

uint64_t engine_rules_id(const struct engine_program *program) {
    return counter_of_program(FAMILY_RULES, program, 0);
}

uint64_t engine_inside_id(const struct engine_program *program, uint32_t step) {
    return counter_of_program(FAMILY_INSIDE, program, step);
}

uint64_t engine_tracked_id(const struct engine_program *program) {
    return counter_of_program(FAMILY_TRACKED, program, 0);
}
