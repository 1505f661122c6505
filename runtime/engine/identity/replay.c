/* Runs meet the events that were the other's: nobody loses what was done before it was known who did it. */
#include <stdlib.h>

#include "core/json.h"
#include "runtime/engine/identity/identity.h"

struct past_side {
    struct engine_run **run; /* those that were this side's */
    uint32_t n_run;
    struct jr_row_event *event; /* done by this side, oldest first */
    uint32_t n_event;
};

struct identity_past {
    struct past_side side[2];
};

/* From where on the other side's events matter: the oldest entry among runs that may still be moved by one. */
static uint64_t past_since(const struct engine_customer *customer) {
    uint64_t since = UINT64_MAX;
    for (uint32_t i = 0; i < customer->n_run; i++)
        if (!customer->run[i]->gone && customer->run[i]->entry_seq < since) since = customer->run[i]->entry_seq;
    return since;
}

static jn_rc past_side(struct turn *turn, const struct engine_customer *customer, const struct engine_customer *other,
                       struct past_side *out) {
    uint64_t since = past_since(other);
    *out = (struct past_side){.run = jn_arena_copy(turn->arena, customer->run, customer->n_run * sizeof(*out->run)),
                              .n_run = customer->n_run};
    if (since == UINT64_MAX) return JN_OK;
    struct jr_row_event *row = NULL;
    uint32_t n = 0;
    jn_rc rc = turn_stored_events(turn, customer, since, ENGINE_LOOKBACK_MAX, &row, &n);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        *(struct jr_row_event *)engine_grow(turn->arena, &out->event, &out->n_event, sizeof(*row)) = row[i];
    for (uint32_t i = 0; rc == JN_OK && i < turn->n_event; i++)
        if (turn->event[i].customer == customer->id && turn->event[i].seq > since)
            *(struct jr_row_event *)engine_grow(turn->arena, &out->event, &out->n_event, sizeof(*row)) = turn->event[i];
    return rc;
}

jn_rc identity_past_read(struct turn *turn, struct engine_customer *into, struct engine_customer *from,
                         struct identity_past **out) {
    *out = JN_NEW(turn->arena, struct identity_past);
    jn_rc rc = past_side(turn, into, from, &(*out)->side[0]);
    return rc == JN_OK ? past_side(turn, from, into, &(*out)->side[1]) : rc;
}

static jn_rc replay_run(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                        const struct jr_row_event *row) {
    struct jn_json *body;
    struct jn_str why = JN_STR_NONE;
    uint32_t event = engine_program_event(run->program, row->name);
    if (event == JN_NONE || jn_json_parse(row->body, &body, NULL) != JN_OK) return JN_OK;
    struct engine_event *decoded = turn_decode_event(turn, run->program, event, body, row->seq, &why);
    jn_rc rc = why.n == 0 ? turn_match(turn, customer, run, decoded, row->at) : JN_OK;
    jn_json_free(body);
    return rc;
}

static jn_rc replay_event(struct turn *turn, struct engine_customer *customer, const struct past_side *missed,
                          const struct jr_row_event *row) {
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; rc == JN_OK && i < missed->n_run; i++)
        if (!missed->run[i]->gone && missed->run[i]->entry_seq < row->seq)
            rc = replay_run(turn, customer, missed->run[i], row);
    return rc;
}

jn_rc identity_replay(struct turn *turn, struct engine_customer *into, const struct identity_past *past) {
    const struct past_side *one = &past->side[0], *two = &past->side[1];
    uint32_t a = 0, b = 0;
    jn_rc rc = JN_OK;
    while (rc == JN_OK && (a < one->n_event || b < two->n_event)) { /* in the order in which all was accepted */
        bool first = b == two->n_event || (a < one->n_event && one->event[a].seq < two->event[b].seq);
        rc = first ? replay_event(turn, into, two, &one->event[a++]) : replay_event(turn, into, one, &two->event[b++]);
    }
    return rc;
}
