/* Waits that end while nothing may be sent. */
#include "compiler/lint/flow.h"

#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

static uint32_t quiet_all(const struct jn_program *program, const struct jn_journey *journey,
                          const struct jn_quiet *out[2]) {
    uint32_t n = 0;
    if (program->meta[0].n_quiet > 0) out[n++] = &program->quiet[program->meta[0].first_quiet];
    if (journey->n_quiet > 0) out[n++] = &program->quiet[journey->first_quiet];
    return n;
}

bool lint_has_quiet(const struct jn_program *program, const struct jn_journey *journey, enum jn_quiet_mode mode) {
    const struct jn_quiet *quiet[2];
    for (uint32_t i = 0, n = quiet_all(program, journey, quiet); i < n; i++)
        if (quiet[i]->mode == mode) return true;
    return false;
}

static bool quiet_covers(const struct jn_program *program, const struct jn_quiet *quiet, int64_t time) {
    int64_t from = program->value[quiet->from].i, to = program->value[quiet->to].i;
    return to < from ? time >= from || time < to : time >= from && time < to;
}

const struct jn_quiet *lint_quiet_at(const struct jn_program *program, const struct jn_journey *journey, int64_t time,
                                     int64_t *to) {
    const struct jn_quiet *quiet[2], *found = NULL;
    uint32_t n = quiet_all(program, journey, quiet);
    for (uint32_t i = 0; i < n; i++)
        if (quiet[i]->mode == JN_QUIET_DROP && quiet_covers(program, quiet[i], time)) return quiet[i];
    *to = time;
    for (uint32_t tries = 0; tries < 2 * n; tries++) { /* one may end within the other */
        const struct jn_quiet *next = quiet[tries % n];
        if (next->mode != JN_QUIET_HOLD || !quiet_covers(program, next, *to)) continue;
        *to = program->value[next->to].i;
        found = found == NULL ? next : found;
    }
    return found;
}

static const struct jc_node *quiet_line(const struct lint *lint, const struct jn_quiet *quiet) {
    bool workspace =
        quiet == &lint->program->quiet[lint->program->meta[0].first_quiet] && lint->program->meta[0].n_quiet > 0;
    return lint_line(workspace ? lint->unit->workspace : lint->flow->node, JC_QUIET);
}

static void quiet_relate(const struct lint *lint, struct jc_diag *diag, const struct jn_quiet *quiet) {
    jc_relate(lint->unit->diags, diag, lint_place(lint, quiet_line(lint, quiet)), "the quiet hours are set here");
}

/* ---- W0913 */

/* The time as it is written in the statement, where the run comes by that time itself. */
static const struct jc_node *quiet_written(const struct lint *lint, uint32_t i, int64_t time) {
    const struct jc_node *node = lint_origin(lint, i);
    const struct jc_node *written = node->kind == JC_WAIT_THEN                                 ? node->kid[2]
                                    : node->kind == JC_WAIT_TIME || node->kind == JC_WAIT_DATE ? node->kid[1]
                                                                                               : NULL;
    return written != NULL && written->kind == JC_LITERAL && written->value.i == time ? written : NULL;
}

static void quiet_tell_wait(const struct lint *lint, uint32_t send) {
    const struct lint_clock *clock = &lint->flow->clock[send];
    struct jc_unit *unit = lint->unit;
    int64_t to = 0;
    const struct jn_quiet *quiet = lint_quiet_at(lint->program, lint->flow->journey, clock->time, &to);
    if (quiet == NULL) return;
    const struct jc_node *enter = lint_line(lint->flow->node, JC_ENTER_EVERY), *written = NULL;
    if (clock->source != JN_NONE)
        written = quiet_written(lint, clock->source, clock->time);
    else if (enter != NULL)
        written = enter->kid[1];
    struct jc_span place = clock->source != JN_NONE ? lint_step_place(lint, clock->source) : lint_place(lint, enter);
    struct jn_str message = lint->program->string[lint->program->message[lint_step(lint, send)->a].name];
    bool drop = quiet->mode == JN_QUIET_DROP;
    if (drop) to = lint->program->value[quiet->to].i;
    struct jn_str free_at = lint_say_clock(lint->arena, to);
    struct jc_diag *diag =
        jc_report(unit->diags, JC_W0913, place, clock->source != JN_NONE ? "this wait can end" : "people enter",
                  JN_FMT(lint_say_clock(lint->arena, clock->time)));
    if (diag->related != NULL) return; /* told of an earlier send */
    quiet_relate(lint, diag, quiet);
    if (drop)
        jc_relate(unit->diags, diag, lint_step_place(lint, send), "`%.*s` is then not sent at all", JN_FMT(message));
    else
        jc_relate(unit->diags, diag, lint_step_place(lint, send), "`%.*s` is then held until %.*s", JN_FMT(message),
                  JN_FMT(free_at));
    jc_hint(unit->diags, diag, "choose a time outside them, such as %.*s", JN_FMT(free_at));
    if (written != NULL) jc_suggest_at(unit->diags, diag, written->span, free_at);
}

/* ---- W0914 */

static int64_t quiet_length(const struct jn_program *program, const struct jn_quiet *quiet) {
    int64_t length = program->value[quiet->to].i - program->value[quiet->from].i;
    return length < 0 ? length + JN_MS_DAY : length;
}

/* Whether all that is waited for is what a person does with a message. */
static bool quiet_awaits_reader(const struct lint *lint, const struct jn_step *step) {
    for (uint32_t i = 0; i < step->b; i++) {
        struct jn_str event =
            lint->program->string[lint->program->event[lint->program->alternative[step->a + i].event].name];
        if (!jn_str_is(event, "opened") && !jn_str_is(event, "clicked")) return false;
    }
    return step->b > 0;
}

/* The send that the timeout leads to before the run rests again; JN_NONE: none. */
static uint32_t quiet_send_behind(const struct lint *lint, uint32_t i) {
    const struct lint_flow *flow = lint->flow;
    bool *seen = JN_NEW_ARRAY(lint->arena, bool, flow->n);
    uint32_t *queue = JN_NEW_ARRAY(lint->arena, uint32_t, flow->n + 1), n = 0;
    for (uint32_t w = flow->begin[i]; w < flow->begin[i + 1]; w++)
        if (flow->way[w].nth == 1) queue[n++] = flow->way[w].to;
    for (uint32_t q = 0; q < n; q++) {
        uint32_t at = queue[q];
        if (jn_step_sends(lint_step(lint, at)->kind)) return at;
        bool rests = jn_step_holds((enum jn_step_kind)lint_step(lint, at)->kind);
        for (uint32_t w = flow->begin[at]; !rests && w < flow->begin[at + 1]; w++)
            if (!flow->way[w].closed && !seen[flow->way[w].to]) {
                seen[flow->way[w].to] = true;
                queue[n++] = flow->way[w].to;
            }
    }
    return JN_NONE;
}

static void quiet_tell_timeout(const struct lint *lint, uint32_t i, const struct jn_quiet *quiet) {
    const struct jn_step *step = lint_step(lint, i);
    struct jc_unit *unit = lint->unit;
    struct jn_value limit;
    if (!quiet_awaits_reader(lint, step) || !lint_constant(lint->program, step->c, &limit)) return;
    if (limit.scale != JN_UNIT_MS || limit.i >= quiet_length(lint->program, quiet)) return;
    uint32_t send = quiet_send_behind(lint, i);
    if (send == JN_NONE) return;
    const struct jc_node *written = lint_origin(lint, i)->kid[0];
    struct jn_str message = lint->program->string[lint->program->message[lint_step(lint, send)->a].name];
    struct jc_diag *diag = jc_report(unit->diags, JC_W0914, lint_step_place(lint, i), JN_FMT(written->text));
    quiet_relate(lint, diag, quiet);
    jc_relate(unit->diags, diag, lint_step_place(lint, send),
              quiet->mode == JN_QUIET_DROP ? "`%.*s` is then not sent at all"
                                           : "`%.*s` is then held, and goes out whatever the customer did",
              JN_FMT(message));
    jc_hint(unit->diags, diag, "wait for longer than the quiet hours last: `up to 1 day`");
    jc_suggest_at(unit->diags, diag, written->span, JN_STR("1 day"));
}

void lint_quiet_waits(const struct lint *lint) {
    const struct jn_quiet *quiet[2];
    const struct lint_flow *flow = lint->flow;
    uint32_t n = quiet_all(lint->program, flow->journey, quiet);
    bool own_zone = lint->program->string[flow->journey->timezone].n > 0; /* quiet hours are of the customer's */
    for (uint32_t i = 0; n > 0 && i < flow->n; i++) {
        const struct jn_step *step = lint_step(lint, i);
        if (jn_step_sends(step->kind) && flow->clock[i].is == LINT_CLOCK_KNOWN && !own_zone) quiet_tell_wait(lint, i);
        for (uint32_t q = 0; q < n && step->kind == JN_STEP_WAIT_FOR && flow->clock[i].is == LINT_CLOCK_OPEN; q++)
            quiet_tell_timeout(lint, i, quiet[q]);
    }
}
