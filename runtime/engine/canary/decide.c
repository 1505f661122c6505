/* A trial is begun, raised, finished or ended: decided once, kept as counters, read back when programs are loaded. */
#include "core/check.h"
#include "core/hash.h"
#include "core/log.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/migrate/migrate.h"

static uint64_t *canary_field(struct jr_engine *engine, uint32_t field) {
    return engine_counter(engine, engine_canary_id(field, JN_STR("")));
}

uint64_t engine_canary_value(const struct jr_engine *engine, uint32_t field) {
    return engine_counter_value(engine, engine_canary_id(field, JN_STR("")));
}

void engine_canary_version(const struct jr_engine *engine, uint8_t id[32]) {
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t part = engine_canary_value(engine, CANARY_VERSION + i);
        memcpy(id + 8 * (size_t)i, &part, sizeof(part));
    }
}

static void canary_id_set(struct jr_engine *engine, const uint8_t id[32]) {
    for (uint32_t i = 0; i < 4; i++)
        memcpy(canary_field(engine, CANARY_VERSION + i), id + 8 * (size_t)i, sizeof(uint64_t));
}

/* ---- which program is which */

struct canary_rows engine_canary_rows(const struct jr_engine *engine, const struct jr_row_program *row, uint32_t n) {
    struct canary_rows rows = {.current = n == 0 ? JN_NONE : n - 1, .trial = JN_NONE};
    enum jr_canary_state state = (enum jr_canary_state)engine_canary_value(engine, CANARY_STATE);
    uint64_t base = engine_canary_value(engine, CANARY_BASE);
    uint8_t id[32];
    engine_canary_version(engine, id);
    if (state == JR_CANARY_NONE || n < 2 || memcmp(row[n - 1].id, id, sizeof(id)) != 0) return rows;
    for (uint32_t i = 0; i + 1 < n; i++)
        if (memcmp(row[i].id, &base, sizeof(base)) == 0)
            rows = (struct canary_rows){.current = i, .trial = state == JR_CANARY_RUNNING ? n - 1 : JN_NONE};
    return rows;
}

void engine_canary_open(struct jr_engine *engine) {
    struct engine_canary *canary = &engine->canary;
    uint64_t prefix = engine_canary_value(engine, CANARY_VERSION);
    *canary = (struct engine_canary){.state = (enum jr_canary_state)engine_canary_value(engine, CANARY_STATE),
                                     .share = (uint32_t)engine_canary_value(engine, CANARY_SHARE),
                                     .began = (int64_t)engine_canary_value(engine, CANARY_BEGAN),
                                     .generation = engine_canary_value(engine, CANARY_GENERATION)};
    bool behind = engine->current != NULL && engine_canary_value(engine, CANARY_BASE) == engine->current->prefix;
    if (canary->state == JR_CANARY_RUNNING) canary->program = engine_program_find(engine, prefix);
    if (!behind || (canary->state == JR_CANARY_RUNNING && canary->program == NULL)) {
        canary->state = JR_CANARY_NONE;
        canary->program = NULL;
    }
}

struct engine_program *engine_program_of(const struct jr_engine *engine, const struct engine_customer *customer) {
    const struct engine_canary *canary = &engine->canary;
    if (canary->program == NULL) return engine->current;
    /* Salted by the version: who is first to have this one is not first to have every one. */
    uint64_t hash = jn_hash64_seed(engine_seed(customer), canary->program->prefix);
    return hash % JN_SHARE_ALL < canary->share ? canary->program : engine->current;
}

/* ---- decisions */

/* Who is in which segment is looked at anew for everybody who changes versions by this. */
static void canary_retrack(struct jr_engine *engine) {
    *engine_counter(engine, engine_tracked_id(engine->current)) = 0;
    if (engine->canary.program != NULL) *engine_counter(engine, engine_tracked_id(engine->canary.program)) = 0;
}

void engine_canary_carry_out(struct jr_engine *engine) {
    engine_canary_open(engine);
    engine_migrate_open(engine);
    engine_track_begin(engine);
}

static jn_rc canary_commit(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    jn_rc rc = engine_counters_commit(engine, arena, err);
    if (rc == JN_OK) engine_canary_carry_out(engine);
    return rc;
}

static int64_t canary_now(const struct jr_engine *engine, int64_t now) {
    int64_t clock = (int64_t)engine_counter_value(engine, ENGINE_TIME);
    return now < clock ? clock : now;
}

static jn_rc canary_running(const struct jr_engine *engine, struct jn_err *err) {
    if (engine->canary.state == JR_CANARY_RUNNING) return JN_OK;
    return jn_fail(err, JN_CONFLICT, "no version is on trial: begin by `journey deploy PATH --canary 10%%`");
}

static jn_rc canary_may_begin(const struct jr_engine *engine, const struct engine_program *program,
                              struct jn_err *err) {
    if (engine->current == NULL)
        return jn_fail(err, JN_CONFLICT, "there is no version to try this one against: deploy it without a share");
    if (engine->canary.state == JR_CANARY_RUNNING)
        return jn_fail(err, JN_CONFLICT, "%s is on trial: finish or abort it first (`journey rollout`)",
                       engine->canary.program->version);
    if (memcmp(engine->current->program->id, program->program->id, 32) == 0)
        return jn_fail(err, JN_CONFLICT, "this version is the current one: there is nothing to try");
    return JN_OK;
}

static void canary_set(struct jr_engine *engine, const struct engine_program *program,
                       const struct jr_canary_rules *rules, int64_t now) {
    *canary_field(engine, CANARY_STATE) = JR_CANARY_RUNNING;
    canary_id_set(engine, program->program->id);
    *canary_field(engine, CANARY_BASE) = engine->current->prefix;
    *canary_field(engine, CANARY_SHARE) = rules->share;
    *canary_field(engine, CANARY_BEGAN) = (uint64_t)now;
    ++*canary_field(engine, CANARY_GENERATION);
    *canary_field(engine, CANARY_MIN) = rules->min;
    *canary_field(engine, CANARY_ERROR) = rules->error;
    *canary_field(engine, CANARY_END_RUNS) = rules->end_runs;
    *canary_field(engine, CANARY_EXITS) = rules->n_exit;
    for (uint32_t i = 0; i < rules->n_exit; i++)
        *canary_field(engine, CANARY_EXIT + i) = jn_hash64(rules->exit[i]);
    for (uint32_t i = 0; i < JR_GUARDS; i++)
        *canary_field(engine, CANARY_MARGIN + i) = rules->margin[i];
    engine_watch_reset(engine);
    engine_judge_reset(engine, true);
    /* Who was to leave it when it was another time's version stays. */
    *engine_counter(engine, engine_target_id(program)) = 0;
    canary_retrack(engine);
    *engine_counter(engine, engine_tracked_id(program)) = 0;
}

/* Its image and the counters that say it is on trial come with one commit, or neither does. */
static jn_rc canary_begin(struct jr_engine *engine, struct engine_program *program, struct jn_str image,
                          const struct jr_canary_rules *rules, int64_t now, struct jn_arena *arena,
                          struct jn_err *err) {
    canary_set(engine, program, rules, now);
    jn_rc rc = engine_program_keep(engine, program, image, arena, err);
    if (rc != JN_OK) return rc;
    program->target = NULL;
    engine_canary_carry_out(engine);
    return JN_OK;
}

jn_rc jr_engine_canary_begin(struct jr_engine *engine, struct jn_str image, const struct jr_canary_rules *rules,
                             int64_t now, struct jn_arena *arena, struct jn_err *err) {
    struct engine_program *program;
    bool fresh;
    jn_rc rc = engine_program_admit(engine, image, &program, &fresh, err);
    if (rc != JN_OK) return rc;
    rc = canary_may_begin(engine, program, err);
    if (rc == JN_OK) rc = canary_begin(engine, program, image, rules, canary_now(engine, now), arena, err);
    if (rc != JN_OK && fresh && engine->canary.program != program) engine_program_dismiss(engine, program);
    if (rc != JN_OK) return rc;
    JN_LOG(CANARY_BEGAN, JN_LF_STR("version", jn_str_z(program->version)), JN_LF_INT("share", rules->share));
    return JN_OK;
}

jn_rc jr_engine_canary_raise(struct jr_engine *engine, uint32_t share, int64_t now, struct jn_arena *arena,
                             struct jn_err *err) {
    jn_rc rc = canary_running(engine, err);
    if (rc != JN_OK) return rc;
    if (share <= engine->canary.share)
        return jn_fail(err, JN_CONFLICT, "it takes %u.%02u%% already: a share can only be raised",
                       engine->canary.share / 100, engine->canary.share % 100);
    *canary_field(engine, CANARY_SHARE) = share;
    *canary_field(engine, CANARY_BEGAN) = (uint64_t)canary_now(engine, now);
    ++*canary_field(engine, CANARY_GENERATION);
    engine_watch_reset(engine);
    engine_judge_reset(engine, false);
    canary_retrack(engine);
    rc = canary_commit(engine, arena, err);
    if (rc == JN_OK)
        JN_LOG(CANARY_RAISED, JN_LF_STR("version", jn_str_z(engine->canary.program->version)),
               JN_LF_INT("share", share));
    return rc;
}

/* Its image is the last one in the store: without a trial it is the current version. */
jn_rc jr_engine_canary_finish(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    struct engine_program *program = engine->canary.program;
    jn_rc rc = canary_running(engine, err);
    if (rc != JN_OK) return rc;
    *canary_field(engine, CANARY_STATE) = JR_CANARY_NONE;
    canary_retrack(engine);
    rc = engine_counters_commit(engine, arena, err);
    if (rc != JN_OK) return rc;
    engine->current = program;
    engine_canary_open(engine);
    engine_track_begin(engine);
    JN_LOG(CANARY_FINISHED, JN_LF_STR("version", jn_str_z(program->version)));
    JN_LOG(PROGRAM_DEPLOYED, JN_LF_STR("version", jn_str_z(program->version)));
    return JN_OK;
}

void engine_canary_end(struct jr_engine *engine, bool end_runs, int64_t now) {
    static const struct jr_deploy_rules END = {.mode = JR_DEPLOY_END};
    *canary_field(engine, CANARY_STATE) = JR_CANARY_ENDED;
    *canary_field(engine, CANARY_ENDED) = (uint64_t)now;
    *canary_field(engine, CANARY_ENDED_GUARD) = 0;
    canary_retrack(engine);
    if (end_runs) engine_migrate_decide(engine, engine->canary.program, engine->current, &END);
}

jn_rc jr_engine_canary_abort(struct jr_engine *engine, bool end_runs, int64_t now, struct jn_arena *arena,
                             struct jn_err *err) {
    const struct engine_program *program = engine->canary.program;
    jn_rc rc = canary_running(engine, err);
    if (rc != JN_OK) return rc;
    engine_canary_end(engine, end_runs, canary_now(engine, now));
    rc = canary_commit(engine, arena, err);
    if (rc == JN_OK) JN_LOG(CANARY_ABORTED, JN_LF_STR("version", jn_str_z(program->version)));
    return rc;
}

jn_rc engine_canary_forget(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    if (engine_canary_value(engine, CANARY_STATE) == JR_CANARY_NONE) return JN_OK;
    *canary_field(engine, CANARY_STATE) = JR_CANARY_NONE;
    return canary_commit(engine, arena, err);
}
