/* Any bytes: they are read within the bounds; what has no mistakes is formatted to an equal tree and settles at once. */
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

static void check_formatted(struct jn_arena *arena, const struct reading *r) {
    struct jn_buf once, twice;
    struct reading again;
    jn_buf_init(&once, OUTPUT_BYTES);
    jn_buf_init(&twice, OUTPUT_BYTES);
    JN_CHECK(jc_format(arena, &r->tree, r->source.text, JC_SET_KEPT, &once, NULL) == JN_OK);
    read_source(arena, &again, jn_buf_view(&once));
    JN_CHECK(again.diags.n_error == 0);
    JN_CHECK(jc_tree_equal(r->tree.file, again.tree.file));
    JN_CHECK(jc_format(arena, &again.tree, again.source.text, JC_SET_KEPT, &twice, NULL) == JN_OK);
    JN_CHECK(jn_str_eq(jn_buf_view(&once), jn_buf_view(&twice)));
    jn_buf_release(&twice);
    jn_buf_release(&once);
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
    if (r.diags.n_error == 0) check_formatted(&arena, &r);
    jn_buf_release(&shown);
    jn_arena_release(&arena);
    return 0;
}
