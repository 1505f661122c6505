/* A small world for the machine's tests: a customer, an event, a run's variable, and code put together by hand. */
#ifndef TESTS_UNIT_VM_MACHINE_H
#define TESTS_UNIT_VM_MACHINE_H

#include "core/value.h"
#include "image/builder.h"
#include "runtime/vm/vm.h"

struct ins {
    enum jn_op op;
    uint32_t a, b;
};

struct machine {
    struct jn_arena arena;
    struct jn_builder *builder;
    struct jr_context context;
    uint32_t points, name, missing_attr; /* attributes: 5, "Ann", missing */
    uint32_t event, amount;              /* purchase.amount: 49.90 CNY */
    uint32_t slot, segment;              /* 7; points > 3 */
};

void machine_init(struct machine *m);
void machine_release(struct machine *m);

/* Constants. */
uint32_t k(struct machine *m, struct jn_value value);
uint32_t text(struct machine *m, const char *z);
struct jn_value number(const char *decimal);
struct jn_value money(const char *decimal, const char *currency);
struct jn_value date(int year, int month, int day);
struct jn_value instant(const char *iso);

/* Runs the code (ret is added) and gives the result as the language writes it; "missing" when it is. */
const char *run(struct machine *m, enum jn_type type, const struct ins *ins, size_t n);
/* Runs a template and gives what it wrote, or the error's text behind "!". */

#define RUN(m, type, ...)                                                                                              \
    run((m), JN_T_##type, (const struct ins[]){__VA_ARGS__},                                                           \
        sizeof((const struct ins[]){__VA_ARGS__}) / sizeof(struct ins))
#define PUSH(m, value)                                                                                                 \
    { JN_OP_PUSH, k((m), (value)), 0 }
#define OP0(op)                                                                                                        \
    { JN_OP_##op, 0, 0 }

#endif
