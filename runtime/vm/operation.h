/* What each opcode does to values: one row an opcode, read by the machine's loop alone. */
#ifndef RUNTIME_VM_OPERATION_H
#define RUNTIME_VM_OPERATION_H

#include "runtime/vm/vm.h"

enum vm_family {
    VM_READ, /* pushes something from the context */
    VM_ONE,  /* one value becomes another */
    VM_TWO,  /* two values become one */
    VM_JUMP,
    VM_CALL, /* evaluates a segment */
    VM_END
};

typedef struct jn_value vm_one(const struct jr_context *context, struct jn_value a, const uint8_t *operands);
typedef struct jn_value vm_two(const struct jr_context *context, struct jn_value a, struct jn_value b);

struct vm_operation {
    enum vm_family family;
    vm_one *one;
    vm_two *two;
};

extern const struct vm_operation vm_operation[JN_OPS];

struct jn_value vm_date_of(const struct jn_zone *zone, int64_t instant);

#endif
