/* What happens to runs is counted, and answered as the model says customers answer it. */
#include <stdio.h>

#include "cli/simulate/world.h"
#include "core/check.h"

struct sim_person *sim_world_person(struct sim_world *world, struct jn_str id) {
    uint64_t place = 0;
    if (world->n_person > 1) JN_CHECK(jn_map_get(&world->people, id, &place));
    return &world->person[place];
}

void sim_person_plan(struct sim_person *person, int64_t at, uint32_t rule) {
    if (person->n_due == person->cap_due) {
        person->cap_due = person->cap_due == 0 ? 16 : person->cap_due * 2;
        person->due = jn_realloc(person->due, person->cap_due * sizeof(*person->due));
    }
    person->due[person->n_due++] = (struct sim_due){at, rule};
}

static void react(struct sim_world *world, struct sim_person *person, enum sim_trigger trigger, uint32_t subject) {
    const struct sim_model *model = world->model;
    for (uint32_t i = 0; i < model->n_rule; i++) {
        const struct sim_rule *rule = &model->rule[i];
        if (rule->trigger != trigger || rule->subject != subject || !sim_chance(&person->random, rule->chance))
            continue;
        sim_person_plan(person, world->now + sim_after(&person->random, rule->after), i);
    }
}

void sim_world_accepted(struct sim_world *world, struct sim_person *person, uint32_t message) {
    person->accepted++;
    react(world, person, SIM_OF_MESSAGE, message);
}

/* Whether the run comes to the stage for the first time. */
static bool react_is_new(struct sim_person *person, uint64_t run, uint32_t stage) {
    for (uint32_t i = 0; i < person->n_reached; i++)
        if (person->reached[i].run == run && person->reached[i].stage == stage) return false;
    if (person->n_reached == person->cap_reached) {
        person->cap_reached = person->cap_reached == 0 ? 16 : person->cap_reached * 2;
        person->reached = jn_realloc(person->reached, person->cap_reached * sizeof(*person->reached));
    }
    person->reached[person->n_reached++] = (struct sim_reached){run, stage};
    return true;
}

static void note_goal(struct sim_world *world, const struct jr_trace *trace, uint32_t journey, bool control) {
    const struct jn_program *p = world->program;
    const struct jn_journey *row = &p->journey[journey];
    for (uint32_t i = row->first_goal; i < row->first_goal + row->n_goal; i++)
        if (jn_str_eq(p->string[p->goal[i].name], trace->name)) world->tally->goal[i][control]++;
}

/* A person is asked: whether and how they answer, and when. */
static void react_decide(struct sim_world *world, struct sim_person *person, const struct jr_trace *trace) {
    uint32_t i = 0;
    while (i < world->model->n_approver && !jn_str_eq(world->model->approver[i].by, trace->name))
        i++;
    if (i == world->model->n_approver) return;
    const struct sim_approver *approver = &world->model->approver[i];
    bool approves = sim_chance(&person->random, approver->approves);
    if (!approves && !sim_chance(&person->random, approver->rejects / (1 - approver->approves))) return;
    struct sim_flight *flight = sim_world_flight(world);
    *flight = (struct sim_flight){.person = (uint32_t)(person - world->person),
                                  .message = JN_NONE,
                                  .due = world->now + sim_after(&person->random, approver->after),
                                  .approves = approves,
                                  .approver = i};
    JN_CHECK(trace->detail.n < sizeof(flight->approval));
    memcpy(flight->approval, trace->detail.p, trace->detail.n);
}

/* A run's own doings. */
static void note_run(struct sim_world *world, struct sim_person *person, const struct jr_trace *trace) {
    struct sim_tally *tally = world->tally;
    uint32_t journey = world->step_journey[trace->at_step];
    const struct jn_step *step = &world->program->step[trace->at_step];
    if (trace->kind == JR_TRACE_STEP) {
        react(world, person, SIM_AT_STEP, trace->at_step);
    } else if (trace->kind == JR_TRACE_STAGE) {
        if (react_is_new(person, trace->run, step->stage)) tally->stage[step->stage]++;
        react(world, person, SIM_IN_STAGE, step->stage);
    } else if (trace->kind == JR_TRACE_ENTERED) {
        tally->journey[journey][SIM_ENTERED]++;
        tally->journey[journey][SIM_CONTROL] += jr_engine_is_control(world->engine, journey, trace->customer);
    } else if (trace->kind == JR_TRACE_LEFT) {
        tally->journey[journey][SIM_LEFT]++;
        tally->left[sim_tally_exit(tally, journey, trace->name)]++;
    } else if (trace->kind == JR_TRACE_REQUESTED) {
        react_decide(world, person, trace);
    } else if (trace->kind == JR_TRACE_PARKED) {
        tally->journey[journey][SIM_PARKED]++;
        person->parked = true;
    } else if (trace->kind == JR_TRACE_GOAL) {
        note_goal(world, trace, journey, jr_engine_is_control(world->engine, journey, trace->customer));
    }
}

static bool note_says(struct jn_str text, struct jn_str part) {
    return memmem(text.p, text.n, part.p, part.n) != NULL;
}

/* Messages, by what became of them before they left. */
static void note_message(struct sim_world *world, const struct jr_trace *trace) {
    uint64_t message;
    enum sim_message_count count;
    struct jn_str name = trace->name;
    const struct jn_step *step = &world->program->step[trace->at_step];
    bool held = trace->kind == JR_TRACE_HELD && jn_step_sends(step->kind);
    if (held && !note_says(trace->detail, JN_STR("answered")))
        name = world->program->string[world->program->message[step->a].name];
    if (!jn_map_get(&world->messages, name, &message)) return;
    if (trace->kind == JR_TRACE_SENT)
        count = SIM_WRITTEN;
    else if (trace->kind == JR_TRACE_UNSENT)
        count = SIM_UNREACHABLE;
    else if (trace->kind == JR_TRACE_GHOST)
        count = SIM_GHOST;
    else if (trace->kind == JR_TRACE_HELD)
        count = note_says(trace->detail, JN_STR("quiet hours")) ? SIM_HELD_QUIET : SIM_HELD_CAP;
    else if (trace->kind != JR_TRACE_SKIPPED)
        return;
    else if (note_says(trace->detail, JN_STR("no consent")))
        count = SIM_NO_CONSENT;
    else
        count = note_says(trace->detail, JN_STR("quiet hours")) ? SIM_QUIET : SIM_CAPPED;
    world->tally->message[message][count]++;
}

static void note_refused(struct sim_world *world, const struct sim_person *person, const struct jr_trace *trace) {
    struct sim_tally *tally = world->tally;
    ++*tally->refused;
    if (person->number >= tally->refused_by) return;
    tally->refused_by = person->number;
    snprintf(tally->refused_why, sizeof(tally->refused_why), "%.*s: %.*s", JN_FMT(trace->name), JN_FMT(trace->detail));
}

void sim_world_note(void *user, const struct jr_trace *trace) {
    struct sim_world *world = user;
    uint64_t journey;
    cli_walk_note(&world->tally->walk, trace);
    if (trace->kind == JR_TRACE_QUARANTINED) note_refused(world, sim_world_person(world, trace->customer), trace);
    if (trace->kind == JR_TRACE_IGNORED && jn_map_get(&world->journeys, trace->journey, &journey))
        world->tally->journey[journey][jn_str_is(trace->detail, "outside the rollout") ? SIM_OUTSIDE : SIM_IGNORED]++;
    if (trace->at_step >= world->program->n_step) return;
    note_run(world, sim_world_person(world, trace->customer), trace);
    note_message(world, trace);
}
