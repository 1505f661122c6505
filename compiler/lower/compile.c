#include <stdlib.h>

#include "compiler/lint/lint.h"
#include "compiler/lower/allow.h"
#include "compiler/lower/lowering.h"
#include "compiler/lower/reading.h"
#include "core/check.h"
#include "image/image.h"

static int compile_by_path(const void *a, const void *b) {
    return jn_str_cmp(((const struct jc_source *)a)->path, ((const struct jc_source *)b)->path);
}

/* Bytes up to and with the last slash that all paths share. */
static size_t compile_root(const struct jc_source *source, uint32_t n) {
    size_t root = 0;
    for (size_t at = 0; n > 0 && at < source[0].path.n; at++) {
        for (uint32_t i = 1; i < n; i++)
            if (at >= source[i].path.n || source[i].path.p[at] != source[0].path.p[at]) return root;
        if (source[0].path.p[at] == '/') root = at + 1;
    }
    return root;
}

/* All passes behind the parser; a program where there was no mistake. */
static void compile_program(struct jc_unit *unit, struct jc_result *result) {
    jc_names_collect(unit);
    jc_declare_lower(unit);
    jc_messages_prepare(unit);
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_JOURNEY]; i++)
        jc_journey_lower(unit, &unit->symbol[JC_TABLE_JOURNEY][i]);
    jc_messages_lower(unit);
    jc_renames_lower(unit);
    result->scenario = jc_scenarios_lower(unit, &result->n_scenario);
    if (unit->diags->n_error > 0) return;
    jc_names_unused(unit);
    result->program = jn_builder_finish(unit->builder);
    struct jn_err refused;
    if (jn_image_verify(result->program, &refused) != JN_OK) {
        struct jc_span nowhere = {.line = 1, .column = 1, .end_line = 1, .end_column = 1};
        jc_report(unit->diags, JC_E0801, nowhere, refused.text);
        result->program = NULL;
        return;
    }
    jc_lint_program(unit, result->program);
}

void jc_sources_sort(struct jc_source *source, uint32_t n) {
    if (n > 0) qsort(source, n, sizeof(*source), compile_by_path);
}

jn_rc jc_reading_make(struct jn_arena *arena, const struct jc_source *source, uint32_t n_source, uint32_t index,
                      struct jc_reading *out, struct jn_err *err) {
    jc_diags_init(&out->found, arena, source, n_source);
    jn_rc rc = jc_parse(arena, &out->found, index, &out->tree, err);
    jc_diags_sort(&out->found);
    return rc;
}

struct jc_unit *jc_readings_check(struct jn_arena *arena, const struct jc_source *source, uint32_t n_source,
                                  const struct jc_reading *reading, struct jc_result *result) {
    struct jc_unit *unit = JN_NEW(arena, struct jc_unit);
    *unit = (struct jc_unit){.arena = arena,
                             .diags = JN_NEW(arena, struct jc_diags),
                             .builder = jn_builder_new(arena),
                             .root = compile_root(source, n_source)};
    jc_diags_init(unit->diags, arena, source, n_source);
    unit->file = JN_NEW_ARRAY(arena, struct jc_node *, n_source);
    unit->comments = JN_NEW_ARRAY(arena, struct jc_comment *, n_source);
    unit->n_file = n_source;
    for (uint32_t i = 0; i < n_source; i++) {
        unit->file[i] = reading[i].tree.file;
        unit->comments[i] = reading[i].tree.comments;
        jc_diags_add(unit->diags, &reading[i].found);
    }
    *result = (struct jc_result){
        .diags = unit->diags, .file = (const struct jc_node *const *)unit->file, .n_file = unit->n_file};
    compile_program(unit, result);
    for (uint32_t i = 0; i < n_source; i++)
        jc_allow(unit->diags, i, reading[i].tree.comments);
    jc_diags_sort(unit->diags);
    return unit;
}

jn_rc jc_compile(struct jn_arena *arena, const struct jc_source *source, uint32_t n_source, struct jc_result *result,
                 struct jn_err *err) {
    /* The order of files tells nothing: the same workspace gives the same bytes wherever it lies. */
    struct jc_source *sorted = jn_arena_copy(arena, source, n_source * sizeof(*source));
    struct jc_reading *reading = JN_NEW_ARRAY(arena, struct jc_reading, n_source);
    jc_sources_sort(sorted, n_source);
    for (uint32_t i = 0; i < n_source; i++) {
        jn_rc rc = jc_reading_make(arena, sorted, n_source, i, &reading[i], err);
        if (rc != JN_OK) return rc;
    }
    jc_names_release(jc_readings_check(arena, sorted, n_source, reading, result));
    return JN_OK;
}
