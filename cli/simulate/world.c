#include "cli/simulate/world.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/civil.h"
#include "core/hash.h"
#include "runtime/delivery/policy.h"
#include "runtime/store/mem/mem.h"

#define WORLD_EVENT_MAX (1u << 20)

/* ---- opening */

static void world_names(struct sim_world *world) {
    const struct jn_program *p = world->program;
    world->step_journey = jn_alloc_zero(p->n_step + 1, sizeof(*world->step_journey));
    for (uint32_t j = 0; j < p->n_journey; j++) {
        world->joins = world->joins || p->journey[j].segment != JN_NONE;
        jn_map_put(&world->journeys, p->string[p->journey[j].name], j);
        for (uint32_t i = 0; i < p->journey[j].n_step; i++)
            world->step_journey[p->journey[j].first_step + i] = j;
    }
    for (uint32_t m = 0; m < p->n_message; m++)
        jn_map_put(&world->messages, p->string[p->message[m].name], m);
}

static void world_object(const struct sim_rule *rule, struct sim_person *person, struct sim_object *out) {
    out->json = jn_json_new_object();
    sim_fields(rule->field, rule->n_field, &person->random, person->ext, person->events, out->json);
    jn_buf_init(&out->text, WORLD_EVENT_MAX);
    jn_json_dump(out->json, &out->text);
}

static void world_object_release(struct sim_object *object) {
    jn_json_free(object->json);
    jn_buf_release(&object->text);
}

static void world_fixed(struct sim_world *world) {
    struct sim_person nobody = {.number = 0};
    world->fixed = jn_alloc_zero(world->model->n_rule + 1, sizeof(*world->fixed));
    for (uint32_t i = 0; i < world->model->n_rule; i++)
        if (world->model->rule[i].fixed) world_object(&world->model->rule[i], &nobody, &world->fixed[i]);
}

static jn_rc world_turn(struct sim_world *world, const struct jr_input *input, uint32_t n, int64_t horizon,
                        struct jn_err *err);

jn_rc sim_world_open(struct sim_world *world, const struct jn_program *program, struct jn_str image,
                     const struct sim_model *model, struct sim_tally *tally, bool rehearsal, struct jn_err *err) {
    *world = (struct sim_world){.program = program, .model = model, .tally = tally, .now = model->start};
    struct jr_engine_options options = {.trace = sim_world_note, .trace_user = world, .rehearsal = rehearsal};
    jn_arena_init(&world->turn);
    jn_map_init(&world->journeys);
    jn_map_init(&world->messages);
    jn_map_init(&world->people);
    world_names(world);
    world_fixed(world);
    world->arriving = jn_alloc_zero(model->n_consent + 1, sizeof(*world->arriving));
    jn_rc rc = jr_store_open(JN_STR("mem:"), &world->store, err);
    if (rc == JN_OK) rc = jr_engine_open(world->store, &options, &world->engine, err);
    if (rc == JN_OK) rc = jr_engine_deploy(world->engine, image, err);
    return rc == JN_OK ? world_turn(world, NULL, 0, model->start, err) : rc; /* nobody to look at */
}

void sim_world_close(struct sim_world *world) {
    for (uint32_t i = 0; world->fixed != NULL && i < world->model->n_rule; i++)
        world_object_release(&world->fixed[i]);
    free(world->fixed);
    free(world->arriving);
    if (world->engine != NULL) jr_engine_close(world->engine);
    if (world->store != NULL) world->store->ops->close(world->store);
    for (uint32_t i = 0; i < world->n_person; i++) {
        free(world->person[i].due);
        free(world->person[i].reached);
    }
    free(world->person);
    free(world->flight);
    free(world->step_journey);
    jn_map_release(&world->journeys);
    jn_map_release(&world->messages);
    jn_map_release(&world->people);
    jn_arena_release(&world->turn);
}

/* ---- turns and messages */

struct sim_flight *sim_world_flight(struct sim_world *world) {
    if (world->n_flight == world->cap_flight) {
        world->cap_flight = world->cap_flight == 0 ? 16 : world->cap_flight * 2;
        world->flight = jn_realloc(world->flight, world->cap_flight * sizeof(*world->flight));
    }
    return &world->flight[world->n_flight++];
}

/* A question is on its way for as long as its answer takes. */
static void world_ask(struct sim_world *world, const struct jr_delivery *delivery) {
    const struct jn_program *p = world->program;
    struct sim_person *person = sim_world_person(world, delivery->customer);
    uint32_t service = 0;
    while (!jn_str_eq(p->string[p->service[service].name], delivery->message))
        service++;
    *sim_world_flight(world) =
        (struct sim_flight){.delivery = delivery->delivery,
                            .person = (uint32_t)(person - world->person),
                            .message = JN_NONE,
                            .service = service,
                            .due = world->now + sim_after(&person->random, world->model->service[service].after)};
}

static uint32_t world_line(const struct sim_world *world, uint32_t message) {
    if (message == JN_NONE) return JN_NONE;
    uint32_t channel = world->program->message[message].channel;
    return (world->program->channel[channel].flags & JN_CHANNEL_ORDERED) != 0 ? channel : JN_NONE;
}

static void world_post(struct sim_world *world, const struct jr_delivery *delivery) {
    uint64_t message = JN_NONE;
    if (delivery->asks) {
        world_ask(world, delivery);
        return;
    }
    if (!jn_map_get(&world->messages, delivery->message, &message)) message = JN_NONE;
    struct sim_person *person = sim_world_person(world, delivery->customer);
    *sim_world_flight(world) = (struct sim_flight){.delivery = delivery->delivery,
                                                   .person = (uint32_t)(person - world->person),
                                                   .message = (uint32_t)message,
                                                   .line = world_line(world, (uint32_t)message),
                                                   .retry_max = delivery->retry_max,
                                                   .due = delivery->due,
                                                   .deadline = delivery->deadline};
}

static void world_cancel(struct sim_world *world, uint64_t delivery) {
    for (uint32_t i = 0; i < world->n_flight; i++)
        if (world->flight[i].delivery == delivery) {
            world->flight[i].cancelled = true;
            world->flight[i].due = world->now;
        }
}

/* A turn whose timers reach to `horizon`. */
static jn_rc world_turn(struct sim_world *world, const struct jr_input *input, uint32_t n, int64_t horizon,
                        struct jn_err *err) {
    struct jr_turn turn;
    do {
        jn_arena_reset(&world->turn);
        turn = (struct jr_turn){.arena = &world->turn};
        jn_rc rc = jr_engine_turn(world->engine, input, n, horizon, &turn, err);
        if (rc != JN_OK) return rc;
        for (uint32_t i = 0; i < turn.n_delivery; i++)
            world_post(world, &turn.delivery[i]);
        for (uint32_t i = 0; i < turn.n_cancelled; i++)
            world_cancel(world, turn.cancelled[i]);
        n = 0;
    } while (turn.more);
    return JN_OK;
}

static uint32_t world_answer(const struct sim_world *world, struct sim_person *person, uint32_t message) {
    const struct sim_channel *channel = &world->model->channel[world->program->message[message].channel];
    if (sim_chance(&person->random, channel->fails)) return 400;
    return sim_chance(&person->random, channel->retries) ? 503 : 200;
}

/* No attempt: nobody waits for it any more, or a service answers or fails, as the model says. */
static jn_rc world_reply(struct sim_world *world, uint32_t at, int64_t horizon, struct jn_err *err) {
    struct sim_flight flight = world->flight[at];
    struct sim_person *person = &world->person[flight.person];
    const struct sim_service *service = &world->model->service[flight.service];
    struct jr_input input = {.kind = JR_INPUT_RESULT,
                             .received = world->now,
                             .delivery = flight.delivery,
                             .result = JR_RESULT_CANCELLED,
                             .reason = JN_STR("as the model says")};
    struct sim_rule answer = {.field = service->take, .n_field = service->n_take};
    struct sim_object object = {0};
    memmove(&world->flight[at], &world->flight[at + 1], (--world->n_flight - at) * sizeof(flight));
    if (!flight.cancelled) {
        bool answers = sim_chance(&person->random, service->answers);
        world_object(&answer, person, &object);
        input.result = answers ? JR_RESULT_ACCEPTED : JR_RESULT_FAILED;
        input.answer = jn_buf_view(&object.text);
    }
    jn_rc rc = world_turn(world, &input, 1, horizon, err);
    if (!flight.cancelled) world_object_release(&object);
    return rc;
}

/* A decision that nobody needs any more changes nothing. */
static jn_rc world_decide(struct sim_world *world, uint32_t at, int64_t horizon, struct jn_err *err) {
    struct sim_flight flight = world->flight[at];
    struct jr_input input = {.kind = JR_INPUT_DECISION,
                             .received = world->now,
                             .source = JN_STR("simulate"),
                             .other = jn_str_z(flight.approval),
                             .event = world->model->approver[flight.approver].by,
                             .in = flight.approves};
    memmove(&world->flight[at], &world->flight[at + 1], (--world->n_flight - at) * sizeof(flight));
    return world_turn(world, &input, 1, horizon, err);
}

/* One attempt; what became of it is the next input. */
static jn_rc world_attempt(struct sim_world *world, uint32_t at, int64_t horizon, struct jn_err *err) {
    struct sim_flight *flight = &world->flight[at];
    struct sim_person *person = &world->person[flight->person];
    if (flight->delivery == 0) return world_decide(world, at, horizon, err);
    if (flight->message == JN_NONE || flight->cancelled) return world_reply(world, at, horizon, err);
    uint64_t *count = world->tally->message[flight->message];
    uint32_t status = world_answer(world, person, flight->message), message = flight->message;
    struct jr_retry_case attempt = {.end = {.status = status},
                                    .attempts = ++flight->attempts,
                                    .retry_max = flight->retry_max,
                                    .now = world->now,
                                    .deadline = flight->deadline};
    struct jr_retry retry = jr_retry_decide(&attempt, &person->random);
    struct jr_input input = {.kind = JR_INPUT_RESULT,
                             .received = world->now,
                             .delivery = flight->delivery,
                             .result = retry.result,
                             .retry_at = retry.at,
                             .status = status,
                             .reason = status == 200 ? JN_STR("") : JN_STR("as the model says")};
    if (flight->attempts == 1) world->tally->minute[(world->now - world->model->start) / JN_MS_MINUTE]++;
    count[SIM_RETRIED] += retry.result == JR_RESULT_RETRY;
    count[SIM_FAILED] += retry.result == JR_RESULT_FAILED;
    count[SIM_ACCEPTED] += retry.result == JR_RESULT_ACCEPTED;
    flight->due = retry.at;
    if (retry.result != JR_RESULT_RETRY)
        memmove(flight, flight + 1, (--world->n_flight - at) * sizeof(*flight)); /* they leave in their order */
    if (retry.result == JR_RESULT_ACCEPTED) sim_world_accepted(world, person, message);
    return world_turn(world, &input, 1, horizon, err);
}

/* Of an ordered channel: behind an earlier message of the same customer. */
static bool world_is_behind(const struct sim_world *world, uint32_t at) {
    const struct sim_flight *flight = &world->flight[at];
    if (flight->message == JN_NONE || flight->line == JN_NONE || flight->cancelled) return false;
    for (uint32_t i = 0; i < at; i++)
        if (world->flight[i].message != JN_NONE && world->flight[i].line == flight->line &&
            world->flight[i].person == flight->person)
            return true;
    return false;
}

/* The first of those due, in the order in which they were written. */
static uint32_t world_next_flight(const struct sim_world *world) {
    uint32_t next = JN_NONE;
    for (uint32_t i = 0; i < world->n_flight; i++)
        if ((next == JN_NONE || world->flight[i].due < world->flight[next].due) && !world_is_behind(world, i)) next = i;
    return next;
}

static jn_rc world_deliver(struct sim_world *world, int64_t horizon, struct jn_err *err) {
    uint32_t next;
    jn_rc rc = JN_OK;
    while (rc == JN_OK && (next = world_next_flight(world)) != JN_NONE && world->flight[next].due <= world->now)
        rc = world_attempt(world, next, horizon, err);
    return rc;
}

/* ---- what customers do */

/* Who they are and what they consent to; and what they are going to do. */
static jn_rc world_arrive(struct sim_world *world, struct sim_person *person, struct jn_err *err) {
    const struct sim_model *model = world->model;
    struct sim_rule traits = {.field = model->attr, .n_field = model->n_attr};
    struct jr_input *input = world->arriving;
    struct sim_object who;
    uint32_t n = 0;
    world_object(&traits, person, &who);
    input[n++] = (struct jr_input){.kind = JR_INPUT_IDENTIFY, .traits = who.json, .compact = jn_buf_view(&who.text)};
    for (uint32_t i = 0; i < model->n_consent; i++)
        if (sim_chance(&person->random, model->consent[i].in))
            input[n++] = (struct jr_input){.kind = JR_INPUT_CONSENT, .event = model->consent[i].topic, .in = true};
    for (uint32_t i = 0; i < n; i++) {
        input[i].received = world->now;
        input[i].source = JN_STR("simulate");
        input[i].customer = person->ext;
    }
    jn_rc rc = world_turn(world, input, n, world->now - 1, err);
    world_object_release(&who);
    for (uint32_t i = 0; i < model->n_rule; i++) {
        const struct sim_rule *rule = &model->rule[i];
        if (rule->trigger != SIM_ON_ARRIVAL && rule->trigger != SIM_EVERY) continue;
        if (!sim_chance(&person->random, rule->chance)) continue;
        sim_person_plan(person, world->now + sim_after(&person->random, rule->after), i);
    }
    return rc;
}

static jn_rc world_act(struct sim_world *world, struct sim_person *person, struct sim_due due, struct jn_err *err) {
    if (due.rule == JN_NONE) return world_arrive(world, person, err);
    const struct sim_rule *rule = &world->model->rule[due.rule];
    struct sim_object own = {0}, *what = rule->fixed ? &world->fixed[due.rule] : &own;
    person->events++;
    if (!rule->fixed) world_object(rule, person, &own);
    struct jr_input input = {.kind = JR_INPUT_EVENT,
                             .received = world->now,
                             .happened = world->now,
                             .source = JN_STR("simulate"),
                             .customer = person->ext,
                             .event = world->program->string[world->program->event[rule->event].name],
                             .properties = what->json,
                             .compact = jn_buf_view(&what->text)};
    /* What is due at this very instant comes after it (language semantics 4). */
    jn_rc rc = world_turn(world, &input, 1, world->now - 1, err);
    world_object_release(&own);
    if (rule->trigger == SIM_EVERY)
        sim_person_plan(person, world->now + sim_after(&person->random, rule->after), due.rule);
    return rc == JN_OK ? world_deliver(world, world->now - 1, err) : rc;
}

/* Who does something next, and which of their plans; false when nobody does. */
static bool world_next_due(const struct sim_world *world, uint32_t *person, uint32_t *due) {
    int64_t soonest = INT64_MAX;
    for (uint32_t i = 0; i < world->n_person; i++)
        for (uint32_t k = 0; k < world->person[i].n_due; k++)
            if (world->person[i].due[k].at < soonest) {
                soonest = world->person[i].due[k].at;
                *person = i;
                *due = k;
            }
    return soonest != INT64_MAX;
}

static jn_rc world_step(struct sim_world *world, int64_t to, struct jn_err *err) {
    if (to > world->now) world->now = to;
    jn_rc rc = world_turn(world, NULL, 0, world->now, err);
    return rc == JN_OK ? world_deliver(world, world->now, err) : rc;
}

/* Nothing that one customer may still do can make a difference: no run is inside, no goal open, and none can begin. */
static bool world_is_over(const struct sim_world *world) {
    const struct sim_person *person = &world->person[0];
    if (world->n_person > 1 || world->joins || person->parked || world->n_flight > 0 ||
        jr_engine_next_due(world->engine) != INT64_MAX)
        return false;
    for (uint32_t i = 0; i < person->n_due; i++)
        if (person->due[i].rule == JN_NONE || world->model->rule[person->due[i].rule].enters) return false;
    return true;
}

static jn_rc world_run(struct sim_world *world, struct jn_err *err) {
    for (;;) {
        uint32_t person = 0, plan = 0, flight = world_next_flight(world);
        bool acts = world_next_due(world, &person, &plan);
        int64_t due = jr_engine_next_due(world->engine);
        if (flight != JN_NONE && world->flight[flight].due < due) due = world->flight[flight].due;
        struct sim_person *who = &world->person[person];
        acts = acts && who->due[plan].at <= due;
        if (acts) due = who->due[plan].at;
        if (due >= world->model->end || world_is_over(world)) return JN_OK;
        jn_rc rc;
        if (acts) {
            struct sim_due doing = who->due[plan];
            memmove(&who->due[plan], &who->due[plan + 1], (--who->n_due - plan) * sizeof(*who->due));
            if (due > world->now) world->now = due;
            rc = world_act(world, who, doing, err);
        } else {
            rc = world_step(world, due, err);
        }
        if (rc != JN_OK) return rc;
    }
}

/* ---- lives */

static void world_begin(struct sim_world *world, struct sim_person *person, uint64_t seed, uint32_t number) {
    uint64_t key[2] = {seed, number};
    int n = snprintf(person->id, sizeof(person->id), "s%llu-%u", (unsigned long long)seed, number);
    person->ext = (struct jn_str){person->id, (size_t)n};
    person->number = number;
    person->events = person->accepted = 0;
    person->parked = false;
    person->n_due = person->n_reached = 0;
    jn_random_seed(&person->random, jn_hash64((struct jn_str){(const char *)key, sizeof(key)}));
    int64_t after = (int64_t)jn_random_below(&person->random, (uint64_t)world->model->arrive + 1);
    sim_person_plan(person, world->model->start + after, JN_NONE);
}

jn_rc sim_world_live(struct sim_world *world, uint64_t seed, uint32_t first, uint32_t n, struct jn_err *err) {
    if (world->n_person < n) {
        world->person = jn_realloc(world->person, n * sizeof(*world->person));
        memset(world->person + world->n_person, 0, (n - world->n_person) * sizeof(*world->person));
    }
    world->n_person = n;
    jn_map_clear(&world->people);
    for (uint32_t i = 0; i < n; i++) {
        world_begin(world, &world->person[i], seed, first + i);
        if (n > 1) jn_map_put(&world->people, world->person[i].ext, i);
    }
    world->now = world->model->start;
    world->n_flight = 0;
    jn_rc rc = world_run(world, err);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t sent = world->person[i].accepted;
        world->tally->person[sent < SIM_PERSON_MAX ? sent : SIM_PERSON_MAX]++;
    }
    cli_walk_pause(&world->tally->walk);
    jr_engine_forget(world->engine);
    jr_store_mem_forget(world->store);
    return rc;
}
