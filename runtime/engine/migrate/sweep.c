/* Who moves where: decided once, kept as counters, carried out a slice of customers at a time. */
#include "core/log.h"
#include "runtime/engine/control/control.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/migrate/migrate.h"
#include "upgrade/upgrade.h"

#define RULES_KEEP (1u << 8)

static uint64_t rules_pack(const struct jr_deploy_rules *rules) {
    return (uint64_t)rules->spread_s << 32 | (uint64_t)rules->mode | (rules->keep ? RULES_KEEP : 0);
}

static struct jr_deploy_rules rules_unpack(uint64_t value) {
    return (struct jr_deploy_rules){.mode = (value & 0xFF) == JR_DEPLOY_END ? JR_DEPLOY_END : JR_DEPLOY_MIGRATE,
                                    .keep = (value & RULES_KEEP) != 0,
                                    .spread_s = (uint32_t)(value >> 32)};
}

const struct jn_upgrade *engine_upgrade(struct engine_program *program) {
    if (program->upgrade == NULL)
        program->upgrade = jn_upgrade_make(program->program, program->target->program, &program->arena);
    return program->upgrade;
}

static bool migrate_is_pinned(struct jr_engine *engine, const struct engine_program *program) {
    return engine_counter_value(engine, engine_pinned_id(program)) != 0;
}

static void migrate_aim(struct jr_engine *engine, struct engine_program *program, struct engine_program *target,
                        const struct jr_deploy_rules *rules) {
    program->target = target;
    program->rules = *rules;
    program->upgrade = NULL;
    engine->migrating = true;
    engine->sweep_after = 0;
    engine->sweeping = true;
}

void engine_migrate_open(struct jr_engine *engine) {
    for (struct engine_program *program = engine->programs; program != NULL; program = program->next) {
        uint64_t prefix = engine_counter_value(engine, engine_target_id(program));
        struct engine_program *target = prefix == 0 ? NULL : engine_program_find(engine, prefix);
        if (target == NULL || target == program) continue;
        struct jr_deploy_rules rules = rules_unpack(engine_counter_value(engine, engine_rules_id(program)));
        migrate_aim(engine, program, target, &rules);
    }
}

bool engine_migrate_needs(struct jr_engine *engine, const struct engine_program *program) {
    for (const struct engine_program *other = engine->programs; other != NULL; other = other->next)
        if (engine_counter_value(engine, engine_target_id(other)) == program->prefix) return true;
    return false;
}

/* ---- the decision */

static uint64_t migrate_inside(struct jr_engine *engine, const struct engine_program *program, uint32_t journey,
                               uint32_t step) {
    if (step != JN_NONE) return engine_counter_value(engine, engine_inside_id(program, step));
    const struct jn_journey *row = &program->program->journey[journey];
    uint64_t sum = 0;
    for (uint32_t i = row->first_step; i < row->first_step + row->n_step; i++)
        sum += engine_counter_value(engine, engine_inside_id(program, i));
    return sum;
}

jn_rc jr_engine_may_move(struct jr_engine *engine, const struct jn_program *to, const struct jr_deploy_rules *rules,
                         struct jn_arena *arena, struct jn_err *err) {
    for (struct engine_program *program = engine->programs; program != NULL; program = program->next) {
        bool same = memcmp(program->program->id, to->id, sizeof(to->id)) == 0;
        if (rules->mode != JR_DEPLOY_MIGRATE || same || !migrate_is_pinned(engine, program)) continue;
        const struct jn_upgrade *upgrade = jn_upgrade_make(program->program, to, arena);
        for (uint32_t i = 0; i < upgrade->n_problem; i++) {
            const struct jn_upgrade_problem *problem = &upgrade->problem[i];
            uint64_t inside = migrate_inside(engine, program, problem->journey, problem->step);
            if (inside > 0)
                return jn_fail(err, JN_CONFLICT, "%llu people cannot be moved: %.*s", (unsigned long long)inside,
                               JN_FMT(problem->text));
        }
    }
    return JN_OK;
}

void engine_migrate_decide(struct jr_engine *engine, const struct engine_program *program,
                           const struct engine_program *target, const struct jr_deploy_rules *rules) {
    *engine_counter(engine, engine_target_id(program)) = program == target ? 0 : target->prefix;
    *engine_counter(engine, engine_rules_id(program)) = program == target ? 0 : rules_pack(rules);
}

jn_rc jr_engine_move(struct jr_engine *engine, const struct jr_deploy_rules *rules, struct jn_arena *arena,
                     struct jn_err *err) {
    struct engine_program *target = engine->current;
    if (target == NULL) return JN_OK;
    for (struct engine_program *program = engine->programs; program != NULL; program = program->next) {
        /* On the way back to an older program, who was to leave it stays in it. */
        if (rules->mode == JR_DEPLOY_PIN && program != target) continue;
        engine_migrate_decide(engine, program, target, rules);
    }
    jn_rc rc = engine_counters_commit(engine, arena, err);
    if (rc != JN_OK) return rc;
    target->target = NULL;
    for (struct engine_program *program = engine->programs; program != NULL; program = program->next)
        if (program != target && rules->mode != JR_DEPLOY_PIN) migrate_aim(engine, program, target, rules);
    return JN_OK;
}

/* ---- carrying it out */

jn_rc turn_sweep(struct turn *turn) {
    struct jr_engine *engine = turn->engine;
    struct jr_row_customer *row;
    uint32_t n;
    turn->sweep_after = engine->sweep_after;
    if (!engine->sweeping) return JN_OK;
    jn_rc rc = engine->store->ops->customers(engine->store, engine->sweep_after, MIGRATE_SLICE, turn->arena, &row, &n,
                                             turn->err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        struct engine_customer *customer;
        rc = turn_customer_by_id(turn, row[i].customer, &customer);
    }
    if (rc == JN_OK) turn->sweep_after = n < MIGRATE_SLICE ? UINT64_MAX : row[n - 1].customer;
    if (turn->sweep_after == UINT64_MAX) engine_control_done(engine);
    if (turn->sweep_after == UINT64_MAX) engine_track_done(engine);
    return rc;
}
