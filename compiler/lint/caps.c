/* Caps that a journey's own messages fill. */
#include "compiler/lint/flow.h"

#include "core/value.h"

#define LIMIT_MAX  32 /* larger caps are not looked at */
#define SWEEPS_MAX 64
#define WIDEN_AT   8 /* sweeps after which what still grows has no bound */

/* A cap over the steps of one journey. For every step, on arrival: how long ago the k-th last message was that the cap
 * counts: `soon` on the path where that is shortest, `late` on the one where it is longest. */
struct caps {
    const struct lint *lint;
    const struct jn_cap *cap;
    const struct jc_node *line;
    const char *whose;
    uint32_t journey, channel; /* what it counts; JN_NONE: all */
    uint32_t n;                /* ages kept: the cap's limit */
    int64_t *soon, *late;
    uint32_t *from; /* of `soon`: the step before */
    bool *reached, *counts;
    bool settled; /* `soon` is the least there is, not only one that can be */
};

bool lint_may_be_capped(const struct jn_program *program, const struct jn_journey *journey, const struct jn_step *step,
                        enum jn_cap_mode mode) {
    const struct jn_meta *meta = &program->meta[0];
    const struct jn_channel *channel = &program->channel[program->message[step->a].channel];
    const uint32_t first[3] = {meta->first_cap, journey->first_cap, channel->first_cap},
                   n[3] = {meta->n_cap, journey->n_cap, channel->n_cap};
    for (int scope = 0; scope < 3; scope++)
        for (uint32_t i = 0; i < n[scope]; i++)
            if (program->cap[first[scope] + i].mode == mode) return true;
    return false;
}

bool lint_may_be_held(const struct jn_program *program, const struct jn_journey *journey, const struct jn_step *step) {
    return lint_has_quiet(program, journey, JN_QUIET_HOLD) || lint_may_be_capped(program, journey, step, JN_CAP_HOLD);
}

/* Whether it counts what the step sends. */
static bool caps_has(const struct caps *caps, const struct jn_step *step) {
    if (!jn_step_sends(step->kind)) return false;
    return caps->channel == JN_NONE || caps->lint->program->message[step->a].channel == caps->channel;
}

static bool caps_counts(const struct caps *caps, uint32_t i) {
    return caps->counts[i];
}

static struct jn_value caps_window(const struct caps *caps) {
    return caps->lint->program->value[caps->cap->over];
}

/* ---- on some path */

/* The k-th last message behind a step. */
static int64_t caps_soon_behind(const struct caps *caps, uint32_t i, uint32_t k) {
    const int64_t *at = caps->soon + (size_t)i * caps->n;
    if (!caps_counts(caps, i)) return at[k];
    return k == 0 ? 0 : at[k - 1];
}

static bool caps_soon_way(struct caps *caps, uint32_t i, const struct lint_way *way) {
    bool changed = !caps->reached[way->to];
    caps->reached[way->to] = true;
    for (uint32_t k = 0; k < caps->n; k++) {
        size_t to = (size_t)way->to * caps->n + k;
        int64_t then = lint_add(caps_soon_behind(caps, i, k), way->least);
        if (then >= caps->soon[to]) continue;
        caps->soon[to] = then;
        caps->from[to] = i;
        changed = true;
    }
    return changed;
}

static void caps_soon(struct caps *caps) {
    const struct lint_flow *flow = caps->lint->flow;
    bool changed = true;
    memset(caps->reached, 0, flow->n * sizeof(*caps->reached));
    for (size_t i = 0; i < (size_t)flow->n * caps->n; i++)
        caps->soon[i] = LINT_EVER;
    caps->reached[flow->journey->entry - flow->first] = true;
    for (unsigned sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
        changed = false;
        for (uint32_t i = 0; i < flow->n; i++)
            for (uint32_t w = flow->begin[i]; caps->reached[i] && w < flow->begin[i + 1]; w++)
                if (!flow->way[w].closed) changed = caps_soon_way(caps, i, &flow->way[w]) || changed;
    }
    caps->settled = !changed;
}

/* The path from the k-th last message to a step: the steps, oldest first. False where it would go round a repeat more
 * often than that goes round. */
static bool caps_path(const struct caps *caps, uint32_t end, uint32_t k, const uint32_t **out, uint32_t *n) {
    const struct lint_flow *flow = caps->lint->flow;
    size_t room = (size_t)flow->n * (caps->n + 1);
    uint32_t *path = JN_NEW_ARRAY(caps->lint->arena, uint32_t, room),
             *again = JN_NEW_ARRAY(caps->lint->arena, uint32_t, flow->n);
    uint32_t at = end;
    *n = 0;
    path[room - ++*n] = end;
    while (*n < room) {
        uint32_t before = caps->from[(size_t)at * caps->n + k];
        const struct jn_step *step = lint_step(caps->lint, before);
        if (step->kind == JN_STEP_REPEAT && step->next - flow->first == at && ++again[before] >= step->a) return false;
        at = before;
        path[room - ++*n] = at;
        if (!caps_counts(caps, at) || k-- > 0) continue;
        *out = path + room - *n;
        return true;
    }
    return false;
}

/* ---- on every path */

static int64_t caps_late_behind(const struct caps *caps, uint32_t i, uint32_t k, int64_t window) {
    const int64_t *late = caps->late + (size_t)i * caps->n, *soon = caps->soon + (size_t)i * caps->n;
    int64_t shifted = k == 0 ? 0 : late[k - 1], most = lint_longest(caps_window(caps));
    if (!caps_counts(caps, i)) return late[k];
    if (caps->cap->mode == JN_CAP_SKIP && late[caps->n - 1] < window) return late[k]; /* never goes out */
    if (caps->settled && soon[caps->n - 1] > most) return shifted;                    /* this journey leaves it room */
    int64_t kept = late[k] < most ? late[k] : most;
    return kept > shifted ? kept : shifted;
}

static bool caps_late_way(struct caps *caps, uint32_t i, const struct lint_way *way, bool widen, int64_t window) {
    bool changed = false;
    for (uint32_t k = 0; k < caps->n; k++) {
        int64_t *to = &caps->late[(size_t)way->to * caps->n + k];
        int64_t then = lint_add(caps_late_behind(caps, i, k, window), way->most);
        if (then <= *to) continue;
        *to = widen ? LINT_EVER : then;
        changed = true;
    }
    return changed;
}

static void caps_late(struct caps *caps) {
    const struct lint_flow *flow = caps->lint->flow;
    int64_t window = lint_shortest(caps_window(caps));
    uint32_t entry = flow->journey->entry - flow->first;
    bool changed = true;
    for (size_t i = 0; i < (size_t)flow->n * caps->n; i++)
        caps->late[i] = -1;
    for (uint32_t k = 0; k < caps->n; k++)
        caps->late[(size_t)entry * caps->n + k] = LINT_EVER;
    for (unsigned sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
        changed = false;
        for (uint32_t i = 0; i < flow->n; i++)
            for (uint32_t w = flow->begin[i]; caps->late[(size_t)i * caps->n] >= 0 && w < flow->begin[i + 1]; w++)
                changed = caps_late_way(caps, i, &flow->way[w], sweep > WIDEN_AT, window) || changed;
    }
    for (size_t i = 0; changed && i < (size_t)flow->n * caps->n; i++)
        caps->late[i] = LINT_EVER; /* too tangled to say */
}

/* ---- what is told */

static void caps_tell(const struct caps *caps, enum jc_code code, uint32_t i, const uint32_t *path, uint32_t n) {
    const struct lint *lint = caps->lint;
    const struct jn_step *step = lint_step(lint, i);
    struct jn_str message = lint->program->string[lint->program->message[step->a].name],
                  over = caps->line->kid[1]->text;
    uint32_t limit = caps->cap->limit;
    struct jc_diag *diag =
        code == JC_W0910 ? jc_report(lint->unit->diags, code, lint_step_place(lint, i), JN_FMT(message), limit,
                                     limit == 1 ? "" : "s", JN_FMT(over))
                         : jc_report(lint->unit->diags, code, lint_step_place(lint, i), limit + 1, JN_FMT(over), limit,
                                     JN_FMT(message), caps->cap->mode == JN_CAP_SKIP ? "skipped" : "held back");
    jc_relate(lint->unit->diags, diag, lint_place(lint, caps->line), "%s's cap is set here", caps->whose);
    lint_witness(lint, diag, path, n);
    if (code == JC_W0910)
        jc_hint(lint->unit->diags, diag,
                "wait until %.*s have passed since the earlier one, raise the cap, or let it `hold`", JN_FMT(over));
    else
        jc_hint(lint->unit->diags, diag, "put a wait between them, raise the cap, or leave one out");
}

static bool caps_never(const struct caps *caps, uint32_t i) {
    int64_t late = caps->late[(size_t)i * caps->n + caps->n - 1];
    return caps_counts(caps, i) && caps->cap->mode == JN_CAP_SKIP && late >= 0 &&
           late < lint_shortest(caps_window(caps));
}

/* Whether the script says what follows when a cap is full: a `capped:` handler, or another message. */
static bool caps_is_handled(const struct caps *caps, uint32_t i) {
    const struct jn_program *program = caps->lint->program;
    const struct jn_step *step = lint_step(caps->lint, i);
    if (step->kind != JN_STEP_SEND_OR) return false;
    for (uint32_t at = step->alt; at != JN_NONE && program->step[at].kind == JN_STEP_OUTCOME;
         at = program->step[at].alt)
        if (program->step[at].a == JN_OUTCOME_CAPPED) return true;
    const struct jn_step *other = step->alt == JN_NONE ? NULL : &program->step[step->alt];
    return other != NULL && other->kind == JN_STEP_SEND_OR && other->file == step->file && other->line == step->line;
}

/* Sends that never go out; whether there is one. */
static bool caps_impossible(struct caps *caps) {
    const struct lint_flow *flow = caps->lint->flow;
    const uint32_t *path;
    uint32_t n;
    bool found = false;
    lint_view_all(caps->lint);
    caps_soon(caps);
    caps_late(caps);
    for (uint32_t i = 0; i < flow->n; i++) {
        if (!caps_never(caps, i) || caps_is_handled(caps, i) || !caps_path(caps, i, caps->n - 1, &path, &n)) continue;
        caps_tell(caps, JC_W0910, i, path, n);
        found = true;
    }
    return found;
}

/* The first send that some path leads to within the window of as many as are allowed. */
static void caps_possible(struct caps *caps) {
    const struct lint_flow *flow = caps->lint->flow;
    const uint32_t *path;
    uint32_t n, views = lint_views(flow);
    for (uint32_t view = 0; view < views; view++) {
        lint_view(caps->lint, view);
        caps_soon(caps);
        for (uint32_t i = 0; i < flow->n; i++) {
            bool fills = caps_counts(caps, i) && caps->reached[i] &&
                         caps->soon[(size_t)i * caps->n + caps->n - 1] < jn_duration_ms(caps_window(caps));
            if (!fills || caps_is_handled(caps, i) || !caps_path(caps, i, caps->n - 1, &path, &n)) continue;
            caps_tell(caps, JC_W0911, i, path, n);
            return;
        }
    }
}

/* Whether one run can send more of its messages than the cap allows at all: each once, as often as repeats go round. */
static bool caps_can_fill(const struct caps *caps) {
    const struct lint_flow *flow = caps->lint->flow;
    uint64_t sends = 0;
    for (uint32_t i = 0; i < flow->n; i++)
        if (caps_has(caps, lint_step(caps->lint, i))) sends += flow->rounds[i];
    return sends > 0 && (flow->circles || sends > caps->cap->limit);
}

static void caps_look(struct caps *caps) {
    const struct lint_flow *flow = caps->lint->flow;
    if (caps->cap->limit > LIMIT_MAX || !caps_can_fill(caps)) return;
    caps->n = caps->cap->limit;
    size_t room = (size_t)flow->n * caps->n;
    caps->soon = JN_NEW_ARRAY(caps->lint->arena, int64_t, room);
    caps->late = JN_NEW_ARRAY(caps->lint->arena, int64_t, room);
    caps->from = JN_NEW_ARRAY(caps->lint->arena, uint32_t, room);
    caps->reached = JN_NEW_ARRAY(caps->lint->arena, bool, flow->n);
    caps->counts = JN_NEW_ARRAY(caps->lint->arena, bool, flow->n);
    for (uint32_t i = 0; i < flow->n; i++)
        caps->counts[i] = caps_has(caps, lint_step(caps->lint, i));
    if (!caps_impossible(caps)) caps_possible(caps);
    lint_view_all(caps->lint);
}

const struct jc_node *lint_nth_cap(const struct jc_node *block, uint32_t nth) {
    for (const struct jc_node *line = block->first; line != NULL; line = line->next)
        if (line->kind == JC_CAP && nth-- == 0) return line;
    return NULL;
}

void lint_caps(const struct lint *lint) {
    const struct jn_program *program = lint->program;
    const struct jn_meta *meta = &program->meta[0];
    const struct jn_journey *journey = lint->flow->journey;
    struct caps caps = {.lint = lint, .channel = JN_NONE, .whose = "the workspace"};
    for (uint32_t i = 0; i < meta->n_cap; i++) {
        caps.cap = &program->cap[meta->first_cap + i];
        caps.line = lint_nth_cap(lint->unit->workspace, i);
        caps_look(&caps);
    }
    caps.whose = "the journey";
    for (uint32_t i = 0; i < journey->n_cap; i++) {
        caps.cap = &program->cap[journey->first_cap + i];
        caps.line = lint_nth_cap(lint->flow->node, i);
        caps_look(&caps);
    }
    caps.whose = "the channel";
    for (caps.channel = 0; caps.channel < program->n_channel; caps.channel++)
        for (uint32_t i = 0; i < program->channel[caps.channel].n_cap; i++) {
            caps.cap = &program->cap[program->channel[caps.channel].first_cap + i];
            caps.line = lint_nth_cap(lint->unit->symbol[JC_TABLE_CHANNEL][caps.channel].node, i);
            caps_look(&caps);
        }
}
