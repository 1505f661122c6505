/* Wrong tokens of each address: how many are looked at before it has to wait. Pure. */
#ifndef RUNTIME_ACCESS_ATTEMPTS_H
#define RUNTIME_ACCESS_ATTEMPTS_H

#include <stdint.h>

#include "journey/str.h"

#define JR_ATTEMPTS_MAX       1024  /* addresses that are remembered */
#define JR_ATTEMPTS_ALLOWED   10    /* wrong tokens in a window */
#define JR_ATTEMPTS_WINDOW_MS 60000 /* from the first of them */

struct jr_attempt {
    uint64_t address; /* hash of it */
    int64_t since;
    uint32_t wrong;
};

struct jr_attempts {
    struct jr_attempt row[JR_ATTEMPTS_MAX];
    uint32_t n;
};

/* An address as it is counted: of IPv6 the first 64 bits, which one customer of a provider has for himself. */
uint64_t jr_attempts_address(struct jn_str address);
/* Seconds for which nothing more of the address is looked at; 0: it may try. `now` in ms, of a clock that does not go
 * back. */
uint32_t jr_attempts_wait(const struct jr_attempts *attempts, uint64_t address, int64_t now);
/* Counts a wrong token; how many there were in the window, with it. With the table full, the address whose window is
 * the oldest makes room. */
uint32_t jr_attempts_wrong(struct jr_attempts *attempts, uint64_t address, int64_t now);

#endif
