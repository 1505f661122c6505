/* Consent: what a customer has said of a topic, and how receipts take it back. */
#include "core/hash.h"
#include "core/json.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/policy/policy.h"

const struct engine_consent *engine_consent_said(const struct engine_customer *customer, struct jn_str topic) {
    for (uint32_t i = 0; i < customer->n_consent; i++)
        if (jn_str_eq(customer->consent[i].topic, topic)) return &customer->consent[i];
    return topic.n == 0 ? NULL : engine_consent_said(customer, JN_STR(""));
}

bool engine_consents(const struct engine_customer *customer, const struct jn_program *program, uint32_t topic) {
    const struct engine_consent *said = engine_consent_said(customer, program->string[program->topic[topic].name]);
    return said != NULL ? said->in : program->topic[topic].opt == JN_OPT_OUT;
}

void engine_consent_put(struct engine_customer *customer, struct jn_arena *arena, struct jn_str topic, bool in) {
    struct engine_consent *own = NULL;
    for (uint32_t i = 0; i < customer->n_consent; i++)
        if (jn_str_eq(customer->consent[i].topic, topic)) own = &customer->consent[i];
    if (own != NULL && own->in == in) return;
    if (own == NULL && customer->n_consent >= ENGINE_CONSENTS_MAX) {
        for (uint32_t i = 0; i < customer->n_consent; i++)
            customer->consent[i].in = false;
        own = &customer->consent[0];
        own->topic = JN_STR("");
        in = false;
    } else if (own == NULL) {
        own = engine_grow(arena, &customer->consent, &customer->n_consent, sizeof(*own));
        own->topic = jn_arena_str(arena, topic);
    }
    own->in = in;
    customer->changed = true;
}

void turn_consent(struct turn *turn, struct engine_customer *customer, struct jn_str topic, bool in) {
    engine_consent_put(customer, turn->arena, topic, in);
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

static uint64_t consent_prefix(const uint8_t id[16]) {
    uint64_t prefix;
    memcpy(&prefix, id, sizeof(prefix));
    return prefix;
}

void turn_consent_note(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                       const struct jn_message *message, uint64_t delivery) {
    const struct jn_program *program = run->program->program;
    uint32_t topic = engine_topic(run, message), at = turn->n_delivery;
    if (topic == JN_NONE) return;
    while (at > 0 && turn->delivery[at - 1].delivery != delivery)
        at--;
    if (at == 0) return;
    if (customer->n_recent == ENGINE_RECENT_MAX)
        memmove(customer->recent, customer->recent + 1, --customer->n_recent * sizeof(*customer->recent));
    struct engine_recent *recent = engine_grow(turn->arena, &customer->recent, &customer->n_recent, sizeof(*recent));
    *recent = (struct engine_recent){.id = consent_prefix(turn->delivery[at - 1].id),
                                     .topic = (uint32_t)jn_hash64(program->string[program->topic[topic].name])};
    customer->changed = true;
}

/* The topic of a message that was sent under this id not long ago. */
static bool consent_by_id(const struct jn_program *program, const struct engine_customer *customer, struct jn_str id,
                          struct jn_str *topic) {
    struct jn_buf bytes;
    jn_buf_init(&bytes, 16);
    bool whole = jn_str_starts(id, JN_STR("msg_")) && jn_unhex(jn_str_sub(id, 4, id.n), &bytes) && bytes.n == 16;
    uint64_t prefix = whole ? consent_prefix((const uint8_t *)bytes.p) : 0;
    jn_buf_release(&bytes);
    for (uint32_t i = customer->n_recent; whole && program != NULL && i-- > 0;) {
        if (customer->recent[i].id != prefix) continue;
        for (uint32_t t = 0; t < program->n_topic; t++) {
            *topic = program->string[program->topic[t].name];
            if ((uint32_t)jn_hash64(*topic) == customer->recent[i].topic) return true;
        }
    }
    return false;
}

/* Takes back consent to the topic of a message by its name: its own, else those of the journeys that send it. */
static bool consent_by_name(struct turn *turn, struct engine_customer *customer, const struct jn_program *program,
                            struct jn_str name) {
    uint32_t message = program == NULL ? JN_NONE : jn_program_message(program, name);
    bool found = false;
    for (uint32_t j = 0; message != JN_NONE && j < program->n_journey; j++) {
        const struct jn_journey *journey = &program->journey[j];
        uint32_t topic = consent_topic_of(program, journey, message);
        for (uint32_t i = journey->first_step; topic != JN_NONE && i < journey->first_step + journey->n_step; i++) {
            if (!jn_step_sends(program->step[i].kind) || program->step[i].a != message) continue;
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
    const struct engine_program *by = engine_program_of(turn->engine, customer);
    const struct jn_program *program = by == NULL ? NULL : by->program;
    bool unsubscribed = jn_str_is(input->event, "unsubscribed");
    struct jn_str message = JN_STR_NONE, topic;
    if (!unsubscribed && !jn_str_is(input->event, "complained")) return;
    if (unsubscribed && jn_json_kind(input->properties) == JN_JSON_OBJECT)
        message = jn_json_text(jn_json_get_str(input->properties, JN_STR("message")));
    if (message.n > 0 && consent_by_name(turn, customer, program, message)) return;
    if (message.n > 0 && consent_by_id(program, customer, message, &topic))
        turn_consent(turn, customer, topic, false);
    else
        consent_take_all_back(turn, customer);
}
