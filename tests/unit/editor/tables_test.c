/* Names in the tables of tests, of answers, arms, goals and tags: where each is declared, and how often it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/editor/symbols.h"

static const char TEXT[] =
    "customer\n  plan text\n  seen boolean\nend\nevent signup\n  plan text\nend\nevent left\n"
    "channel mail\n  webhook \"https://x.example\"\nend\nmessage hello on mail\n  body \"Hi\"\nend\n"
    "service oracle\n  webhook \"https://x.example\"\n  give country text\n  # How likely.\n  take risk number, "
    "default 1\nend\n"
    "journey trip\n  enter when signup\n  re-enter never\n  goal gone when left within 3 days\n  stage first\n"
    "    ask oracle with country = \"x\"\n    if oracle.risk > 1 then\n      tag \"risky\"\n    end\n"
    "    split half\n      50% this:\n        send hello\n      50% that:\n        untag \"risky\"\n    end\n"
    "    optimize best for gone, explore 10%, fallback calm\n      arm calm:\n        wait 1 day\n      arm loud:\n"
    "        late: wait 2 days\n    end\n"
    "    if customer has tag \"risky\" then\n      exit as gone\n    end\n  end\nend\n"
    "test \"each\"\n  for each what, sent\n    \"a\", hello\n    \"b\", hello\n  end\n  customer ann\n  force split "
    "half = this\n"
    "  service oracle answers risk = 3\n  at 2026-03-01 09:00\n  ann does signup with plan = what\n  expect ann gets "
    "sent\nend\n";

struct world {
    struct jc_editor *editor;
    struct jn_arena arena;
};

static uint32_t behind(const char *before) {
    const char *at = strstr(TEXT, before);
    assert_non_null(at);
    return (uint32_t)(at - TEXT + (ptrdiff_t)strlen(before));
}

static const struct {
    const char *before; /* the name stands right behind it */
    enum jc_thing thing;
    const char *declared; /* it is declared right behind that; NULL: nowhere */
    uint32_t n;           /* places where it stands */
} ROW[] = {
    {"ask ", JC_THING_SERVICE, "service ", 4},
    {"ask oracle with ", JC_THING_ATTRIBUTE, "  give ", 2},
    {"if oracle.", JC_THING_ATTRIBUTE, "  take ", 3},
    {"answers ", JC_THING_ATTRIBUTE, "  take ", 3},
    {"for gone, explore 10%, fallback ", JC_THING_ARM, "      arm ", 2},
    {"optimize best for ", JC_THING_GOAL, "  goal ", 2},
    {"exit as ", JC_THING_WAY_OUT, "exit as ", 1},
    {"split half = ", JC_THING_ARM, "50% ", 2},
    {"force split ", JC_THING_SPLIT, "    split ", 2},
    {"ann does signup with plan = ", JC_THING_PARAMETER, "for each ", 2},
    {"expect ann gets ", JC_THING_PARAMETER, "for each what, ", 2},
    {"\"a\", ", JC_THING_MESSAGE, "message ", 4},
};

static void each_name_leads_to_where_it_is_declared(void **state) {
    struct world w;
    struct jn_err err;
    struct jc_source source = {JN_STR("a.journey"), jn_str_z(TEXT), JC_READ};
    unsigned wrong = 0;
    (void)state;
    jn_arena_init(&w.arena);
    assert_int_equal(jc_editor_open(&source, 1, &w.editor, &err), JN_OK);
    const struct jc_diags *diags = jc_editor_check(w.editor)->diags;
    if (diags->n_error > 0) fail_msg("%u: %.*s", diags->first->span.line, JN_FMT(diags->first->message));
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jc_mention mention, definition, *all;
        uint32_t n = 0;
        if (jc_symbol_at(w.editor, 0, behind(ROW[i].before), &mention, &err) != JN_OK)
            fail_msg("%s: %s", ROW[i].before, err.text);
        bool declared = jc_symbol_definition(w.editor, &mention, &definition, &err) == JN_OK;
        jc_symbol_references(w.editor, &w.arena, &mention, &all, &n);
        bool right = mention.thing == ROW[i].thing && declared && definition.span.offset == behind(ROW[i].declared) &&
                     n == ROW[i].n;
        if (right) continue;
        print_message("%s: %s %.*s, %s at byte %u, stands %u times\n", ROW[i].before, jc_thing_noun(mention.thing),
                      JN_FMT(mention.name), declared ? "declared" : err.text, declared ? definition.span.offset : 0, n);
        for (uint32_t k = 0; k < n; k++)
            print_message("   line %u\n", all[k].span.line);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    struct jc_mention mention;
    struct jc_hover hover;
    assert_int_equal(jc_symbol_at(w.editor, 0, behind("if oracle."), &mention, &err), JN_OK);
    jc_symbol_hover(w.editor, &w.arena, &mention, &hover);
    assert_true(jn_str_is(hover.type, "number") && jn_str_is(hover.comment, "How likely."));
    jc_editor_close(w.editor);
    jn_arena_release(&w.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_name_leads_to_where_it_is_declared)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
