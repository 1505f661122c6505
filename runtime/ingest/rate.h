/* How many events a second are taken of each sender. Pure. */
#ifndef RUNTIME_INGEST_RATE_H
#define RUNTIME_INGEST_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define JR_RATES_MAX 256 /* senders that are remembered */

struct jr_rate {
    uint64_t sender;
    int64_t at;   /* ms, when `left` was true */
    int64_t left; /* thousandths of events; below zero: a batch took more than there was */
};

struct jr_rates {
    uint32_t per_second; /* 0: as many as come */
    uint32_t n;
    struct jr_rate row[JR_RATES_MAX];
};

/* Takes n events of the sender, all or none: as long as anything is left, also a batch that is larger, which is then
 * paid off. 0: taken; else seconds after which the sender may try again. `now` in ms, of a clock that does not go back.
 */
uint32_t jr_rate_take(struct jr_rates *rates, uint64_t sender, uint32_t n, int64_t now);

#endif
