/* What an editor's user waits for, in a workspace of any size: reads the folder, then changes one file again and again.
 * Prints one JSON object of milliseconds of the processor, the best of the rounds each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "compiler/editor/completion.h"
#include "compiler/editor/symbols.h"
#include "compiler/workspace/workspace.h"
#include "core/check.h"

struct figures {
    double compile, open, check, update, recheck, complete, definition, references;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Milliseconds since *from, which becomes now. */
static void take(double *best, double *from) {
    double at = now();
    if (*best == 0 || at - *from < *best) *best = at - *from;
    *from = at;
}

static void compile_anew(const struct jc_workspace *workspace, struct figures *f) {
    struct jn_arena arena;
    struct jc_result result;
    jn_arena_init(&arena);
    double from = now();
    JN_CHECK(jc_compile(&arena, workspace->source, workspace->n_source, &result, NULL) == JN_OK);
    take(&f->compile, &from);
    JN_CHECK(result.program != NULL);
    jn_arena_release(&arena);
}

/* The byte behind the file's last `send `. */
static uint32_t behind_send(struct jn_str text) {
    uint32_t found = 0;
    for (size_t at = 0; at + 5 <= text.n; at++)
        if (memcmp(text.p + at, "send ", 5) == 0) found = (uint32_t)at + 5;
    JN_CHECK(found > 0);
    return found;
}

static void ask(struct jc_editor *editor, uint32_t file, struct figures *f) {
    struct jn_arena arena;
    struct jc_completion completion;
    struct jc_mention mention, definition, *all;
    uint32_t n, point = behind_send(jc_editor_source(editor, file)->text);
    jn_arena_init(&arena);
    double from = now();
    JN_CHECK(jc_complete(editor, &arena, file, point, &completion, NULL) == JN_OK && completion.n_offer > 0);
    take(&f->complete, &from);
    JN_CHECK(jc_symbol_at(editor, file, point, &mention, NULL) == JN_OK);
    JN_CHECK(jc_symbol_definition(editor, &mention, &definition, NULL) == JN_OK);
    take(&f->definition, &from);
    jc_symbol_references(editor, &arena, &mention, &all, &n);
    JN_CHECK(n >= 2);
    take(&f->references, &from);
    jn_arena_release(&arena);
}

static void edit(struct jc_editor *editor, uint32_t file, uint32_t round, struct figures *f) {
    struct jn_buf text;
    jn_buf_init(&text, JC_WORKSPACE_FILE_BYTES);
    jn_buf_str(&text, jc_editor_source(editor, file)->text);
    jn_buf_printf(&text, "# %u\n", round);
    double from = now();
    JN_CHECK(jc_editor_update(editor, file, jn_buf_view(&text), NULL) == JN_OK);
    take(&f->update, &from);
    JN_CHECK(jc_editor_check(editor)->program != NULL);
    take(&f->recheck, &from);
    ask(editor, file, f);
    jn_buf_release(&text);
}

int main(int argc, char **argv) {
    struct jn_arena arena;
    struct jc_workspace workspace;
    struct jc_editor *editor;
    struct jn_err err;
    struct figures f = {0};
    if (argc != 3) return fputs("usage: bench_editor FOLDER ROUNDS\n", stderr), 64;
    struct jn_str path = jn_str_z(argv[1]);
    uint32_t rounds = (uint32_t)strtoul(argv[2], NULL, 10);
    jn_arena_init(&arena);
    if (jc_workspace_read(&arena, &path, 1, &workspace, &err) != JN_OK) return fprintf(stderr, "%s\n", err.text), 1;
    for (uint32_t i = 0; i < rounds; i++) {
        compile_anew(&workspace, &f);
        double from = now();
        JN_CHECK(jc_editor_open(workspace.source, workspace.n_source, &editor, &err) == JN_OK);
        take(&f.open, &from);
        JN_CHECK(jc_editor_check(editor)->program != NULL);
        take(&f.check, &from);
        edit(editor, workspace.n_source / 2, i, &f);
        jc_editor_close(editor);
    }
    printf("{\"compile_ms\": %.3f, \"open_ms\": %.3f, \"check_ms\": %.3f, \"update_ms\": %.3f, \"recheck_ms\": %.3f, "
           "\"complete_ms\": %.3f, \"definition_ms\": %.3f, \"references_ms\": %.3f}\n",
           f.compile, f.open, f.check, f.update, f.recheck, f.complete, f.definition, f.references);
    jn_arena_release(&arena);
    return 0;
}
