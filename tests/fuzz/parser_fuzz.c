/* Any bytes: they are read within the bounds; what has no mistakes is formatted, in either set of words, to an equal
 * tree and settles at once. */
#include <stdint.h>

#include "compiler/diag/print.h"
#include "compiler/format/format.h"
#include "core/check.h"

#define OUTPUT_BYTES (64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct reading {
    struct jc_source source;
    struct jc_diags diags;
    struct jc_tree tree;
};

static void read_source(struct jn_arena *arena, struct reading *r, struct jn_str text) {
    r->source = (struct jc_source){JN_STR("fuzz.journey"), text, JC_READ};
    jc_diags_init(&r->diags, arena, &r->source, 1);
    JN_CHECK(jc_parse(arena, &r->diags, 0, &r->tree, NULL) == JN_OK);
}

static void format_to(struct jn_arena *arena, const struct reading *r, enum jc_set set, struct jn_buf *out) {
    jn_buf_init(out, OUTPUT_BYTES);
    JN_CHECK(jc_format(arena, &r->tree, r->source.text, set, out, NULL) == JN_OK);
}

static void check_same(struct jn_arena *arena, const struct reading *a, const struct reading *b, enum jc_set set) {
    struct jn_buf of_a, of_b;
    format_to(arena, a, set, &of_a);
    format_to(arena, b, set, &of_b);
    JN_CHECK(jn_str_eq(jn_buf_view(&of_a), jn_buf_view(&of_b)));
    jn_buf_release(&of_b);
    jn_buf_release(&of_a);
}

/* What is formatted reads without a mistake as the same, and settles at once, in the words kept and in both sets. */
static void check_formatted(struct jn_arena *arena, const struct reading *r, enum jc_set set) {
    struct jn_buf out;
    struct reading again;
    format_to(arena, r, set, &out);
    read_source(arena, &again, jn_buf_view(&out));
    JN_CHECK(again.diags.n_error == 0);
    if (set == JC_SET_KEPT) JN_CHECK(jc_tree_equal(r->tree.file, again.tree.file));
    check_same(arena, r, &again, set);
    check_same(arena, r, &again, JC_SET_ENGLISH);
    jn_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct jn_arena arena;
    struct reading r;
    struct jn_buf shown;
    jn_arena_init(&arena);
    jn_buf_init(&shown, OUTPUT_BYTES);
    read_source(&arena, &r, (struct jn_str){(const char *)bytes, n});
    jc_diags_sort(&r.diags);
    jc_diags_print_text(&r.diags, false, &shown);
    const struct jc_diags *all = &r.diags;
    jc_sheet_json(&(struct jc_sheet){.diags = &all, .n_diags = 1}, &shown);
    for (enum jc_set set = JC_SET_KEPT; r.diags.n_error == 0 && set <= JC_SET_CHINESE; set++)
        check_formatted(&arena, &r, set);
    jn_buf_release(&shown);
    jn_arena_release(&arena);
    return 0;
}
