/* Expression code as a person would write it: `customer.points > 3 and customer in vip`. */
#ifndef COMPILER_EXPLAIN_INFIX_H
#define COMPILER_EXPLAIN_INFIX_H

#include "core/buffer.h"
#include "journey/program.h"

void jc_infix(const struct jn_program *program, uint32_t expr, struct jn_buf *out);

#endif
