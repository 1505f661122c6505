#include "core/value.h"
#include "image/image.h"
#include "runtime/engine/activation.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/history/history.h"

bool turn_exits_if(struct turn *turn, struct engine_customer *customer, struct engine_run *run) {
    uint32_t exit_if = engine_journey(run)->exit_if;
    if (exit_if == JN_NONE || run->status == ENGINE_ENDED) return false;
    struct jr_context context = turn_context(turn, customer, run, NULL);
    context.until = &customer->until;
    if (!jr_vm_holds(&context, exit_if)) return false;
    turn_end(turn, customer, run, JN_STR("exit_if"));
    return true;
}

static jn_rc settle_emitted(struct turn *turn, struct engine_customer *customer, const struct engine_emitted *emitted) {
    struct jn_json *properties;
    jn_rc rc = jn_json_parse(emitted->properties, &properties, turn->err);
    if (rc != JN_OK) return rc;
    struct jr_input input = {.kind = JR_INPUT_EVENT,
                             .received = turn->now,
                             .happened = turn->now,
                             .source = JN_STR("emit"),
                             .customer = customer->ext,
                             .event = emitted->event,
                             .properties = properties};
    rc = turn_event(turn, customer, &input, JN_NONE);
    jn_json_free(properties);
    return rc;
}

/* The first run that something has become true for goes on or ends; *moved says whether there was one. */
static jn_rc settle_run(struct turn *turn, struct engine_customer *customer, bool *moved) {
    *moved = true;
    for (uint32_t i = 0; i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        if (run->gone || run->status == ENGINE_ENDED) continue;
        turn->fault.rc = JN_OK;
        if (turn_exits_if(turn, customer, run) || turn_parks(turn, customer, run)) return JN_OK;
        const struct jn_step *step = &run->program->program->step[run->step];
        if (run->status != ENGINE_LIVE || run->arriving || step->kind != JN_STEP_WAIT_IF) continue;
        struct jr_context context = turn_context(turn, customer, run, NULL);
        context.until = &customer->until;
        if (!jr_vm_holds(&context, step->a)) {
            if (turn_parks(turn, customer, run)) return JN_OK;
            continue;
        }
        turn_leave_hold(turn, run);
        return turn_activate(turn, customer, run, step->next);
    }
    *moved = false;
    return JN_OK;
}

/* More than any script means: what is left is kept where it can be seen. */
static void settle_give_up(struct turn *turn, struct engine_customer *customer) {
    for (struct engine_emitted *left = customer->emitted; left != NULL; left = left->next) {
        struct jr_input input = {.source = JN_STR("emit"), .customer = customer->ext, .event = left->event};
        input.text = left->properties;
        turn_quarantine(turn, JR_SET_ASIDE_UNBOUNDED, &input,
                        JN_STR("more than 1,000 events were emitted at one instant"), NULL);
    }
    customer->emitted = NULL;
}

jn_rc turn_settle(struct turn *turn, struct engine_customer *customer) {
    jn_rc rc = JN_OK;
    bool moved = true;
    for (uint32_t n = 0; rc == JN_OK && moved; n++) {
        if (n == FLOW_SETTLE_MAX) {
            settle_give_up(turn, customer);
            return JN_OK;
        }
        struct engine_emitted *emitted = customer->emitted;
        if (emitted == NULL) {
            customer->until = INT64_MAX;
            rc = settle_run(turn, customer, &moved);
            if (rc == JN_OK && !moved) rc = turn_join(turn, customer, &moved);
            continue;
        }
        customer->emitted = emitted->next;
        rc = settle_emitted(turn, customer, emitted);
    }
    if (rc == JN_OK) turn_plan_own(turn, customer);
    return rc;
}

jn_rc activation_wait_if(struct activation *a) {
    struct jr_context context = turn_context(a->turn, a->customer, a->run, NULL);
    if (jr_vm_holds(&context, a->step->a)) return JN_OK;
    a->run->anchor = a->turn->now;
    a->run->hold = activation_eval(a, a->step->c);
    int64_t due = engine_due(a->run, engine_run_zone(a->customer, a->run));
    if (due > a->turn->now)
        activation_hold(a, due);
    else
        a->next = a->step->alt;
    return JN_OK;
}
