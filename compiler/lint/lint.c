/* Asks every lint. */
#include "compiler/lint/flow.h"

enum lint_scope { JOURNEY, WORKSPACE };

struct lint_row {
    enum lint_scope scope;
    void (*ask)(const struct lint *lint);
};

static const struct lint_row ROW[] = {
#define LINT(name, scope, text) {scope, lint_##name},
#include "compiler/lint/lints.def"
#undef LINT
};

static void lint_ask(struct lint *lint, enum lint_scope scope) {
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++)
        if (ROW[i].scope == scope) ROW[i].ask(lint);
}

void jc_lint_program(struct jc_unit *unit, const struct jn_program *program) {
    struct jn_arena arena;
    struct lint lint = {.unit = unit, .program = program, .arena = &arena};
    jn_arena_init(&arena);
    lint_ask(&lint, WORKSPACE);
    for (uint32_t journey = 0; journey < program->n_journey; journey++) {
        jn_arena_reset(&arena);
        lint.flow = lint_flow_make(unit, program, journey, &arena);
        lint_ask(&lint, JOURNEY);
    }
    jn_arena_release(&arena);
}
