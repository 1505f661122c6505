#include "runtime/loop/attention.h"

bool jr_attention_look(struct jr_attention *attention, uint64_t now, uint64_t step) {
    uint64_t passed = now - attention->looked;
    attention->looked = now;
    attention->time += passed < step ? passed : step;
    return passed > step;
}
