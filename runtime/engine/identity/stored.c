#include <stdlib.h>

#include "runtime/engine/identity/identity.h"

static int stored_older(const void *a, const void *b) {
    const struct jr_row_event *x = a, *y = b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int stored_newer(const void *a, const void *b) {
    return stored_older(b, a);
}

/* Rows of all the customer's numbers as if they were of one. */
static void stored_join(struct turn *turn, struct jr_row_event **out, uint32_t *n, const struct jr_row_event *more,
                        uint32_t n_more, uint32_t max, int (*order)(const void *, const void *)) {
    struct jr_row_event *all;
    if (n_more == 0) return;
    all = JN_NEW_ARRAY(turn->arena, struct jr_row_event, (size_t)*n + n_more);
    if (*n > 0) memcpy(all, *out, *n * sizeof(*all));
    memcpy(all + *n, more, n_more * sizeof(*all));
    qsort(all, (size_t)*n + n_more, sizeof(*all), order);
    *out = all;
    *n = *n + n_more < max ? *n + n_more : max;
}

jn_rc turn_stored_events(struct turn *turn, const struct engine_customer *customer, uint64_t after, uint32_t max,
                         struct jr_row_event **out, uint32_t *n) {
    struct jr_store *store = turn->engine->store;
    jn_rc rc = store->ops->events(store, customer->id, after, max, turn->arena, out, n, turn->err);
    for (uint32_t i = 0; rc == JN_OK && i < customer->n_absorbed; i++) {
        struct jr_row_event *more;
        uint32_t n_more;
        rc = store->ops->events(store, customer->absorbed[i], after, max, turn->arena, &more, &n_more, turn->err);
        if (rc == JN_OK) stored_join(turn, out, n, more, n_more, max, stored_older);
    }
    return rc;
}

jn_rc turn_stored_recent(struct turn *turn, const struct engine_customer *customer, uint64_t before, uint32_t max,
                         struct jr_row_event **out, uint32_t *n) {
    struct jr_store *store = turn->engine->store;
    jn_rc rc = store->ops->recent(store, customer->id, before, max, turn->arena, out, n, turn->err);
    for (uint32_t i = 0; rc == JN_OK && i < customer->n_absorbed; i++) {
        struct jr_row_event *more;
        uint32_t n_more;
        rc = store->ops->recent(store, customer->absorbed[i], before, max, turn->arena, &more, &n_more, turn->err);
        if (rc == JN_OK) stored_join(turn, out, n, more, n_more, max, stored_newer);
    }
    return rc;
}
