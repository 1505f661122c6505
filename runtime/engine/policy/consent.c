/* Consent: what a customer has said of a topic, and how receipts take it back. */
#include "core/json.h"
#include "runtime/engine/policy/policy.h"

/* What was said of the topic, or of everything ("" stands for topics that are not named). */
static const struct engine_consent *consent_said(const struct engine_customer *customer, struct jn_str topic) {
    for (uint32_t i = 0; i < customer->n_consent; i++)
        if (jn_str_eq(customer->consent[i].topic, topic)) return &customer->consent[i];
    return topic.n == 0 ? NULL : consent_said(customer, JN_STR(""));
}

bool engine_consents(const struct engine_customer *customer, const struct jn_program *program, uint32_t topic) {
    const struct engine_consent *said = consent_said(customer, program->string[program->topic[topic].name]);
    return said != NULL ? said->in : program->topic[topic].opt == JN_OPT_OUT;
}

static void consent_put(struct turn *turn, struct engine_customer *customer, struct jn_str topic, bool in) {
    struct engine_consent *own = NULL;
    for (uint32_t i = 0; i < customer->n_consent; i++)
        if (jn_str_eq(customer->consent[i].topic, topic)) own = &customer->consent[i];
    if (own != NULL && own->in == in) return;
    if (own == NULL && customer->n_consent >= ENGINE_CONSENTS_MAX) return;
    if (own == NULL) {
        own = engine_grow(turn->arena, &customer->consent, &customer->n_consent, sizeof(*own));
        own->topic = jn_arena_str(turn->arena, topic);
    }
    own->in = in;
    customer->changed = true;
}

void turn_consent(struct turn *turn, struct engine_customer *customer, struct jn_str topic, bool in) {
    consent_put(turn, customer, topic, in);
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_CONSENT, customer, NULL);
    trace->name = topic.n == 0 ? JN_STR("every topic") : topic;
    trace->detail = in ? JN_STR("in") : JN_STR("out");
}

static void consent_take_all_back(struct turn *turn, struct engine_customer *customer) {
    for (uint32_t i = 0; i < customer->n_consent; i++)
        customer->consent[i].in = false;
    customer->changed = true;
    turn_consent(turn, customer, JN_STR(""), false);
}

/* ---- receipts */

static uint32_t consent_topic_of(const struct jn_program *program, const struct jn_journey *journey, uint32_t message) {
    uint32_t own = program->message[message].topic;
    return own != JN_NONE ? own : journey->topic;
}

/* The message that one of the customer's runs sent under this id. */
static bool consent_by_id(struct turn *turn, const struct engine_customer *customer, struct jn_str id,
                          struct jn_str *topic) {
    for (uint32_t r = 0; r < customer->n_run; r++) {
        const struct engine_run *run = customer->run[r];
        const struct jn_program *program = run->program->program;
        for (uint32_t i = 0; i < run->n_visit; i++) {
            uint32_t step = jn_program_step(program, run->journey, run->visit[i].step);
            if (step == JN_NONE || program->step[step].kind != JN_STEP_SEND) continue;
            for (uint32_t n = 1; n <= run->visit[i].n; n++) {
                uint8_t effect[16];
                char text[37];
                engine_effect_id(turn->engine, run->id, run->visit[i].step, n, effect);
                engine_message_id(effect, text);
                if (!jn_str_is(id, text)) continue;
                uint32_t found = consent_topic_of(program, engine_journey(run), program->step[step].a);
                if (found != JN_NONE) *topic = program->string[program->topic[found].name];
                return found != JN_NONE;
            }
        }
    }
    return false;
}

/* Takes back consent to the topic of a message by its name: its own, else those of the journeys that send it. */
static bool consent_by_name(struct turn *turn, struct engine_customer *customer, struct jn_str name) {
    const struct jn_program *program = jr_engine_program(turn->engine);
    uint32_t message = program == NULL ? JN_NONE : jn_program_message(program, name);
    bool found = false;
    for (uint32_t j = 0; message != JN_NONE && j < program->n_journey; j++) {
        const struct jn_journey *journey = &program->journey[j];
        uint32_t topic = consent_topic_of(program, journey, message);
        for (uint32_t i = journey->first_step; topic != JN_NONE && i < journey->first_step + journey->n_step; i++) {
            if (program->step[i].kind != JN_STEP_SEND || program->step[i].a != message) continue;
            turn_consent(turn, customer, program->string[program->topic[topic].name], false);
            found = true;
            break;
        }
    }
    return found;
}

/* A complaint is about the sender, and so about everything. Who unsubscribes leaves the topic of the message; where
 * that cannot be told, everything: the safe reading of somebody who wants less. */
void turn_consent_receipt(struct turn *turn, struct engine_customer *customer, const struct jr_input *input) {
    bool unsubscribed = jn_str_is(input->event, "unsubscribed");
    struct jn_str message = JN_STR_NONE, topic;
    if (!unsubscribed && !jn_str_is(input->event, "complained")) return;
    if (unsubscribed && jn_json_kind(input->properties) == JN_JSON_OBJECT)
        message = jn_json_text(jn_json_get_str(input->properties, JN_STR("message")));
    if (message.n > 0 && consent_by_name(turn, customer, message)) return;
    if (message.n > 0 && consent_by_id(turn, customer, message, &topic))
        turn_consent(turn, customer, topic, false);
    else
        consent_take_all_back(turn, customer);
}
