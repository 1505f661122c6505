#include "runtime/delivery/line.h"

#include "core/hash.h"

static struct jn_str jr_lines__key(const struct jr_entry *entry) {
    return (struct jn_str){(const char *)&entry->line, sizeof entry->line};
}

static void jr_lines__end_with(struct jr_lines *lines, struct jr_entry *entry) {
    (void)jn_map_remove(&lines->last, jr_lines__key(entry)); /* the key belongs to the entry that was last */
    (void)jn_map_put(&lines->last, jr_lines__key(entry), (uint64_t)(uintptr_t)entry);
}

bool jr_lines_join(struct jr_lines *lines, struct jr_entry *entry) {
    uint64_t last = 0;
    if (!entry->delivery.ordered) return false;
    entry->line.destination = (uintptr_t)entry->destination;
    entry->line.customer = jn_hash64(entry->delivery.customer);
    if (jn_map_get(&lines->last, jr_lines__key(entry), &last)) {
        entry->ahead = (struct jr_entry *)(uintptr_t)last;
        entry->ahead->behind = entry;
    }
    jr_lines__end_with(lines, entry);
    return entry->ahead != NULL;
}

struct jr_entry *jr_lines_leave(struct jr_lines *lines, struct jr_entry *entry) {
    struct jr_entry *ahead = entry->ahead, *behind = entry->behind;
    if (!entry->delivery.ordered) return NULL;
    if (behind != NULL)
        behind->ahead = ahead;
    else if (ahead != NULL)
        jr_lines__end_with(lines, ahead);
    else
        (void)jn_map_remove(&lines->last, jr_lines__key(entry));
    if (ahead != NULL) ahead->behind = behind;
    return ahead == NULL ? behind : NULL;
}
