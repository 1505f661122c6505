/* The customers' side: asks until it is acknowledged, under the same id, and sometimes once more. */
#include "sim.h"

#include <string.h>

#include "core/check.h"
#include "core/civil.h"
#include "core/json.h"

static struct jn_json *document[SIM_INPUTS];
static uint32_t n_document;

void requests_free(struct sim *sim) {
    (void)sim;
    while (n_document > 0)
        jn_json_free(document[--n_document]);
}

static bool requests_event(struct sim *sim, const struct request *r, struct jr_input *out) {
    struct jr_track_request request = {.call = JN_STR("track"), .body = jn_str_z(r->body), .wall = sim->now + sim->off};
    struct jr_intake intake;
    struct jn_err err = {.text = ""};
    if (jr_track_take(&sim->keys, &request, &sim->arena, &intake, &err) != JN_OK || intake.n != 1) {
        sim_blame(sim, "a good request is refused: %s", err.text);
        return false;
    }
    document[n_document++] = intake.document;
    *out = intake.input[0];
    return true;
}

static struct jr_input requests_consent(const struct sim *sim, const struct request *r) {
    static const char *const TOPIC[] = {"news", "promo"};
    return (struct jr_input){.kind = JR_INPUT_CONSENT,
                             .source = JN_STR("track"),
                             .dedupe = jn_str_z(r->id),
                             .customer = jn_str_z(sim->plan->name[r->customer]),
                             .known = true,
                             .event = jn_str_z(TOPIC[r->deed.event]),
                             .in = r->deed.in};
}

/* What has waited longest for a decision is decided; whoever has looked once means that one. False: there is none. */
static bool requests_decision(struct sim *sim, uint32_t i, struct jr_input *out) {
    struct asking *asking = &sim->asking[i];
    struct jr_approval *open;
    uint64_t next;
    uint32_t n = 0;
    if (asking->approval[0] == '\0') {
        if (jr_engine_approvals(sim->engine, 0, 1, &sim->arena, &open, &n, &next, NULL) != JN_OK) return false;
        if (n == 0) asking->next_try = INT64_MAX;
        if (n == 0) return false;
        JN_CHECK(open->id.n < sizeof(asking->approval));
        memcpy(asking->approval, open->id.p, open->id.n);
    }
    *out = (struct jr_input){.kind = JR_INPUT_DECISION,
                             .event = JN_STR("lead"),
                             .other = jn_str_z(asking->approval),
                             .in = sim->plan->request[i].deed.in};
    return true;
}

uint32_t requests_gather(struct sim *sim, struct jr_input *input, uint32_t max, uint32_t *which) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < sim->plan->n_request && n < max; i++) {
        const struct request *r = &sim->plan->request[i];
        bool made = true;
        if (sim->asking[i].next_try > sim->now) continue;
        if (r->deed.kind == DEED_DECISION)
            made = requests_decision(sim, i, &input[n]);
        else if (r->deed.kind == DEED_CONSENT)
            input[n] = requests_consent(sim, r);
        else
            made = requests_event(sim, r, &input[n]);
        if (!made) continue;
        sim->asking[i].asked = true;
        which[n++] = i;
    }
    return n;
}

void requests_answered(struct sim *sim, const uint32_t *which, uint32_t n, const struct jr_turn *turn) {
    for (uint32_t i = 0; i < n; i++) {
        const struct request *r = &sim->plan->request[which[i]];
        struct asking *asking = &sim->asking[which[i]];
        bool again = asking->acknowledged, event = r->deed.kind == DEED_EVENT || r->deed.kind == DEED_OPENED;
        if (again && event && turn->answer[i] != JR_ANSWER_DUPLICATE)
            sim_blame(sim, "%s was acknowledged and then taken a second time", r->id);
        asking->acknowledged = true;
        asking->next_try = r->twice && !again ? sim->now + (sim->plan->kind == PLAN_TWIN ? 1 : JN_MS_HOUR) : INT64_MAX;
        sim_trace(sim, "acknowledged", which[i], JN_STR(""));
    }
}

void requests_refused(struct sim *sim, const uint32_t *which, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (sim->plan->kind != PLAN_TWIN)
            sim->asking[which[i]].next_try = sim->now + 1000 + (int64_t)jn_random_below(&sim->dice, 60000);
}

int64_t requests_next(const struct sim *sim) {
    int64_t next = INT64_MAX;
    for (uint32_t i = 0; i < sim->plan->n_request; i++)
        if (sim->asking[i].next_try < next) next = sim->asking[i].next_try;
    return next;
}
