/* Random customers' days, and what chance decides in them; all from a seed. */
#ifndef TESTS_PROPERTY_ORACLE_DAYS_H
#define TESTS_PROPERTY_ORACLE_DAYS_H

#include "core/buffer.h"

struct rng {
    uint64_t state;
};

uint32_t rng_below(struct rng *rng, uint32_t n);

enum deed_kind { DEED_EVENT, DEED_OPENED, DEED_CONSENT, DEED_DECISION };

/* Something that ann does: event e1, e2 or e3 with the attributes x, t and c, each of which may be missing; or that a
 * message was opened; or that she says something about a topic; or that what has waited longest for somebody's decision
 * is decided. */
struct deed {
    enum deed_kind kind;
    int64_t at; /* ms, never before the one before */
    int event;  /* EVENT: 1 … 3; OPENED: of message m0 … m3; CONSENT: 0 news, 1 promo */
    int64_t x;  /* INT64_MIN: missing */
    const char *t;
    int64_t c; /* whole CNY; INT64_MIN: missing */
    bool in;   /* CONSENT; DECISION: it is approved */
};

#define DEEDS_MAX 28
uint32_t random_deeds(struct rng *rng, int64_t start, struct deed *out);

/* What becomes of what is sent, by its number in the outbox. */
enum fate_end { FATE_ACCEPTED, FATE_FAILED, FATE_CANCELLED };
struct fate {
    int64_t after; /* ms */
    enum fate_end end;
    bool retried;  /* one attempt fails before */
    bool nonsense; /* a question: the answer is of no use */
    int64_t score;
    const char *tier;
};

#define ASK_TIMEOUT_MS 2000

struct chance {
    uint64_t seed;
    bool control, rollout; /* everybody is in the control group; nobody is in a rollout */
};

struct chance random_chance(struct rng *rng);
struct fate chance_fate(const struct chance *chance, uint32_t number, bool asks);
/* The first or the second arm. */
bool chance_arm(const struct chance *chance, struct jn_str split);

#endif
