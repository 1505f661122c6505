/* Attributes that are computed: when they are asked for, and again when anything they may depend on has changed. */
#include "core/value.h"
#include "runtime/engine/history/history.h"

/* Up to which attribute the customer's `seen` holds what is computed, and as of when. */
struct engine_computed {
    const struct jn_value *of; /* the array it is about: a change of an attribute makes another */
    uint32_t done;
    uint32_t n_event; /* of the turn */
    int64_t now, until;
};

static struct engine_computed *computed_of(const struct history_asker *asker, const struct jn_value *seen) {
    struct engine_customer *customer = asker->customer;
    struct engine_computed *computed = customer->computed;
    if (computed == NULL) computed = customer->computed = JN_NEW(asker->turn->arena, struct engine_computed);
    if (computed->of != seen || computed->n_event != asker->turn->n_event || computed->now != asker->turn->now)
        *computed = (struct engine_computed){
            .of = seen, .n_event = asker->turn->n_event, .now = asker->turn->now, .until = INT64_MAX};
    return computed;
}

/* In their order: each may read those in front of it, never one behind (the verifier's law). */
struct jn_value history_computed(const struct jr_context *context, uint32_t attr) {
    const struct history_asker *asker = context->asker;
    const struct jn_program *program = context->program;
    (void)engine_attrs(asker->customer, asker->program, asker->turn->arena);
    struct jn_value *seen = asker->customer->seen;
    struct engine_computed *computed = computed_of(asker, seen);
    struct jr_context inner = *context;
    inner.attr = seen;
    inner.computed = NULL;
    inner.zone = engine_zone(asker->customer, asker->program);
    inner.until = &computed->until;
    for (; computed->done <= attr; computed->done++) {
        uint32_t expr = program->attr[computed->done].computed;
        if (expr == JN_NONE) continue;
        if (jr_vm_eval(&inner, expr, &seen[computed->done], NULL) != JN_OK) seen[computed->done] = JN_MISSING;
    }
    if (context->until != NULL && computed->until < *context->until) *context->until = computed->until;
    return seen[attr];
}
