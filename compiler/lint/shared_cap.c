/* Journeys that begin together and fill a cap that they share. */
#include "compiler/lint/flow.h"

#include <stdlib.h>

#include "core/value.h"

#define SWEEPS_MAX 64
#define LIMIT_MAX  32

struct shared {
    const struct lint *lint;
    const struct jn_cap *cap;
    const struct jc_node *line;
    const char *whose;
    uint32_t channel; /* JN_NONE: all */
    uint32_t *order;  /* journeys, those that begin together in a row */
    uint32_t n;
};

/* For qsort, which passes nothing along. */
struct shared_entry {
    const struct jn_journey *row;
    uint32_t journey;
};

static int shared_order(const void *a, const void *b) {
    const struct shared_entry *left = a, *right = b;
    const struct jn_journey *x = left->row, *y = right->row;
    const uint32_t key[2][6] = {{x->event, x->segment, x->days, x->time, x->where, x->priority},
                                {y->event, y->segment, y->days, y->time, y->where, y->priority}};
    for (int i = 0; i < 6; i++)
        if (key[0][i] != key[1][i]) return key[0][i] < key[1][i] ? -1 : 1;
    return (left->journey > right->journey) - (left->journey < right->journey);
}

static bool shared_together(const struct jn_journey *x, const struct jn_journey *y) {
    return x->event == y->event && x->segment == y->segment && x->days == y->days && x->time == y->time &&
           x->where == y->where && x->priority == y->priority;
}

/* Journeys of a season of their own, and those that message nobody, are left aside. */
static void shared_sort(struct shared *shared) {
    const struct jn_program *program = shared->lint->program;
    struct shared_entry *entry = JN_NEW_ARRAY(shared->lint->arena, struct shared_entry, program->n_journey + 1);
    for (uint32_t j = 0; j < program->n_journey; j++) {
        const struct jn_journey *row = &program->journey[j];
        bool open = row->starts == JN_NONE && row->ends == JN_NONE && row->control < JN_SHARE_ALL &&
                    row->left_out < JN_SHARE_ALL;
        if (open) entry[shared->n++] = (struct shared_entry){row, j};
    }
    if (shared->n > 1) qsort(entry, shared->n, sizeof(*entry), shared_order);
    shared->order = JN_NEW_ARRAY(shared->lint->arena, uint32_t, shared->n + 1);
    for (uint32_t i = 0; i < shared->n; i++)
        shared->order[i] = entry[i].journey;
}

static bool shared_counts(const struct shared *shared, const struct jn_step *step) {
    return jn_step_sends(step->kind) &&
           (shared->channel == JN_NONE || shared->lint->program->message[step->a].channel == shared->channel);
}

/* The most messages that a path of the journey sends within the cap's window from its entry, the limit and one more at
 * most. `soon[i * (max + 1) + k]`: when step i can be come to behind k of them. */
static uint32_t shared_most(const struct shared *shared, const struct lint *lint, uint32_t max) {
    const struct lint_flow *flow = lint->flow;
    int64_t window = jn_duration_ms(lint->program->value[shared->cap->over]);
    uint32_t most = 0, wide = max + 1;
    int64_t *soon = JN_NEW_ARRAY(lint->arena, int64_t, (size_t)flow->n * wide);
    bool changed = true;
    for (size_t i = 0; i < (size_t)flow->n * wide; i++)
        soon[i] = LINT_EVER;
    soon[(size_t)(flow->journey->entry - flow->first) * wide] = 0;
    for (unsigned sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
        changed = false;
        for (uint32_t i = 0; i < flow->n; i++)
            for (uint32_t k = 0; k <= max; k++) {
                int64_t at = soon[(size_t)i * wide + k];
                uint32_t behind = k + (shared_counts(shared, lint_step(lint, i)) ? 1 : 0);
                if (at >= window) continue;
                if (behind > most) most = behind > max ? max : behind;
                for (uint32_t w = flow->begin[i]; behind <= max && w < flow->begin[i + 1]; w++) {
                    size_t to = (size_t)flow->way[w].to * wide + behind;
                    /* Rounds of a repeat are not counted here, so none but the first is looked at. */
                    if (flow->way[w].closed || (lint_step(lint, i)->kind == JN_STEP_REPEAT && flow->way[w].nth == 0))
                        continue;
                    if (lint_add(at, flow->way[w].least) >= soon[to]) continue;
                    soon[to] = lint_add(at, flow->way[w].least);
                    changed = true;
                }
            }
    }
    return most;
}

static uint32_t shared_sends(const struct shared *shared, uint32_t journey, uint32_t view) {
    struct jn_arena arena;
    struct lint lint = *shared->lint;
    jn_arena_init(&arena);
    lint.arena = &arena;
    lint.flow = lint_flow_make(lint.unit, lint.program, journey, &arena);
    uint32_t views = lint_views(lint.flow), sends = 0;
    if (view < views) {
        lint_view(&lint, view);
        sends = shared_most(shared, &lint, shared->cap->limit + 1);
    }
    jn_arena_release(&arena);
    return sends;
}

static void shared_tell(const struct shared *shared, uint32_t first, uint32_t last, const uint32_t *sends) {
    const struct lint *lint = shared->lint;
    const struct jc_symbol *symbol = lint->unit->symbol[JC_TABLE_JOURNEY];
    uint32_t sum = 0;
    for (uint32_t i = first; i <= last; i++)
        sum += sends[i];
    const struct jc_symbol *one = &symbol[shared->order[first]], *other = &symbol[shared->order[last]];
    struct jn_str over = shared->line->kid[1]->text;
    struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0912, other->span, JN_FMT(other->name), JN_FMT(one->name),
                                     sum, JN_FMT(over), shared->cap->limit);
    jc_relate(lint->unit->diags, diag, lint_place(lint, shared->line), "%s's cap is set here", shared->whose);
    for (uint32_t i = first; i <= last && i < first + 8; i++)
        jc_relate(lint->unit->diags, diag, symbol[shared->order[i]].span, "`%.*s` sends up to %u",
                  JN_FMT(symbol[shared->order[i]].name), sends[i]);
    jc_hint(lint->unit->diags, diag,
            "give the one that matters more a `priority`, so that it is known whose messages go");
}

/* The journeys of one row of `order` that begin together. Alone, each stays under the cap: else W0911 has told of it.
 */
static void shared_row(const struct shared *shared, uint32_t first, uint32_t end) {
    uint32_t *sends = JN_NEW_ARRAY(shared->lint->arena, uint32_t, end + 1), sum = 0, begins = first;
    for (uint32_t i = first; i < end; i++) {
        sends[i] = shared_sends(shared, shared->order[i], 0);
        if (sends[i] > shared->cap->limit) sends[i] = 0;
        if (sum == 0) begins = i;
        sum += sends[i];
        if (sum <= shared->cap->limit) continue;
        shared_tell(shared, begins, i, sends);
        return;
    }
}

static void shared_look(struct shared *shared) {
    const struct jn_journey *row = shared->lint->program->journey;
    if (shared->cap->limit > LIMIT_MAX) return;
    for (uint32_t i = 0, end; i < shared->n; i = end) {
        for (end = i + 1; end < shared->n && shared_together(&row[shared->order[i]], &row[shared->order[end]]); end++)
            ;
        if (end - i > 1) shared_row(shared, i, end);
    }
}

void lint_shared_cap(const struct lint *lint) {
    const struct jn_program *program = lint->program;
    const struct jn_meta *meta = &program->meta[0];
    struct shared shared = {.lint = lint, .channel = JN_NONE, .whose = "the workspace"};
    if (program->n_cap == 0) return;
    shared_sort(&shared);
    for (uint32_t i = 0; i < meta->n_cap; i++) {
        shared.cap = &program->cap[meta->first_cap + i];
        shared.line = lint_nth_cap(lint->unit->workspace, i);
        shared_look(&shared);
    }
    shared.whose = "the channel";
    for (shared.channel = 0; shared.channel < program->n_channel; shared.channel++)
        for (uint32_t i = 0; i < program->channel[shared.channel].n_cap; i++) {
            shared.cap = &program->cap[program->channel[shared.channel].first_cap + i];
            shared.line = lint_nth_cap(lint->unit->symbol[JC_TABLE_CHANNEL][shared.channel].node, i);
            shared_look(&shared);
        }
}
