#include "runtime/app/figures.h"

#include <uv.h>

#include "core/arena.h"
#include "runtime/measure/metrics.h"

void jr_figures_input(const struct jr_input *input, enum jr_answer answer) {
    if (input->call.n == 0) return;
    if (answer == JR_ANSWER_DUPLICATE)
        jr_metric_add(JR_METRIC_DUPLICATE, 0, 1);
    else if (answer == JR_ANSWER_TAKEN)
        jr_series_add(JR_SERIES_INGESTED, input->source, input->call, 1);
}

void jr_figures_turn(const struct jr_turn *turn) {
    for (unsigned why = 0; why < JR_SET_ASIDES; why++)
        if (turn->set_aside[why] > 0) jr_metric_add(JR_METRIC_QUARANTINED, why, turn->set_aside[why]);
    for (uint32_t i = 0; i < turn->n_late; i++)
        jr_histogram_observe(JR_HISTOGRAM_TIMER_LAG, turn->late[i] * 1000);
}

void jr_figures_trace(const struct jr_trace *trace) {
    if (trace->kind == JR_TRACE_STEP) jr_series_add(JR_SERIES_STEPS, trace->journey, trace->name, 1);
}

static int64_t jr_figures__now(void) {
    return (int64_t)(uv_hrtime() / 1000000);
}

int64_t jr_figures_in_ms(const struct jr_figures *figures) {
    if (!figures->changed) return -1;
    int64_t left = figures->next - jr_figures__now();
    return left < 0 ? 0 : left;
}

void jr_figures_people(struct jr_figures *figures, const struct jr_engine *engine) {
    if (jr_figures_in_ms(figures) != 0) return;
    struct jn_arena arena;
    struct jr_inside *inside;
    uint32_t n;
    uint64_t timed;
    jn_arena_init(&arena);
    jr_engine_inside(engine, &arena, &inside, &n, &timed);
    struct jr_named_value *row = JN_NEW_ARRAY(&arena, struct jr_named_value, n);
    for (uint32_t i = 0; i < n; i++)
        row[i] = (struct jr_named_value){inside[i].journey, inside[i].people};
    jr_series_set(JR_SERIES_ACTIVE, row, n);
    jr_metric_set(JR_METRIC_TIMERS_PENDING, 0, timed);
    jn_arena_release(&arena);
    figures->changed = false;
    figures->next = jr_figures__now() + JR_FIGURES_EVERY_MS;
}
