/* One run in another program: places, values and waits found again by name (language semantics 1). */
#include "runtime/engine/migrate/migrate.h"

#include "core/hash.h"
#include "runtime/engine/policy/policy.h"
#include "upgrade/upgrade.h"

struct migration {
    struct turn *turn;
    struct engine_customer *customer;
    struct engine_run *run;
    const struct jn_upgrade *upgrade;
    struct engine_program *target;
    bool keep;
    int64_t spread; /* ms */
};

/* Overdue ones do not all go on at one instant; where each stands in the spread follows from its number. */
static int64_t migrate_later(const struct migration *m) {
    uint64_t id = m->run->id;
    uint64_t hash = jn_hash64((struct jn_str){(const char *)&id, sizeof(id)});
    return m->turn->now + 1 + (int64_t)(hash % (uint64_t)(m->spread + 1));
}

static void migrate_slots(const struct migration *m) {
    const struct jn_journey *old = engine_journey(m->run);
    const struct jn_journey *now = &m->upgrade->to->journey[m->upgrade->journey[m->run->journey]];
    struct jn_value *slot = JN_NEW_ARRAY(m->turn->arena, struct jn_value, now->n_slot);
    for (uint32_t i = 0; i < old->n_slot; i++) {
        uint32_t to = m->upgrade->slot[old->first_slot + i];
        if (to != JN_NONE) slot[to - now->first_slot] = m->run->slot[i];
    }
    m->run->slot = slot;
}

static void migrate_goals(const struct migration *m) {
    const struct jn_journey *old = engine_journey(m->run);
    const struct jn_journey *now = &m->upgrade->to->journey[m->upgrade->journey[m->run->journey]];
    uint32_t goals = 0;
    for (uint32_t i = 0; i < old->n_goal && i < ENGINE_GOALS_MAX; i++) {
        uint32_t to = m->upgrade->goal[old->first_goal + i];
        if ((m->run->goals >> i & 1) != 0 && to != JN_NONE && to - now->first_goal < ENGINE_GOALS_MAX)
            goals |= 1u << (to - now->first_goal);
    }
    m->run->goals = goals;
}

static void migrate_events(const struct migration *m) {
    const struct jn_program *from = m->upgrade->from, *to = m->upgrade->to;
    struct engine_event *moved = NULL, **end = &moved;
    for (const struct engine_event *event = m->run->events; event != NULL; event = event->next) {
        const struct jn_event *old = &from->event[event->event];
        uint32_t now = m->upgrade->event[event->event];
        if (now == JN_NONE) continue;
        struct engine_event *copy = JN_NEW(m->turn->arena, struct engine_event);
        *copy = (struct engine_event){.event = now, .seq = event->seq};
        copy->prop = JN_NEW_ARRAY(m->turn->arena, struct jn_value, to->event[now].n_prop);
        for (uint32_t i = 0; i < old->n_prop; i++) {
            uint32_t prop = m->upgrade->prop[old->first_prop + i];
            if (prop != JN_NONE) copy->prop[prop - to->event[now].first_prop] = event->prop[i];
        }
        *end = copy;
        end = &copy->next;
    }
    m->run->events = moved;
}

/* What the run has sent and would meet again only because the script was edited is not sent again. */
static void migrate_sends(const struct migration *m) {
    uint32_t n,
        held = engine_is_held_back(m->run) ? m->upgrade->from->step[m->run->step].id : 0; /* is still to be sent */
    const uint32_t *id = jn_upgrade_repeats(m->upgrade, m->run->step, m->turn->arena, &n);
    for (uint32_t i = 0; i < m->run->n_visit; i++)
        for (uint32_t k = 0; k < n; k++)
            if (m->run->visit[i].step == id[k] && id[k] != held && m->run->visit[i].skip == 0)
                m->run->visit[i].skip = 1;
}

static void migrate_arrive(const struct migration *m, uint32_t step) {
    m->run->step = step;
    m->run->arriving = true;
    m->run->due = migrate_later(m);
}

/* The event that a changed wait waits for may have come since the wait began. True: it has, and the run goes on. */
static jn_rc migrate_look_back(const struct migration *m, const struct jn_step *step, bool *matched) {
    jn_rc rc = turn_look_back_from(m->turn, m->customer, m->run, m->run->mark_seq, matched);
    if (rc != JN_OK || !*matched) return rc;
    uint32_t next = step->next;
    turn_note_match(m->turn, m->customer, m->run);
    migrate_arrive(m, next);
    return JN_OK;
}

/* Waits that say something else than before: what they are asked to last is asked again; where they look at the clock
 * alone they begin now, else where the run began to wait. */
static jn_rc migrate_wait_anew(const struct migration *m, const struct jn_step *step, bool *gone_on) {
    uint32_t expr = engine_hold_expr(step);
    if (step->kind == JN_STEP_WAIT_TIME) m->run->anchor = m->turn->now;
    if (expr != JN_NONE) m->run->hold = turn_eval(m->turn, m->customer, m->run, expr);
    return step->kind == JN_STEP_WAIT_FOR ? migrate_look_back(m, step, gone_on) : JN_OK;
}

static jn_rc migrate_time(const struct migration *m, bool changed) {
    const struct jn_step *step = &m->upgrade->to->step[m->run->step];
    bool gone_on = false;
    if (engine_is_held_back(m->run) && !m->run->arriving && !m->keep) m->run->due = migrate_later(m); /* asked anew */
    if (m->run->status != ENGINE_LIVE || m->run->arriving || !engine_is_timed(step)) return JN_OK;
    if (changed && !m->keep) {
        jn_rc rc = migrate_wait_anew(m, step, &gone_on);
        if (rc != JN_OK || gone_on) return rc;
    }
    if (m->keep) return JN_OK;
    int64_t due = engine_due(m->run, engine_run_zone(m->customer, m->run));
    if (due == m->run->due) return JN_OK;
    m->run->due = due <= m->turn->now ? migrate_later(m) : due;
    return JN_OK;
}

static jn_rc migrate_one(const struct migration *m) {
    struct engine_run *run = m->run;
    const struct jn_upgrade *upgrade = m->upgrade;
    struct jn_step_move move = upgrade->step[run->step];
    if (move.move == JN_MOVE_ENDS) {
        turn_end(m->turn, m->customer, run, JN_STR("changed"));
        return JN_OK;
    }
    if (move.move == JN_MOVE_GOES_ON && engine_awaits_person(run)) turn_request_withdrawn(m->turn, m->customer, run);
    if (move.move == JN_MOVE_GOES_ON) run->awaits = 0; /* its message goes its way */
    migrate_sends(m);
    migrate_slots(m);
    migrate_goals(m);
    migrate_events(m);
    --*engine_counter(m->turn->engine, engine_pinned_id(run->program));
    ++*engine_counter(m->turn->engine, engine_pinned_id(m->target));
    if (run->stage != JN_NONE) run->stage = upgrade->stage[run->stage];
    run->journey = upgrade->journey[run->journey];
    run->program = m->target;
    run->step = move.step;
    run->changed = true;
    turn_trace(m->turn, JR_TRACE_MOVED, m->customer, run)->detail = jn_str_z(m->target->version);
    if (move.move == JN_MOVE_GOES_ON && run->status == ENGINE_LIVE) {
        migrate_arrive(m, move.step);
        return JN_OK;
    }
    return migrate_time(m, move.move == JN_MOVE_CHANGED);
}

jn_rc turn_migrate(struct turn *turn, struct engine_customer *customer) {
    jn_rc rc = JN_OK;
    if (!turn->engine->migrating) return JN_OK;
    for (uint32_t i = 0; i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        while (rc == JN_OK && run->status != ENGINE_ENDED && run->program->target != NULL) {
            struct engine_program *program = run->program;
            if (program->rules.mode == JR_DEPLOY_END) {
                turn_end(turn, customer, run, JN_STR("changed"));
                break;
            }
            struct migration m = {.turn = turn,
                                  .customer = customer,
                                  .run = run,
                                  .upgrade = engine_upgrade(program),
                                  .target = program->target,
                                  .keep = program->rules.keep,
                                  .spread = (int64_t)program->rules.spread_s * 1000};
            rc = migrate_one(&m);
        }
    }
    return rc;
}
