/* Randomness as a parameter: a seeded generator for jitter and simulation, the kernel's for secrets and ids. */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* xoshiro256** (Blackman and Vigna 2018), seeded through splitmix64. */
struct jn_random {
    uint64_t s[4];
};

void jn_random_seed(struct jn_random *random, uint64_t seed);
uint64_t jn_random_next(struct jn_random *random);
uint64_t jn_random_below(struct jn_random *random, uint64_t bound); /* unbiased; bound > 0 */
void jn_random_bytes(void *out, size_t n);                          /* getrandom */

#endif
