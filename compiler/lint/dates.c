/* Dates and times that are not what they seem. */
#include "compiler/lint/flow.h"

#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

#define SWEEPS_MAX 64
#define NEVER      INT64_MIN /* no date is known to be past */
#define YEAR_FIRST 2026      /* the year by which it is told whether a zone changes its clocks */

/* ---- W0923 */

/* The date that a step waits for, as ms since 1970 on no particular clock; false where it is no literal. */
static bool dates_literal(const struct lint *lint, const struct jn_step *step, int64_t *out) {
    struct jn_value value;
    if (step->kind != JN_STEP_WAIT_DATE || !lint_constant(lint->program, step->a, &value)) return false;
    int64_t time = step->b == JN_NONE ? 0 : lint->program->value[step->b].i;
    if (value.type == JN_T_DATE)
        *out = value.i * JN_MS_DAY + time;
    else
        *out = step->b == JN_NONE ? value.i : jn_local_day(value.i) * JN_MS_DAY + time;
    return true;
}

/* What is surely past on arrival at each step, with the line that says so. */
struct dates_past {
    int64_t at;
    const struct jc_node *line;
    bool reached;
};

static struct dates_past dates_behind(const struct lint *lint, const struct dates_past *past, uint32_t i,
                                      const struct lint_way *way) {
    struct dates_past out = past[i];
    int64_t date;
    if (out.at != NEVER) out.at = lint_add(out.at, way->least);
    if (dates_literal(lint, lint_step(lint, i), &date) && date > out.at) {
        out.at = date;
        out.line = lint_origin(lint, i);
    }
    return out;
}

static bool dates_spread(const struct lint *lint, struct dates_past *past) {
    const struct lint_flow *flow = lint->flow;
    const struct jc_node *starts = lint_line(flow->node, JC_JY_STARTS);
    struct dates_past *entry = &past[flow->journey->entry - flow->first];
    bool changed = true;
    *entry = (struct dates_past){NEVER, NULL, true};
    if (starts != NULL) *entry = (struct dates_past){starts->kid[0]->value.i * JN_MS_DAY, starts, true};
    for (unsigned sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
        changed = false;
        for (uint32_t i = 0; i < flow->n; i++)
            for (uint32_t w = flow->begin[i]; past[i].reached && w < flow->begin[i + 1]; w++) {
                struct dates_past then = dates_behind(lint, past, i, &flow->way[w]), *to = &past[flow->way[w].to];
                if (to->reached && then.at >= to->at) continue;
                *to = then;
                changed = true;
            }
    }
    return !changed;
}

void lint_dates(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    struct dates_past *past = NULL;
    int64_t date;
    for (uint32_t i = 0; i < flow->n; i++) {
        if (!dates_literal(lint, lint_step(lint, i), &date)) continue;
        if (past == NULL) {
            past = JN_NEW_ARRAY(lint->arena, struct dates_past, flow->n);
            if (!dates_spread(lint, past)) return;
        }
        /* A day of margin: the two may be of different zones. */
        if (!past[i].reached || past[i].at == NEVER || date + JN_MS_DAY >= past[i].at) continue;
        const struct jc_node *node = lint_origin(lint, i);
        struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0923, node->kid[0]->span, JN_FMT(node->kid[0]->text));
        jc_relate(lint->unit->diags, diag, lint_place(lint, past[i].line), "nobody comes here before this date");
        jc_hint(lint->unit->diags, diag, "write a later date, or leave the wait out");
    }
}

/* ---- W0924 */

/* Whether on some day of the year the zone's clocks skip the time, or show it twice; which day. */
static bool dates_changes(const struct jn_zone *zone, int64_t time, bool *twice, int64_t *day) {
    int64_t first = jn_days_from_civil(YEAR_FIRST, 1, 1);
    for (*day = first; *day < first + 365; ++*day) {
        if (jn_zone_offset(zone, *day * JN_MS_DAY - JN_MS_DAY, NULL) ==
            jn_zone_offset(zone, *day * JN_MS_DAY + 2 * JN_MS_DAY, NULL))
            continue;
        int64_t at = jn_zone_instant(zone, *day, time), wanted = *day * JN_MS_DAY + time;
        *twice = false;
        if (jn_zone_local(zone, at) != wanted) return true;
        *twice = jn_zone_local(zone, at + JN_MS_HOUR) == wanted || jn_zone_local(zone, at + JN_MS_HOUR / 2) == wanted;
        if (*twice) return true;
    }
    return false;
}

static void clock_gaps_tell(const struct lint *lint, const struct jn_zone *zone, const struct jc_node *time) {
    struct jc_unit *unit = lint->unit;
    bool twice;
    int64_t day;
    if (time == NULL || time->kind != JC_LITERAL || !dates_changes(zone, time->value.i, &twice, &day)) return;
    struct jn_buf date;
    jn_buf_init(&date, 32);
    jn_date_print(day, &date);
    struct jc_diag *diag = jc_report(unit->diags, JC_W0924, time->span, JN_FMT(time->text), JN_FMT(jn_zone_name(zone)),
                                     twice ? "comes twice" : "does not come", JN_FMT(jn_buf_view(&date)));
    jn_buf_release(&date);
    jc_relate(unit->diags, diag, lint_place(lint, lint_line(lint->flow->node, JC_JY_TIMEZONE)), "the zone is set here");
    jc_hint(unit->diags, diag,
            twice ? "the first of the two is taken; choose a time that every day has once"
                  : "the first moment behind it is taken; choose a time that every day has");
}

void lint_clock_gaps(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    struct jn_str name = lint->program->string[flow->journey->timezone];
    const struct jn_zone *zone;
    if (name.n == 0 || jn_zone_find(name, &zone, NULL) != JN_OK) return;
    const struct jc_node *every = lint_line(flow->node, JC_ENTER_EVERY);
    if (every != NULL) clock_gaps_tell(lint, zone, every->kid[1]);
    for (uint32_t i = 0; i < flow->n; i++) {
        const struct jc_node *node = lint_origin(lint, i);
        if (lint_step(lint, i)->kind == JN_STEP_WAIT_TIME) clock_gaps_tell(lint, zone, node->kid[1]);
        if (lint_step(lint, i)->kind == JN_STEP_WAIT_THEN) clock_gaps_tell(lint, zone, node->kid[2]);
    }
}

/* ---- W0925 */

static void month_ends_visit(void *user, const struct jc_node *node) {
    const struct lint *lint = user;
    struct jn_civil from, to;
    if (node->kind != JC_BINARY || (node->flags != JC_OP_PLUS && node->flags != JC_OP_MINUS)) return;
    const struct jc_node *date = node->kid[0], *months = node->kid[1];
    if (date->kind != JC_LITERAL || date->value.type != JN_T_DATE || months->kind != JC_LITERAL ||
        months->value.type != JN_T_DURATION || months->value.scale != JN_UNIT_MONTHS)
        return;
    int64_t sum = jn_days_add_months(date->value.i, node->flags == JC_OP_PLUS ? months->value.i : -months->value.i);
    jn_civil_from_days(date->value.i, &from);
    jn_civil_from_days(sum, &to);
    if (from.day == to.day) return;
    struct jn_buf text;
    jn_buf_init(&text, 32);
    jn_date_print(sum, &text);
    struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0925, node->span, JN_FMT(jn_buf_view(&text)), from.day);
    jc_hint(lint->unit->diags, diag, "write the date that is meant");
    if (!node->grouped) jc_suggest(lint->unit->diags, diag, jn_buf_view(&text));
    jn_buf_release(&text);
}

void lint_month_ends(const struct lint *lint) {
    struct lint copy = *lint;
    for (uint32_t i = 0; i < lint->flow->n; i++) {
        const struct jc_node *node = lint_origin(lint, i);
        if (node->kind == JC_WAIT_DATE) jc_walk(node->kid[0], month_ends_visit, &copy);
        if (node->kind == JC_SET) jc_walk(node->kid[1], month_ends_visit, &copy);
    }
}
