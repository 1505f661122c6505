/* Messages that wait for their next attempt, soonest first: a binary heap of the pump's entries. */
#ifndef RUNTIME_DELIVERY_DUE_H
#define RUNTIME_DELIVERY_DUE_H

#include <stdint.h>

struct jr_entry;

struct jr_due {
    struct jr_entry **heap;
    uint32_t n, cap;
};

void jr_due_release(struct jr_due *due);
void jr_due_add(struct jr_due *due, struct jr_entry *entry);
void jr_due_remove(struct jr_due *due, struct jr_entry *entry);
struct jr_entry *jr_due_first(const struct jr_due *due); /* NULL when empty */

#endif
