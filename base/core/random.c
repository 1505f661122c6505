#include "core/random.h"

#include <errno.h>
#include <sys/random.h>

#include "core/check.h"

static uint64_t jn_splitmix(uint64_t *x) {
    uint64_t z = *x += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void jn_random_seed(struct jn_random *random, uint64_t seed) {
    for (int i = 0; i < 4; i++)
        random->s[i] = jn_splitmix(&seed);
}

static uint64_t jn_rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

uint64_t jn_random_next(struct jn_random *random) {
    uint64_t *s = random->s;
    uint64_t result = jn_rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = jn_rotate(s[3], 45);
    return result;
}

uint64_t jn_random_below(struct jn_random *random, uint64_t bound) {
    JN_CHECK(bound > 0);
    uint64_t threshold = (0 - bound) % bound; /* values below it would favour small results */
    for (;;) {
        uint64_t v = jn_random_next(random);
        if (v >= threshold) return v % bound;
    }
}

void jn_random_bytes(void *out, size_t n) {
    unsigned char *p = out;
    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR) continue;
        JN_CHECK(got > 0);
        p += got;
        n -= (size_t)got;
    }
}
