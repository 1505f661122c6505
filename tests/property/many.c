/* Compiles many workspaces, fast: reads `FILES` and then `PATH BYTES`, text for each file, again and again; answers a
 * line `N  LINE:CODE …` for each workspace, N its errors, and nothing but errors. Ends with the input. */
#include <stdio.h>
#include <stdlib.h>

#include "compiler/diag/diag.h"
#include "core/check.h"
#include "journey/compile.h"

#define FILES_MAX 1000

static bool read_source(struct jn_arena *arena, struct jc_source *out) {
    char path[256];
    size_t n;
    if (scanf("%255s %zu", path, &n) != 2 || getchar() != '\n') return false;
    char *text = jn_arena_alloc(arena, n + 1);
    out->path = jn_arena_str(arena, jn_str_z(path));
    out->text = (struct jn_str){text, n};
    return fread(text, 1, n, stdin) == n;
}

static void tell(const struct jc_diags *diags) {
    printf("%u ", diags->n_error);
    for (const struct jc_diag *d = diags->first; d != NULL; d = d->next) {
        bool placed = d->span.line > 0 && d->span.column > 0 && d->span.file < diags->n_source;
        if (d->severity == JC_ERROR)
            printf(" %.*s:%u:%s", JN_FMT(diags->source[d->span.file].path), placed ? d->span.line : 0,
                   jc_code_name(d->code));
    }
    printf("\n");
    fflush(stdout);
}

int main(void) {
    struct jc_source source[FILES_MAX];
    struct jn_arena arena;
    unsigned n;
    jn_arena_init(&arena);
    while (scanf("%u", &n) == 1) {
        JN_CHECK(n <= FILES_MAX);
        jn_arena_reset(&arena);
        for (unsigned i = 0; i < n; i++)
            JN_CHECK(read_source(&arena, &source[i]));
        struct jc_result result;
        struct jn_err err;
        JN_CHECK(jc_compile(&arena, source, n, &result, &err) == JN_OK);
        tell(result.diags);
    }
    jn_arena_release(&arena);
    return 0;
}
