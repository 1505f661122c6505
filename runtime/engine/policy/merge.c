/* What policies keep of two customers who become one (language semantics 5). */
#include "runtime/engine/policy/policy.h"

/* Both have said something, of the topic or of everything: who said no means no. */
static void merge_consent(struct turn *turn, struct engine_customer *into, const struct engine_customer *from,
                          struct jn_str topic) {
    const struct engine_consent *one = engine_consent_said(into, topic), *other = engine_consent_said(from, topic);
    engine_consent_put(into, turn->arena, topic, (one == NULL || one->in) && (other == NULL || other->in));
}

/* Named topics first: what is said of everything is part of what was said of them. */
static void merge_consents(struct turn *turn, struct engine_customer *into, const struct engine_customer *from) {
    uint32_t own = into->n_consent;
    bool everything = engine_consent_said(into, JN_STR("")) != NULL || engine_consent_said(from, JN_STR("")) != NULL;
    for (uint32_t i = 0; i < own; i++)
        if (into->consent[i].topic.n > 0) merge_consent(turn, into, from, into->consent[i].topic);
    for (uint32_t i = 0; i < from->n_consent; i++)
        if (from->consent[i].topic.n > 0) merge_consent(turn, into, from, from->consent[i].topic);
    if (everything) merge_consent(turn, into, from, JN_STR(""));
}

/* Oldest first, as before; the oldest go when there are too many. */
static void merge_slots(struct turn *turn, struct engine_customer *into, const struct engine_customer *from) {
    struct engine_slot *all = JN_NEW_ARRAY(turn->arena, struct engine_slot, (size_t)into->n_slot + from->n_slot);
    uint32_t n = 0, i = 0, k = 0;
    if (from->n_slot == 0) return;
    while (i < into->n_slot || k < from->n_slot) {
        bool own = k == from->n_slot || (i < into->n_slot && into->slot[i].at <= from->slot[k].at);
        all[n++] = own ? into->slot[i++] : from->slot[k++];
    }
    into->n_slot = 0;
    for (i = n > ENGINE_SLOTS_MAX ? n - ENGINE_SLOTS_MAX : 0; i < n; i++)
        *(struct engine_slot *)engine_grow(turn->arena, &into->slot, &into->n_slot, sizeof(*all)) = all[i];
}

void engine_policy_merge(struct turn *turn, struct engine_customer *into, const struct engine_customer *from) {
    merge_consents(turn, into, from);
    merge_slots(turn, into, from);
    for (uint32_t i = 0; i < from->n_recent && into->n_recent < ENGINE_RECENT_MAX; i++)
        *(struct engine_recent *)engine_grow(turn->arena, &into->recent, &into->n_recent, sizeof(*into->recent)) =
            from->recent[i];
    into->changed = true;
}
