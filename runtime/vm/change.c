#include "runtime/vm/change.h"

#include "core/civil.h"
#include "core/value.h"
#include "runtime/vm/operation.h"

static const struct vm_motion STILL = {0};

static const struct jn_zone *change_zone(const struct jr_context *context) {
    return context->zone == NULL ? jn_zone_utc() : context->zone;
}

static void change_at(const struct jr_context *context, int64_t at) {
    if (at > context->now && at < *context->until) *context->until = at;
}

static void change_soon(const struct jr_context *context) {
    change_at(context, context->now + VM_CHANGE_STEP_MS);
}

static void change_midnight(const struct jr_context *context) {
    const struct jn_zone *zone = change_zone(context);
    change_at(context, jn_zone_instant(zone, vm_date_of(zone, context->now).i + 1, 0));
}

struct vm_motion vm_change_read(const struct jr_context *context, enum jn_op op, uint32_t operand,
                                struct jn_value result) {
    if (op == JN_OP_TODAY) change_midnight(context);
    bool since = op == JN_OP_PAST && context->program->past[operand].kind == JN_HISTORY_SINCE;
    if (op == JN_OP_NOW || (since && !jn_is_missing(result))) return (struct vm_motion){.slope = 1};
    return STILL;
}

struct vm_motion vm_change_one(const struct jr_context *context, enum jn_op op, struct vm_motion a,
                               struct jn_value value) {
    if ((a.slope == 0 && !a.inexact) || op == JN_OP_IS_MISSING) return STILL;
    if (op == JN_OP_DATE_OF && a.slope == 1 && !a.inexact && jn_is_missing(a.shift) && value.i == context->now) {
        change_midnight(context);
    } else if (op == JN_OP_HOUR_OF && a.slope == 1) {
        int64_t local = jn_zone_local(change_zone(context), value.i) % JN_MS_HOUR;
        change_at(context, context->now + JN_MS_HOUR - (local < 0 ? local + JN_MS_HOUR : local));
    } else {
        change_soon(context);
    }
    return STILL;
}

static int64_t change_ms(struct jn_value value) {
    return value.type == JN_T_DURATION ? jn_duration_ms(value) : value.i;
}

/* `now - 1 month < X`: true until X + 1 month, which the calendar may put off, but never bring forward. */
static void change_calendar(const struct jr_context *context, struct jn_value shift, struct jn_value still,
                            int64_t ahead) {
    struct jn_value back = shift;
    back.i = -back.i;
    int64_t at = jn_instant_add(change_zone(context), still.i, back);
    if (at >= context->now)
        change_at(context, at > context->now ? at : at + 1); /* they may be equal now, and are not a moment later */
    else if (ahead >= 0)
        change_soon(context);
}

/* Where the difference of the two passes zero. */
static void change_compare(const struct jr_context *context, struct vm_motion a, struct vm_motion b,
                           struct jn_value left, struct jn_value right) {
    int slope = a.slope - b.slope;
    int64_t apart;
    bool either = !jn_is_missing(a.shift) || !jn_is_missing(b.shift);
    bool both = !jn_is_missing(a.shift) && !jn_is_missing(b.shift);
    bool uneven = a.inexact || b.inexact || (slope == 0 ? either : both);
    if ((slope == 0 && !uneven) || jn_is_missing(left) || jn_is_missing(right)) return;
    if (__builtin_sub_overflow(change_ms(right), change_ms(left), &apart)) return;
    if (slope < 0) apart = -apart;
    if (uneven) { /* a month back and thirty days back go forward together, but not day by day */
        change_soon(context);
    } else if (either) {
        bool first = !jn_is_missing(a.shift);
        if ((first ? b : a).slope == 0)
            change_calendar(context, first ? a.shift : b.shift, first ? right : left, apart);
        else
            change_soon(context);
    } else if (apart >= 0 && apart < INT64_MAX / 2 - (context->now < 0 ? 0 : context->now)) {
        int64_t steps = apart / (slope < 0 ? -slope : slope);
        change_at(context, context->now + (steps == 0 ? 1 : steps));
    }
}

/* An instant and a duration that is added (sign 1) or taken away (-1). */
static struct vm_motion change_add(struct vm_motion a, struct vm_motion b, struct jn_value duration, int sign) {
    struct vm_motion sum = {
        .slope = (int8_t)(a.slope + sign * b.slope), .inexact = a.inexact || b.inexact, .shift = a.shift};
    if (a.slope == 0 || duration.type != JN_T_DURATION || duration.scale == JN_UNIT_MS) return sum;
    if (!jn_is_missing(a.shift)) sum.inexact = true;
    sum.shift = duration;
    sum.shift.i = sign < 0 ? -duration.i : duration.i;
    return sum;
}

static struct vm_motion change_bound(struct vm_motion sum) {
    sum.slope = (int8_t)(sum.slope > 2 ? 2 : sum.slope < -2 ? -2 : sum.slope);
    return sum;
}

struct vm_motion vm_change_two(const struct jr_context *context, enum jn_op op, struct vm_motion a, struct vm_motion b,
                               struct jn_value left, struct jn_value right) {
    if (a.slope == 0 && b.slope == 0 && !a.inexact && !b.inexact) return STILL;
    if (op >= JN_OP_EQ && op <= JN_OP_GE) {
        change_compare(context, a, b, left, right);
        return STILL;
    }
    if (op == JN_OP_ADD_INSTANT) return change_bound(change_add(a, b, right, 1));
    if (op == JN_OP_SUB_INSTANT) return change_bound(change_add(a, b, right, -1));
    bool adds = op == JN_OP_ADD_DURATION, takes = op == JN_OP_SUB_DURATION || op == JN_OP_DIFF_INSTANT;
    if (adds || takes) {
        bool inexact = a.inexact || b.inexact || !jn_is_missing(a.shift) || !jn_is_missing(b.shift);
        int slope = adds ? a.slope + b.slope : a.slope - b.slope;
        return change_bound((struct vm_motion){.slope = (int8_t)slope, .inexact = inexact});
    }
    change_soon(context);
    return STILL;
}
