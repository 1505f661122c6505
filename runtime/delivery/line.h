/* Lines of messages that go out in order: of one customer's messages to one destination only the first is tried. */
#ifndef RUNTIME_DELIVERY_LINE_H
#define RUNTIME_DELIVERY_LINE_H

#include "core/map.h"
#include "runtime/delivery/entry.h"

struct jr_lines {
    struct jn_map last; /* entry by its line */
};

/* True: another one stands before it. */
bool jr_lines_join(struct jr_lines *lines, struct jr_entry *entry);
/* The one that is first now instead of it; NULL: none is. */
struct jr_entry *jr_lines_leave(struct jr_lines *lines, struct jr_entry *entry);

#endif
