/* Control groups and rollouts: sticky shares of all customers. */
#include "core/hash.h"
#include "runtime/engine/policy/policy.h"

struct jn_str engine_lasting_name(const struct jn_program *program, const struct jn_journey *journey) {
    for (uint32_t i = 0; i < program->n_rename; i++)
        if (program->rename[i].kind == JN_RENAME_JOURNEY && program->rename[i].now == journey->name)
            return program->string[program->rename[i].was];
    return program->string[journey->name];
}

/* Whether the customer is among so many basis points of all: the same for ever by (kind, name, customer). */
static bool share_holds(const struct jr_engine *engine, struct jn_str seed, enum jr_share kind, struct jn_str name,
                        uint32_t share) {
    const struct jr_engine_options *options = &engine->options;
    if (share == 0 && kind == JR_SHARE_CONTROL) return false; /* there is none */
    if (options->force_share != NULL) return options->force_share(options->force_user, kind);
    /* Seeded by what it is for: who is in one share is in no other more often than anybody else. */
    uint64_t salt = jn_hash64_seed(name, (uint64_t)kind + 1);
    return jn_hash64_seed(seed, salt) % JN_SHARE_ALL < share;
}

static bool share_is_ghost(const struct jr_engine *engine, struct jn_str seed, const struct jn_program *program,
                           const struct jn_journey *journey) {
    return share_holds(engine, seed, JR_SHARE_CONTROL, JN_STR(""), program->meta[0].control) ||
           share_holds(engine, seed, JR_SHARE_CONTROL, engine_lasting_name(program, journey), journey->control);
}

bool turn_is_ghost(struct turn *turn, const struct engine_customer *customer, const struct engine_run *run) {
    return share_is_ghost(turn->engine, engine_seed(customer), run->program->program, engine_journey(run));
}

bool jr_engine_is_control(struct jr_engine *engine, uint32_t journey, struct jn_str customer) {
    const struct jn_program *program = engine->current->program;
    return share_is_ghost(engine, customer, program, &program->journey[journey]);
}

bool turn_is_rolled_out(struct turn *turn, const struct engine_customer *customer, const struct jn_program *program,
                        const struct jn_journey *journey) {
    uint32_t share = JN_SHARE_ALL - journey->left_out;
    if (journey->left_out == 0) return true;
    return share_holds(turn->engine, engine_seed(customer), JR_SHARE_ROLLOUT, engine_lasting_name(program, journey),
                       share);
}

void turn_leave_out(struct turn *turn, const struct engine_customer *customer, struct jn_str journey,
                    struct jn_str trigger) {
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_IGNORED, customer, NULL);
    trace->journey = journey;
    trace->name = trigger;
    trace->detail = JN_STR("outside the rollout");
    turn_count(turn, JR_COUNT_OUTSIDE, journey, JN_STR(""));
}
