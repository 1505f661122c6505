/* What the world outside has seen: every message that the engine gave out or a receiver got, by its id. */
#ifndef TESTS_SIM_LEDGER_H
#define TESTS_SIM_LEDGER_H

#include "core/arena.h"
#include "core/map.h"
#include "journey/runtime.h"

struct post {
    struct jn_str id, customer, content;
    uint64_t body;     /* its hash */
    uint64_t deed;     /* hash of what it is the message of: run, step, content; 0: a question */
    uint64_t delivery; /* number in the outbox */
    int64_t at;        /* when it was made, by engine time */
    bool told;         /* by a turn that had committed */
    bool received, dead, cancelled;
    bool doubtful;     /* whether it was cancelled is known to nobody: a commit failed that may have been durable */
    uint32_t attempts; /* that the receiver saw */
};

struct ledger {
    struct jn_arena arena;
    struct jn_map by_id, by_deed;
    struct post **post;
    uint32_t n, cap;
};

void ledger_open(struct ledger *ledger);
void ledger_close(struct ledger *ledger);
/* Notes the message; NULL with *wrong when it contradicts what was seen of it. `once`: in this workspace a run's step
 * sends each content once, so that a second id for it is a second message. */
struct post *ledger_note(struct ledger *ledger, const struct jr_delivery *delivery, bool once, const char **wrong);
struct post *ledger_of(const struct ledger *ledger, uint64_t delivery); /* NULL: none of that number */

#endif
