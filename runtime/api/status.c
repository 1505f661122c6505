/* The server in a few figures. */
#include "runtime/api/reply.h"
#include "runtime/api/version/rollout.h"

static jn_rc jr_status__work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    const struct jn_program *program = jr_engine_program(lane->engine);
    struct jr_outbox outbox;
    struct jr_place *place;
    uint32_t n_place, n_disabled;
    struct jr_disabled *disabled;
    uint64_t inside = 0;
    struct jn_json_out w;
    jn_rc rc = jr_engine_outbox(lane->engine, &job->arena, &outbox, err);
    if (rc != JN_OK) return rc;
    jr_engine_disabled(lane->engine, &job->arena, &disabled, &n_disabled);
    jr_engine_places(lane->engine, &job->arena, &place, &n_place);
    for (uint32_t i = 0; i < n_place; i++)
        inside += place[i].people;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__instant(&w, "time", lane->now);
    if (program != NULL) jr_reply__version(&w, "program", program);
    jr_reply__number(&w, "journeys", program == NULL ? 0 : program->n_journey);
    jr_reply__number(&w, "inside", inside);
    jr_reply__number(&w, "generation", lane->store->ops->facts(lane->store).generation);
    jr_reply__number(&w, "parked", jr_engine_parked_count(lane->engine));
    struct jr_quarantine quarantine = jr_engine_quarantine(lane->engine);
    jn_jw_key(&w, "quarantine");
    jn_jw_object(&w);
    jr_reply__number(&w, "events", quarantine.events);
    jr_reply__number(&w, "bytes", quarantine.bytes);
    jr_reply__number(&w, "dropped", quarantine.dropped);
    jn_jw_end_object(&w);
    jn_jw_key(&w, "rewrite_due");
    jn_jw_bool(&w, jr_engine_wants_rewrite(lane->engine));
    jn_jw_key(&w, "canary");
    jr_rollout__write(&w, lane->engine, &job->arena);
    jr_reply__text(&w, "sealed", jn_str_z(jr_store_sealed_word(lane->store->ops->facts(lane->store).sealed)));
    jn_jw_key(&w, "deliveries");
    jn_jw_object(&w);
    jr_reply__number(&w, "pending", outbox.pending);
    jr_reply__number(&w, "sent", outbox.sent);
    jr_reply__number(&w, "dead", outbox.dead);
    jn_jw_end_object(&w);
    jn_jw_key(&w, "disabled");
    jn_jw_array(&w);
    for (uint32_t i = 0; i < n_disabled; i++) {
        jn_jw_object(&w);
        jr_reply__text(&w, "channel", disabled[i].channel);
        jr_reply__instant(&w, "since", disabled[i].since);
        jn_jw_end_object(&w);
    }
    jn_jw_end_array(&w);
    jn_jw_end_object(&w);
    return JN_OK;
}

void jr_api__status(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_status__work);
}
