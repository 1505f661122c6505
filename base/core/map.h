/* A hash map from text to a pointer-sized value; the hash is seeded per process, so hostile keys gain nothing. */
#ifndef CORE_MAP_H
#define CORE_MAP_H

#include <stdint.h>

#include "journey/str.h"

struct jn_map_slot {
    struct jn_str key; /* not copied: lives as long as the map */
    uint64_t hash;
    uint64_t value;
    bool used;
};

struct jn_map {
    struct jn_map_slot *slot;
    uint32_t cap; /* zero or a power of two */
    uint32_t n;
};

void jn_map_init(struct jn_map *map);
void jn_map_release(struct jn_map *map);
void jn_map_clear(struct jn_map *map);

/* True and *value set when the key is there; value may be NULL. */
bool jn_map_get(const struct jn_map *map, struct jn_str key, uint64_t *value);
/* True when the key is new; an existing value is replaced. */
bool jn_map_put(struct jn_map *map, struct jn_str key, uint64_t value);
bool jn_map_remove(struct jn_map *map, struct jn_str key);
/* Iteration in unspecified order: start with *at = 0; false at the end. */
bool jn_map_next(const struct jn_map *map, uint32_t *at, struct jn_str *key, uint64_t *value);

#endif
