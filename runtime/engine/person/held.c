/* Everything that is kept of a person, to be given out. */
#include "core/hash.h"
#include "core/json.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/person/person.h"
#include "runtime/engine/policy/policy.h"

#define HELD_PAGE 1000

static bool held_is_id(const struct engine_customer *customer, struct jn_str id) {
    if (jn_str_eq(id, customer->ext)) return true;
    for (uint32_t i = 0; i < customer->n_alias; i++)
        if (jn_str_eq(id, customer->alias[i])) return true;
    return false;
}

/* A text that came as it was, of nobody known: it is the person's when one of their ids stands in it as JSON has it. */
static bool held_is_named_in(const struct engine_customer *customer, struct jn_str text, struct jn_arena *arena) {
    for (uint32_t i = 0; i <= customer->n_alias; i++) {
        struct jn_str id = i == 0 ? customer->ext : customer->alias[i - 1];
        struct jn_buf quoted;
        struct jn_json_out w;
        jn_buf_init(&quoted, 4096);
        jn_jw_init(&w, &quoted);
        jn_jw_str(&w, id);
        struct jn_str sought = jn_arena_str(arena, jn_buf_view(&quoted));
        jn_buf_release(&quoted);
        if (memmem(text.p, text.n, sought.p, sought.n) != NULL) return true;
    }
    return false;
}

bool engine_is_theirs(const struct engine_customer *customer, const struct jr_row_quarantine *row,
                      struct jn_arena *arena) {
    if (row->customer.n > 0) return held_is_id(customer, row->customer);
    return held_is_named_in(customer, row->body, arena);
}

/* ---- names of what is kept as hashes */

static struct jn_str held_journey(const struct jr_engine *engine, uint64_t hash) {
    for (const struct engine_program *p = engine->programs; p != NULL; p = p->next)
        for (uint32_t i = 0; i < p->program->n_journey; i++) {
            struct jn_str name = p->program->string[p->program->journey[i].name];
            if (jn_hash64(name) == hash) return name;
        }
    return JN_STR("");
}

static struct jn_str held_slot_journey(const struct jn_program *program, uint64_t kept) {
    for (uint32_t i = 0; i < program->n_journey; i++)
        if (engine_slot_journey(program, &program->journey[i]) == kept)
            return program->string[program->journey[i].name];
    return JN_STR("");
}

static struct jn_str held_slot_channel(const struct jn_program *program, uint64_t kept) {
    for (uint32_t i = 0; i < program->n_channel; i++)
        if (engine_slot_channel(program, &program->channel[i]) == kept)
            return program->string[program->channel[i].name];
    return JN_STR("");
}

static struct jr_held_slot held_slot(const struct jr_engine *engine, const struct engine_slot *slot) {
    struct jr_held_slot held = {.at = slot->at};
    for (const struct engine_program *p = engine->programs; p != NULL; p = p->next) {
        if (held.journey.n == 0) held.journey = held_slot_journey(p->program, slot->journey);
        if (held.channel.n == 0) held.channel = held_slot_channel(p->program, slot->channel);
    }
    return held;
}

static void held_profile(const struct turn *turn, const struct engine_customer *customer, struct jr_held *out) {
    struct jn_str *said = JN_NEW_ARRAY(turn->arena, struct jn_str, customer->n_consent);
    bool *in = JN_NEW_ARRAY(turn->arena, bool, customer->n_consent);
    struct jr_held_entry *entry = JN_NEW_ARRAY(turn->arena, struct jr_held_entry, customer->n_mark);
    struct jr_held_slot *slot = JN_NEW_ARRAY(turn->arena, struct jr_held_slot, customer->n_slot);
    for (uint32_t i = 0; i < customer->n_consent; i++) {
        said[i] = customer->consent[i].topic;
        in[i] = customer->consent[i].in;
    }
    for (uint32_t i = 0; i < customer->n_mark; i++)
        entry[i] = (struct jr_held_entry){held_journey(turn->engine, customer->mark[i].journey),
                                          customer->mark[i].key != 0, customer->mark[i].at};
    for (uint32_t i = 0; i < customer->n_slot; i++)
        slot[i] = held_slot(turn->engine, &customer->slot[i]);
    out->said = said;
    out->said_in = in;
    out->n_said = customer->n_consent;
    out->entry = entry;
    out->n_entry = customer->n_mark;
    out->slot = slot;
    out->n_slot = customer->n_slot;
}

/* ---- rows */

static jn_rc held_events(struct turn *turn, const struct engine_customer *customer, struct jr_held *out) {
    struct jr_row_event *row, *all = NULL;
    uint32_t n = HELD_PAGE;
    jn_rc rc = JN_OK;
    while (rc == JN_OK && n == HELD_PAGE) {
        rc = turn_stored_events(turn, customer, out->n_event > 0 ? all[out->n_event - 1].seq : 0, HELD_PAGE, &row, &n);
        for (uint32_t i = 0; rc == JN_OK && i < n; i++)
            *(struct jr_row_event *)engine_grow(turn->arena, &all, &out->n_event, sizeof(*all)) = row[i];
    }
    out->event = all;
    return rc;
}

static jn_rc held_messages(struct turn *turn, const struct engine_customer *customer, struct jr_held *out) {
    const struct jr_store *store = turn->engine->store;
    struct jr_held_message *all = NULL;
    struct jr_row_delivery *row;
    struct engine_flight flight;
    uint32_t n = HELD_PAGE;
    jn_rc rc = JN_OK;
    for (uint64_t after = 0; rc == JN_OK && n == HELD_PAGE;
         after = rc == JN_OK && n > 0 ? row[n - 1].delivery : after) {
        rc = store->ops->outbox_of(turn->engine->store, customer->id, after, HELD_PAGE, turn->arena, &row, &n,
                                   turn->err);
        for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
            struct jr_held_message *message = engine_grow(turn->arena, &all, &out->n_message, sizeof(*message));
            *message = (struct jr_held_message){.state = (enum jr_delivery_state)row[i].state};
            if (message->state != JR_DELIVERY_APPROVAL &&
                !engine_outgoing_decode(&row[i], turn->arena, &message->delivery, &flight))
                rc = jn_fail(turn->err, JN_CORRUPT, "the stored message %llu cannot be read",
                             (unsigned long long)row[i].delivery);
            if (message->state == JR_DELIVERY_APPROVAL || rc != JN_OK) continue;
            message->stage = flight.stage;
            message->step = flight.step;
            message->run = flight.run;
        }
    }
    out->message = all;
    return rc;
}

static void held_sent(const struct turn *turn, const struct engine_customer *customer, struct jr_held *out) {
    struct jr_delivery *sent, *theirs = NULL;
    uint32_t n;
    jr_engine_sent(turn->engine, 0, JR_SENT_MAX, turn->arena, &sent, &n);
    for (uint32_t i = 0; i < n; i++)
        if (held_is_id(customer, sent[i].customer))
            *(struct jr_delivery *)engine_grow(turn->arena, &theirs, &out->n_sent, sizeof(*theirs)) = sent[i];
    out->sent = theirs;
}

static jn_rc held_quarantine(struct turn *turn, const struct engine_customer *customer, struct jr_held *out) {
    const struct jr_store *store = turn->engine->store;
    struct jr_row_quarantine *row, *all = NULL;
    uint32_t n = HELD_PAGE;
    jn_rc rc = JN_OK;
    for (uint64_t after = 0; rc == JN_OK && n == HELD_PAGE; after = rc == JN_OK && n > 0 ? row[n - 1].seq : after) {
        rc = store->ops->quarantined(turn->engine->store, after, HELD_PAGE, turn->arena, &row, &n, turn->err);
        for (uint32_t i = 0; rc == JN_OK && i < n; i++)
            if (engine_is_theirs(customer, &row[i], turn->arena))
                *(struct jr_row_quarantine *)engine_grow(turn->arena, &all, &out->n_quarantined, sizeof(*all)) = row[i];
    }
    out->quarantined = all;
    return rc;
}

jn_rc jr_engine_held(struct jr_engine *engine, struct jn_str id, int64_t now, struct jn_arena *arena,
                     struct jr_held *out, struct jn_err *err) {
    struct turn turn;
    struct jn_err unheard;
    struct engine_customer *customer;
    *out = (struct jr_held){.n_event = 0};
    jn_rc rc = jr_engine_customer_at(engine, id, now, arena, &out->view, err);
    if (rc != JN_OK) return rc;
    turn_look_begin(&turn, engine, arena, err == NULL ? &unheard : err);
    rc = turn_customer(&turn, out->view.id, &customer);
    if (rc == JN_OK && customer == NULL) rc = jn_fail(turn.err, JN_NOT_FOUND, "there is no such customer");
    if (rc == JN_OK) held_profile(&turn, customer, out);
    if (rc == JN_OK) rc = held_events(&turn, customer, out);
    if (rc == JN_OK) rc = held_messages(&turn, customer, out);
    if (rc == JN_OK) held_sent(&turn, customer, out);
    if (rc == JN_OK) rc = held_quarantine(&turn, customer, out);
    turn_look_end(&turn);
    return rc;
}
