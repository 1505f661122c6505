/* What a customer of the known workspace must and must not have got. */
#ifndef TESTS_SIM_KNOWN_H
#define TESTS_SIM_KNOWN_H

#include <stdio.h>
#include <string.h>

#include "ledger.h"
#include "plan.h"

enum { KNOWN_GOT = 64 };

/* Messages made for one customer, oldest first. */
struct known_got {
    const struct post *post[KNOWN_GOT];
    uint32_t n;
};

/* NULL, or which promise was broken. `acknowledged`: the event that begins the journey was. */
const char *known_judge(const struct known *known, const struct known_got *got, bool acknowledged);

#endif
