/* Names in trees: every column of ast.def has its meaning; what stands where, and what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/editor/symbols.h"

static const char *const ROLE[] = {
#define ROLE(column, how, thing) column,
#include "compiler/editor/roles.def"
#undef ROLE
};

static const struct {
    const char *kind, *text, *other[5];
} NODE[] = {
#define NODE(kind, noun, text, k0, k1, k2, k3, list, flags) {#kind, text, {k0, k1, k2, k3, list}},
#include "compiler/syntax/ast.def"
#undef NODE
};

static int roles_of(const char *column) {
    int n = 0;
    for (size_t i = 0; i < sizeof ROLE / sizeof *ROLE; i++)
        n += strcmp(ROLE[i], column) == 0;
    return n;
}

static void every_column_that_names_something_has_a_role(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof NODE / sizeof *NODE; i++) {
        if (roles_of(NODE[i].text) != 1) fail_msg("%s: \"%s\" is no row of roles.def", NODE[i].kind, NODE[i].text);
        for (int k = 0; k < 5; k++)
            if (strstr(NODE[i].other[k], "NAME") != NULL && roles_of(NODE[i].other[k]) != 1)
                fail_msg("%s: \"%s\" is no row of roles.def", NODE[i].kind, NODE[i].other[k]);
    }
}

static bool is_column(const char *role) {
    bool found = false;
    for (size_t i = 0; i < sizeof NODE / sizeof *NODE; i++) {
        found = found || strcmp(NODE[i].text, role) == 0;
        for (int k = 0; k < 5; k++)
            found = found || strcmp(NODE[i].other[k], role) == 0;
    }
    return found;
}

static void every_role_is_a_column(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ROLE / sizeof *ROLE; i++)
        if (!is_column(ROLE[i])) fail_msg("\"%s\" is no column of ast.def", ROLE[i]);
}

static const char TEXT[] =
    "workspace\n  currency CNY\nend\n"
    "# What somebody has paid.\n# In whole.\nevent purchase\n  amount money, required\nend\n"
    "customer\n  plan text\nend\n"
    "channel email\n  webhook \"https://esp.example/\"\nend\n"
    "message hello on email\n  subject \"{{ what }}\"\n  body \"Hi\"\nend\n"
    "journey j\n  enter when purchase where purchase.amount > 1 CNY\n  re-enter never\n"
    "  goal again when purchase\n"
    "  stage first\n    send hello with what = \"x\"\n    set customer.plan to \"a\"\n    set seen to 1\n"
    "    wait until 10:00\n    if seen > 0 then\n      go to last\n    end\n  end\n"
    "  stage last\n    named: wait 1 day\n    exit as done\n  end\nend\n"
    "test \"t\"\n  customer ann with plan = \"b\"\n  at 2026-03-01 09:00\n  ann does purchase with amount = 2 CNY\n"
    "  expect ann in stage first of j\nend\n";

struct world {
    struct jc_editor *editor;
    struct jn_arena arena;
};

static struct world open_world(void) {
    struct world w;
    struct jn_err err;
    struct jc_source source = {JN_STR("a.journey"), jn_str_z(TEXT), JC_READ};
    jn_arena_init(&w.arena);
    assert_int_equal(jc_editor_open(&source, 1, &w.editor, &err), JN_OK);
    const struct jc_diags *diags = jc_editor_check(w.editor)->diags;
    if (diags->n_error > 0) fail_msg("%u: %.*s", diags->first->span.line, JN_FMT(diags->first->message));
    return w;
}

static void close_world(struct world *w) {
    jc_editor_close(w->editor);
    jn_arena_release(&w->arena);
}

/* Of the text `before` the first byte behind it. */
static uint32_t behind(const char *before) {
    const char *at = strstr(TEXT, before);
    assert_non_null(at);
    return (uint32_t)(at - TEXT + (ptrdiff_t)strlen(before));
}

static struct jc_mention at(struct world *w, const char *before) {
    struct jc_mention mention;
    struct jn_err err;
    if (jc_symbol_at(w->editor, 0, behind(before), &mention, &err) != JN_OK) fail_msg("%s: %s", before, err.text);
    return mention;
}

/* The name behind `before` is declared right behind `declared`, and stands in so many places. */
static void check_name(struct world *w, const char *before, enum jc_thing thing, const char *declared, uint32_t n) {
    struct jc_mention mention = at(w, before), definition, *all;
    struct jn_err err;
    uint32_t n_all;
    assert_int_equal(mention.thing, thing);
    if (jc_symbol_definition(w->editor, &mention, &definition, &err) != JN_OK) fail_msg("%s", err.text);
    assert_int_equal(definition.span.offset, behind(declared));
    jc_symbol_references(w->editor, &w->arena, &mention, &all, &n_all);
    assert_int_equal(n_all, n);
}

static void names_lead_to_their_declaration_and_their_uses(void **state) {
    (void)state;
    struct world w = open_world();
    check_name(&w, "enter when ", JC_THING_EVENT, "event ", 5);
    check_name(&w, "where purchase.", JC_THING_ATTRIBUTE, "event purchase\n  ", 3);
    check_name(&w, "set customer.", JC_THING_ATTRIBUTE, "customer\n  ", 3);
    check_name(&w, "send ", JC_THING_MESSAGE, "message ", 2);
    check_name(&w, "hello on ", JC_THING_CHANNEL, "channel ", 2);
    check_name(&w, "if ", JC_THING_VARIABLE, "\"a\"\n    set ", 2);
    check_name(&w, "go to ", JC_THING_STAGE, "end\n  stage ", 2);
    check_name(&w, "in stage ", JC_THING_STAGE, "purchase\n  stage ", 2);
    check_name(&w, "first of ", JC_THING_JOURNEY, "journey ", 2);
    check_name(&w, "expect ", JC_THING_PERSON, "test \"t\"\n  customer ", 3);
    close_world(&w);
}

static void a_hover_says_what_it_is_and_what_was_written_about_it(void **state) {
    (void)state;
    struct world w = open_world();
    struct jc_hover hover;
    struct jc_mention mention = at(&w, "where purchase.");
    jc_symbol_hover(w.editor, &w.arena, &mention, &hover);
    assert_string_equal(hover.title.p, "attribute amount of purchase");
    assert_string_equal(hover.type.p, "money CNY");
    assert_true(jn_str_is(hover.declared, "amount money, required"));
    mention = at(&w, "enter when ");
    jc_symbol_hover(w.editor, &w.arena, &mention, &hover);
    assert_string_equal(hover.comment.p, "What somebody has paid.\nIn whole.");
    assert_true(jn_str_is(hover.declared, "event purchase"));
    assert_int_equal(hover.type.n, 0);
    close_world(&w);
}

static void an_outline_is_what_is_declared_in_order_with_levels(void **state) {
    (void)state;
    struct world w = open_world();
    struct jc_mention *row;
    struct jn_buf out;
    uint32_t n;
    jn_buf_init(&out, 4096);
    jc_symbol_outline(w.editor, &w.arena, 0, &row, &n);
    for (uint32_t i = 0; i < n; i++)
        jn_buf_printf(&out, "%u %s %.*s\n", row[i].level, jc_thing_noun(row[i].thing), JN_FMT(row[i].name));
    jn_buf_char(&out, '\0');
    assert_string_equal(jn_buf_view(&out).p, "0 event purchase\n1 attribute amount\n0 attribute plan\n0 channel email\n"
                                             "0 message hello\n1 field of a message subject\n1 field of a message body\n"
                                             "0 journey j\n1 goal again\n1 stage first\n1 stage last\n2 label named\n");
    jn_buf_release(&out);
    close_world(&w);
}

static void where_no_name_stands_is_said(void **state) {
    (void)state;
    struct world w = open_world();
    struct jc_mention mention = {.thing = JC_THING_EVENT, .name = JN_STR("opened")}, out;
    struct jn_err err;
    assert_int_equal(jc_symbol_at(w.editor, 0, behind("wait unti"), &out, &err), JN_NOT_FOUND);
    assert_int_equal(jc_symbol_at(w.editor, 1, 0, &out, &err), JN_NOT_FOUND);
    assert_int_equal(jc_symbol_at(w.editor, 0, sizeof TEXT, &out, &err), JN_INVALID);
    assert_int_equal(jc_symbol_definition(w.editor, &mention, &out, &err), JN_NOT_FOUND);
    assert_string_equal(err.text, "event `opened` is declared nowhere in the workspace");
    close_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_that_names_something_has_a_role),
        cmocka_unit_test(every_role_is_a_column),
        cmocka_unit_test(names_lead_to_their_declaration_and_their_uses),
        cmocka_unit_test(a_hover_says_what_it_is_and_what_was_written_about_it),
        cmocka_unit_test(an_outline_is_what_is_declared_in_order_with_levels),
        cmocka_unit_test(where_no_name_stands_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
