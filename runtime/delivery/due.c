#include "runtime/delivery/due.h"

#include <stdlib.h>

#include "core/check.h"
#include "runtime/delivery/entry.h"

static void jr_due__put(struct jr_due *due, uint32_t at, struct jr_entry *entry) {
    due->heap[at] = entry;
    entry->place = at;
}

static void jr_due__up(struct jr_due *due, uint32_t at) {
    struct jr_entry *entry = due->heap[at];
    while (at > 0 && due->heap[(at - 1) / 2]->delivery.due > entry->delivery.due) {
        jr_due__put(due, at, due->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    jr_due__put(due, at, entry);
}

static void jr_due__down(struct jr_due *due, uint32_t at) {
    struct jr_entry *entry = due->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= due->n) break;
        if (child + 1 < due->n && due->heap[child + 1]->delivery.due < due->heap[child]->delivery.due) child++;
        if (due->heap[child]->delivery.due >= entry->delivery.due) break;
        jr_due__put(due, at, due->heap[child]);
        at = child;
    }
    jr_due__put(due, at, entry);
}

void jr_due_release(struct jr_due *due) {
    free(due->heap);
    *due = (struct jr_due){0};
}

void jr_due_add(struct jr_due *due, struct jr_entry *entry) {
    if (due->n == due->cap) {
        due->cap = due->cap == 0 ? 64 : due->cap * 2;
        due->heap = jn_realloc(due->heap, due->cap * sizeof *due->heap);
    }
    due->heap[due->n++] = entry;
    jr_due__up(due, due->n - 1);
}

void jr_due_remove(struct jr_due *due, struct jr_entry *entry) {
    uint32_t at = entry->place;
    JN_CHECK(at < due->n && due->heap[at] == entry);
    struct jr_entry *last = due->heap[--due->n];
    if (last == entry) return;
    jr_due__put(due, at, last);
    jr_due__up(due, at);
    jr_due__down(due, last->place);
}

struct jr_entry *jr_due_first(const struct jr_due *due) {
    return due->n == 0 ? NULL : due->heap[0];
}
