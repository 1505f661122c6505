/* Lives of customers over a disk that fails, and the ledger of what the world outside has seen of them: what was
 * acknowledged, and every message that left the process. */
#ifndef TESTS_FAULT_LIFE_H
#define TESTS_FAULT_LIFE_H

#include "disk.h"
#include "draft.h"
#include "journey/runtime.h"

enum { LIFE_CUSTOMERS = 160, LIFE_FLYING = 512 };

/* What the outside knows of a customer: each begins once and must get each of two messages under one id. */
struct life_customer {
    bool asked, acknowledged;
    char id[2][40]; /* of the messages `first` and `second`, once seen */
    uint64_t body[2];
};

struct life {
    struct disk disk;
    struct jn_random dice;
    struct jn_arena arena, turn_arena;
    struct jr_store *store;
    struct jr_engine *engine;
    int64_t now;
    uint32_t restarts;
    struct life_customer customer[LIFE_CUSTOMERS];
    uint64_t flying[LIFE_FLYING]; /* numbers of deliveries that the receiver has and whose result is not told yet */
    uint32_t n_flying;
    char wrong[256]; /* the first promise that was broken; empty: none */
};

void life_open(struct life *life, uint64_t seed);
void life_close(struct life *life);
/* Events, time and results until everybody has begun; a failed turn is tried again, after a restart when the process
 * would have ended. */
void life_go_on(struct life *life);
/* Until nothing is left to do; then what each customer has got is looked at. */
void life_settle(struct life *life);

#endif
