/* A store in memory of whose calls one can fail: what stands above it must say so, change nothing, and go on as if
 * nothing had been. */
#ifndef TESTS_FAULT_CALLS_FAILING_H
#define TESTS_FAULT_CALLS_FAILING_H

#include "journey/store.h"

struct failing {
    uint32_t strike; /* the call that fails, from 1; 0: none */
    uint32_t made;   /* calls since `failing_arm` */
    bool within;     /* between begin and end of a turn */
    uint64_t struck; /* calls that have failed so far */
};

/* One at a time. */
struct jr_store *failing_open(struct failing *failing);
/* The call of that number from now on fails. */
void failing_arm(struct failing *failing, uint32_t strike);
/* Whether it has; from now on none does. */
bool failing_disarm(struct failing *failing);

#endif
