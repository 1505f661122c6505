/* The audit log's chain: each entry's hash covers the one before it, so that none can be changed, dropped or put
 * between others without all behind it showing that. */
#ifndef RUNTIME_AUDIT_CHAIN_H
#define RUNTIME_AUDIT_CHAIN_H

#include "journey/store.h"

/* SHA-256 of the hash before, the number, the time and the body. */
void jr_chain_hash(const uint8_t before[32], const struct jr_row_audit *row, uint8_t out[32]);

/* A walk along the chain, from what is kept of the forgotten part. */
struct jr_chain_walk {
    uint64_t at;      /* entries up to here are good */
    uint8_t hash[32]; /* of the last of them */
    uint64_t checked;
    uint64_t broken; /* number of the first entry that does not fit; 0: all do */
    const char *why;
};

jn_rc jr_chain_begin(struct jr_store *store, struct jr_chain_walk *walk, struct jn_err *err);
/* From behind an entry, whose own hash is taken as it is. JN_NOT_FOUND when it is not kept. */
jn_rc jr_chain_begin_behind(struct jr_store *store, uint64_t number, struct jr_chain_walk *walk, struct jn_err *err);
/* The next entries, at most max; *more is false at the end, and once something is broken. */
jn_rc jr_chain_step(struct jr_store *store, uint32_t max, struct jr_chain_walk *walk, bool *more, struct jn_err *err);
/* At the end: as many as were ever made must have been there. */
void jr_chain_end(struct jr_chain_walk *walk, uint64_t made);

#endif
