#include "runtime/loop/attention.h"

bool jr_attention_look(struct jr_attention *attention, uint64_t now) {
    uint64_t passed = now - attention->looked;
    attention->looked = now;
    attention->time += passed < JR_ATTENTION_STEP_MS ? passed : JR_ATTENTION_STEP_MS;
    return passed > JR_ATTENTION_STEP_MS;
}
