/* Caps (language semantics 8): what was sent to a customer, counted in windows that slide. */
#include "core/hash.h"
#include "core/value.h"
#include "runtime/engine/policy/policy.h"

#define CAPS_PRUNE_AT 16 /* with fewer there is nothing to win */

/* What a cap counts: all, or only a journey's or a channel's. */
struct caps_scope {
    const struct jn_cap *cap;
    uint32_t n;
    uint64_t journey, channel; /* 0: all */
    const char *what;
};

uint64_t engine_slot_journey(const struct jn_program *program, const struct jn_journey *journey) {
    return jn_hash64(engine_lasting_name(program, journey)) | 1;
}

uint64_t engine_slot_channel(const struct jn_program *program, const struct jn_channel *channel) {
    return jn_hash64(program->string[channel->name]) | 1;
}

static void caps_scopes(const struct engine_run *run, const struct jn_message *message, struct caps_scope out[3]) {
    const struct jn_program *program = run->program->program;
    const struct jn_meta *meta = &program->meta[0];
    const struct jn_journey *journey = engine_journey(run);
    const struct jn_channel *channel = &program->channel[message->channel];
    out[0] = (struct caps_scope){.cap = program->cap + meta->first_cap, .n = meta->n_cap, .what = "the workspace"};
    out[1] = (struct caps_scope){.cap = program->cap + journey->first_cap,
                                 .n = journey->n_cap,
                                 .journey = engine_slot_journey(program, journey),
                                 .what = "the journey"};
    out[2] = (struct caps_scope){.cap = program->cap + channel->first_cap,
                                 .n = channel->n_cap,
                                 .channel = engine_slot_channel(program, channel),
                                 .what = "the channel"};
}

static bool caps_counts(const struct caps_scope *scope, const struct engine_slot *slot) {
    return (scope->journey == 0 || scope->journey == slot->journey) &&
           (scope->channel == 0 || scope->channel == slot->channel);
}

bool engine_is_capped(const struct engine_run *run, const struct jn_message *message) {
    const struct jn_program *program = run->program->program;
    return program->meta[0].n_cap + engine_journey(run)->n_cap + program->channel[message->channel].n_cap > 0;
}

/* When one more message fits under the cap: now, or when enough of those counted have left its window. */
static int64_t caps_free_at(const struct turn *turn, const struct engine_customer *customer,
                            const struct engine_run *run, const struct caps_scope *scope, const struct jn_cap *cap) {
    const struct jn_zone *zone = engine_zone(customer, run->program);
    struct jn_value over = run->program->program->value[cap->over];
    uint32_t n = 0;
    /* Newest first: the limit-th of those that count is the one that has to leave. */
    for (uint32_t i = customer->n_slot; i-- > 0;) {
        if (!caps_counts(scope, &customer->slot[i])) continue;
        int64_t end = jn_instant_add(zone, customer->slot[i].at, over);
        if (end > turn->now && ++n == cap->limit) return end;
    }
    return turn->now;
}

/* ---- slots */

/* Whether some cap of the program still counts the message. */
static bool caps_needs(const struct jn_program *program, const struct jn_zone *zone, int64_t now,
                       const struct engine_slot *slot) {
    int64_t longest = INT64_MIN;
    for (uint32_t i = 0; i < program->n_cap; i++) {
        int64_t end = jn_instant_add(zone, slot->at, program->value[program->cap[i].over]);
        if (end > longest) longest = end;
    }
    return longest > now;
}

/* Forgets what no cap of any version counts any more. */
static void caps_prune(const struct turn *turn, struct engine_customer *customer) {
    uint32_t kept = 0;
    if (customer->n_slot < CAPS_PRUNE_AT) return;
    for (uint32_t i = 0; i < customer->n_slot; i++) {
        bool needed = false;
        for (const struct engine_program *p = turn->engine->programs; p != NULL && !needed; p = p->next)
            needed = caps_needs(p->program, engine_zone(customer, p), turn->now, &customer->slot[i]);
        if (needed) customer->slot[kept++] = customer->slot[i];
    }
    customer->n_slot = kept;
}

struct policy_answer turn_caps(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                               const struct jn_message *message) {
    struct policy_answer answer = {.verdict = POLICY_SEND, .until = turn->now};
    struct caps_scope scope[3];
    if (customer->n_slot >= ENGINE_SLOTS_MAX) caps_prune(turn, customer);
    if (customer->n_slot >= ENGINE_SLOTS_MAX)
        return (struct policy_answer){.verdict = POLICY_CAPPED, .why = JN_STR("too many messages are being counted")};
    caps_scopes(run, message, scope);
    for (int s = 0; s < 3; s++)
        for (uint32_t i = 0; i < scope[s].n; i++) {
            const struct jn_cap *cap = &scope[s].cap[i];
            int64_t free_at = caps_free_at(turn, customer, run, &scope[s], cap);
            if (free_at <= turn->now || answer.verdict == POLICY_CAPPED) continue;
            answer.verdict = cap->mode == JN_CAP_SKIP ? POLICY_CAPPED : POLICY_HOLD;
            answer.why = jn_arena_printf(turn->arena, "%s's cap of %u", scope[s].what, cap->limit);
            if (free_at > answer.until) answer.until = free_at;
        }
    return answer;
}

void turn_slot_take(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                    const struct jn_message *message, uint64_t delivery) {
    const struct jn_program *program = run->program->program;
    turn_consent_note(turn, customer, run, message, delivery);
    if (!engine_is_capped(run, message)) return;
    caps_prune(turn, customer);
    struct engine_slot *slot = engine_grow(turn->arena, &customer->slot, &customer->n_slot, sizeof(*slot));
    *slot = (struct engine_slot){.at = turn->now,
                                 .delivery = delivery,
                                 .journey = engine_slot_journey(program, engine_journey(run)),
                                 .channel = engine_slot_channel(program, &program->channel[message->channel])};
    customer->changed = true;
}

static bool caps_are_there(const struct jr_engine *engine) {
    for (const struct engine_program *p = engine->programs; p != NULL; p = p->next)
        if (p->program->n_cap > 0) return true;
    return false;
}

jn_rc turn_slot_return(struct turn *turn, uint64_t id, uint64_t delivery) {
    struct engine_customer *customer;
    uint32_t at = 0;
    if (!caps_are_there(turn->engine)) return JN_OK;
    jn_rc rc = turn_customer_by_id(turn, id, &customer);
    if (rc != JN_OK || customer == NULL) return rc;
    while (at < customer->n_slot && customer->slot[at].delivery != delivery)
        at++;
    if (at == customer->n_slot) return JN_OK;
    memmove(&customer->slot[at], &customer->slot[at + 1], (--customer->n_slot - at) * sizeof(*customer->slot));
    customer->changed = true;
    for (uint32_t i = 0; i < customer->n_run; i++) { /* one of those that hold may take it */
        struct engine_run *run = customer->run[i];
        if (!engine_is_held_back(run) || run->due <= turn->now) continue;
        run->due = turn->now;
        run->changed = true;
    }
    return JN_OK;
}
