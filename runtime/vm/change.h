/* When time alone may change what an expression says: watched while it is evaluated, for whoever asks. */
#ifndef RUNTIME_VM_CHANGE_H
#define RUNTIME_VM_CHANGE_H

#include "runtime/vm/vm.h"

#define VM_CHANGE_STEP_MS INT64_C(900000) /* looked at again so often where the instant is not computed */

/* How a value on the stack moves with time. */
struct vm_motion {
    int8_t slope;          /* ms of the value by ms of time: -2 to 2 */
    bool inexact;          /* it moves by the calendar, in ways that are not computed */
    struct jn_value shift; /* calendar time that was added to `now` */
};

/* What an instruction that pushes one value makes move. `result` is that value. */
struct vm_motion vm_change_read(const struct jr_context *context, enum jn_op op, uint32_t operand,
                                struct jn_value result);
/* … one that makes one value of one, and of two. Comparisons lower *context->until. */
struct vm_motion vm_change_one(const struct jr_context *context, enum jn_op op, struct vm_motion a,
                               struct jn_value value);
struct vm_motion vm_change_two(const struct jr_context *context, enum jn_op op, struct vm_motion a, struct vm_motion b,
                               struct jn_value left, struct jn_value right);

#endif
