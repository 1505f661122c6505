/* Waits about messages that were not sent. */
#include "compiler/lint/flow.h"

#include "image/image.h"

/* Whether a journey sends the message. */
static bool receipts_sends(const struct jn_program *program, const struct jn_journey *journey, uint32_t message) {
    for (uint32_t i = journey->first_step; i < journey->first_step + journey->n_step; i++)
        if (jn_step_sends(program->step[i].kind) && program->step[i].a == message) return true;
    return false;
}

/* A path from the entry to the wait without a send of the message, over open ways. */
static bool receipts_path(const struct lint *lint, uint32_t wait, uint32_t message, uint32_t *from) {
    const struct lint_flow *flow = lint->flow;
    uint32_t entry = flow->journey->entry - flow->first, n = 0;
    bool *seen = JN_NEW_ARRAY(lint->arena, bool, flow->n);
    uint32_t *queue = JN_NEW_ARRAY(lint->arena, uint32_t, flow->n);
    queue[n++] = entry;
    seen[entry] = true;
    for (uint32_t q = 0; q < n; q++) {
        const struct jn_step *step = lint_step(lint, queue[q]);
        if (queue[q] == wait) return true;
        if (jn_step_sends(step->kind) && step->a == message) continue;
        for (uint32_t w = flow->begin[queue[q]]; w < flow->begin[queue[q] + 1]; w++) {
            uint32_t to = flow->way[w].to;
            if (flow->way[w].closed || seen[to]) continue;
            seen[to] = true;
            from[to] = queue[q];
            queue[n++] = to;
        }
    }
    return false;
}

static void receipts_tell(const struct lint *lint, uint32_t wait, const struct jc_node *alternative, uint32_t message,
                          const uint32_t *from) {
    struct jc_unit *unit = lint->unit;
    const struct lint_flow *flow = lint->flow;
    uint32_t n, entry = flow->journey->entry - flow->first;
    const uint32_t *path = lint_path(lint, from, entry, wait, &n);
    const struct jc_symbol *symbol = &unit->symbol[JC_TABLE_MESSAGE][message];
    struct jc_diag *diag = jc_report(unit->diags, JC_W0919, alternative->kid[1]->span,
                                     JN_FMT(alternative->kid[0]->text), JN_FMT(symbol->name));
    for (uint32_t i = 0; i < flow->n; i++)
        if (jn_step_sends(lint_step(lint, i)->kind) && lint_step(lint, i)->a == message) {
            jc_relate(unit->diags, diag, lint_step_place(lint, i), "it is sent here");
            break;
        }
    if (n > 1) lint_witness(lint, diag, path, n);
    jc_hint(unit->diags, diag, "send `%.*s` on every path before this, or wait only where it was sent",
            JN_FMT(symbol->name));
}

/* Another journey may have sent it, and then nothing is said. */
static bool receipts_elsewhere(const struct lint *lint, uint32_t message) {
    for (uint32_t j = 0; j < lint->program->n_journey; j++)
        if (&lint->program->journey[j] != lint->flow->journey &&
            receipts_sends(lint->program, &lint->program->journey[j], message))
            return true;
    return false;
}

static void receipts_look(const struct lint *lint, uint32_t wait, const struct jc_node *alternative, uint32_t message) {
    uint32_t *from = JN_NEW_ARRAY(lint->arena, uint32_t, lint->flow->n), views = lint_views(lint->flow);
    if (receipts_elsewhere(lint, message)) return;
    for (uint32_t view = 0; view < views; view++) {
        lint_view(lint, view);
        if (!receipts_path(lint, wait, message, from)) continue;
        receipts_tell(lint, wait, alternative, message, from);
        break;
    }
    lint_view_all(lint);
}

void lint_receipts(const struct lint *lint) {
    for (uint32_t i = 0; i < lint->flow->n; i++) {
        const struct jn_step *step = lint_step(lint, i);
        if (step->kind != JN_STEP_WAIT_FOR) continue;
        const struct jc_node *alternative = lint_origin(lint, i)->first;
        for (uint32_t a = 0; a < step->b && alternative != NULL; a++, alternative = alternative->next) {
            uint32_t message = lint->program->alternative[step->a + a].message;
            if (message != JN_NONE && alternative->kid[1] != NULL) receipts_look(lint, i, alternative, message);
        }
    }
}
