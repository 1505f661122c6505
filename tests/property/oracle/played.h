/* The real engine plays a customer's days, and chance plays the receivers. */
#ifndef TESTS_PROPERTY_ORACLE_PLAYED_H
#define TESTS_PROPERTY_ORACLE_PLAYED_H

#include "days.h"
#include "journey/program.h"

/* As the oracle tells it. */
void play(struct jn_program *program, const struct chance *chance, const struct deed *deed, uint32_t n, int64_t end,
          struct jn_buf *out, struct jn_buf *content);

#endif
