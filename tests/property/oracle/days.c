#include "days.h"

#define HOUR INT64_C(3600000)

uint32_t rng_below(struct rng *rng, uint32_t n) {
    rng->state += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static const char *random_text(struct rng *rng) {
    static const char *const TEXT[] = {NULL, "a", "b", "c"};
    return TEXT[rng_below(rng, 4)];
}

static int64_t random_number(struct rng *rng) {
    return rng_below(rng, 5) == 0 ? INT64_MIN : (int64_t)rng_below(rng, 7);
}

uint32_t random_deeds(struct rng *rng, int64_t start, struct deed *out) {
    uint32_t n = 4 + rng_below(rng, DEEDS_MAX - 4);
    int64_t at = start;
    for (uint32_t i = 0; i < n; i++) {
        static const enum deed_kind KIND[] = {DEED_CONSENT, DEED_OPENED, DEED_DECISION};
        uint32_t kind = i == 0 ? 9 : rng_below(rng, 11);
        /* Often at whole hours, so that events and timers meet; sometimes at one instant. */
        at += (int64_t)rng_below(rng, 30) * HOUR * (rng_below(rng, 4) != 0);
        out[i] = (struct deed){.kind = kind < 3 ? KIND[kind] : DEED_EVENT, .at = at};
        out[i].event = out[i].kind == DEED_EVENT    ? 1 + (int)rng_below(rng, 3)
                       : out[i].kind == DEED_OPENED ? (int)rng_below(rng, 4)
                                                    : (int)rng_below(rng, 2);
        out[i].x = random_number(rng);
        out[i].t = random_text(rng);
        out[i].c = random_number(rng);
        out[i].in = rng_below(rng, 2) == 0;
    }
    return n;
}

struct chance random_chance(struct rng *rng) {
    return (struct chance){.seed = ((uint64_t)rng_below(rng, UINT32_MAX) << 32) | rng_below(rng, UINT32_MAX),
                           .control = rng_below(rng, 4) == 0,
                           .rollout = rng_below(rng, 8) == 0};
}

/* Never at a whole hour: what comes back from outside meets no timer but an answer its own deadline. */
struct fate chance_fate(const struct chance *chance, uint32_t number, bool asks) {
    static const int64_t ANSWERED[] = {500, ASK_TIMEOUT_MS, ASK_TIMEOUT_MS + 1, 90000};
    static const int64_t ACCEPTED[] = {7, 7, 61007, 3 * HOUR + 7}, FAILED[] = {13, 5 * HOUR + 13, 50 * HOUR + 13};
    static const char *const TIER[] = {"a", "b", "c"};
    struct rng rng = {chance->seed + number};
    struct fate fate = {.end = rng_below(&rng, 3) == 0 ? FATE_FAILED : FATE_ACCEPTED};
    fate.retried = rng_below(&rng, 3) == 0;
    fate.nonsense = rng_below(&rng, 4) == 0;
    fate.score = (int64_t)rng_below(&rng, 7);
    fate.tier = TIER[rng_below(&rng, 3)];
    fate.after = asks                      ? ANSWERED[rng_below(&rng, 4)]
                 : fate.end == FATE_FAILED ? FAILED[rng_below(&rng, 3)]
                                           : ACCEPTED[rng_below(&rng, 4)];
    return fate;
}

bool chance_arm(const struct chance *chance, struct jn_str split) {
    struct rng rng = {chance->seed ^ (uint64_t)split.p[split.n - 1]};
    return rng_below(&rng, 2) == 1;
}
