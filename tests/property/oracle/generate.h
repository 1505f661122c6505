/* Random sound journeys and random customers' days, both from a seed. */
#ifndef TESTS_PROPERTY_ORACLE_GENERATE_H
#define TESTS_PROPERTY_ORACLE_GENERATE_H

#include "core/buffer.h"

struct rng {
    uint64_t state;
};

uint32_t rng_below(struct rng *rng, uint32_t n);

/* Something that ann does: event e1, e2 or e3 with the attributes x and t, either may be missing; or the lead decides.
 */
enum { DEED_APPROVES = 4, DEED_REJECTS };
struct deed {
    int64_t at; /* ms, never before the one before */
    int event;
    int64_t x; /* INT64_MIN: missing */
    const char *t;
};

#define DEEDS_MAX 24

/* A workspace with the one journey `j`. */
void generate_script(struct rng *rng, struct jn_buf *out);
uint32_t generate_deeds(struct rng *rng, int64_t start, struct deed *out);

#endif
