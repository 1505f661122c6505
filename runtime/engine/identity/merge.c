/* Two customers become one: profile, marks, history, runs. */
#include "core/value.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/policy/policy.h"

struct engine_customer *turn_merged_into(struct engine_customer *customer) {
    while (customer->merged != NULL)
        customer = customer->merged;
    return customer;
}

/* What is known of the one wins; what it lacks is filled in. */
static void merge_profile(struct turn *turn, struct engine_customer *into, const struct engine_customer *from) {
    for (uint32_t i = 0; i < from->n_attr; i++)
        if (jn_is_missing(engine_attr_get(into, from->attr[i].name)))
            engine_attr_set(into, turn->arena, from->attr[i].name, from->attr[i].value);
    for (uint32_t i = 0; i < from->n_tag; i++)
        engine_tag_set(into, turn->arena, from->tag[i], true);
    engine_policy_merge(turn, into, from);
}

/* Who has ever entered has entered: the later time counts. */
static void merge_marks(struct turn *turn, struct engine_customer *into, const struct engine_customer *from) {
    for (uint32_t i = 0; i < from->n_mark; i++) {
        struct engine_mark *same = NULL;
        for (uint32_t k = 0; k < into->n_mark && same == NULL; k++)
            if (into->mark[k].journey == from->mark[i].journey && into->mark[k].key == from->mark[i].key)
                same = &into->mark[k];
        if (same == NULL && into->n_mark < ENGINE_MARKS_MAX) {
            same = engine_grow(turn->arena, &into->mark, &into->n_mark, sizeof(*same));
            *same = from->mark[i];
        }
        if (same != NULL && same->at < from->mark[i].at) same->at = from->mark[i].at;
    }
}

/* Who was in a segment under either name does not join it by becoming one. */
static void merge_members(struct engine_customer *into, const struct engine_customer *from) {
    for (uint32_t i = 0; i < into->n_member; i++)
        for (uint32_t k = 0; k < from->n_member; k++)
            if (into->member[i].key == from->member[k].key) into->member[i].in |= from->member[k].in;
}

/* What this turn is about to store of `from`, and what the store has of it. */
static void merge_rows(struct turn *turn, struct engine_customer *into, const struct engine_customer *from) {
    for (uint32_t i = 0; i < turn->n_event; i++)
        if (turn->event[i].customer == from->id) turn->event[i].customer = into->id;
    for (uint32_t i = 0; i < turn->n_delivery; i++)
        if (turn->delivery[i].customer == from->id) turn->delivery[i].customer = into->id;
    for (uint32_t i = 0; i < turn->n_flight; i++)
        if (turn->flight[i].customer == from->id) turn->flight[i].customer = into->id;
    if (!from->fresh)
        *(uint64_t *)engine_grow(turn->arena, &into->absorbed, &into->n_absorbed, sizeof(uint64_t)) = from->id;
    for (uint32_t i = 0; i < from->n_absorbed; i++)
        *(uint64_t *)engine_grow(turn->arena, &into->absorbed, &into->n_absorbed, sizeof(uint64_t)) = from->absorbed[i];
}

static void merge_names(struct turn *turn, struct engine_customer *into, const struct engine_customer *from) {
    for (uint32_t i = 0; i <= from->n_alias; i++) {
        struct jn_str *alias = engine_grow(turn->arena, &into->alias, &into->n_alias, sizeof(*alias));
        *alias = i < from->n_alias ? from->alias[i] : from->ext;
        turn_name(turn, into, *alias);
    }
    /* Shares and splits follow the one that is known, else the older. */
    if (into->known == from->known && from->id < into->id) into->seed = engine_seed(from);
    into->known |= from->known;
}

/* What was read of either is read anew. */
static void merge_forget(struct engine_customer *into) {
    into->past = NULL;
    into->computed = NULL;
    into->seen_by = NULL;
    into->changed = true;
}

jn_rc turn_merge(struct turn *turn, struct engine_customer *into, struct engine_customer *from) {
    const struct engine_program *current = turn->engine->current;
    const struct jn_zone *zone[2] = {NULL, NULL};
    struct identity_past *past;
    jn_rc rc = identity_past_read(turn, into, from, &past);
    if (rc != JN_OK) return rc;
    if (current != NULL) zone[0] = engine_zone(into, current), zone[1] = engine_zone(from, current);
    turn_trace(turn, JR_TRACE_MERGED, into, NULL)->name = from->ext;
    merge_names(turn, into, from);
    merge_profile(turn, into, from);
    identity_merge_runs(turn, into, from);
    merge_marks(turn, into, from);
    merge_members(into, from);
    merge_rows(turn, into, from);
    merge_forget(into);
    from->merged = into;
    from->n_run = 0;
    from->own_due = INT64_MAX;
    from->changed = true;
    if (current != NULL && (engine_zone(into, current) != zone[0] || engine_zone(into, current) != zone[1]))
        turn_replan(turn, into);
    return identity_replay(turn, into, past);
}
