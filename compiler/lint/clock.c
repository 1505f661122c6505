/* At which time of day a run comes to a step, where only one can be. */
#include "compiler/lint/flow.h"

#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

#define ALL_DAYS   127u
#define SWEEPS_MAX 32

static uint32_t clock_turn(uint32_t days, int64_t by) {
    uint32_t n = (uint32_t)(((by % 7) + 7) % 7);
    return ((days << n) | (days >> (7 - n))) & ALL_DAYS;
}

int64_t lint_clock_gap(const struct lint_clock *from, uint32_t weekdays, int64_t time) {
    int64_t least = LINT_EVER;
    if (from->is != LINT_CLOCK_KNOWN || !from->sure) return 0;
    for (int64_t day = 0; day < 7; day++)
        for (int64_t ahead = 0; (from->days >> day & 1) != 0 && ahead <= 7; ahead++) {
            int64_t gap = ahead * JN_MS_DAY + time - from->time;
            if (gap <= 0 || (weekdays >> ((day + ahead) % 7) & 1) == 0) continue;
            least = gap < least ? gap : least;
            break;
        }
    return least == LINT_EVER ? 0 : least;
}

static struct lint_clock clock_open(void) {
    return (struct lint_clock){.is = LINT_CLOCK_OPEN, .source = JN_NONE};
}

static struct lint_clock clock_at(uint32_t days, int64_t time, uint32_t source, bool sure) {
    return (struct lint_clock){.is = LINT_CLOCK_KNOWN, .days = days, .time = time, .source = source, .sure = sure};
}

/* So much later. */
static struct lint_clock clock_after(const struct jn_program *program, struct lint_clock in, uint32_t expr,
                                     uint32_t source) {
    struct jn_value duration;
    if (in.is != LINT_CLOCK_KNOWN) return in;
    if (!lint_constant(program, expr, &duration)) return clock_open();
    if (duration.scale == JN_UNIT_MONTHS) return clock_at(ALL_DAYS, in.time, source, in.sure);
    if (duration.scale == JN_UNIT_DAYS) return clock_at(clock_turn(in.days, duration.i), in.time, source, in.sure);
    int64_t time = in.time + duration.i % JN_MS_DAY, days = duration.i / JN_MS_DAY + time / JN_MS_DAY;
    return clock_at(clock_turn(in.days, days), time % JN_MS_DAY, source, in.sure);
}

static struct lint_clock clock_of_date(const struct jn_program *program, const struct jn_step *step, uint32_t source) {
    if (step->b != JN_NONE) return clock_at(ALL_DAYS, program->value[step->b].i, source, false);
    if (program->expr[step->a].type == JN_T_DATE) return clock_at(ALL_DAYS, 0, source, false);
    return clock_open();
}

static struct lint_clock clock_of_send(const struct jn_program *program, const struct lint_flow *flow,
                                       const struct jn_step *step, struct lint_clock in) {
    int64_t to;
    bool own_zone = program->string[flow->journey->timezone].n > 0;
    if (in.is != LINT_CLOCK_KNOWN || !lint_may_be_held(program, flow->journey, step)) return in;
    if (own_zone || lint_may_be_capped(program, flow->journey, step, JN_CAP_HOLD)) return clock_open();
    if (!lint_has_quiet(program, flow->journey, JN_QUIET_HOLD)) return in;
    return lint_quiet_at(program, flow->journey, in.time, &to) == NULL ? in : clock_open();
}

struct lint_clock lint_clock_behind(const struct jn_program *program, const struct lint_flow *flow, uint32_t i,
                                    uint32_t nth) {
    const struct jn_step *step = &program->step[flow->first + i];
    struct lint_clock in = flow->clock[i];
    switch ((int)step->kind) {
    case JN_STEP_WAIT:
        return clock_after(program, in, step->a, i);
    case JN_STEP_WAIT_TIME:
        return clock_at(step->a, program->value[step->b].i, i, true);
    case JN_STEP_WAIT_THEN:
        return clock_at(step->c, program->value[step->b].i, i, true);
    case JN_STEP_WAIT_DATE:
        return clock_of_date(program, step, i);
    case JN_STEP_WAIT_FOR:
    case JN_STEP_WAIT_IF:
        return nth == 1 ? clock_after(program, in, step->c, i) : clock_open();
    case JN_STEP_REPEAT:
        return nth == 1 ? in : clock_open();
    case JN_STEP_SEND:
        return clock_of_send(program, flow, step, in);
    default:
        return jn_step_holds((enum jn_step_kind)step->kind) ? clock_open() : in;
    }
}

static bool clock_join(struct lint_clock *at, struct lint_clock in) {
    struct lint_clock before = *at;
    if (in.is == LINT_CLOCK_NONE || at->is == LINT_CLOCK_OPEN) return false;
    if (at->is == LINT_CLOCK_NONE || in.is == LINT_CLOCK_OPEN)
        *at = in;
    else if (at->time != in.time)
        *at = clock_open();
    else {
        at->days |= in.days;
        at->sure = at->sure && in.sure;
    }
    return at->is != before.is || at->days != before.days || at->sure != before.sure;
}

void lint_clocks(const struct jn_program *program, struct lint_flow *flow, struct jn_arena *arena) {
    const struct jn_journey *journey = flow->journey;
    bool changed = true;
    flow->clock = JN_NEW_ARRAY(arena, struct lint_clock, flow->n);
    flow->clock[journey->entry - flow->first] =
        journey->days != 0 ? clock_at(journey->days, program->value[journey->time].i, JN_NONE, false) : clock_open();
    for (unsigned sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
        changed = false;
        for (uint32_t i = 0; i < flow->n; i++)
            for (uint32_t w = flow->begin[i]; flow->clock[i].is != LINT_CLOCK_NONE && w < flow->begin[i + 1]; w++)
                changed =
                    clock_join(&flow->clock[flow->way[w].to], lint_clock_behind(program, flow, i, flow->way[w].nth)) ||
                    changed;
    }
    for (uint32_t i = 0; changed && i < flow->n; i++)
        flow->clock[i] = clock_open();
}
