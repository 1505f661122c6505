/* Every diagnostic's page tells the truth: the wrong example gives just this code, the right one gives no mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/diag/print.h"
#include "core/arena.h"
#include "journey/compile.h"

static struct jc_result compile(struct jn_arena *arena, struct jn_str text) {
    struct jc_source *source = JN_NEW(arena, struct jc_source);
    struct jc_result result;
    struct jn_err err;
    *source = (struct jc_source){JN_STR("example.journey"), text, JC_READ};
    assert_int_equal(jc_compile(arena, source, 1, &result, &err), JN_OK);
    return result;
}

static void show(const struct jc_diags *diags) {
    struct jn_buf out;
    jn_buf_init(&out, 1u << 20);
    jc_diags_print_text(diags, false, &out);
    print_message("%.*s\n", JN_FMT(jn_buf_view(&out)));
    jn_buf_release(&out);
}

/* Errors alone count: an example may have a warning that is not its point. */
static bool gives_only(const struct jc_diags *diags, enum jc_code code) {
    bool found = false;
    for (const struct jc_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        bool warning = jc_code_severity(diag->code) == JC_WARNING;
        if (diag->code != code && !(warning && jc_code_severity(code) == JC_ERROR)) return false;
        found = found || diag->code == code;
    }
    return found;
}

static void wrong_examples_give_their_code(void **state) {
    unsigned bad = 0;
    (void)state;
    for (int i = 0; i < JC_CODES; i++) {
        enum jc_code code = (enum jc_code)i;
        struct jn_str text = jc_code_wrong(code);
        struct jn_arena arena;
        if (text.n == 0) continue;
        jn_arena_init(&arena);
        struct jc_result result = compile(&arena, text);
        if (!gives_only(result.diags, code)) {
            print_message("%s: the wrong example gives:\n%.*s", jc_code_name(code), JN_FMT(text));
            show(result.diags);
            bad++;
        }
        jn_arena_release(&arena);
    }
    assert_int_equal(bad, 0);
}

/* Nouns come into a sentence with their articles: "an event", "a segment", "money". */
static void nouns_have_their_article(void **state) {
    static const struct {
        const char *text, *says;
    } ROW[] = {
        {"event a\nevent a\n", "there is already an event called `a`"},
        {"segment a is 1 > 2\nsegment a is 1 > 2\n", "there is already a segment called `a`"},
        {"event e\n  a text\n  a text\nend\n", "there is already an attribute called `a`"},
        {"customer\n  n number, default \"x\"\nend\n", "this is a text; the attribute is a number"},
        {"customer\n  m money\n  i instant\nend\nsegment s is customer.m > customer.i\n",
         "does not go with money and an instant"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct jn_arena arena;
        jn_arena_init(&arena);
        struct jc_result result = compile(&arena, jn_str_z(ROW[i].text));
        bool said = false;
        for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next)
            said = said || memmem(diag->message.p, diag->message.n, ROW[i].says, strlen(ROW[i].says)) != NULL;
        if (!said) show(result.diags);
        assert_true(said);
        jn_arena_release(&arena);
    }
}

#define SOURCE(verify) "event a\n  x text\nend\nsource s\n" verify "  take a\n    customer body.c\n  end\nend\n"

/* Further ways to a code, beside its example. */
static void mistakes_of_a_source(void **state) {
    (void)state;
    static const struct {
        enum jc_code code;
        const char *text;
    } ROW[] = {{JC_E0302, SOURCE("  verify github secret env S\n  verify stripe secret env S\n")},
               {JC_E0302, SOURCE("  verify github secret env S\n  verify hmac sha256 header \"X\" hex secret env S\n")},
               {JC_E0318, SOURCE("  verify strpie secret env S\n")},
               {JC_E0318, SOURCE("  verify standard secret env S\n")},
               {JC_E0318, SOURCE("  verify GitHub secret env S\n")},
               {JC_E0202, SOURCE("  verify stripe\n")},
               {JC_E0202, SOURCE("  verify\n")},
               {JC_E0201, SOURCE("  verify hmac sha256 secret env S\n")}};
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct jn_arena arena;
        jn_arena_init(&arena);
        struct jc_result result = compile(&arena, jn_str_z(ROW[i].text));
        if (!gives_only(result.diags, ROW[i].code)) show(result.diags);
        assert_true(gives_only(result.diags, ROW[i].code));
        jn_arena_release(&arena);
    }
}

static void right_examples_give_no_mistake(void **state) {
    unsigned bad = 0;
    (void)state;
    for (int i = 0; i < JC_CODES; i++) {
        enum jc_code code = (enum jc_code)i;
        struct jn_str text = jc_code_right(code);
        struct jn_arena arena;
        if (text.n == 0) continue;
        jn_arena_init(&arena);
        struct jc_result result = compile(&arena, text);
        bool repeated = false;
        for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next)
            repeated = repeated || diag->code == code;
        if (result.diags->n_error > 0 || repeated) {
            print_message("%s: the right example gives:\n%.*s", jc_code_name(code), JN_FMT(text));
            show(result.diags);
            bad++;
        }
        jn_arena_release(&arena);
    }
    assert_int_equal(bad, 0);
}

static void every_place_is_in_the_source(void **state) {
    (void)state;
    for (int i = 0; i < JC_CODES; i++) {
        struct jn_str text = jc_code_wrong((enum jc_code)i);
        struct jn_arena arena;
        jn_arena_init(&arena);
        struct jc_result result = compile(&arena, text);
        for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next) {
            assert_in_range(diag->span.line, 1, 100);
            assert_true(diag->span.offset <= text.n + 1);
            assert_true(diag->message.n > 0);
        }
        jn_arena_release(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_examples_give_their_code), cmocka_unit_test(nouns_have_their_article),
        cmocka_unit_test(mistakes_of_a_source),           cmocka_unit_test(right_examples_give_no_mistake),
        cmocka_unit_test(every_place_is_in_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
