#include "runtime/delivery/entry.h"

#include <stdlib.h>

#include "core/check.h"

/* Every text of a delivery, so that one loop copies them all. */
static void jr_entry__texts(struct jr_delivery *d, struct jn_str *text[10]) {
    struct jn_str *all[10] = {&d->id,      &d->channel,  &d->url, &d->secret, &d->journey,
                              &d->message, &d->customer, &d->to,  &d->body,   &d->last_reason};
    memcpy(text, all, sizeof all);
}

struct jr_entry *jr_entry_new(const struct jr_delivery *delivery) {
    struct jr_entry *entry = jn_alloc_zero(1, sizeof *entry);
    entry->delivery = *delivery;
    struct jn_str *text[10];
    jr_entry__texts(&entry->delivery, text);
    size_t total = 0;
    for (size_t i = 0; i < 10; i++)
        total += text[i]->n;
    entry->text = jn_alloc(total);
    char *at = entry->text;
    for (size_t i = 0; i < 10; i++) {
        if (text[i]->n > 0) memcpy(at, text[i]->p, text[i]->n);
        text[i]->p = at;
        at += text[i]->n;
    }
    return entry;
}

void jr_entry_free(struct jr_entry *entry) {
    free(entry->text);
    free(entry);
}
