/* Whatever is edited, in whatever order: an editor says and builds what a compilation of the same texts does, byte for
 * byte.
 *
 * JOURNEY_SEEDS=N makes that many series of edits (30 otherwise), JOURNEY_SEED=N begins at N: a failure prints its
 * seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compiler/diag/print.h"
#include "compiler/editor/editor.h"
#include "compiler/workspace/workspace.h"
#include "core/random.h"
#include "image/image.h"

#define EDITS      10
#define ALL_BYTES  (64u << 20)
#define FILES      16
#define TEXT_BYTES 16384

static const char *const FOLDER[] = {"journeys/welcome", "journeys/cart", "journeys/zhaohui", "journeys/baby",
                                     "journeys/subscription"};

struct series {
    uint64_t seed;
    struct jn_random random;
    struct jc_workspace workspace;
    struct jc_source now[FILES];
    char text[FILES][TEXT_BYTES];
};

static size_t below(struct series *s, size_t bound) {
    return bound == 0 ? 0 : (size_t)jn_random_below(&s->random, bound);
}

/* A piece of a file as it was at first: mostly whole lines. */
static struct jn_str piece(struct series *s) {
    struct jn_str text = s->workspace.source[below(s, s->workspace.n_source)].text;
    size_t from = below(s, text.n), to = from + below(s, 120);
    if (to > text.n) to = text.n;
    bool lines = below(s, 3) > 0;
    while (lines && from > 0 && text.p[from - 1] != '\n')
        from--;
    while (lines && to < text.n && text.p[to - 1] != '\n')
        to++;
    return jn_str_sub(text, from, to - from);
}

/* Part of the file is replaced by a piece of another, by strange bytes or by nothing; or all of it comes back. */
static uint32_t edit(struct series *s) {
    static const char *const STRANGE[] = {"\xFF", "\n", "end\n", "\"", "结束", "  ", "\xF0\x9F\x98\x80", "\r\n", "`", "#"};
    uint32_t file = (uint32_t)below(s, s->workspace.n_source);
    struct jn_str old = s->now[file].text;
    if (below(s, 3) == 0) {
        s->now[file].text = s->workspace.source[file].text;
        return file;
    }
    size_t at = below(s, old.n + 1), gone = below(s, 40);
    struct jn_str put = below(s, 2) == 0 ? piece(s) : jn_str_z(STRANGE[below(s, sizeof STRANGE / sizeof *STRANGE)]);
    if (at + gone > old.n) gone = old.n - at;
    while (below(s, 2) == 0 && at > 0 && old.p[at - 1] != '\n')
        at--;
    struct jn_buf out;
    jn_buf_init(&out, TEXT_BYTES);
    jn_buf_add(&out, old.p, at);
    jn_buf_str(&out, put);
    jn_buf_add(&out, old.p + at + gone, old.n - at - gone);
    struct jn_str made = jn_str_sub(jn_buf_view(&out), 0, TEXT_BYTES);
    memcpy(s->text[file], made.p, made.n);
    s->now[file].text = (struct jn_str){s->text[file], made.n};
    jn_buf_release(&out);
    return file;
}

static void print_result(const struct jc_result *result, struct jn_buf *out) {
    struct jn_err err;
    struct jn_buf image;
    const struct jc_diags *diags = result->diags;
    jn_buf_init(&image, ALL_BYTES);
    jn_buf_printf(out, "%u errors, %u warnings, %u tests\n", diags->n_error, diags->n_warning, result->n_scenario);
    jc_diags_print_text(diags, false, out);
    jc_sheet_json(&(struct jc_sheet){.diags = &diags, .n_diags = 1}, out);
    if (result->program != NULL) assert_int_equal(jn_image_encode(result->program, &image, &err), JN_OK);
    jn_buf_str(out, jn_buf_view(&image));
    jn_buf_release(&image);
}

static void check_same(struct series *s, struct jc_editor *editor) {
    struct jn_arena arena;
    struct jc_result fresh;
    struct jn_err err;
    struct jn_buf edited, compiled;
    jn_arena_init(&arena);
    jn_buf_init(&edited, ALL_BYTES);
    jn_buf_init(&compiled, ALL_BYTES);
    assert_int_equal(jc_compile(&arena, s->now, s->workspace.n_source, &fresh, &err), JN_OK);
    print_result(&fresh, &compiled);
    print_result(jc_editor_check(editor), &edited);
    if (!jn_str_eq(jn_buf_view(&edited), jn_buf_view(&compiled)))
        fail_msg("JOURNEY_SEED=%llu\nedited:\n%.*s\ncompiled:\n%.*s", (unsigned long long)s->seed,
                 JN_FMT(jn_buf_view(&edited)), JN_FMT(jn_buf_view(&compiled)));
    jn_buf_release(&edited);
    jn_buf_release(&compiled);
    jn_arena_release(&arena);
}

static void run_series(uint64_t seed) {
    static struct series s;
    struct jn_arena arena;
    struct jn_err err;
    struct jc_editor *editor;
    s.seed = seed;
    jn_random_seed(&s.random, seed);
    jn_arena_init(&arena);
    struct jn_str path = jn_str_z(FOLDER[seed % (sizeof FOLDER / sizeof *FOLDER)]);
    assert_int_equal(jc_workspace_read(&arena, &path, 1, &s.workspace, &err), JN_OK);
    assert_true(s.workspace.n_source <= FILES);
    memcpy(s.now, s.workspace.source, s.workspace.n_source * sizeof *s.now);
    assert_int_equal(jc_editor_open(s.now, s.workspace.n_source, &editor, &err), JN_OK);
    for (int i = 0; i < EDITS; i++) {
        if (below(&s, 2) == 0) check_same(&s, editor);
        uint32_t file = edit(&s);
        assert_int_equal(jc_editor_update(editor, file, s.now[file].text, &err), JN_OK);
    }
    check_same(&s, editor);
    jc_editor_close(editor);
    jn_arena_release(&arena);
}

static void an_editor_says_what_the_compiler_says(void **state) {
    (void)state;
    const char *first = getenv("JOURNEY_SEED"), *many = getenv("JOURNEY_SEEDS");
    uint64_t seed = first == NULL ? 0 : strtoull(first, NULL, 10), n = many == NULL ? 30 : strtoull(many, NULL, 10);
    for (uint64_t i = 0; i < n; i++)
        run_series(seed + i);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_editor_says_what_the_compiler_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
