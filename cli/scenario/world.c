#include "cli/scenario/world.h"

#include "runtime/delivery/policy.h"

static struct jn_str cli_keep(struct cli_world *world, struct jn_str s) {
    return jn_arena_str(world->arena, s);
}

static void cli_note(void *user, const struct jr_trace *trace) {
    struct cli_world *world = user;
    struct cli_happening *happening = JN_NEW(world->arena, struct cli_happening);
    happening->trace = *trace;
    happening->trace.customer = cli_keep(world, trace->customer);
    happening->trace.journey = cli_keep(world, trace->journey);
    happening->trace.stage = cli_keep(world, trace->stage);
    happening->trace.step = cli_keep(world, trace->step);
    happening->trace.name = cli_keep(world, trace->name);
    happening->trace.detail = cli_keep(world, trace->detail);
    happening->scene = world->scene;
    *world->happening_end = happening;
    world->happening_end = &happening->next;
}

static struct jn_str cli_forced_arm(void *user, struct jn_str journey, struct jn_str split) {
    const struct cli_world *world = user;
    (void)journey;
    for (const struct cli_forced *forced = world->forced; forced != NULL; forced = forced->next)
        if (jn_str_eq(forced->split, split)) return forced->arm;
    return JN_STR_NONE;
}

static bool cli_forced_share(void *user, enum jr_share share) {
    const struct cli_world *world = user;
    return share == JR_SHARE_CONTROL ? world->in_control : !world->out_of_rollout;
}

jn_rc cli_world_open(struct cli_world *world, const struct jn_program *program, struct jn_str image, int64_t start,
                     struct jn_arena *arena, struct jn_err *err) {
    *world = (struct cli_world){.program = program, .arena = arena, .now = start};
    world->happening_end = &world->happening;
    jn_arena_init(&world->turn);
    jn_random_seed(&world->random, 1);
    jn_rc rc = jn_zone_find(jn_program_str(program, program->meta[0].timezone), &world->zone, err);
    if (rc == JN_OK) rc = jr_store_open(JN_STR("mem:"), &world->store, err);
    struct jr_engine_options options = {.trace = cli_note,
                                        .trace_user = world,
                                        .force_arm = cli_forced_arm,
                                        .force_share = cli_forced_share,
                                        .force_user = world};
    if (rc == JN_OK) rc = jr_engine_open(world->store, &options, &world->engine, err);
    if (rc == JN_OK) rc = jr_engine_deploy(world->engine, image, err);
    return rc;
}

void cli_world_close(struct cli_world *world) {
    if (world->engine != NULL) jr_engine_close(world->engine);
    if (world->store != NULL) world->store->ops->close(world->store);
    jn_arena_release(&world->turn);
}

struct cli_person *cli_world_person(struct cli_world *world, struct jn_str id) {
    struct cli_person *person = world->person;
    while (person != NULL && !jn_str_eq(person->id, id))
        person = person->next;
    if (person == NULL) {
        person = JN_NEW(world->arena, struct cli_person);
        person->id = jn_arena_str(world->arena, id);
        person->next = world->person;
        world->person = person;
    }
    while (person->now != NULL)
        person = person->now;
    return person;
}

void cli_world_unite(struct cli_world *world, struct jn_str id, struct jn_str known) {
    struct cli_person *person = cli_world_person(world, id), *now = cli_world_person(world, known);
    if (person == now) return;
    person->now = now;
    if (person->since > now->since) now->since = person->since;
}

bool cli_world_same(struct cli_world *world, struct jn_str a, struct jn_str b) {
    return jn_str_eq(a, b) || cli_world_person(world, a) == cli_world_person(world, b);
}

static void cli_post(struct cli_world *world, const struct jr_delivery *delivery) {
    struct cli_outgoing *outgoing = JN_NEW(world->arena, struct cli_outgoing);
    struct cli_outgoing **end = &world->outgoing;
    outgoing->delivery = *delivery;
    outgoing->delivery.channel = cli_keep(world, delivery->channel);
    outgoing->delivery.message = cli_keep(world, delivery->message);
    outgoing->delivery.customer = cli_keep(world, delivery->customer);
    outgoing->due = delivery->due;
    while (*end != NULL)
        end = &(*end)->next;
    *end = outgoing;
}

/* Its end is told with the messages that are due. */
static void cli_cancel(struct cli_world *world, uint64_t delivery) {
    for (struct cli_outgoing *outgoing = world->outgoing; outgoing != NULL; outgoing = outgoing->next) {
        if (outgoing->delivery.delivery != delivery || outgoing->due == INT64_MAX) continue;
        outgoing->cancelled = true;
        outgoing->due = world->now;
    }
}

/* A turn whose timers reach to `horizon`; what it writes to the outbox begins its way. */
static jn_rc cli_turn(struct cli_world *world, const struct jr_input *input, uint32_t n, int64_t horizon,
                      struct jn_err *err) {
    struct jr_turn turn;
    do {
        if (world->turns++ >= CLI_WORLD_MAX_TURNS)
            return jn_fail(err, JN_INTERNAL, "the test does not come to an end: more than %d turns",
                           CLI_WORLD_MAX_TURNS);
        jn_arena_reset(&world->turn);
        turn = (struct jr_turn){.arena = &world->turn};
        jn_rc rc = jr_engine_turn(world->engine, input, n, horizon, &turn, err);
        if (rc != JN_OK) return rc;
        for (uint32_t i = 0; i < turn.n_delivery; i++)
            cli_post(world, &turn.delivery[i]);
        for (uint32_t i = 0; i < turn.n_cancelled; i++)
            cli_cancel(world, turn.cancelled[i]);
        n = 0;
    } while (turn.more);
    return JN_OK;
}

static uint32_t cli_answer(struct cli_world *world, struct jn_str channel) {
    for (struct cli_receiver *receiver = world->receiver; receiver != NULL; receiver = receiver->next) {
        if (!jn_str_eq(receiver->channel, channel)) continue;
        if (receiver->used_up) return 200;
        if (receiver->times != 0 && --receiver->times == 0) receiver->used_up = true;
        return receiver->status;
    }
    return 200;
}

static void cli_accept(struct cli_world *world, const struct jr_delivery *delivery) {
    struct cli_accepted *accepted = JN_NEW(world->arena, struct cli_accepted);
    accepted->customer = delivery->customer;
    accepted->message = delivery->message;
    accepted->number = ++world->n_accepted;
    accepted->next = world->accepted;
    world->accepted = accepted;
}

/* A question to a service: what the test says, else no answer, so that its defaults stand. */
static jn_rc cli_ask(struct cli_world *world, struct cli_outgoing *outgoing, int64_t horizon, struct jn_err *err) {
    const struct cli_answering *answering = world->answering;
    while (answering != NULL && !jn_str_eq(answering->service, outgoing->delivery.message))
        answering = answering->next;
    bool answers = answering != NULL && answering->answer.n > 0;
    struct jr_input input = {.kind = JR_INPUT_RESULT,
                             .received = world->now,
                             .delivery = outgoing->delivery.delivery,
                             .result = answers ? JR_RESULT_ACCEPTED : JR_RESULT_FAILED,
                             .status = answers ? 200 : 0};
    if (answers) input.answer = answering->answer;
    input.reason = answering == NULL ? JN_STR("the test gives none") : JN_STR("the test lets it fail");
    outgoing->due = INT64_MAX;
    return cli_turn(world, &input, 1, horizon, err);
}

/* One attempt; its result is the next input. */
static jn_rc cli_attempt(struct cli_world *world, struct cli_outgoing *outgoing, int64_t horizon, struct jn_err *err) {
    struct jr_delivery *delivery = &outgoing->delivery;
    if (outgoing->cancelled) {
        struct jr_input gone = {.kind = JR_INPUT_RESULT, .received = world->now, .delivery = delivery->delivery};
        gone.result = JR_RESULT_CANCELLED;
        outgoing->due = INT64_MAX;
        return cli_turn(world, &gone, 1, horizon, err);
    }
    if (delivery->asks) return cli_ask(world, outgoing, horizon, err);
    uint32_t status = cli_answer(world, delivery->channel);
    struct jr_retry_case attempt = {.end = {.status = status},
                                    .attempts = delivery->attempts + 1,
                                    .retry_max = delivery->retry_max,
                                    .now = world->now,
                                    .deadline = delivery->deadline};
    struct jr_retry retry = jr_retry_decide(&attempt, &world->random);
    struct jr_input input = {.kind = JR_INPUT_RESULT,
                             .received = world->now,
                             .delivery = delivery->delivery,
                             .result = retry.result,
                             .retry_at = retry.at,
                             .status = status};
    input.reason = status == 0 ? JN_STR("no answer in time") : jn_arena_printf(world->arena, "HTTP %u", status);
    delivery->attempts++;
    outgoing->due = retry.result == JR_RESULT_RETRY ? retry.at : INT64_MAX;
    if (retry.result == JR_RESULT_ACCEPTED) cli_accept(world, delivery);
    return cli_turn(world, &input, 1, horizon, err);
}

/* Of an ordered channel: behind an earlier message of the same customer that is still on its way. */
static bool cli_is_behind(const struct cli_world *world, const struct cli_outgoing *outgoing) {
    if (!outgoing->delivery.ordered || outgoing->cancelled) return false;
    for (const struct cli_outgoing *before = world->outgoing; before != outgoing; before = before->next)
        if (before->due != INT64_MAX && jn_str_eq(before->delivery.channel, outgoing->delivery.channel) &&
            jn_str_eq(before->delivery.customer, outgoing->delivery.customer))
            return true;
    return false;
}

static struct cli_outgoing *cli_next_outgoing(const struct cli_world *world) {
    struct cli_outgoing *soonest = NULL;
    for (struct cli_outgoing *outgoing = world->outgoing; outgoing != NULL; outgoing = outgoing->next)
        if (outgoing->due != INT64_MAX && (soonest == NULL || outgoing->due < soonest->due) &&
            !cli_is_behind(world, outgoing))
            soonest = outgoing;
    return soonest;
}

static jn_rc cli_deliver_due(struct cli_world *world, int64_t horizon, struct jn_err *err) {
    for (struct cli_outgoing *next; (next = cli_next_outgoing(world)) != NULL && next->due <= world->now;) {
        jn_rc rc = cli_attempt(world, next, horizon, err);
        if (rc != JN_OK) return rc;
    }
    struct cli_outgoing **at = &world->outgoing;
    while (*at != NULL) {
        if ((*at)->due == INT64_MAX)
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
    return JN_OK;
}

jn_rc cli_world_take(struct cli_world *world, const struct jr_input *input, struct jn_err *err) {
    int64_t before = world->now - 1;
    jn_rc rc = cli_turn(world, input, 1, before, err);
    return rc == JN_OK ? cli_deliver_due(world, before, err) : rc;
}

/* Carries out everything due before `limit`, moving the clock from one due time to the next. */
static jn_rc cli_run_until(struct cli_world *world, int64_t limit, struct jn_err *err) {
    for (;;) {
        const struct cli_outgoing *outgoing = cli_next_outgoing(world);
        int64_t due = jr_engine_next_due(world->engine);
        if (outgoing != NULL && outgoing->due < due) due = outgoing->due;
        if (due >= limit) return JN_OK;
        if (due > world->now) world->now = due;
        jn_rc rc = cli_turn(world, NULL, 0, world->now, err);
        if (rc == JN_OK) rc = cli_deliver_due(world, world->now, err);
        if (rc != JN_OK) return rc;
    }
}

jn_rc cli_world_advance(struct cli_world *world, int64_t to, struct jn_err *err) {
    jn_rc rc = cli_run_until(world, to, err);
    if (rc == JN_OK && to > world->now) world->now = to;
    return rc;
}

jn_rc cli_world_settle(struct cli_world *world, struct jn_err *err) {
    return cli_run_until(world, world->now + 1, err);
}
