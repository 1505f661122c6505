/* Ids that come together: named, united, or kept apart. */
#include "core/utf8.h"
#include "runtime/engine/identity/identity.h"

static void who_add(struct turn *turn, struct engine_customer *customer, struct jn_str id) {
    struct jn_str *alias = engine_grow(turn->arena, &customer->alias, &customer->n_alias, sizeof(*alias));
    *alias = jn_arena_str(turn->arena, id);
    turn_name(turn, customer, *alias);
    turn_trace(turn, JR_TRACE_NAMED, customer, NULL)->name = *alias;
    customer->changed = true;
}

/* The customer goes by one of its other ids from now on; what is drawn by the old one stays as it was drawn. */
static void who_go_by(struct engine_customer *customer, struct jn_str id) {
    for (uint32_t i = 0; i < customer->n_alias; i++) {
        if (!jn_str_eq(customer->alias[i], id)) continue;
        struct jn_str was = customer->ext;
        if (customer->seed.n == 0) customer->seed = was;
        customer->ext = customer->alias[i];
        customer->alias[i] = was;
        customer->changed = true;
        return;
    }
}

static void who_know(struct engine_customer *customer, struct jn_str id) {
    if (customer->known) return;
    customer->known = customer->changed = true;
    who_go_by(customer, id);
}

/* An id that broken programs send for everybody. */
static bool who_is_nobody(struct jn_str id) {
    static const struct jn_str NOBODY_ROW[] = {
#define NOBODY(id, text) {id, sizeof(id) - 1},
#include "runtime/engine/identity/nobody.def"
#undef NOBODY
    };
    for (size_t i = 0; i < sizeof(NOBODY_ROW) / sizeof(*NOBODY_ROW); i++)
        if (id.n == NOBODY_ROW[i].n && strncasecmp(id.p, NOBODY_ROW[i].p, id.n) == 0) return true;
    return false;
}

/* Why two ids do not name one customer; empty when they may. `one` and `other` are their customers, NULL: none yet. */
static struct jn_str who_bar(const struct jr_input *input, const struct engine_customer *one,
                             const struct engine_customer *other) {
    bool alias = input->kind == JR_INPUT_ALIAS;
    uint32_t ids = 1 + (one == NULL ? 1 : one->n_alias) + (other == NULL ? 0 : other->n_alias);
    if (one != NULL && one == other) return JN_STR("");
    if (who_is_nobody(input->customer) || who_is_nobody(input->other))
        return JN_STR("one of the ids is what programs send for nobody");
    if (ids > ENGINE_ALIASES_MAX) return JN_STR("a customer has at most 1,000 ids");
    if (other == NULL || !other->known || input->insist) return JN_STR("");
    /* A device that two people use: they do not become one. */
    if (!alias) return JN_STR("the device is another customer's");
    return one == NULL || !one->known ? JN_STR("")
                                      : JN_STR("both ids are of known customers; only an administrator can unite them");
}

static void who_refuse(struct turn *turn, const struct jr_input *input, uint32_t at, struct jn_str why) {
    turn_quarantine(turn, JR_SET_ASIDE_UNRESOLVED, input, why, NULL);
    turn->out->answer[at] = JR_ANSWER_QUARANTINED;
    turn->out->answer_reason[at] = why;
}

static void who_tell_apart(struct turn *turn, const struct engine_customer *one, const struct jr_input *input,
                           struct jn_str why) {
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_APART, one, NULL);
    trace->name = input->other;
    trace->detail = why;
}

/* What was due before the input comes before it; what is due at its very instant comes after (semantics 4). */
static jn_rc who_fire(struct turn *turn, struct engine_customer *one, struct engine_customer *other) {
    jn_rc rc = turn_fire(turn, one, turn->now - 1);
    return rc == JN_OK && other != NULL && other != one ? turn_fire(turn, other, turn->now - 1) : rc;
}

static jn_rc who_unite(struct turn *turn, const struct jr_input *input, struct engine_customer *one,
                       struct engine_customer *other, struct engine_customer **out) {
    if (other == one) return JN_OK;
    if (other == NULL) {
        who_add(turn, one, input->other);
        return JN_OK;
    }
    bool swapped = other->known && !one->known;
    *out = swapped ? other : one;
    return turn_merge(turn, *out, swapped ? one : other);
}

/* By an identity attribute; without an id it must be known whom. */
static jn_rc who_by_attribute(struct turn *turn, const struct jr_input *input, uint32_t at,
                              struct engine_customer **out) {
    jn_rc rc = turn_by_attribute(turn, input, out);
    if (rc == JN_OK && *out != NULL) return turn_fire(turn, *out, turn->now - 1);
    if (rc == JN_OK && input->customer.n == 0)
        who_refuse(turn, input, at, JN_STR("neither userId nor anonymousId is given, and the traits are nobody's"));
    return rc;
}

jn_rc turn_who(struct turn *turn, const struct jr_input *input, uint32_t at, struct engine_customer **out) {
    struct engine_customer *one, *other = NULL;
    struct jn_str why = JN_STR("");
    bool two = input->other.n > 0 && !jn_str_eq(input->other, input->customer), fresh;
    *out = NULL;
    if (input->customer.n == 0) return who_by_attribute(turn, input, at, out);
    jn_rc rc = turn_customer(turn, input->customer, &one);
    if (rc == JN_OK && one == NULL && input->by_attribute) {
        rc = who_by_attribute(turn, input, at, out);
        if (rc != JN_OK || *out != NULL) return rc;
    }
    if (rc == JN_OK && two) rc = turn_customer(turn, input->other, &other);
    if (rc != JN_OK) return rc;
    if (two) why = who_bar(input, one, other);
    if (why.n > 0 && input->kind == JR_INPUT_ALIAS) {
        who_refuse(turn, input, at, why);
        return JN_OK;
    }
    fresh = one == NULL;
    if (fresh && other != NULL && why.n == 0) {
        one = other;
        who_add(turn, one, input->customer);
        if (one->known) who_go_by(one, input->customer);
    }
    if (one == NULL) rc = turn_customer_new(turn, input->customer, &one);
    if (rc != JN_OK) return rc;
    if (input->known) who_know(one, input->customer);
    *out = one;
    rc = who_fire(turn, one, other);
    if (rc != JN_OK || !two) return rc;
    if (why.n == 0) return who_unite(turn, input, one, other, out);
    who_tell_apart(turn, one, input, why);
    return JN_OK;
}
