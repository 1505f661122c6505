/* Breakers of services: when too many of the last calls fail, nothing is asked for a while, then one call tries. */
#ifndef RUNTIME_DELIVERY_BREAKER_H
#define RUNTIME_DELIVERY_BREAKER_H

#include "core/map.h"
#include "journey/runtime.h"

struct jr_breakers {
    struct jn_map by_service; /* a breaker lives as long as the process: programs name few services */
};

void jr_breakers_init(struct jr_breakers *breakers);
void jr_breakers_release(struct jr_breakers *breakers);

/* Whether the service may be asked now. A yes is to be followed by jr_breaker_note. */
bool jr_breaker_allows(struct jr_breakers *breakers, const struct jr_delivery *ask, int64_t now);
/* How the call ended. */
void jr_breaker_note(struct jr_breakers *breakers, const struct jr_delivery *ask, bool failed, int64_t now);

#endif
