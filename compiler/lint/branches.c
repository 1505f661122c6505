/* Branches of a send for what cannot become of its message. */
#include "compiler/lint/flow.h"

#include "image/image.h"

/* Why the outcome never comes, and what to write instead; false: it may come. */
static bool branches_never(const struct lint *lint, const struct jn_step *send, enum jn_outcome outcome,
                           const char **why, const char **instead) {
    const struct jn_program *program = lint->program;
    const struct jn_journey *journey = lint->flow->journey;
    switch (outcome) {
    case JN_OUTCOME_QUIET:
        if (lint_has_quiet(program, journey, JN_QUIET_DROP)) return false;
        if (lint_has_quiet(program, journey, JN_QUIET_HOLD))
            *why = "quiet hours hold it here, they do not drop it", *instead = "write `drop` behind the quiet hours";
        else
            *why = "there are no quiet hours here", *instead = "write `quiet hours`";
        return true;
    case JN_OUTCOME_CAPPED:
        if (lint_may_be_capped(program, journey, send, JN_CAP_SKIP)) return false;
        if (lint_may_be_capped(program, journey, send, JN_CAP_HOLD))
            *why = "a full cap holds it here, it does not skip it", *instead = "write `skip` behind the cap";
        else
            *why = "no cap counts it", *instead = "write a `cap`";
        return true;
    case JN_OUTCOME_SENT:
    case JN_OUTCOME_FAILED:
    case JN_OUTCOME_UNREACHABLE: /* a value may be missing too */
    case JN_OUTCOME_NO_CONSENT:
    case JN_OUTCOMES:
        return false;
    }
    return false;
}

void lint_branches(const struct lint *lint) {
    const struct jn_program *program = lint->program;
    const struct lint_flow *flow = lint->flow;
    for (uint32_t i = 0; i < flow->n; i++) {
        const struct jn_step *send = lint_step(lint, i);
        if (send->kind != JN_STEP_SEND_OR) continue;
        for (uint32_t at = send->alt; at != JN_NONE && program->step[at].kind == JN_STEP_OUTCOME;
             at = program->step[at].alt) {
            const char *why, *instead;
            if (!branches_never(lint, send, (enum jn_outcome)program->step[at].a, &why, &instead)) continue;
            struct jn_str message = program->string[program->message[send->a].name];
            struct jc_diag *diag = jc_report(lint->unit->diags, JC_W0928, lint_step_place(lint, at - flow->first),
                                             jn_outcome_word((enum jn_outcome)program->step[at].a), why);
            jc_relate(lint->unit->diags, diag, lint_step_place(lint, i), "`%.*s` is sent here", JN_FMT(message));
            jc_hint(lint->unit->diags, diag, "%s, or leave this branch out", instead);
        }
    }
}
