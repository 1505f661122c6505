/* A message leaves a run: rendered once, frozen in the outbox, under an id that never changes. */
#include "core/civil.h"
#include "core/value.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/content/content.h"
#include "runtime/engine/policy/policy.h"

uint32_t turn_visit(struct turn *turn, struct engine_run *run, uint32_t step) {
    for (uint32_t i = 0; i < run->n_visit; i++)
        if (run->visit[i].step == step) return ++run->visit[i].n;
    struct engine_visit *visit = engine_grow(turn->arena, &run->visit, &run->n_visit, sizeof(*visit));
    *visit = (struct engine_visit){.step = step, .n = 1};
    return 1;
}

static void send_unsent(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                        struct jn_str message, enum jn_outcome outcome, struct jn_str why) {
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_UNSENT, customer, run);
    trace->name = message;
    trace->detail = why;
    run->outcome = outcome;
    turn_count(turn, JR_COUNT_FAILED, engine_journey_name(run), message);
}

/* The field of this name for a run at `stage`: its variant, or the one for all. JN_NONE: there is only one for another
 * stage. */
static uint32_t send_field(const struct jn_program *program, const struct jn_message *message, uint32_t name,
                           struct jn_str stage) {
    uint32_t found = JN_NONE;
    for (uint32_t i = message->first_field; i < message->first_field + message->n_field; i++) {
        const struct jn_field *field = &program->field[i];
        struct jn_str of = program->string[field->stage];
        if (!jn_str_eq(program->string[field->name], program->string[name])) continue;
        if (of.n > 0 && jn_str_eq(of, stage)) return i;
        if (of.n == 0) found = i;
    }
    return found;
}

/* Whether this is the first field of its name. */
static bool send_names_first(const struct jn_program *program, const struct jn_message *message, uint32_t field) {
    for (uint32_t i = message->first_field; i < field; i++)
        if (jn_str_eq(program->string[program->field[i].name], program->string[program->field[field].name]))
            return false;
    return true;
}

/* Every field of the message, rendered. */
static jn_rc send_content(const struct jr_context *context, const struct engine_run *run,
                          const struct jn_message *message, struct jn_json_out *w, struct jn_err *err) {
    const struct jn_program *program = context->program;
    struct jn_buf text;
    jn_rc rc = JN_OK;
    jn_buf_init(&text, ENGINE_MESSAGE_MAX);
    jn_jw_object(w);
    for (uint32_t i = message->first_field; rc == JN_OK && i < message->first_field + message->n_field; i++) {
        uint32_t field = send_field(program, message, program->field[i].name, context->stage);
        if (field == JN_NONE || !send_names_first(program, message, i)) continue;
        jn_buf_reset(&text);
        rc = engine_content(run->program, context, field, context->scratch, &text, err);
        jn_jw_key_str(w, program->string[program->field[i].name]);
        jn_jw_str(w, jn_buf_view(&text));
    }
    jn_jw_end_object(w);
    jn_buf_release(&text);
    return rc;
}

void turn_body_key(struct jn_json_out *w, const char *key, struct jn_str value) {
    jn_jw_key(w, key);
    jn_jw_str(w, value);
}

void turn_body_begin(const struct jr_context *context, const struct engine_run *run, const struct jn_step *step,
                     const struct jr_delivery *delivery, const char *type, struct jn_json_out *w, struct jn_buf *out) {
    struct jn_buf digits;
    jn_buf_init(&digits, 24);
    jn_buf_digits(&digits, run->id, 0);
    jn_jw_init(w, out);
    jn_jw_object(w);
    turn_body_key(w, "type", jn_str_z(type));
    turn_body_key(w, "id", delivery->id);
    turn_body_key(w, "journey", delivery->journey);
    turn_body_key(w, "version", jn_str_z(run->program->version));
    turn_body_key(w, "run", jn_buf_view(&digits));
    turn_body_key(w, "stage", context->stage);
    turn_body_key(w, "step", context->program->string[step->name]);
    jn_buf_release(&digits);
}

void turn_body_customer(struct jn_json_out *w, struct jn_str id) {
    jn_jw_key(w, "customer");
    jn_jw_object(w);
    turn_body_key(w, "id", id);
    jn_jw_end_object(w);
}

void turn_body_end(const struct jr_context *context, struct jn_json_out *w) {
    struct jn_buf at;
    jn_buf_init(&at, 64);
    jn_instant_print(context->now, &at);
    turn_body_key(w, "at", jn_buf_view(&at));
    jn_jw_end_object(w);
    jn_buf_release(&at);
}

/* The JSON document of contracts: what is sent, byte for byte, on every attempt. */
static jn_rc send_body(struct jr_context *context, const struct engine_run *run, const struct jn_step *step,
                       const struct jr_delivery *delivery, struct jn_buf *out, struct jn_err *err) {
    const struct jn_program *program = context->program;
    const struct jn_message *message = &program->message[step->a];
    struct jn_json_out w;
    turn_body_begin(context, run, step, delivery, "message", &w, out);
    turn_body_key(&w, "message", delivery->message);
    turn_body_key(&w, "channel", delivery->channel);
    turn_body_key(&w, "to", delivery->to);
    turn_body_customer(&w, delivery->customer);
    jn_jw_key(&w, "content");
    jn_rc rc = send_content(context, run, message, &w, err);
    turn_body_end(context, &w);
    if (rc == JN_OK && out->failed)
        rc = jn_fail(err, JN_TOO_LARGE, "the message is larger than %u bytes", ENGINE_MESSAGE_MAX);
    return rc;
}

/* What `send … with` gives, by the message's variables. */
static void send_bind(struct turn *turn, struct jr_context *context, const struct jn_step *step) {
    const struct jn_program *program = context->program;
    const struct jn_message *message = &program->message[step->a];
    struct jn_value *var = JN_NEW_ARRAY(turn->arena, struct jn_value, message->n_var);
    for (uint32_t i = step->b; i < step->b + step->c; i++) {
        struct jn_value value;
        if (jr_vm_eval(context, program->bind[i].value, &value, NULL) == JN_OK)
            var[program->bind[i].var - message->first_var] = value;
    }
    context->var = var;
    context->first_var = message->first_var;
    context->n_var = message->n_var;
}

static struct jr_delivery send_delivery(struct turn *turn, const struct engine_customer *customer,
                                        const struct engine_run *run, const struct jn_channel *channel,
                                        struct jn_str message) {
    const struct jn_program *program = run->program->program;
    struct jr_delivery delivery = {.channel = program->string[channel->name],
                                   .kind = (enum jn_channel_kind)channel->kind,
                                   .url = program->string[channel->url],
                                   .secret = program->string[channel->secret],
                                   .env_url = (channel->flags & JN_CHANNEL_ENV_URL) != 0,
                                   .env_secret = (channel->flags & JN_CHANNEL_ENV_SECRET) != 0,
                                   .ordered = (channel->flags & JN_CHANNEL_ORDERED) != 0,
                                   .journey = engine_journey_name(run),
                                   .message = message,
                                   .customer = customer->ext,
                                   .retry_max = channel->retry_max,
                                   .timeout_ms = channel->timeout_ms,
                                   .rate = channel->rate,
                                   .rate_ms = channel->rate_ms};
    if (channel->retry_over != JN_NONE)
        delivery.deadline = turn->now + jn_duration_ms(program->value[channel->retry_over]);
    return delivery;
}

static struct engine_flight send_flight(const struct turn *turn, const struct engine_customer *customer,
                                        const struct engine_run *run, const struct jn_step *step, const uint8_t id[16],
                                        const struct jr_delivery *delivery) {
    const struct jn_program *program = run->program->program;
    struct engine_flight flight = {.delivery = delivery->delivery,
                                   .customer = customer->id,
                                   .run = run->id,
                                   .ext = customer->ext,
                                   .journey = delivery->journey,
                                   .stage = run->stage == JN_NONE ? JN_STR("")
                                                                  : program->string[program->stage[run->stage].name],
                                   .step = program->string[step->name],
                                   .message = delivery->message,
                                   .asks = delivery->asks,
                                   .trial = engine_trial(turn->engine, run),
                                   .awaited = step->kind == JN_STEP_SEND_OR && step->d == 1};
    memcpy(flight.id, id, 16);
    return flight;
}

static void send_store(struct turn *turn, const struct engine_flight *flight, const struct jr_delivery *delivery,
                       enum jr_delivery_state state) {
    struct jr_row_delivery *row = engine_grow(turn->arena, &turn->delivery, &turn->n_delivery, sizeof(*row));
    *row = (struct jr_row_delivery){.delivery = delivery->delivery,
                                    .customer = flight->customer,
                                    .due = delivery->due,
                                    .state = state,
                                    .body = engine_outgoing_encode(delivery, flight, turn->arena)};
    memcpy(row->id, flight->id, 16);
}

void turn_post(struct turn *turn, const struct engine_customer *customer, const struct engine_run *run,
               const struct jn_step *step, const uint8_t id[16], struct jr_delivery *delivery) {
    delivery->delivery = engine_counter_next(turn->engine, ENGINE_NEXT_DELIVERY);
    delivery->since = turn->since;
    struct engine_flight *flight = engine_grow(turn->arena, &turn->flight, &turn->n_flight, sizeof(*flight));
    *flight = send_flight(turn, customer, run, step, id, delivery);
    send_store(turn, flight, delivery, JR_DELIVERY_PENDING);
    struct jr_delivery *out = engine_grow(turn->arena, &turn->out->delivery, &turn->n_out, sizeof(*out));
    *out = *delivery;
}

/* What cannot be written is a dead letter without a text: whoever looks at the customer sees that it did not go, and
 * why. */
static void send_unwritten(struct turn *turn, const struct engine_customer *customer, const struct engine_run *run,
                           const struct jn_step *step, const uint8_t id[16], struct jr_delivery *delivery,
                           struct jn_str why) {
    delivery->delivery = engine_counter_next(turn->engine, ENGINE_NEXT_DELIVERY);
    delivery->due = turn->now;
    delivery->last_reason = why;
    struct engine_flight flight = send_flight(turn, customer, run, step, id, delivery);
    send_store(turn, &flight, delivery, JR_DELIVERY_FAILED);
    ++*engine_counter(turn->engine, ENGINE_DEAD);
}

jn_rc turn_send(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                const struct jn_step *step) {
    static const enum jn_outcome OUTCOME[] = {[POLICY_SEND] = JN_OUTCOME_SENT,
                                              [POLICY_NO_CONSENT] = JN_OUTCOME_NO_CONSENT,
                                              [POLICY_GHOST] = JN_OUTCOME_SENT,
                                              [POLICY_QUIET] = JN_OUTCOME_QUIET,
                                              [POLICY_CAPPED] = JN_OUTCOME_CAPPED};
    const struct jn_program *program = run->program->program;
    const struct jn_message *message = &program->message[step->a];
    const struct jn_channel *channel = &program->channel[message->channel];
    struct jn_str name = program->string[message->name];
    struct policy_answer answer = turn_policy(turn, customer, run, message);
    if (answer.verdict == POLICY_HOLD) {
        turn_policy_hold(turn, customer, run, &answer);
        return JN_OK;
    }
    run->outcome = OUTCOME[answer.verdict];
    if (answer.verdict != POLICY_SEND) {
        turn_policy_tell(turn, customer, run, message, &answer);
        if (answer.verdict == POLICY_GHOST) turn_visit(turn, run, step->id); /* as if it had been sent */
        return JN_OK;
    }
    struct jr_context context = turn_context(turn, customer, run, NULL);
    struct jr_delivery delivery = send_delivery(turn, customer, run, channel, name);
    struct jn_value to = JN_MISSING;
    struct jn_err err = {.rc = JN_OK};
    uint8_t id[16];
    char text[37];
    send_bind(turn, &context, step);
    if (channel->to != JN_NONE) (void)jr_vm_eval(&context, channel->to, &to, NULL);
    if (turn->fault.rc != JN_OK) return JN_OK; /* before anything has happened */
    engine_effect_id(turn->engine, run->origin, step->id, turn_visit(turn, run, step->id), id);
    engine_message_id(id, text);
    delivery.id = jn_arena_str(turn->arena, jn_str_z(text));
    if (channel->to != JN_NONE && to.len == 0) {
        send_unsent(
            turn, customer, run, name, JN_OUTCOME_UNREACHABLE,
            jn_arena_printf(turn->arena, "channel %.*s has no address for this customer", JN_FMT(delivery.channel)));
        return JN_OK;
    }
    delivery.to = jn_value_str(to);
    struct jn_buf body;
    jn_buf_init(&body, ENGINE_MESSAGE_MAX);
    if (!turn->engine->options.rehearsal && send_body(&context, run, step, &delivery, &body, &err) != JN_OK) {
        struct jn_str why = jn_arena_str(turn->arena, jn_str_z(err.text));
        send_unwritten(turn, customer, run, step, id, &delivery, why);
        send_unsent(turn, customer, run, name, JN_OUTCOME_FAILED, why);
    } else {
        delivery.body = jn_arena_str(turn->arena, jn_buf_view(&body));
        turn_post(turn, customer, run, step, id, &delivery);
        if (step->kind == JN_STEP_SEND_OR && step->d == 1) run->awaits = delivery.delivery;
        turn_slot_take(turn, customer, run, message, delivery.delivery);
        struct jr_trace *trace = turn_trace(turn, JR_TRACE_SENT, customer, run);
        trace->name = name;
        trace->detail = delivery.id;
    }
    jn_buf_release(&body);
    return JN_OK;
}
