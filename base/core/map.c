#include "core/map.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/hash.h"
#include "core/random.h"

static uint64_t jn_map_hash(struct jn_str key) {
    static uint64_t seed; /* drawn once; a race draws twice and both maps stay consistent only if it is settled first */
    uint64_t s = __atomic_load_n(&seed, __ATOMIC_RELAXED);
    if (s == 0) {
        uint64_t fresh, expected = 0;
        jn_random_bytes(&fresh, sizeof(fresh));
        fresh |= 1;
        __atomic_compare_exchange_n(&seed, &expected, fresh, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        s = __atomic_load_n(&seed, __ATOMIC_RELAXED);
    }
    return jn_hash64_seed(key, s);
}

void jn_map_init(struct jn_map *map) {
    *map = (struct jn_map){0};
}

void jn_map_release(struct jn_map *map) {
    free(map->slot);
    *map = (struct jn_map){0};
}

void jn_map_clear(struct jn_map *map) {
    if (map->cap > 0) memset(map->slot, 0, map->cap * sizeof(*map->slot));
    map->n = 0;
}

/* The key's slot, or the free one where it belongs; the table is never full. */
static uint32_t jn_map_find(const struct jn_map *map, struct jn_str key, uint64_t hash) {
    uint32_t at = (uint32_t)hash & (map->cap - 1);
    while (map->slot[at].used && !(map->slot[at].hash == hash && jn_str_eq(map->slot[at].key, key)))
        at = (at + 1) & (map->cap - 1);
    return at;
}

bool jn_map_get(const struct jn_map *map, struct jn_str key, uint64_t *value) {
    if (map->n == 0) return false;
    const struct jn_map_slot *slot = &map->slot[jn_map_find(map, key, jn_map_hash(key))];
    if (!slot->used) return false;
    if (value != NULL) *value = slot->value;
    return true;
}

static void jn_map_grow(struct jn_map *map) {
    struct jn_map bigger = {.cap = map->cap == 0 ? 16 : map->cap * 2, .n = map->n};
    JN_CHECK(bigger.cap > map->cap);
    bigger.slot = jn_alloc_zero(bigger.cap, sizeof(*bigger.slot));
    for (uint32_t i = 0; i < map->cap; i++)
        if (map->slot[i].used) bigger.slot[jn_map_find(&bigger, map->slot[i].key, map->slot[i].hash)] = map->slot[i];
    free(map->slot);
    *map = bigger;
}

bool jn_map_put(struct jn_map *map, struct jn_str key, uint64_t value) {
    if (map->n >= map->cap / 4 * 3) jn_map_grow(map);
    uint64_t hash = jn_map_hash(key);
    struct jn_map_slot *slot = &map->slot[jn_map_find(map, key, hash)];
    bool fresh = !slot->used;
    if (fresh) {
        *slot = (struct jn_map_slot){.key = key, .hash = hash, .used = true};
        map->n++;
    }
    slot->value = value;
    return fresh;
}

bool jn_map_remove(struct jn_map *map, struct jn_str key) {
    if (map->n == 0) return false;
    uint32_t hole = jn_map_find(map, key, jn_map_hash(key));
    if (!map->slot[hole].used) return false;
    /* Close the gap: whoever probed past it moves back, so that no tombstones are needed. */
    for (uint32_t at = (hole + 1) & (map->cap - 1); map->slot[at].used; at = (at + 1) & (map->cap - 1)) {
        uint32_t home = (uint32_t)map->slot[at].hash & (map->cap - 1);
        if (((at - home) & (map->cap - 1)) < ((at - hole) & (map->cap - 1))) continue;
        map->slot[hole] = map->slot[at];
        hole = at;
    }
    map->slot[hole] = (struct jn_map_slot){0};
    map->n--;
    return true;
}

bool jn_map_next(const struct jn_map *map, uint32_t *at, struct jn_str *key, uint64_t *value) {
    for (; *at < map->cap; ++*at) {
        const struct jn_map_slot *slot = &map->slot[*at];
        if (!slot->used) continue;
        if (key != NULL) *key = slot->key;
        if (value != NULL) *value = slot->value;
        ++*at;
        return true;
    }
    return false;
}
