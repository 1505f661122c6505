#include "image/builder.h"

#include "core/check.h"
#include "core/hash.h"
#include "core/value.h"

#define BUILDER_MAX (1u << 24) /* records of a table, bytes of code: far beyond any workspace */

struct builder_table {
    void *row;
    uint32_t n, cap;
};

/* An interned thing: found by the hash of its bytes, told apart by the bytes. */
struct builder_known {
    struct jn_str key;
    uint32_t index;
};

struct builder_interned {
    struct builder_known *slot;
    uint32_t n, cap;
};

struct jn_builder {
    struct jn_arena *arena;
    struct builder_table string, value, code;
    struct builder_interned strings, values, codes;
#define TABLE(name, tag, fields) struct builder_table name;
    JN_RECORDS(TABLE)
#undef TABLE
};

/* Appends room for one row and returns it; the old rows stay in the arena. */
static void *builder_append(struct jn_builder *builder, struct builder_table *table, size_t size, uint32_t n) {
    JN_CHECK(n <= BUILDER_MAX - table->n);
    if (table->cap - table->n < n) {
        uint32_t cap = table->cap == 0 ? 16 : table->cap * 2;
        while (cap < table->n + n)
            cap *= 2;
        void *row = jn_arena_array(builder->arena, cap, size);
        if (table->n > 0) memcpy(row, table->row, table->n * size);
        table->row = row;
        table->cap = cap;
    }
    void *fresh = (char *)table->row + table->n * size;
    table->n += n;
    return fresh;
}

static struct builder_known *builder_slot(struct builder_interned *set, struct jn_str key) {
    uint32_t at = (uint32_t)jn_hash64(key) & (set->cap - 1);
    while (set->slot[at].key.p != NULL && !jn_str_eq(set->slot[at].key, key))
        at = (at + 1) & (set->cap - 1);
    return &set->slot[at];
}

/* The key's slot; a fresh one has no key yet. */
static struct builder_known *builder_intern(struct jn_builder *builder, struct builder_interned *set,
                                            struct jn_str key) {
    if (set->n >= set->cap / 4 * 3) {
        struct builder_interned bigger = {.cap = set->cap == 0 ? 64 : set->cap * 2, .n = set->n};
        bigger.slot = JN_NEW_ARRAY(builder->arena, struct builder_known, bigger.cap);
        for (uint32_t i = 0; i < set->cap; i++)
            if (set->slot[i].key.p != NULL) *builder_slot(&bigger, set->slot[i].key) = set->slot[i];
        *set = bigger;
    }
    struct builder_known *slot = builder_slot(set, key);
    if (slot->key.p == NULL) set->n++;
    return slot;
}

struct jn_builder *jn_builder_new(struct jn_arena *arena) {
    struct jn_builder *builder = JN_NEW(arena, struct jn_builder);
    builder->arena = arena;
    jn_builder_string(builder, JN_STR(""));
    return builder;
}

uint32_t jn_builder_string(struct jn_builder *builder, struct jn_str s) {
    struct jn_str key = s.p == NULL ? JN_STR("") : s;
    struct builder_known *slot = builder_intern(builder, &builder->strings, key);
    if (slot->key.p != NULL) return slot->index;
    slot->key = jn_arena_str(builder->arena, key);
    slot->index = builder->string.n;
    struct jn_str *row = builder_append(builder, &builder->string, sizeof(*row), 1);
    *row = slot->key;
    return slot->index;
}

static uint32_t builder_put_constant(struct jn_builder *builder, struct jn_constant record, struct jn_value value) {
    struct jn_value *row = builder_append(builder, &builder->value, sizeof(*row), 1);
    *row = value;
    return jn_builder_add_constant(builder, &record);
}

static uint32_t builder_put_list(struct jn_builder *builder, struct jn_value list) {
    uint32_t first = builder->constant.n;
    struct jn_value *elements = JN_NEW_ARRAY(builder->arena, struct jn_value, list.len);
    for (uint32_t i = 0; i < list.len; i++) { /* elements are consecutive, so they are not shared */
        struct jn_value v = list.list[i];
        struct jn_constant record = {.type = v.type,
                                     .scale = v.scale,
                                     .currency = v.currency,
                                     .low = (uint32_t)v.i,
                                     .high = (uint32_t)((uint64_t)v.i >> 32)};
        JN_CHECK(v.type != JN_T_LIST && v.type != JN_T_MISSING);
        if (v.type == JN_T_TEXT) {
            record.low = jn_builder_string(builder, jn_value_str(v));
            record.high = 0;
            v = jn_value_text(((struct jn_str *)builder->string.row)[record.low]);
        }
        elements[i] = v;
        builder_put_constant(builder, record, v);
    }
    struct jn_value value = {.type = JN_T_LIST, .len = list.len, .list = elements};
    return builder_put_constant(builder, (struct jn_constant){.type = JN_T_LIST, .low = first, .high = list.len},
                                value);
}

uint32_t jn_builder_value(struct jn_builder *builder, struct jn_value value) {
    JN_CHECK(value.type != JN_T_MISSING && value.type < JN_TYPE_COUNT);
    struct jn_buf bytes;
    jn_buf_init(&bytes, BUILDER_MAX);
    jn_value_encode(value, &bytes);
    struct builder_known *slot = builder_intern(builder, &builder->values, jn_buf_view(&bytes));
    uint32_t index = slot->index;
    if (slot->key.p == NULL) {
        slot->key = jn_arena_str(builder->arena, jn_buf_view(&bytes));
        struct jn_constant record = {.type = value.type,
                                     .scale = value.scale,
                                     .currency = value.currency,
                                     .low = (uint32_t)value.i,
                                     .high = (uint32_t)((uint64_t)value.i >> 32)};
        if (value.type == JN_T_TEXT) {
            record.low = jn_builder_string(builder, jn_value_str(value));
            record.high = 0;
            value = jn_value_text(((struct jn_str *)builder->string.row)[record.low]);
        }
        index =
            value.type == JN_T_LIST ? builder_put_list(builder, value) : builder_put_constant(builder, record, value);
        slot->index = index;
    }
    jn_buf_release(&bytes);
    return index;
}

uint32_t jn_builder_code(struct jn_builder *builder, struct jn_str code, enum jn_type type) {
    char *keyed = jn_arena_alloc(builder->arena, code.n + 1);
    keyed[0] = (char)type;
    if (code.n > 0) memcpy(keyed + 1, code.p, code.n);
    struct builder_known *slot = builder_intern(builder, &builder->codes, (struct jn_str){keyed, code.n + 1});
    if (slot->key.p != NULL) return slot->index;
    slot->key = (struct jn_str){keyed, code.n + 1};
    struct jn_expr record = {.offset = builder->code.n, .length = (uint32_t)code.n, .type = (uint32_t)type};
    uint8_t *bytes = builder_append(builder, &builder->code, 1, (uint32_t)code.n);
    if (code.n > 0) memcpy(bytes, code.p, code.n);
    slot->index = jn_builder_add_expr(builder, &record);
    return slot->index;
}

#define RECORD(name, tag, fields)                                                                                      \
    uint32_t jn_builder_add_##name(struct jn_builder *builder, const struct jn_##name *record) {                       \
        struct jn_##name *row = builder_append(builder, &builder->name, sizeof(*row), 1);                              \
        *row = *record;                                                                                                \
        return builder->name.n - 1;                                                                                    \
    }                                                                                                                  \
    struct jn_##name *jn_builder_at_##name(struct jn_builder *builder, uint32_t index) {                               \
        JN_CHECK(index < builder->name.n);                                                                             \
        return (struct jn_##name *)builder->name.row + index;                                                          \
    }                                                                                                                  \
    uint32_t jn_builder_count_##name(const struct jn_builder *builder) {                                               \
        return builder->name.n;                                                                                        \
    }
JN_RECORDS(RECORD)
#undef RECORD

struct jn_program *jn_builder_finish(struct jn_builder *builder) {
    struct jn_program *program = JN_NEW(builder->arena, struct jn_program);
    program->string = builder->string.row;
    program->n_string = builder->string.n;
    program->code = builder->code.row;
    program->n_code = builder->code.n;
    program->value = builder->value.row;
#define TABLE(name, tag, fields)                                                                                       \
    program->name = builder->name.row;                                                                                 \
    program->n_##name = builder->name.n;
    JN_RECORDS(TABLE)
#undef TABLE
    return program;
}
