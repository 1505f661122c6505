/* Arms that nobody takes, and shares that leave nobody. */
#include "compiler/lint/flow.h"

void lint_arms(const struct lint *lint) {
    for (uint32_t i = 0; i < lint->flow->n; i++) {
        const struct jn_step *step = lint_step(lint, i);
        if (step->kind != JN_STEP_SPLIT) continue;
        const struct jc_node *arm = lint_origin(lint, i)->first;
        for (uint32_t a = 0; a < step->b && arm != NULL; a++, arm = arm->next) {
            if (lint->program->arm[step->a + a].weight != 0) continue;
            struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0920, arm->kid[0]->span, JN_FMT(arm->text));
            jc_relate(lint->unit->diags, diag, lint_step_place(lint, i), "of this split");
            jc_hint(lint->unit->diags, diag, "give it a share, or remove it when nobody is inside it any more");
        }
    }
}

static void shares_tell(const struct lint *lint, const struct jc_node *line, const char *what, const char *hint) {
    if (line == NULL) return;
    struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0921, lint_place(lint, line), what);
    jc_hint(lint->unit->diags, diag, "%s", hint);
}

void lint_shares(const struct lint *lint) {
    const struct jn_program *program = lint->program;
    static const char GHOSTS[] =
        "choose a smaller share; a rehearsal without messages is what `# allow W0921: …` is for";
    for (uint32_t j = 0; j < program->n_journey; j++) {
        const struct jc_node *node = lint->unit->symbol[JC_TABLE_JOURNEY][j].node;
        if (program->journey[j].control == JN_SHARE_ALL)
            shares_tell(lint, lint_line(node, JC_JY_CONTROL),
                        "everybody is in the control group: this journey messages nobody", GHOSTS);
        if (program->journey[j].left_out == JN_SHARE_ALL)
            shares_tell(lint, lint_line(node, JC_JY_ROLLOUT),
                        "nobody is inside the rollout: this journey takes nobody in", "choose a larger share");
    }
    if (program->meta[0].control == JN_SHARE_ALL)
        shares_tell(lint, lint_line(lint->unit->workspace, JC_WS_CONTROL),
                    "everybody is in the control group: nobody is messaged at all", GHOSTS);
}
