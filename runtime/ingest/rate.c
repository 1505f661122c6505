#include "runtime/ingest/rate.h"

enum { JR_RATE__THOUSAND = 1000, JR_RATE__WAIT_MAX_S = 3600 };

/* The sender's row. One that is not known begins with a second's worth; at the cap it takes the place of who has been
 * silent longest, and so is owed most. */
static struct jr_rate *jr_rate__of(struct jr_rates *rates, uint64_t sender, int64_t now) {
    struct jr_rate *oldest = &rates->row[0];
    for (uint32_t i = 0; i < rates->n; i++) {
        if (rates->row[i].sender == sender) return &rates->row[i];
        if (rates->row[i].at < oldest->at) oldest = &rates->row[i];
    }
    if (rates->n < JR_RATES_MAX) oldest = &rates->row[rates->n++];
    *oldest = (struct jr_rate){.sender = sender, .at = now, .left = (int64_t)rates->per_second * JR_RATE__THOUSAND};
    return oldest;
}

uint32_t jr_rate_take(struct jr_rates *rates, uint64_t sender, uint32_t n, int64_t now) {
    if (rates->per_second == 0) return 0;
    struct jr_rate *rate = jr_rate__of(rates, sender, now);
    int64_t full = (int64_t)rates->per_second * JR_RATE__THOUSAND, passed = now > rate->at ? now - rate->at : 0;
    int64_t owed = full - rate->left; /* until a second's worth is left again */
    rate->left = passed >= owed / rates->per_second + 1 ? full : rate->left + passed * rates->per_second;
    rate->at = now;
    if (rate->left > 0) {
        rate->left -= (int64_t)n * JR_RATE__THOUSAND;
        return 0;
    }
    int64_t wait = -rate->left / full + 1;
    return (uint32_t)(wait > JR_RATE__WAIT_MAX_S ? JR_RATE__WAIT_MAX_S : wait);
}
