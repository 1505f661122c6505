/* Messages that nobody was asked about, or that nobody can stop. */
#include "compiler/lint/flow.h"

#include "image/image.h"

static uint32_t consent_topic(const struct jn_program *program, const struct jn_journey *journey,
                              const struct jn_step *step) {
    uint32_t own = program->message[step->a].topic;
    return own != JN_NONE ? own : journey->topic;
}

/* Steps that a run comes to because time has passed, not because the customer did something: `from` leads back to the
 * wait. Messages that answer an event, such as a receipt or a code, need no topic. */
static bool *consent_by_time(const struct lint *lint, uint32_t *from) {
    const struct lint_flow *flow = lint->flow;
    uint32_t *queue = JN_NEW_ARRAY(lint->arena, uint32_t, 2 * (size_t)flow->n + 1), n = 0;
    bool *seen = JN_NEW_ARRAY(lint->arena, bool, flow->n), *here = JN_NEW_ARRAY(lint->arena, bool, flow->n);
    uint32_t entry = flow->journey->entry - flow->first;
    here[entry] = flow->journey->event == JN_NONE; /* a segment is joined as time passes, too */
    from[entry] = entry;
    if (here[entry]) queue[n++] = entry;
    for (uint32_t i = 0; i < flow->n; i++)
        if (jn_step_holds((enum jn_step_kind)lint_step(lint, i)->kind)) queue[n++] = i;
    for (uint32_t q = 0; q < n; q++) {
        uint32_t i = queue[q];
        const struct jn_step *step = lint_step(lint, i);
        bool rests = jn_step_holds((enum jn_step_kind)step->kind);
        bool for_event = step->kind == JN_STEP_WAIT_FOR || step->kind == JN_STEP_WAIT_IF;
        if (seen[i]) continue;
        seen[i] = true;
        for (uint32_t w = flow->begin[i]; w < flow->begin[i + 1]; w++) {
            uint32_t to = flow->way[w].to;
            if (flow->way[w].closed || here[to] || (for_event && flow->way[w].nth == 0)) continue;
            here[to] = true;
            from[to] = i;
            if (!rests || !jn_step_holds((enum jn_step_kind)lint_step(lint, to)->kind)) queue[n++] = to;
        }
    }
    return here;
}

static void consent_tell(const struct lint *lint, uint32_t i, const uint32_t *from) {
    struct jc_unit *unit = lint->unit;
    const struct jc_symbol *symbol = &unit->symbol[JC_TABLE_MESSAGE][lint_step(lint, i)->a];
    struct jc_diag *diag = jc_report(unit->diags, JC_W0915, symbol->span, JN_FMT(symbol->name));
    if (diag->related != NULL) return;
    struct jn_str topic = unit->symbol[JC_TABLE_TOPIC][0].name;
    jc_relate(unit->diags, diag, lint_step_place(lint, from[i]), "time brings a run from here …");
    jc_relate(unit->diags, diag, lint_step_place(lint, i), "… to where it is sent");
    jc_relate(unit->diags, diag, unit->symbol[JC_TABLE_TOPIC][0].span, "topics are declared, as here");
    jc_hint(unit->diags, diag, "write `about %.*s` behind its channel, or `topic %.*s` in the journey", JN_FMT(topic),
            JN_FMT(topic));
    if (unit->n_symbol[JC_TABLE_TOPIC] > 1) return;
    struct jc_span behind = symbol->node->kid[0]->span;
    behind.offset = behind.end;
    behind.line = behind.end_line;
    behind.column = behind.end_column;
    jc_suggest_at(unit->diags, diag, behind, jn_arena_printf(lint->arena, " about %.*s", JN_FMT(topic)));
}

void lint_consent(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    const bool *by_time = NULL;
    if (lint->program->n_topic == 0) return;
    uint32_t *from = JN_NEW_ARRAY(lint->arena, uint32_t, flow->n);
    for (uint32_t i = 0; i < flow->n; i++) {
        const struct jn_step *step = lint_step(lint, i);
        if (!jn_step_sends(step->kind) || consent_topic(lint->program, flow->journey, step) != JN_NONE) continue;
        if (by_time == NULL) by_time = consent_by_time(lint, from);
        if (by_time[i]) consent_tell(lint, i, from);
    }
}

static void consent_tell_series(const struct lint *lint, const uint32_t *path, uint32_t n) {
    struct jc_unit *unit = lint->unit;
    const struct jc_symbol *journey = &unit->symbol[JC_TABLE_JOURNEY][lint->flow->journey - lint->program->journey];
    struct jc_diag *diag = jc_report(unit->diags, JC_W0916, journey->span, JN_FMT(journey->name));
    lint_witness(lint, diag, path, n);
    jc_hint(unit->diags, diag, "write `exit when unsubscribed`, or declare topics and send the messages about them");
}

/* Where no topic can be left, an exit or a state is the one way to make a series stop: a message that time sends,
 * behind another one. */
void lint_series(const struct lint *lint) {
    const struct lint_flow *flow = lint->flow;
    uint32_t entry = flow->journey->entry - flow->first;
    if (lint->program->n_topic > 0 || flow->journey->n_leave > 0 || flow->journey->exit_if != JN_NONE) return;
    uint32_t *from = JN_NEW_ARRAY(lint->arena, uint32_t, flow->n), *wait = JN_NEW_ARRAY(lint->arena, uint32_t, flow->n);
    const int64_t *at = lint_earliest(lint, entry, from);
    const bool *by_time = consent_by_time(lint, wait);
    for (uint32_t i = 0; i < flow->n; i++) {
        if (!jn_step_sends(lint_step(lint, i)->kind) || !by_time[i]) continue;
        uint32_t *path = JN_NEW_ARRAY(lint->arena, uint32_t, 2 * (size_t)flow->n + 1), n = 2 * flow->n, step = i;
        path[n] = i;
        do
            path[--n] = step = wait[step];
        while (step != entry && !jn_step_holds((enum jn_step_kind)lint_step(lint, step)->kind));
        while (at[step] != LINT_EVER && step != entry && !jn_step_sends(lint_step(lint, step)->kind))
            path[--n] = step = from[step];
        if (!jn_step_sends(lint_step(lint, step)->kind) || step == i) continue;
        consent_tell_series(lint, path + n, 2 * flow->n + 1 - n);
        return;
    }
}
