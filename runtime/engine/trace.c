#include "runtime/engine/canary/canary.h"
#include "runtime/engine/history/history.h"

struct jr_trace *turn_trace(struct turn *turn, enum jr_trace_kind kind, const struct engine_customer *customer,
                            const struct engine_run *run) {
    struct jr_trace *trace = engine_grow(turn->arena, &turn->trace, &turn->n_trace, sizeof(*trace));
    *trace = (struct jr_trace){.kind = kind, .at = turn->now, .customer = customer->ext, .at_step = JN_NONE};
    if (run == NULL) return trace;
    const struct jn_program *program = run->program->program;
    trace->run = run->id;
    trace->journey = engine_journey_name(run);
    if (run->stage != JN_NONE) trace->stage = program->string[program->stage[run->stage].name];
    trace->step = program->string[program->step[run->step].name];
    trace->at_step = run->step;
    return trace;
}

void turn_count(struct turn *turn, enum jr_count_kind kind, struct jn_str journey, struct jn_str name) {
    ++*engine_counter(turn->engine, engine_count_id(kind, journey, name));
}

struct jr_context turn_context(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                               const struct engine_event *candidate) {
    const struct engine_program *program = run != NULL ? run->program : engine_program_of(turn->engine, customer);
    struct jr_context context = {.program = program->program,
                                 .zone = engine_zone(customer, program),
                                 .home = engine_zone(customer, program),
                                 .now = turn->now,
                                 .customer_id = customer->ext,
                                 .attr = engine_attrs(customer, program, turn->arena),
                                 .tag = customer->tag,
                                 .n_tag = customer->n_tag,
                                 .past = history_past,
                                 .computed = history_computed,
                                 .scratch = turn->arena,
                                 .fault = &turn->fault};
    struct history_asker *asker = JN_NEW(turn->arena, struct history_asker);
    *asker = (struct history_asker){turn, customer, program};
    context.asker = asker;
    const struct jr_event_view **end = &context.events;
    const struct engine_event *event = candidate != NULL ? candidate : run != NULL ? run->events : NULL;
    bool at_candidate = candidate != NULL;
    while (event != NULL) {
        struct jr_event_view *view = JN_NEW(turn->arena, struct jr_event_view);
        *view = (struct jr_event_view){.event = event->event, .prop = event->prop};
        *end = view;
        end = (const struct jr_event_view **)&view->next;
        event = at_candidate ? (run != NULL ? run->events : NULL) : event->next;
        at_candidate = false;
    }
    if (run == NULL) return context;
    const struct jn_journey *journey = engine_journey(run);
    context.zone = engine_run_zone(customer, run);
    context.slot = run->slot;
    context.first_slot = journey->first_slot;
    context.n_slot = journey->n_slot;
    context.journey = engine_journey_name(run);
    context.stage =
        run->stage == JN_NONE ? JN_STR("") : program->program->string[program->program->stage[run->stage].name];
    return context;
}
