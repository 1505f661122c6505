/* In every example: whatever is written next, word or name, is among what is offered there. With JOURNEY_ALL=1 in
 * every script of tests/lang as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compiler/editor/completion.h"
#include "scripts.h"

struct writing {
    struct jc_editor *editor;
    uint32_t file;
    uint32_t n_offered, n_fresh, n_missed;
};

/* The unit of a number, or its currency: no word of its own. */
static bool is_unit(struct jn_str text, size_t from) {
    size_t at = from;
    while (at > 0 && (text.p[at - 1] == ' ' || text.p[at - 1] == '\t'))
        at--;
    return at > 0 && text.p[at - 1] >= '0' && text.p[at - 1] <= '9';
}

static bool is_label(struct jn_str text, size_t to) {
    return to < text.n && text.p[to] == ':';
}

static struct jn_str bare(struct jn_str name) {
    return jn_str_starts(name, JN_STR("`")) ? jn_str_sub(name, 1, name.n - 2) : name;
}

/* How much of what is written is offered: the longest, since some words are several. */
static size_t offered(const struct jc_completion *completion, struct jn_str text, size_t from, size_t to) {
    size_t most = 0;
    for (uint32_t i = 0; i < completion->n_offer; i++) {
        struct jn_str offer = bare(completion->offer[i].text), rest = jn_str_sub(text, from, offer.n);
        if (offer.n > most && from + offer.n >= to && jn_str_eq(rest, offer)) most = offer.n;
    }
    return most;
}

static size_t check_word(void *user, size_t from, size_t to) {
    struct writing *w = user;
    struct jn_arena arena;
    struct jc_completion completion;
    struct jn_err err;
    const struct jc_source *source = jc_editor_source(w->editor, w->file);
    unsigned char first = (unsigned char)source->text.p[from];
    if ((first >= '0' && first <= '9') || is_unit(source->text, from) || is_label(source->text, to)) return to;
    jn_arena_init(&arena);
    assert_int_equal(jc_complete(w->editor, &arena, w->file, (uint32_t)from, &completion, &err), JN_OK);
    size_t n = offered(&completion, source->text, from, to);
    w->n_offered += n > 0;
    w->n_fresh += n == 0 && completion.fresh;
    if (n == 0 && !completion.fresh) {
        struct jc_position place = {0};
        jc_position_of(jc_editor_lines(w->editor, w->file), (uint32_t)from, JC_COLUMN_BYTES, &place, NULL);
        print_error("%.*s:%u:%u: `%.*s` is not offered, %u others are\n", JN_FMT(source->path), place.line + 1,
                    place.column + 1, JN_FMT(jn_str_sub(source->text, from, to - from)), completion.n_offer);
        w->n_missed++;
    }
    jn_arena_release(&arena);
    return n > 0 ? from + n : to;
}

static void check_workspace(void *user, struct jc_editor *editor) {
    struct writing *w = user;
    w->editor = editor;
    for (w->file = 0; w->file < jc_editor_files(editor); w->file++)
        each_word(jc_editor_source(editor, w->file)->text, check_word, w);
}

static void what_is_written_next_is_offered(void **state) {
    (void)state;
    struct writing w = {0};
    each_workspace(getenv("JOURNEY_ALL") != NULL, check_workspace, &w);
    assert_int_equal(w.n_missed, 0);
    assert_true(w.n_offered > 2000 && w.n_fresh < w.n_offered / 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_written_next_is_offered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
