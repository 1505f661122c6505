#include "failing.h"

#include "core/check.h"

extern const struct jr_store_ops jr_store_mem;

static struct jr_store_ops ops;
static struct failing *here; /* the store's calls carry no place of ours */

static jn_rc failing_call(struct jn_err *err) {
    if (++here->made != here->strike) return JN_OK;
    here->struck++;
    return jn_fail(err, JN_IO, "call %u of the store fails", here->made);
}

#define CALL(name, parameters, arguments)                                                                              \
    static jn_rc failing_##name parameters {                                                                           \
        jn_rc rc = failing_call(err);                                                                                  \
        return rc == JN_OK ? jr_store_mem.name arguments : rc;                                                         \
    }
#include "calls.def"
#undef CALL

static jn_rc failing_begin(struct jr_store *store, struct jn_err *err) {
    (void)store;
    JN_CHECK(!here->within);
    here->within = true;
    return failing_call(err);
}

static void failing_end(struct jr_store *store) {
    (void)store;
    JN_CHECK(here->within);
    here->within = false;
}

struct jr_store *failing_open(struct failing *failing) {
    struct jr_store *store;
    *failing = (struct failing){0};
    here = failing;
    JN_CHECK(jr_store_mem.open(JN_STR(""), &store, NULL) == JN_OK);
    ops = jr_store_mem;
#define CALL(name, parameters, arguments) ops.name = failing_##name;
#include "calls.def"
#undef CALL
    ops.begin = failing_begin;
    ops.end = failing_end;
    store->ops = &ops;
    return store;
}

void failing_arm(struct failing *failing, uint32_t strike) {
    failing->strike = strike;
    failing->made = 0;
}

bool failing_disarm(struct failing *failing) {
    bool struck = failing->strike > 0 && failing->made >= failing->strike;
    failing->strike = 0;
    return struck;
}
