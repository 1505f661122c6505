/* What became of an attempt. */
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/policy/policy.h"

static void result_tell(struct turn *turn, const struct engine_flight *flight, const struct jr_input *input) {
    static const enum jr_trace_kind KIND[] = {[JR_RESULT_ACCEPTED] = JR_TRACE_ACCEPTED,
                                              [JR_RESULT_RETRY] = JR_TRACE_RETRY,
                                              [JR_RESULT_FAILED] = JR_TRACE_FAILED,
                                              [JR_RESULT_CANCELLED] = JR_TRACE_CANCELLED};
    struct jr_trace *trace = engine_grow(turn->arena, &turn->trace, &turn->n_trace, sizeof(*trace));
    char id[37];
    engine_message_id(flight->id, id);
    *trace = (struct jr_trace){.kind = KIND[input->result],
                               .at = turn->now,
                               .run = flight->run,
                               .customer = jn_arena_str(turn->arena, flight->ext),
                               .journey = jn_arena_str(turn->arena, flight->journey),
                               .stage = jn_arena_str(turn->arena, flight->stage),
                               .step = jn_arena_str(turn->arena, flight->step),
                               .name = jn_arena_str(turn->arena, flight->message)};
    trace->detail = input->result == JR_RESULT_ACCEPTED ? jn_arena_str(turn->arena, jn_str_z(id)) : input->reason;
}

/* Attempts so far, those told earlier in this turn included; false when one of these settled the message. */
static bool result_attempts(const struct turn *turn, const struct engine_flight *flight, uint32_t *attempts) {
    *attempts = flight->attempts;
    for (uint32_t i = 0; i < turn->n_delivery_gone; i++)
        if (turn->delivery_gone[i] == flight->delivery) return false;
    for (uint32_t i = 0; i < turn->n_delivery; i++) {
        if (turn->delivery[i].delivery != flight->delivery) continue;
        if (turn->delivery[i].state == JR_DELIVERY_FAILED) return false;
        *attempts = turn->delivery[i].attempts;
    }
    return true;
}

void turn_delivery_gone(struct turn *turn, uint64_t delivery) {
    uint64_t *gone = engine_grow(turn->arena, &turn->delivery_gone, &turn->n_delivery_gone, sizeof(*gone));
    *gone = delivery;
}

/* A run that holds for the message goes on, unless it has meanwhile ended or gone elsewhere. */
static jn_rc result_go_on(struct turn *turn, const struct engine_flight *flight, enum jn_outcome outcome) {
    struct engine_customer *customer;
    if (!flight->awaited) return JN_OK;
    jn_rc rc = turn_customer_by_id(turn, flight->customer, &customer);
    if (rc != JN_OK || customer == NULL) return rc;
    rc = turn_fire(turn, customer, turn->now - 1);
    for (uint32_t i = 0; rc == JN_OK && i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        if (run->awaits != flight->delivery || run->status != ENGINE_LIVE || run->gone) continue;
        rc = turn_settled(turn, customer, run, outcome);
        return rc == JN_OK ? turn_settle(turn, customer) : rc;
    }
    return rc;
}

jn_rc turn_result(struct turn *turn, const struct jr_input *input) {
    const struct engine_flight *flight = engine_flight_find(turn->engine, input->delivery);
    uint32_t attempts;
    if (flight == NULL || !result_attempts(turn, flight, &attempts)) return JN_OK; /* a result told twice */
    turn_caused_by(turn, jn_hash64((struct jn_str){(const char *)flight->id, sizeof(flight->id)}), turn->now);
    if (flight->asks) return turn_answer(turn, flight, input);
    result_tell(turn, flight, input);
    if (input->result == JR_RESULT_ACCEPTED || input->result == JR_RESULT_CANCELLED) {
        turn_delivery_gone(turn, input->delivery);
        if (input->result == JR_RESULT_CANCELLED) return turn_slot_return(turn, flight->customer, input->delivery);
        turn_count(turn, JR_COUNT_SENT, flight->journey, flight->message);
        turn_watch_message(turn, flight, false);
        return result_go_on(turn, flight, JN_OUTCOME_SENT);
    }
    bool failed = input->result == JR_RESULT_FAILED;
    struct jr_row_delivery *row = engine_grow(turn->arena, &turn->delivery, &turn->n_delivery, sizeof(*row));
    *row = (struct jr_row_delivery){.delivery = input->delivery,
                                    .customer = flight->customer,
                                    .due = failed ? turn->now : input->retry_at,
                                    .state = failed ? JR_DELIVERY_FAILED : JR_DELIVERY_PENDING,
                                    .attempts = attempts + 1};
    memcpy(row->id, flight->id, 16);
    if (!failed) return JN_OK;
    jn_rc rc = turn_bury(turn, flight, input, row);
    if (rc != JN_OK) return rc;
    turn_count(turn, JR_COUNT_FAILED, flight->journey, flight->message);
    turn_watch_message(turn, flight, true);
    rc = turn_slot_return(turn, flight->customer, input->delivery);
    return rc == JN_OK ? result_go_on(turn, flight, JN_OUTCOME_FAILED) : rc;
}
