/* Looking at a customer and at the counts: for the API and for tests. Nothing changes. */
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/policy/policy.h"

/* Nobody but its own trigger begins it. */
static bool view_is_started(const struct jn_program *program, uint32_t journey) {
    for (uint32_t i = 0; i < program->n_step; i++)
        if (program->step[i].kind == JN_STEP_START && program->step[i].a == journey) return true;
    return false;
}

static struct jn_str view_trigger(const struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    const struct jn_journey *journey = engine_journey(run);
    for (const struct engine_event *event = run->events; event != NULL; event = event->next)
        if (event->seq == run->entry_seq && event->event == journey->event)
            return program->string[program->event[event->event].name];
    bool started = view_is_started(program, run->journey);
    if (journey->segment == JN_NONE && journey->event == JN_NONE) return JN_STR("start");
    if (started) return JN_STR("");
    return journey->segment != JN_NONE ? program->string[program->segment[journey->segment].name]
                                       : program->string[program->event[journey->event].name];
}

/* "purchase", "opened of welcome" */
static void view_awaits(const struct turn *turn, const struct engine_run *run, struct jr_run_view *out) {
    const struct jn_program *program = run->program->program;
    const struct jn_step *step = &program->step[run->step];
    struct jn_str *awaits = NULL;
    if (run->status != ENGINE_LIVE || run->arriving || step->kind != JN_STEP_WAIT_FOR) return;
    for (uint32_t i = step->a; i < step->a + step->b; i++) {
        const struct jn_alternative *row = &program->alternative[i];
        struct jn_str event = program->string[program->event[row->event].name];
        struct jn_str *place = engine_grow(turn->arena, &awaits, &out->n_awaits, sizeof(*place));
        *place = row->message == JN_NONE
                     ? event
                     : jn_arena_printf(turn->arena, "%.*s of %.*s", JN_FMT(event),
                                       JN_FMT(program->string[program->message[row->message].name]));
    }
    out->awaits = awaits;
}

static void view_arms(const struct turn *turn, const struct engine_customer *customer, const struct engine_run *run,
                      struct jr_run_view *out) {
    const struct jn_program *program = run->program->program;
    const struct jn_journey *journey = engine_journey(run);
    struct jr_arm_view *arm = NULL;
    for (uint32_t i = journey->first_step; i < journey->first_step + journey->n_step; i++) {
        const struct jn_step *step = &program->step[i];
        if (step->kind != JN_STEP_SPLIT && step->kind != JN_STEP_OPTIMIZE) continue;
        struct engine_draw draw = engine_draw(customer, program, step);
        *(struct jr_arm_view *)engine_grow(turn->arena, &arm, &out->n_arm, sizeof(*arm)) =
            (struct jr_arm_view){program->string[step->c], program->string[draw.arm->name], draw.point, draw.below};
    }
    out->arm = arm;
}

void turn_view_run(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                   struct jr_run_view *out) {
    const struct jn_program *program = run->program->program;
    const struct jn_journey *journey = engine_journey(run);
    struct jn_str *goal = NULL;
    *out = (struct jr_run_view){.run = run->id,
                                .journey = engine_journey_name(run),
                                .key = run->key,
                                .step = program->string[program->step[run->step].name],
                                .version = jn_str_z(run->program->version),
                                .entered = run->entered,
                                .due = run->status == ENGINE_PARKED ? INT64_MAX : run->due};
    if (run->stage != JN_NONE) out->stage = program->string[program->stage[run->stage].name];
    if (run->status == ENGINE_ENDED) out->ended = run->ended;
    if (run->status == ENGINE_PARKED) out->parked = run->ended;
    for (uint32_t i = 0; i < journey->n_goal && i < ENGINE_GOALS_MAX; i++) {
        if ((run->goals >> i & 1) == 0) continue;
        struct jn_str *place = engine_grow(turn->arena, &goal, &out->n_goal, sizeof(*place));
        *place = program->string[program->goal[journey->first_goal + i].name];
    }
    out->goal = goal;
    struct jn_str *name = JN_NEW_ARRAY(turn->arena, struct jn_str, journey->n_slot);
    for (uint32_t i = 0; i < journey->n_slot; i++)
        name[i] = program->string[program->slot[journey->first_slot + i].name];
    out->slot_name = name;
    out->slot = run->slot;
    out->n_slot = journey->n_slot;
    out->held = turn_policy_reason(turn, customer, run);
    out->trigger = view_trigger(run);
    out->control = turn_is_ghost(turn, customer, run);
    out->file = program->string[program->step[run->step].file];
    out->line = program->step[run->step].line;
    view_awaits(turn, run, out);
    view_arms(turn, customer, run, out);
}

/* Attributes of the customer's program with their presets, then those kept from other versions. */
static void view_attrs(struct turn *turn, struct engine_customer *customer, struct jn_arena *arena,
                       struct jr_customer_view *out) {
    const struct engine_program *by = engine_program_of(turn->engine, customer);
    const struct jn_program *program = by == NULL ? NULL : by->program;
    struct jr_context context = {0};
    if (program != NULL) context = turn_context(turn, customer, NULL, NULL);
    struct jn_str *name = NULL;
    struct jn_value *value = NULL;
    uint32_t n = 0, same = 0;
    for (uint32_t i = 0; program != NULL && i < program->n_attr; i++) {
        *(struct jn_str *)engine_grow(arena, &name, &n, sizeof(*name)) = program->string[program->attr[i].name];
        *(struct jn_value *)engine_grow(arena, &value, &same, sizeof(*value)) =
            program->attr[i].computed != JN_NONE ? history_computed(&context, i) : engine_attrs(customer, by, arena)[i];
    }
    for (uint32_t i = 0; i < customer->n_attr; i++) {
        if (program != NULL && jn_program_attr(program, customer->attr[i].name) != JN_NONE) continue;
        *(struct jn_str *)engine_grow(arena, &name, &n, sizeof(*name)) = customer->attr[i].name;
        *(struct jn_value *)engine_grow(arena, &value, &same, sizeof(*value)) = customer->attr[i].value;
    }
    out->attr_name = name;
    out->attr = value;
    out->n_attr = n;
}

static void view_names(const struct engine_customer *customer, struct jn_arena *arena, struct jr_customer_view *out) {
    struct jn_str *alias = JN_NEW_ARRAY(arena, struct jn_str, (size_t)customer->n_alias + 1);
    alias[0] = customer->ext;
    for (uint32_t i = 0; i < customer->n_alias; i++)
        alias[i + 1] = customer->alias[i];
    out->known = customer->known;
    out->alias = alias;
    out->n_alias = customer->n_alias + 1;
}

static void view_consents(const struct jr_engine *engine, const struct engine_customer *customer,
                          struct jn_arena *arena, struct jr_customer_view *out) {
    const struct jn_program *program = jr_engine_program(engine);
    if (program == NULL) return;
    struct jn_str *topic = JN_NEW_ARRAY(arena, struct jn_str, program->n_topic);
    bool *consents = JN_NEW_ARRAY(arena, bool, program->n_topic);
    for (uint32_t i = 0; i < program->n_topic; i++) {
        topic[i] = program->string[program->topic[i].name];
        consents[i] = engine_consents(customer, program, i);
    }
    out->topic = topic;
    out->consents = consents;
    out->n_topic = program->n_topic;
}

void turn_look_begin(struct turn *turn, struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    *turn = (struct turn){.engine = engine, .arena = arena, .err = err};
    turn->now = (int64_t)engine_counter_value(engine, ENGINE_TIME);
    jn_map_init(&turn->known);
    jn_map_init(&turn->number);
    turn->customers_end = &turn->customers;
}

void turn_look_end(struct turn *turn) {
    jn_map_release(&turn->known);
    jn_map_release(&turn->number);
}

jn_rc jr_engine_customer_at(struct jr_engine *engine, struct jn_str id, int64_t now, struct jn_arena *arena,
                            struct jr_customer_view *out, struct jn_err *err) {
    struct jn_err unheard;
    struct turn turn;
    struct engine_customer *customer;
    struct jr_run_view *run = NULL;
    turn_look_begin(&turn, engine, arena, err == NULL ? &unheard : err);
    if (turn.now < now) turn.now = now;
    jn_rc rc = turn_customer(&turn, id, &customer);
    if (rc == JN_OK && customer == NULL) rc = turn_by_attribute(&turn, &(struct jr_input){.customer = id}, &customer);
    turn_look_end(&turn);
    if (rc != JN_OK) return rc;
    if (customer == NULL) return jn_fail(err, JN_NOT_FOUND, "there is no customer %.*s", JN_FMT(id));
    *out = (struct jr_customer_view){.id = customer->ext, .tag = customer->tag, .n_tag = customer->n_tag};
    view_names(customer, arena, out);
    view_attrs(&turn, customer, arena, out);
    view_consents(engine, customer, arena, out);
    for (uint32_t i = 0; i < customer->n_run; i++)
        turn_view_run(&turn, customer, customer->run[i], engine_grow(arena, &run, &out->n_run, sizeof(*run)));
    out->run = run;
    return turn.asked;
}

jn_rc jr_engine_customer(struct jr_engine *engine, struct jn_str id, struct jn_arena *arena,
                         struct jr_customer_view *out, struct jn_err *err) {
    return jr_engine_customer_at(engine, id, 0, arena, out, err);
}

/* ---- counts: their ids are hashes, so the names come from the programs */

struct counting {
    struct jr_engine *engine;
    struct jn_arena *arena;
    struct jn_map told;
    struct jr_count *row;
    uint32_t n;
};

static void counting_add(struct counting *c, enum jr_count_kind kind, struct jn_str journey, struct jn_str name) {
    uint64_t id = engine_count_id(kind, journey, name);
    uint64_t *key = jn_arena_copy(c->arena, &id, sizeof(id));
    uint64_t value = 0;
    for (uint32_t i = 0; i < c->engine->counters.n; i++)
        if (c->engine->counters.row[i].id == id) value = c->engine->counters.row[i].value;
    bool always = kind == JR_COUNT_ENTERED;
    if ((value == 0 && !always) || !jn_map_put(&c->told, (struct jn_str){(const char *)key, sizeof(*key)}, 1)) return;
    struct jr_count *row = engine_grow(c->arena, &c->row, &c->n, sizeof(*row));
    *row = (struct jr_count){kind, journey, name, value};
}

/* What a run can end as without the script naming it. */
static const char *const ENDS[] = {"restarted", "changed", "merged", "stopped", "erased", "exit_if", "failed"};

static bool engine_count_is_of_message(enum jr_count_kind kind) {
    return kind == JR_COUNT_SENT || kind == JR_COUNT_FAILED || (kind >= JR_COUNT_GHOST && kind < JR_COUNT_ANSWERED);
}

static void counting_journey(struct counting *c, const struct jn_program *program, const struct jn_journey *journey) {
    struct jn_str name = program->string[journey->name];
    counting_add(c, JR_COUNT_ENTERED, name, JN_STR(""));
    counting_add(c, JR_COUNT_IGNORED, name, JN_STR(""));
    counting_add(c, JR_COUNT_OUTSIDE, name, JN_STR(""));
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        counting_add(c, JR_COUNT_LEFT, name, jn_str_z(ENDS[i]));
    for (uint32_t i = journey->first_leave; i < journey->first_leave + journey->n_leave; i++)
        counting_add(c, JR_COUNT_LEFT, name, program->string[program->leave[i].name]);
    for (uint32_t i = journey->first_goal; i < journey->first_goal + journey->n_goal; i++) {
        counting_add(c, JR_COUNT_GOAL, name, program->string[program->goal[i].name]);
        counting_add(c, JR_COUNT_LEFT, name, program->string[program->goal[i].name]);
    }
    for (uint32_t i = journey->first_step; i < journey->first_step + journey->n_step; i++) {
        const struct jn_step *step = &program->step[i];
        if (step->kind == JN_STEP_EXIT) counting_add(c, JR_COUNT_LEFT, name, program->string[step->a]);
        for (enum jr_count_kind kind = JR_COUNT_ANSWERED; step->kind == JN_STEP_ASK && kind <= JR_COUNT_LATE; kind++)
            counting_add(c, kind, name, program->string[program->service[step->a].name]);
        for (enum jr_count_kind kind = JR_COUNT_APPROVED; step->kind == JN_STEP_APPROVE && kind <= JR_COUNT_UNANSWERED;
             kind++)
            counting_add(c, kind, name, program->string[step->b]);
        if (!jn_step_sends(step->kind)) continue;
        for (enum jr_count_kind kind = JR_COUNT_SENT; kind < JR_COUNTS; kind++)
            if (engine_count_is_of_message(kind))
                counting_add(c, kind, name, program->string[program->message[step->a].name]);
    }
}

jn_rc jr_engine_counts(struct jr_engine *engine, struct jn_arena *arena, struct jr_count **out, uint32_t *n,
                       struct jn_err *err) {
    struct counting c = {.engine = engine, .arena = arena};
    (void)err;
    jn_map_init(&c.told);
    for (const struct engine_program *program = engine->programs; program != NULL; program = program->next)
        for (uint32_t i = 0; i < program->program->n_journey; i++)
            counting_journey(&c, program->program, &program->program->journey[i]);
    jn_map_release(&c.told);
    *out = c.row;
    *n = c.n;
    return JN_OK;
}
