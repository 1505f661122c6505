/* Control groups and rollouts: sticky shares of all customers. */
#include "core/hash.h"
#include "runtime/engine/policy/policy.h"

bool turn_is_in_share(struct turn *turn, const struct engine_customer *customer, enum jr_share kind, struct jn_str name,
                      uint32_t share) {
    const struct jr_engine_options *options = &turn->engine->options;
    if (share == 0) return false;
    if (options->force_share != NULL) return options->force_share(options->force_user, kind);
    /* Seeded by what it is for: who is in one share is in no other more often than anybody else. */
    uint64_t salt = jn_hash64_seed(name, (uint64_t)kind + 1);
    return jn_hash64_seed(customer->ext, salt) % JN_SHARE_ALL < share;
}

bool turn_is_ghost(struct turn *turn, const struct engine_customer *customer, const struct engine_run *run) {
    uint32_t everywhere = run->program->program->meta[0].control;
    return turn_is_in_share(turn, customer, JR_SHARE_CONTROL, JN_STR(""), everywhere) ||
           turn_is_in_share(turn, customer, JR_SHARE_CONTROL, engine_journey_name(run), engine_journey(run)->control);
}

bool turn_is_rolled_out(struct turn *turn, const struct engine_customer *customer, const struct jn_program *program,
                        const struct jn_journey *journey) {
    uint32_t share = JN_SHARE_ALL - journey->left_out;
    if (journey->left_out == 0) return true;
    return turn_is_in_share(turn, customer, JR_SHARE_ROLLOUT, program->string[journey->name], share);
}
