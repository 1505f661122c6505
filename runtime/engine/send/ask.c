/* Questions to services: written to the outbox like messages; the run holds until the answer or its deadline. */
#include "core/json.h"
#include "core/value.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/turn.h"

static struct jn_str ask_name(const struct engine_run *run, const struct jn_step *step) {
    const struct jn_program *program = run->program->program;
    return program->string[program->service[step->a].name];
}

static void ask_write(struct jr_context *context, const struct engine_run *run, const struct jn_step *step,
                      const struct jr_delivery *delivery, struct jn_buf *out) {
    const struct jn_program *program = context->program;
    struct jn_json_out w;
    turn_body_begin(context, run, step, delivery, "ask", &w, out);
    turn_body_key(&w, "service", delivery->message);
    turn_body_customer(&w, delivery->customer);
    jn_jw_key(&w, "give");
    jn_jw_object(&w);
    for (uint32_t i = step->b; i < step->b + step->c; i++) {
        struct jn_value value;
        if (jr_vm_eval(context, program->bind[i].value, &value, NULL) != JN_OK) value = JN_MISSING;
        jn_jw_key_str(&w, program->string[program->var[program->bind[i].var].name]);
        jn_value_to_json(value, &w);
    }
    jn_jw_end_object(&w);
    turn_body_end(context, &w);
}

static struct jr_delivery ask_delivery(const struct turn *turn, const struct engine_customer *customer,
                                       const struct engine_run *run, const struct jn_step *step) {
    const struct jn_program *program = run->program->program;
    const struct jn_service *service = &program->service[step->a];
    return (struct jr_delivery){.channel = program->string[service->name],
                                .message = program->string[service->name],
                                .url = program->string[service->url],
                                .secret = program->string[service->secret],
                                .env_url = (service->flags & JN_CHANNEL_ENV_URL) != 0,
                                .env_secret = (service->flags & JN_CHANNEL_ENV_SECRET) != 0,
                                .journey = engine_journey_name(run),
                                .customer = customer->ext,
                                .timeout_ms = service->timeout_ms,
                                .deadline = turn->now + service->timeout_ms,
                                .asks = true,
                                .breaker = service->breaker,
                                .breaker_calls = service->breaker_calls,
                                .breaker_ms = service->breaker_ms};
}

/* The answer's values, or the defaults, become known to the run, which holds on to its question no longer. */
static void ask_set(struct engine_run *run, const struct jn_step *step, const struct jn_value *value) {
    const struct jn_program *program = run->program->program;
    const struct jn_service *service = &program->service[step->a];
    uint32_t first = step->d - engine_journey(run)->first_slot;
    for (uint32_t i = 0; i < service->n_take; i++)
        run->slot[first + i] = value == NULL ? program->value[program->take[service->first_take + i].preset] : value[i];
    run->hold = JN_MISSING;
}

bool turn_ask(struct turn *turn, struct engine_customer *customer, struct engine_run *run, const struct jn_step *step) {
    struct jr_context context = turn_context(turn, customer, run, NULL);
    struct jr_delivery delivery = ask_delivery(turn, customer, run, step);
    struct jn_buf body;
    uint8_t id[16];
    char text[37];
    engine_effect_id(turn->engine, run->origin, step->id, turn_visit(turn, run, step->id), id);
    engine_message_id(id, text);
    delivery.id = jn_arena_str(turn->arena, jn_str_z(text));
    jn_buf_init(&body, ENGINE_MESSAGE_MAX);
    ask_write(&context, run, step, &delivery, &body);
    bool faulted = turn->fault.rc != JN_OK, written = !body.failed && !faulted;
    if (written) {
        delivery.body = jn_arena_str(turn->arena, jn_buf_view(&body));
        turn_post(turn, customer, run, step, id, &delivery);
        run->hold = jn_value_dec(jn_dec_int((int64_t)delivery.delivery));
        struct jr_trace *trace = turn_trace(turn, JR_TRACE_ASKED, customer, run);
        trace->name = delivery.message;
        trace->detail = delivery.id;
    } else if (!faulted) {
        turn_unanswered(turn, customer, run, JN_STR("what is given is too large to be sent"));
    }
    jn_buf_release(&body);
    return written;
}

void turn_unanswered(struct turn *turn, struct engine_customer *customer, struct engine_run *run, struct jn_str why) {
    const struct jn_step *step = &run->program->program->step[run->step];
    ask_set(run, step, NULL);
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_DEFAULTED, customer, run);
    trace->name = ask_name(run, step);
    trace->detail = why;
    turn_count(turn, JR_COUNT_DEFAULTED, engine_journey_name(run), trace->name);
}

/* Each value by its type, all of them or none: an answer that is wrong in one place is not trusted in another. */
static struct jn_value *ask_read(struct turn *turn, const struct engine_run *run, const struct jn_step *step,
                                 const struct jn_json *document, struct jn_str *why) {
    const struct jn_program *program = run->program->program;
    const struct jn_service *service = &program->service[step->a];
    struct jn_value *value = JN_NEW_ARRAY(turn->arena, struct jn_value, service->n_take);
    for (uint32_t i = 0; i < service->n_take; i++) {
        const struct jn_take *take = &program->take[service->first_take + i];
        const struct jn_json *node = jn_json_get_str(document, program->string[take->name]);
        struct jn_err err = {.rc = JN_OK};
        if (jn_json_kind(node) == JN_JSON_NULL)
            *why = jn_arena_printf(turn->arena, "the answer lacks %.*s", JN_FMT(program->string[take->name]));
        else if (jn_value_from_json(node, (enum jn_type)take->type, (uint16_t)take->currency, turn->arena, &value[i],
                                    &err) != JN_OK)
            *why = jn_arena_printf(turn->arena, "%.*s: %s", JN_FMT(program->string[take->name]), err.text);
        if (why->n > 0) return NULL;
    }
    return value;
}

/* `asked` is the service whose answer it is: a new version may ask another at this step. */
static struct jn_value *ask_parse(struct turn *turn, const struct engine_run *run, const struct jn_step *step,
                                  struct jn_str asked, const struct jr_input *input, struct jn_str *why) {
    struct jn_json *document = NULL;
    struct jn_value *value = NULL;
    *why = JN_STR_NONE;
    if (input->result != JR_RESULT_ACCEPTED)
        *why = input->reason;
    else if (!jn_str_eq(asked, ask_name(run, step)))
        *why = jn_arena_printf(turn->arena, "%.*s was asked, before this version", JN_FMT(asked));
    else if (jn_json_parse(input->answer, &document, NULL) != JN_OK)
        *why = JN_STR("the answer is no JSON");
    else if (jn_json_kind(document) != JN_JSON_OBJECT)
        *why = JN_STR("the answer is no JSON object");
    else
        value = ask_read(turn, run, step, document, why);
    jn_json_free(document);
    return value;
}

static jn_rc ask_go_on(struct turn *turn, struct engine_customer *customer, struct engine_run *run, struct jn_str asked,
                       const struct jr_input *input) {
    const struct jn_step *step = &run->program->program->step[run->step];
    struct jn_str why;
    const struct jn_value *value = ask_parse(turn, run, step, asked, input, &why);
    if (value == NULL) {
        turn_unanswered(turn, customer, run, why);
    } else {
        ask_set(run, step, value);
        struct jn_str name = ask_name(run, step);
        turn_trace(turn, JR_TRACE_ANSWERED, customer, run)->name = name;
        turn_count(turn, JR_COUNT_ANSWERED, engine_journey_name(run), name);
    }
    turn_resume(turn, run);
    jn_rc rc = turn_activate(turn, customer, run, step->next);
    return rc == JN_OK ? turn_settle(turn, customer) : rc;
}

/* Whether the run holds for the answer to just this question. */
static bool ask_waits(const struct engine_run *run, uint64_t delivery) {
    int64_t asked;
    return run->status == ENGINE_LIVE && !run->gone && !run->arriving &&
           run->program->program->step[run->step].kind == JN_STEP_ASK && run->hold.type == JN_T_NUMBER &&
           jn_dec_to_int(jn_value_to_dec(run->hold), &asked) && (uint64_t)asked == delivery;
}

jn_rc turn_answer(struct turn *turn, const struct engine_flight *flight, const struct jr_input *input) {
    struct engine_customer *customer;
    turn_delivery_gone(turn, input->delivery);
    jn_rc rc = turn_customer_by_id(turn, flight->customer, &customer);
    if (rc != JN_OK || customer == NULL) return rc;
    for (uint32_t i = 0; i < customer->n_run; i++)
        if (customer->run[i]->id == flight->run && ask_waits(customer->run[i], input->delivery))
            return ask_go_on(turn, customer, customer->run[i], flight->message, input);
    if (input->result != JR_RESULT_ACCEPTED) return JN_OK; /* the defaults stand already */
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_LATE, customer, NULL);
    trace->journey = jn_arena_str(turn->arena, flight->journey);
    trace->name = jn_arena_str(turn->arena, flight->message);
    turn_count(turn, JR_COUNT_LATE, trace->journey, trace->name);
    return JN_OK;
}
