#include "cli/scenario/walk.h"

#include <stdlib.h>

#include "core/check.h"
#include "image/image.h"

void cli_walk_init(struct cli_walk *walk, const struct jn_program *program) {
    *walk = (struct cli_walk){.program = program};
    walk->count = jn_alloc_zero(program->n_step + 1, sizeof(*walk->count));
    walk->next = jn_alloc_zero(program->n_step + 1, sizeof(*walk->next));
    walk->alt = jn_alloc_zero(program->n_step + 1, sizeof(*walk->alt));
    walk->arm = jn_alloc_zero(program->n_arm + 1, sizeof(*walk->arm));
}

void cli_walk_release(struct cli_walk *walk) {
    free(walk->count);
    free(walk->next);
    free(walk->alt);
    free(walk->arm);
    free(walk->walker);
    *walk = (struct cli_walk){0};
}

static struct cli_walker *walk_find(const struct cli_walk *walk, uint64_t run) {
    for (uint32_t i = 0; i < walk->n_walker; i++)
        if (walk->walker[i].run == run) return &walk->walker[i];
    return NULL;
}

static void walk_move(struct cli_walk *walk, uint64_t run, uint32_t step) {
    struct cli_walker *walker = walk_find(walk, run);
    if (walker == NULL) {
        if (walk->n_walker == walk->cap_walker) {
            walk->cap_walker = walk->cap_walker == 0 ? 16 : walk->cap_walker * 2;
            walk->walker = jn_realloc(walk->walker, walk->cap_walker * sizeof(*walk->walker));
        }
        walker = &walk->walker[walk->n_walker++];
        walker->run = run;
    }
    walker->step = step;
}

static void walk_forget(struct cli_walk *walk, uint64_t run) {
    struct cli_walker *walker = walk_find(walk, run);
    if (walker != NULL) *walker = walk->walker[--walk->n_walker];
}

bool cli_walk_forks(const struct jn_step *step) {
    bool two = step->kind == JN_STEP_BRANCH || step->kind == JN_STEP_SEND_OR || step->kind == JN_STEP_OUTCOME ||
               step->kind == JN_STEP_WAIT_FOR || step->kind == JN_STEP_WAIT_IF || step->kind == JN_STEP_REPEAT ||
               step->kind == JN_STEP_APPROVE || step->kind == JN_STEP_ASK;
    return two && step->next != step->alt;
}

/* What ended it is told by itself; of the others, the step behind tells which way was taken. */
static bool walk_is_told(const struct jn_step *step) {
    return step->kind == JN_STEP_WAIT_FOR || step->kind == JN_STEP_ASK;
}

static void walk_step(struct cli_walk *walk, const struct jr_trace *trace) {
    const struct cli_walker *walker = walk_find(walk, trace->run);
    if (walker != NULL) {
        const struct jn_step *last = &walk->program->step[walker->step];
        /* A message that was held back is tried again: that is the same visit. */
        if (walker->step == trace->at_step && jn_step_sends(last->kind)) return;
        if (!walk_is_told(last)) {
            walk->next[walker->step] += trace->at_step == last->next;
            walk->alt[walker->step] += trace->at_step == last->alt && last->next != last->alt;
        }
    }
    walk->count[trace->at_step]++;
    walk_move(walk, trace->run, trace->at_step);
}

static void walk_arm(struct cli_walk *walk, const struct jr_trace *trace) {
    const struct jn_step *step = &walk->program->step[trace->at_step];
    for (uint32_t i = 0; i < step->b; i++)
        if (jn_str_eq(walk->program->string[walk->program->arm[step->a + i].name], trace->name))
            walk->arm[step->a + i]++;
}

void cli_walk_note(struct cli_walk *walk, const struct jr_trace *trace) {
    if (trace->at_step >= walk->program->n_step) return;
    enum jn_step_kind kind = (enum jn_step_kind)walk->program->step[trace->at_step].kind;
    bool waited_for = kind == JN_STEP_WAIT_FOR, asked = kind == JN_STEP_ASK;
    if (trace->kind == JR_TRACE_STEP) walk_step(walk, trace);
    if (trace->kind == JR_TRACE_ARM) walk_arm(walk, trace);
    if (trace->kind == JR_TRACE_MATCHED && waited_for) walk->next[trace->at_step]++;
    if (trace->kind == JR_TRACE_TIMEOUT && waited_for) walk->alt[trace->at_step]++;
    if (trace->kind == JR_TRACE_ANSWERED && asked) walk->next[trace->at_step]++;
    if (trace->kind == JR_TRACE_DEFAULTED && asked) walk->alt[trace->at_step]++;
    if (trace->kind == JR_TRACE_LEFT) walk_forget(walk, trace->run);
}

void cli_walk_pause(struct cli_walk *walk) {
    walk->n_walker = 0;
}

void cli_walk_add(struct cli_walk *walk, const struct cli_walk *other) {
    for (uint32_t i = 0; i < walk->program->n_step; i++) {
        walk->count[i] += other->count[i];
        walk->next[i] += other->next[i];
        walk->alt[i] += other->alt[i];
    }
    for (uint32_t i = 0; i < walk->program->n_arm; i++)
        walk->arm[i] += other->arm[i];
}

static void walk_json_arms(const struct cli_walk *walk, const struct jn_step *step, struct jn_json_out *w) {
    jn_jw_key(w, "arms");
    jn_jw_array(w);
    for (uint32_t i = 0; i < step->b; i++) {
        jn_jw_object(w);
        jn_jw_key(w, "arm");
        jn_jw_str(w, walk->program->string[walk->program->arm[step->a + i].name]);
        jn_jw_key(w, "count");
        jn_jw_int(w, (int64_t)walk->arm[step->a + i]);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
}

static void walk_json_step(const struct cli_walk *walk, uint32_t i, struct jn_json_out *w) {
    const struct jn_program *program = walk->program;
    const struct jn_step *step = &program->step[i];
    jn_jw_object(w);
    jn_jw_key(w, "step");
    jn_jw_str(w, program->string[step->name]);
    jn_jw_key(w, "kind");
    jn_jw_z(w, jn_step_word((enum jn_step_kind)step->kind));
    jn_jw_key(w, "index");
    jn_jw_int(w, i);
    jn_jw_key(w, "file");
    jn_jw_str(w, program->string[step->file]);
    jn_jw_key(w, "line");
    jn_jw_int(w, step->line);
    jn_jw_key(w, "covered");
    jn_jw_bool(w, walk->count[i] > 0);
    jn_jw_key(w, "count");
    jn_jw_int(w, (int64_t)walk->count[i]);
    jn_jw_key(w, "next");
    jn_jw_int(w, (int64_t)walk->next[i]);
    jn_jw_key(w, "alt");
    jn_jw_int(w, (int64_t)walk->alt[i]);
    if (step->kind == JN_STEP_SPLIT || step->kind == JN_STEP_OPTIMIZE) walk_json_arms(walk, step, w);
    jn_jw_end_object(w);
}

void cli_walk_json(const struct cli_walk *walk, uint32_t journey, struct jn_json_out *w) {
    const struct jn_journey *row = &walk->program->journey[journey];
    jn_jw_key(w, "name");
    jn_jw_str(w, walk->program->string[row->name]);
    jn_jw_key(w, "steps");
    jn_jw_array(w);
    for (uint32_t i = 0; i < row->n_step; i++)
        walk_json_step(walk, row->first_step + i, w);
    jn_jw_end_array(w);
}
