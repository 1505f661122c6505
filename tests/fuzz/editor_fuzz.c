/* Any bytes as a file that is being written, at any point of it: what is asked is answered, or refused with a reason; the
 * answers lie within the text; and what is checked is what a compilation of the same text says. */
#include <stdint.h>

#include "compiler/editor/completion.h"
#include "compiler/editor/symbols.h"
#include "core/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_span(struct jc_editor *editor, const struct jc_span *span) {
    JN_CHECK(span->offset <= span->end && span->end <= jc_editor_source(editor, span->file)->text.n);
}

static void ask_about(struct jc_editor *editor, struct jn_arena *arena, const struct jc_mention *mention) {
    struct jc_mention definition, *all;
    struct jc_hover hover;
    uint32_t n_all;
    check_span(editor, &mention->span);
    if (jc_symbol_definition(editor, mention, &definition, NULL) == JN_OK) check_span(editor, &definition.span);
    jc_symbol_references(editor, arena, mention, &all, &n_all);
    for (uint32_t i = 0; i < n_all; i++)
        check_span(editor, &all[i].span);
    jc_symbol_hover(editor, arena, mention, &hover);
}

static void ask(struct jc_editor *editor, struct jn_arena *arena, uint32_t offset) {
    struct jn_err err = {.text = ""};
    struct jc_completion completion;
    struct jc_mention mention, *outline;
    struct jc_position position;
    uint32_t n_outline, back;
    size_t n = jc_editor_source(editor, 0)->text.n;
    for (enum jc_unit_of_columns unit = JC_COLUMN_BYTES; unit <= JC_COLUMN_UTF16; unit++) {
        if (jc_position_of(jc_editor_lines(editor, 0), offset, unit, &position, &err) != JN_OK) continue;
        JN_CHECK(jc_position_offset(jc_editor_lines(editor, 0), position, unit, &back, &err) == JN_OK && back <= offset);
    }
    if (jc_complete(editor, arena, 0, offset, &completion, &err) == JN_OK)
        JN_CHECK(completion.from <= offset && offset <= completion.to && completion.to <= n);
    else
        JN_CHECK(offset > n && err.text[0] != '\0');
    if (jc_symbol_at(editor, 0, offset, &mention, &err) == JN_OK) ask_about(editor, arena, &mention);
    jc_symbol_outline(editor, arena, 0, &outline, &n_outline);
    for (uint32_t i = 0; i < n_outline; i++)
        check_span(editor, &outline[i].span);
}

/* The first two bytes say where the point is. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct jn_arena arena;
    struct jc_editor *editor;
    struct jc_result fresh;
    struct jc_source source = {JN_STR("fuzz.journey"), JN_STR("event signup\n"), JC_READ};
    if (n < 2) return 0;
    uint32_t offset = (uint32_t)bytes[0] << 8 | bytes[1];
    jn_arena_init(&arena);
    JN_CHECK(jc_editor_open(&source, 1, &editor, NULL) == JN_OK);
    source.text = (struct jn_str){(const char *)bytes + 2, n - 2};
    JN_CHECK(jc_editor_update(editor, 0, source.text, NULL) == JN_OK);
    ask(editor, &arena, offset);
    JN_CHECK(jc_compile(&arena, &source, 1, &fresh, NULL) == JN_OK);
    const struct jc_diags *edited = jc_editor_check(editor)->diags;
    JN_CHECK(edited->n_error == fresh.diags->n_error && edited->n_warning == fresh.diags->n_warning);
    jc_editor_close(editor);
    jn_arena_release(&arena);
    return 0;
}
