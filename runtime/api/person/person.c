/* Everything that is held of a customer, given out or erased. */
#include "runtime/api/person/held.h"

jn_rc jr_held__read(struct jr_job *job, const struct jr_lane_view *lane, struct jr_held *out, struct jn_err *err) {
    struct jn_str id;
    jn_rc rc = jr_api__customer_of(jr_http_request_of(job->exchange), &job->arena, &id, err);
    if (rc == JN_OK) rc = jr_engine_held(lane->engine, id, lane->now, &job->arena, out, err);
    if (rc != JN_OK) return rc;
    jn_buf_release(&job->reply);
    jn_buf_init(&job->reply, JR_HELD__MAX);
    return JN_OK;
}

void jr_held__event(struct jn_json_out *w, const struct jr_row_event *event) {
    jr_reply__instant(w, "at", event->at);
    jr_reply__text(w, "event", event->name);
    jn_jw_key(w, "properties");
    jn_jw_raw(w, event->body);
}

void jr_held__message(struct jn_json_out *w, const struct jr_held_message *message) {
    static const char *const STATE[JR_DELIVERY_STATES] = {
        [JR_DELIVERY_PENDING] = "pending", [JR_DELIVERY_FAILED] = "dead", [JR_DELIVERY_APPROVAL] = "to be approved"};
    const struct jr_delivery *d = &message->delivery;
    jr_reply__text(w, "state", jn_str_z(STATE[message->state]));
    if (message->state == JR_DELIVERY_APPROVAL) return;
    jr_reply__text(w, "id", d->id);
    jr_reply__text(w, "journey", d->journey);
    jr_reply__text(w, "message", d->message);
    jr_reply__text(w, "channel", d->channel);
    if (message->step.n > 0) jr_reply__text(w, "step", message->step);
    jr_reply__number(w, "attempts", d->attempts);
    if (d->due > 0) jr_reply__instant(w, message->state == JR_DELIVERY_FAILED ? "failed_at" : "due", d->due);
    if (d->last_reason.n > 0) jr_reply__text(w, "last_reason", d->last_reason);
    jn_jw_key(w, "document");
    if (d->body.n == 0)
        jn_jw_null(w); /* it could not be written */
    else
        jn_jw_raw(w, d->body);
}

void jr_held__set_aside(struct jn_json_out *w, const struct jr_row_quarantine *row) {
    jr_reply__instant(w, "at", row->at);
    jr_reply__text(w, "source", row->source);
    jr_reply__text(w, "reason", row->reason);
    jr_reply__text(w, "text", row->body);
}

void jr_held__sent(struct jn_json_out *w, const struct jr_delivery *sent) {
    jr_reply__instant(w, "at", sent->due);
    jr_reply__text(w, "id", sent->id);
    jr_reply__text(w, "journey", sent->journey);
    jr_reply__text(w, "message", sent->message);
}

/* ---- export ---- */

static void jr_person__said(struct jn_json_out *w, const struct jr_held *held) {
    jn_jw_key(w, "said");
    jn_jw_object(w);
    for (uint32_t i = 0; i < held->n_said; i++) {
        jn_jw_key_str(w, held->said[i].n == 0 ? JN_STR("*") : held->said[i]);
        jn_jw_z(w, held->said_in[i] ? "in" : "out");
    }
    jn_jw_end_object(w);
}

static void jr_person__journeys(struct jn_json_out *w, const struct jr_held *held) {
    jn_jw_key(w, "entries");
    jn_jw_array(w);
    for (uint32_t i = 0; i < held->n_entry; i++) {
        jn_jw_object(w);
        jr_reply__text(w, "journey", held->entry[i].journey);
        jr_reply__instant(w, "at", held->entry[i].at);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
    jn_jw_key(w, "counted");
    jn_jw_array(w);
    for (uint32_t i = 0; i < held->n_slot; i++) {
        jn_jw_object(w);
        jr_reply__text(w, "journey", held->slot[i].journey);
        jr_reply__text(w, "channel", held->slot[i].channel);
        jr_reply__instant(w, "at", held->slot[i].at);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
}

static void jr_person__messages(struct jn_json_out *w, const struct jr_held *held) {
    jn_jw_key(w, "messages");
    jn_jw_array(w);
    for (uint32_t i = 0; i < held->n_message; i++) {
        jn_jw_object(w);
        jr_held__message(w, &held->message[i]);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
    jn_jw_key(w, "sent");
    jn_jw_array(w);
    for (uint32_t i = 0; i < held->n_sent; i++) {
        jn_jw_object(w);
        jr_held__sent(w, &held->sent[i]);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
}

static jn_rc jr_person__work_export(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_held held;
    struct jn_json_out w;
    jn_rc rc = jr_held__read(job, lane, &held, err);
    if (rc != JN_OK) return rc;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__customer(&w, &held.view);
    jr_person__said(&w, &held);
    jr_person__journeys(&w, &held);
    jn_jw_key(&w, "events");
    jn_jw_array(&w);
    for (uint32_t i = 0; i < held.n_event; i++) {
        jn_jw_object(&w);
        jr_held__event(&w, &held.event[i]);
        jn_jw_end_object(&w);
    }
    jn_jw_end_array(&w);
    jr_person__messages(&w, &held);
    jn_jw_key(&w, "quarantined");
    jn_jw_array(&w);
    for (uint32_t i = 0; i < held.n_quarantined; i++) {
        jn_jw_object(&w);
        jr_held__set_aside(&w, &held.quarantined[i]);
        jn_jw_end_object(&w);
    }
    jn_jw_end_array(&w);
    jn_jw_end_object(&w);
    return JN_OK;
}

void jr_api__export(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_person__work_export);
}

/* ---- erase ---- */

/* Counted as it was found: what comes in between is erased as well. */
static jn_rc jr_person__work_erase(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_input input = {.kind = JR_INPUT_ERASE, .source = JN_STR("api")};
    struct jr_held held;
    struct jn_json_out w;
    jn_rc rc = jr_held__read(job, lane, &held, err);
    if (rc != JN_OK) return rc;
    input.customer = held.view.id;
    job->intake.input = jn_arena_copy(&job->arena, &input, sizeof input);
    job->intake.n = 1;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__text(&w, "receipt", jr_engine_receipt(lane->engine, held.view.id, &job->arena));
    jr_reply__instant(&w, "at", lane->now);
    jr_reply__number(&w, "ids", held.view.n_alias);
    jr_reply__number(&w, "runs", held.view.n_run);
    jr_reply__number(&w, "events", held.n_event);
    jr_reply__number(&w, "messages", held.n_message);
    jr_reply__number(&w, "quarantined", held.n_quarantined);
    jn_jw_end_object(&w);
    return JN_OK;
}

void jr_api__erase(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_person__work_erase);
}
