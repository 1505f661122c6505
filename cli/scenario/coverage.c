#include "cli/scenario/coverage.h"

#include <stdio.h>

#include "cli/terminal.h"
#include "image/image.h"

#define COVERAGE_ALL    10000 /* basis points */
#define COVERAGE_NAME   24    /* cells */
#define COVERAGE_COLUMN 12

static const char *const COVER_TITLE[CLI_COVERS] = {"steps", "branches", "timeouts", "arms", "policies"};

/* ---- policies */

static void coverage_policy(struct cli_coverage *c, struct jn_arena *arena, struct cli_policy_point point) {
    struct cli_policy_point *row = jn_arena_grow(arena, &c->policy, &c->n_policy, sizeof(*row));
    *row = point;
}

static void coverage_journey_policies(struct cli_coverage *c, const struct jn_journey *journey,
                                      struct jn_arena *arena) {
    const struct jn_program *program = c->walk.program;
    struct jn_str name = program->string[journey->name];
    uint64_t held = 1ull << JR_TRACE_HELD | 1ull << JR_TRACE_SKIPPED;
    if (journey->n_quiet > 0)
        coverage_policy(c, arena,
                        (struct cli_policy_point){JN_STR("quiet hours"), name, JN_STR("quiet hours"), held, 0});
    if (journey->n_cap > 0)
        coverage_policy(c, arena, (struct cli_policy_point){JN_STR("cap"), name, JN_STR("cap"), held, 0});
    if (journey->control > 0)
        coverage_policy(c, arena,
                        (struct cli_policy_point){JN_STR("control"), name, JN_STR_NONE, 1ull << JR_TRACE_GHOST, 0});
    if (journey->left_out > 0)
        coverage_policy(c, arena,
                        (struct cli_policy_point){JN_STR("rollout"), name, JN_STR("outside the rollout"),
                                                  1ull << JR_TRACE_IGNORED, 0});
}

static void coverage_policies(struct cli_coverage *c, struct jn_arena *arena) {
    const struct jn_program *program = c->walk.program;
    uint64_t held = 1ull << JR_TRACE_HELD | 1ull << JR_TRACE_SKIPPED;
    uint32_t n_cap = program->meta[0].n_cap;
    for (uint32_t i = 0; i < program->n_channel; i++)
        n_cap += program->channel[i].n_cap;
    if (program->meta[0].n_quiet > 0)
        coverage_policy(c, arena,
                        (struct cli_policy_point){JN_STR("quiet hours"), JN_STR_NONE, JN_STR("quiet hours"), held, 0});
    if (n_cap > 0)
        coverage_policy(c, arena, (struct cli_policy_point){JN_STR("cap"), JN_STR_NONE, JN_STR("cap"), held, 0});
    if (program->meta[0].control > 0)
        coverage_policy(
            c, arena,
            (struct cli_policy_point){JN_STR("control group"), JN_STR_NONE, JN_STR_NONE, 1ull << JR_TRACE_GHOST, 0});
    for (uint32_t i = 0; i < program->n_topic; i++) {
        struct jn_str topic = program->string[program->topic[i].name];
        struct jn_str sign = jn_arena_printf(arena, "no consent to %.*s", JN_FMT(topic));
        struct jn_str name = jn_arena_printf(arena, "consent to %.*s", JN_FMT(topic));
        coverage_policy(c, arena, (struct cli_policy_point){name, JN_STR_NONE, sign, 1ull << JR_TRACE_SKIPPED, 0});
    }
    for (uint32_t i = 0; i < program->n_journey; i++)
        coverage_journey_policies(c, &program->journey[i], arena);
}

static void coverage_note_policies(struct cli_coverage *c, const struct jr_trace *trace) {
    for (uint32_t i = 0; i < c->n_policy; i++) {
        struct cli_policy_point *point = &c->policy[i];
        if ((point->kinds >> trace->kind & 1) == 0) continue;
        if (point->journey.n > 0 && !jn_str_eq(point->journey, trace->journey)) continue;
        if (point->sign.n == 0 || (trace->detail.n >= point->sign.n &&
                                   memmem(trace->detail.p, trace->detail.n, point->sign.p, point->sign.n) != NULL))
            point->count++;
    }
}

/* ---- what was gone through */

void cli_coverage_init(struct cli_coverage *coverage, const struct jn_program *program,
                       const struct cli_workspace *workspace, struct jn_arena *arena) {
    *coverage = (struct cli_coverage){.workspace = workspace};
    cli_walk_init(&coverage->walk, program);
    coverage_policies(coverage, arena);
}

void cli_coverage_release(struct cli_coverage *coverage) {
    cli_walk_release(&coverage->walk);
}

void cli_coverage_add(struct cli_coverage *coverage, const struct cli_played *played) {
    for (const struct cli_happening *h = played->happening; h != NULL; h = h->next) {
        cli_walk_note(&coverage->walk, &h->trace);
        coverage_note_policies(coverage, &h->trace);
    }
    cli_walk_pause(&coverage->walk);
}

/* ---- reports */

static void coverage_point(struct cli_tally *tally, enum cli_cover kind, bool covered) {
    tally->all[kind]++;
    tally->covered[kind] += covered;
}

/* The step's file as the user wrote its folder. */
static struct jn_str coverage_file(const struct cli_coverage *c, const struct jn_step *step) {
    struct jn_str file = c->walk.program->string[step->file];
    for (uint32_t i = 0; i < c->workspace->n_source; i++) {
        struct jn_str path = c->workspace->source[i].path;
        size_t before = path.n - (path.n < file.n ? path.n : file.n);
        if (jn_str_ends(path, file) && (before == 0 || path.p[before - 1] == '/')) return path;
    }
    return file;
}

/* The step that leads here when its message was not sent: a send, or the handler before. */
static const struct jn_step *coverage_unsent(const struct jn_program *program, const struct jn_step *step) {
    uint32_t i = (uint32_t)(step - program->step);
    for (uint32_t b = i; b > 0; b--) { /* a send stands before its handlers */
        const struct jn_step *before = &program->step[b - 1];
        if (before->alt == i && (before->kind == JN_STEP_SEND_OR || before->kind == JN_STEP_OUTCOME)) return before;
    }
    return NULL;
}

/* A handler is called by its send, by the first message of that, and by its word. */
static void coverage_handler(const struct jn_program *program, const struct jn_step *step, struct jn_buf *out) {
    const struct jn_step *send = step;
    for (const struct jn_step *before = step; before != NULL; before = coverage_unsent(program, before)) {
        if (send->kind == JN_STEP_SEND_OR && before->line != send->line) break; /* another send's last handler */
        send = before;
    }
    jn_buf_printf(out, "%.*s, %s:", JN_FMT(program->string[send->name]), jn_outcome_word((enum jn_outcome)step->a));
}

/* A step without a name, in the words of the script. */
static const char *coverage_word(enum jn_step_kind kind) {
    if (kind == JN_STEP_BRANCH) return "condition";
    return kind == JN_STEP_SET_ATTR || kind == JN_STEP_SET_SLOT ? "set" : jn_step_word(kind);
}

static void coverage_missing(const struct cli_coverage *c, struct jn_str journey, const struct jn_step *step,
                             const char *what, struct jn_str arm, struct jn_buf *out) {
    struct jn_str name = c->walk.program->string[step->name];
    jn_buf_printf(out, "  %.*s:%u: %.*s: ", JN_FMT(coverage_file(c, step)), step->line, JN_FMT(journey));
    if (step->kind == JN_STEP_OUTCOME)
        coverage_handler(c->walk.program, step, out);
    else if (name.n > 0)
        jn_buf_str(out, name);
    else
        jn_buf_z(out, coverage_word((enum jn_step_kind)step->kind));
    jn_buf_printf(out, " %s%.*s\n", what, JN_FMT(arm));
}

/* How it reads that a way was never taken. */
static const struct {
    const char *next, *alt;
} NEVER_ROW[JN_STEPS] = {
    [JN_STEP_BRANCH] = {"was never true", "was never false"},
    [JN_STEP_SEND_OR] = {"was never sent", "was always sent"},
    [JN_STEP_OUTCOME] = {"was never taken", "was always taken"},
    [JN_STEP_WAIT_FOR] = {"was never passed", "never timed out"},
    [JN_STEP_WAIT_IF] = {"was never true", "never timed out"},
    [JN_STEP_APPROVE] = {"was never approved", "was always approved"},
    [JN_STEP_ASK] = {"was never answered", "was always answered"},
};

static bool coverage_is_timeout(const struct jn_step *step) {
    return step->kind == JN_STEP_WAIT_FOR || step->kind == JN_STEP_WAIT_IF || step->kind == JN_STEP_APPROVE ||
           step->kind == JN_STEP_ASK;
}

static void coverage_ways(const struct cli_coverage *c, struct jn_str journey, uint32_t i, struct cli_tally *tally,
                          struct jn_buf *missing) {
    const struct jn_step *step = &c->walk.program->step[i];
    if (step->kind == JN_STEP_REPEAT) return;
    coverage_point(tally, CLI_COVER_BRANCHES, c->walk.next[i] > 0);
    coverage_point(tally, coverage_is_timeout(step) ? CLI_COVER_TIMEOUTS : CLI_COVER_BRANCHES, c->walk.alt[i] > 0);
    if (c->walk.count[i] == 0) return; /* the step itself is told */
    if (c->walk.next[i] == 0) coverage_missing(c, journey, step, NEVER_ROW[step->kind].next, JN_STR_NONE, missing);
    if (c->walk.alt[i] == 0) coverage_missing(c, journey, step, NEVER_ROW[step->kind].alt, JN_STR_NONE, missing);
}

static void coverage_step(const struct cli_coverage *c, struct jn_str journey, uint32_t i, struct cli_tally *tally,
                          struct jn_buf *missing) {
    const struct jn_program *program = c->walk.program;
    const struct jn_step *step = &program->step[i];
    if (step->kind == JN_STEP_PASS) return;
    coverage_point(tally, CLI_COVER_STEPS, c->walk.count[i] > 0);
    if (c->walk.count[i] == 0) coverage_missing(c, journey, step, "was never reached", JN_STR_NONE, missing);
    if (cli_walk_forks(step)) coverage_ways(c, journey, i, tally, missing);
    if (step->kind != JN_STEP_SPLIT && step->kind != JN_STEP_OPTIMIZE) return;
    for (uint32_t a = step->a; a < step->a + step->b; a++) {
        coverage_point(tally, CLI_COVER_ARMS, c->walk.arm[a] > 0);
        if (c->walk.arm[a] == 0 && c->walk.count[i] > 0)
            coverage_missing(c, journey, step, "never took arm ", program->string[program->arm[a].name], missing);
    }
}

uint32_t cli_coverage_share(const struct cli_tally *tally) {
    uint64_t covered = 0, all = 0;
    for (unsigned i = 0; i < CLI_COVERS; i++) {
        covered += tally->covered[i];
        all += tally->all[i];
    }
    return all == 0 ? COVERAGE_ALL : (uint32_t)(covered * COVERAGE_ALL / all);
}

void cli_coverage_head(struct jn_buf *out) {
    jn_buf_z(out, "coverage\n  ");
    cli_cell(JN_STR("journey"), COVERAGE_NAME, out);
    for (unsigned i = 0; i < CLI_COVERS; i++)
        cli_cell(jn_str_z(COVER_TITLE[i]), i + 1 < CLI_COVERS ? COVERAGE_COLUMN : COVERAGE_COLUMN - 2, out);
    jn_buf_z(out, "all\n");
}

void cli_coverage_row(struct jn_str name, const struct cli_tally *tally, struct jn_buf *out) {
    char text[32];
    uint32_t share = cli_coverage_share(tally);
    jn_buf_z(out, "  ");
    cli_cell(name, COVERAGE_NAME, out);
    for (unsigned i = 0; i < CLI_COVERS; i++) {
        int n = tally->all[i] == 0 ? snprintf(text, sizeof(text), "-")
                                   : snprintf(text, sizeof(text), "%u/%u", tally->covered[i], tally->all[i]);
        cli_cell((struct jn_str){text, (size_t)n}, i + 1 < CLI_COVERS ? COVERAGE_COLUMN : COVERAGE_COLUMN - 2, out);
    }
    jn_buf_printf(out, "%u.%u%%\n", share / 100, share / 10 % 10);
}

static void coverage_merge(struct cli_tally *into, const struct cli_tally *from) {
    for (unsigned i = 0; i < CLI_COVERS; i++) {
        into->covered[i] += from->covered[i];
        into->all[i] += from->all[i];
    }
}

void cli_coverage_report(struct cli_coverage *c, struct jn_buf *table, struct jn_buf *missing) {
    const struct jn_program *program = c->walk.program;
    struct cli_tally whole = {0};
    for (uint32_t j = 0; j <= program->n_journey; j++) {
        struct jn_str name = j < program->n_journey ? program->string[program->journey[j].name] : JN_STR_NONE;
        struct cli_tally tally = {0};
        for (uint32_t i = 0; j < program->n_journey && i < program->journey[j].n_step; i++)
            coverage_step(c, name, program->journey[j].first_step + i, &tally, missing);
        for (uint32_t i = 0; i < c->n_policy; i++) {
            const struct cli_policy_point *point = &c->policy[i];
            if (!jn_str_eq(point->journey, name)) continue;
            coverage_point(&tally, CLI_COVER_POLICIES, point->count > 0);
            if (point->count == 0)
                jn_buf_printf(missing, "  %.*s: %.*s was never at work\n",
                              JN_FMT(name.n > 0 ? name : c->workspace->name), JN_FMT(point->name));
        }
        if (j < program->n_journey || tally.all[CLI_COVER_POLICIES] > 0)
            cli_coverage_row(name.n > 0 ? name : JN_STR("(workspace)"), &tally, table);
        coverage_merge(&whole, &tally);
    }
    c->total = whole;
}

void cli_coverage_json_journeys(const struct cli_coverage *c, struct jn_json_out *w) {
    for (uint32_t j = 0; j < c->walk.program->n_journey; j++) {
        jn_jw_object(w);
        cli_walk_json(&c->walk, j, w);
        jn_jw_end_object(w);
    }
}

void cli_coverage_json_policies(const struct cli_coverage *c, struct jn_json_out *w) {
    for (uint32_t i = 0; i < c->n_policy; i++) {
        jn_jw_object(w);
        jn_jw_key(w, "policy");
        jn_jw_str(w, c->policy[i].name);
        jn_jw_key(w, "journey");
        if (c->policy[i].journey.n > 0)
            jn_jw_str(w, c->policy[i].journey);
        else
            jn_jw_null(w);
        jn_jw_key(w, "covered");
        jn_jw_bool(w, c->policy[i].count > 0);
        jn_jw_key(w, "count");
        jn_jw_int(w, (int64_t)c->policy[i].count);
        jn_jw_end_object(w);
    }
}
