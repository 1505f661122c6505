/* One mistake, one diagnostic: every line of the sample is spoilt in a few ways, one at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "compiler/syntax/parse.h"

#define SAMPLE "tests/lang/samples/welcome.journey"

enum spoil { SWAP_LETTERS, DROP_LAST_WORD, DOUBLE_LAST_WORD, SPOILS };

static struct jn_str read_sample(struct jn_arena *arena) {
    char *text = jn_arena_alloc(arena, 1 << 16);
    FILE *file = fopen(SAMPLE, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, 1 << 16, file);
    fclose(file);
    return (struct jn_str){text, n};
}

static uint32_t mistakes_in(struct jn_arena *arena, struct jn_str text) {
    struct jc_source source = {JN_STR("a.journey"), text, JC_READ};
    struct jc_diags diags;
    struct jc_tree tree;
    jc_diags_init(&diags, arena, &source, 1);
    assert_int_equal(jc_parse(arena, &diags, 0, &tree, NULL), JN_OK);
    return diags.n_error;
}

/* The line spoilt; empty when it cannot be spoilt in this way. */
static struct jn_str spoil_line(struct jn_arena *arena, struct jn_str line, enum spoil how) {
    size_t first = 0, last = line.n;
    while (first < line.n && line.p[first] == ' ')
        first++;
    while (last > first && line.p[last - 1] != ' ')
        last--;
    if (first == line.n || line.p[first] == '#' || memchr(line.p, '"', line.n) != NULL) return JN_STR_NONE;
    if (how == DOUBLE_LAST_WORD)
        return last == first ? JN_STR_NONE
                             : jn_arena_printf(arena, "%.*s %.*s", JN_FMT(line), (int)(line.n - last), line.p + last);
    if (how == DROP_LAST_WORD) return last == first ? JN_STR_NONE : jn_str_sub(line, 0, last);
    if (line.n < first + 4) return JN_STR_NONE;
    char *copy = jn_arena_copy(arena, line.p, line.n);
    copy[first + 1] = line.p[first + 2];
    copy[first + 2] = line.p[first + 1];
    return (struct jn_str){copy, line.n};
}

static void test_one_mistake_one_diagnostic(void **state) {
    (void)state;
    struct jn_arena arena;
    jn_arena_init(&arena);
    struct jn_str sample = read_sample(&arena);
    assert_int_equal(mistakes_in(&arena, sample), 0);
    unsigned told = 0, once = 0;
    for (size_t from = 0; from < sample.n;) {
        const char *end = memchr(sample.p + from, '\n', sample.n - from);
        struct jn_str line = {sample.p + from, end == NULL ? sample.n - from : (size_t)(end - sample.p) - from};
        for (int how = 0; how < SPOILS; how++) {
            struct jn_arena own;
            jn_arena_init(&own);
            struct jn_str spoilt = spoil_line(&own, line, (enum spoil)how);
            if (spoilt.n > 0) {
                struct jn_str text = jn_arena_printf(&own, "%.*s%.*s%.*s", (int)from, sample.p, JN_FMT(spoilt),
                                                     JN_FMT(jn_str_sub(sample, from + line.n, sample.n)));
                uint32_t n = mistakes_in(&own, text);
                told += n > 0; /* some ways leave the line right */
                once += n == 1;
            }
            jn_arena_release(&own);
        }
        from += line.n + 1;
    }
    assert_true(told > 150);
    if (once * 100 < told * 95) fail_msg("%u of %u mistakes are told once", once, told);
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_mistake_one_diagnostic)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
