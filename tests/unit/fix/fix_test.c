/* Mistakes that people make, with the codes they are told as and what is left when all safe fixes are applied: a fix
 * gives a line that means what was meant, and where nothing is sure the line stays as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "compiler/fix/fix.h"
#include "core/arena.h"
#include "journey/compile.h"

#define BEFORE                                                                                                         \
    "workspace\n  timezone \"UTC\"\n  currency CNY\nend\n"                                                             \
    "customer\n  name text\n  plan text\n  points number\n  active boolean\n  spent money\nend\n"                      \
    "event signup\n  plan text\nend\nevent left\n"                                                                     \
    "channel mail\n  webhook \"https://x.example\"\nend\nmessage hi on mail\n  body \"x\"\nend\n"

enum where { STATEMENT, CONDITION, TOP };

static const struct {
    const char *before, *behind;
} AROUND[] = {
    [STATEMENT] = {BEFORE "journey j\n  enter when signup\n  re-enter never\n  stage s\n    ", "\n  end\nend\n"},
    [CONDITION] = {BEFORE "segment q is ", "\n"},
    [TOP] = {BEFORE, "\n"},
};

static const struct {
    enum where where;
    const char *wrong, *codes, *right; /* codes of errors alone; right NULL: nothing is changed */
} ROW[] = {
    {CONDITION, "customer.plan = \"pro\"", "E0108", "customer.plan is \"pro\""},
    {CONDITION, "customer.plan != \"pro\"", "E0108", "customer.plan is not \"pro\""},
    {CONDITION, "customer.plan <> \"pro\"", "E0108", "customer.plan is not \"pro\""},
    {CONDITION, "customer.points is 3 points", "E0201", NULL},
    {CONDITION, "customer.spent > 3 cny", "E0209", "customer.spent > 3 CNY"},
    {CONDITION, "customer.points > 3)", "E0201", NULL},
    {CONDITION, "(customer.points > 3", "E0202", NULL},
    {CONDITION, "customer.points > 3 or", "E0202", NULL},
    {CONDITION, "customer.name starts \"x\"", "E0202", NULL},
    {CONDITION, "\"x\" is customer.name is \"y\"", "E0201", NULL},
    {CONDITION, "customer.points between 3 and 5", "E0201", NULL},
    {STATEMENT, "wait until 9pm", "E0209", "wait until 21:00"},
    {STATEMENT, "wait until 9:30 am", "E0209", "wait until 09:30"},
    {STATEMENT, "wait until 12 am", "E0209", "wait until 00:00"},
    {STATEMENT, "wait until 12 PM", "E0209", "wait until 12:00"},
    {STATEMENT, "wait until 9 AM", "E0209", "wait until 09:00"},
    {STATEMENT, "wait until 13 pm", "E0201", NULL},
    {STATEMENT, "wait until 0 am", "E0201", NULL},
    {STATEMENT, "wait until 9:75 pm", "E0113 E0201", NULL},
    {STATEMENT, "wait 3 hrs", "E0209", "wait 3 hours"},
    {STATEMENT, "wait one wk", "E0209", "wait 1 week"},
    {STATEMENT, "wait two weeks", "E0209", "wait 2 weeks"},
    {STATEMENT, "wait 1 mins", "E0209", "wait 1 minute"},
    {STATEMENT, "wait 3 huors", "E0209", "wait 3 hours"},
    {STATEMENT, "wait twelve months", "E0209", "wait 12 months"},
    {STATEMENT, "wait seven", "E0410", NULL},
    {STATEMENT, "wait 3 moons", "E0201", NULL},
    {STATEMENT, "wait", "E0202", NULL},
    {STATEMENT, "wait until 2026-13-40", "E0113", NULL},
    {STATEMENT, "set customer.plan = \"pro\"", "E0210", "set customer.plan to \"pro\""},
    {STATEMENT, "send hi with plan == \"pro\"", "E0108", "send hi with plan = \"pro\""},
    {STATEMENT, "tag vip", "E0201", NULL},
    {STATEMENT, "send \"hi\"", "E0201", NULL},
    {STATEMENT, "send hi hi", "E0201", NULL},
    {STATEMENT, "sned hi", "E0204", "send hi"},
    {STATEMENT, "`send` hi", "E0214", NULL},
    {STATEMENT, "tag \"x\" \"y\" \"z\" \"w\" \"v\"", "E0201", NULL},
    {STATEMENT, "foo bar baz", "E0214", NULL},
    {STATEMENT, "if\n      send hi\n    end", "E0202", NULL},
    {STATEMENT, "if customer.points >\n      send hi\n    end", "E0202", NULL},
    {STATEMENT, "if customer.points > 3 and\n      send hi\n    else\n      tag \"x\"\n    end", "E0202", NULL},
    {TOP, "event first\n  source text\n  plan text\nend\nevent second\n  segment text, required\nend", "", NULL},
    {TOP, "event first\nsource s\n  verify github secret env S\n  take first\n    customer body.id\n  end\nend", "",
     NULL},
    {STATEMENT, "if customer.points > 3\n      send hi\n    end", "E0208",
     "if customer.points > 3 then\n      send hi\n    end"},
    {STATEMENT, "if customer.points > 3 then\n      send hi\n    edn", "E0204",
     "if customer.points > 3 then\n      send hi\n    end"},
    {STATEMENT, "if customer.points > 3 then\n      send hi\n    end if", "E0201", NULL},
    {STATEMENT, "if customer.points > 3 then\n      send hi\n    end =", "E0201", NULL},
    {STATEMENT, "if customer.points > 3 send hi", "E0203 E0201", NULL},
    {STATEMENT, "if customer.points = 3 then\n      send hi\n    esle\n      tag \"x\"\n    end", "E0108 E0204",
     "if customer.points is 3 then\n      send hi\n    else\n      tag \"x\"\n    end"},
    {STATEMENT, "split x:\n      50 a:\n        send hi\n      50% b:\n    end", "E0211 E0213",
     "split x\n      50% a:\n        send hi\n      50% b:\n    end"},
    {STATEMENT, "split x\n      foo bar baz\n    end", "E0512 E0214", NULL},
    {STATEMENT, "match customer.plan\n      foo bar baz\n    end", "E0214", NULL},
    {STATEMENT, "wait for left up to 3 days then\n      send hi\n    timeout:\n      tag \"x\"\n    end", "E0211",
     "wait for left up to 3 days then\n      send hi\n    timeout\n      tag \"x\"\n    end"},
    {STATEMENT, "lost:\n    send hi", "E0212", NULL},
    {STATEMENT, "match customer.plan\n      \"a\":\n        send hi\n      otherwsie:\n        tag \"x\"\n    end",
     "E0204", "match customer.plan\n      \"a\":\n        send hi\n      otherwise:\n        tag \"x\"\n    end"},
    {STATEMENT, "match customer.active\n      true:\n        send hi\n      fasle:\n        tag \"x\"\n    end",
     "E0204", "match customer.active\n      true:\n        send hi\n      false:\n        tag \"x\"\n    end"},
    {STATEMENT, "send hi then\n      cappd:\n        tag \"x\"\n    end", "E0562", NULL},
    {STATEMENT, "repeat up to 3 times evry 1 day\n      tag \"x\"\n    end", "E0204",
     "repeat up to 3 times every 1 day\n      tag \"x\"\n    end"},
    {STATEMENT, "goto s", "E0215", "go to s"},
    {STATEMENT, "exit done", "E0202", NULL},
    {STATEMENT, "exit \"done\"", "E0201", NULL},
    {STATEMENT, "wait for left upto 3 days", "E0201", NULL},
    {STATEMENT, "wait for left 3 days", "E0201", NULL},
    {STATEMENT, "ask nobody with x = 1", "E0304", NULL},
    {STATEMENT, "emit left with", "E0202", NULL},
    {STATEMENT, "set to 5", "E0202", NULL},
    {STATEMENT, "set customer.points to", "E0202", NULL},
    {STATEMENT, "set customer.points = = 5", "E0201", NULL},
    {STATEMENT, "approve by \"crm\" up to 2 days then\n      send hi\n    end", "E0202", NULL},
    {STATEMENT, "send hi,", "E0201", NULL},
    {STATEMENT, "send hi;", "E0107", "send hi"},
    {STATEMENT, "send hi with plan = ", "E0202", NULL},
    {STATEMENT, "send hi with plan \"x\"", "E0202", NULL},
    {STATEMENT, "send with plan = \"x\"", "E0202", NULL},
    {STATEMENT, "stage t\n    send hi", "E0214", NULL},
    {STATEMENT, "if customer.points > 3  # many\n      send hi\n    end", "E0208",
     "if customer.points > 3 then  # many\n      send hi\n    end"},
    {STATEMENT, "wait if customer.points > 3 up to 2 days\n      send hi\n    end", "E0208",
     "wait if customer.points > 3 up to 2 days then\n      send hi\n    end"},
    {STATEMENT, "else\n      send hi", "E0214", NULL},
    {STATEMENT, "send hi\n    timeout\n      tag \"x\"\n    end\n    tag \"y\"", "E0214", NULL},
    {TOP, "event alone\nend", "E0207", "event alone\n"},
    {TOP, "event alone\n  x text", "E0203", NULL},
    {TOP, "event alone\n  x text\nevent other\n", "E0203", NULL},
    {TOP, "message m on mail\n  body \"x\"\nsegment z is customer.points > 1", "E0203", NULL},
    {TOP, "custmer\n  zip text\nend", "E0204 E0302", "customer\n  zip text\nend"},
    {TOP, "test \"t\"\n  customer ann\n  ann does signup\n  ann dose signup\nend", "E0204",
     "test \"t\"\n  customer ann\n  ann does signup\n  ann does signup\nend"},
    {TOP, "test \"t\"\n  foo bar baz qux\nend", "E0201", NULL},
    {TOP, "test \"t\"\n  expcet ann sent hi\nend", "E0201", NULL},
    {TOP, "test \"t\"\n  for each p, q\n    foo bar\n    a, b\n  end\nend", "E0201", NULL},
    {TOP, "message on mail\n  body \"x\"\nend", "E0202", NULL},
    {TOP, "message m\n  body \"x\"\nend", "E0202", NULL},
    {TOP, "message m on mail\n  foo bar baz\nend", "E0201", NULL},
    {TOP, "journey\n  enter when signup\nend", "E0202", NULL},
    {TOP, "journey k\n  foo bar baz\nend", "E0214", NULL},
    {TOP, "channel c\n  webhook \"https://x.example\"\n  cap many per 7 days, skip\nend", "E0201", NULL},
    {TOP, "channel c\n  webhook\nend", "E0202", NULL},
    {TOP, "source s\n  foo\nend", "E0214", NULL},
    {TOP, "source s\n  verify github secret env S\n  take left\n    foo bar baz\n  end\nend", "E0201", NULL},
    {TOP, "service v\n  foo bar baz\nend", "E0214", NULL},
    {TOP, "event e\n  foo bar baz\nend", "E0201", NULL},
    {TOP, "event e\n  foo txt\nend", "E0309", NULL},
    {TOP, "segmnt z is customer.points > 1", "E0204", "segment z is customer.points > 1"},
    {TOP, "segment is customer.points > 1", "E0202", NULL},
    {TOP, "segment z customer.points > 1", "E0202", NULL},
    {TOP, "segment z = customer.points > 1", "E0108", "segment z is customer.points > 1"},
    {TOP, "foo bar baz", "E0214", NULL},
    {TOP, "end", "E0207", NULL},
    {TOP, "topic t \"T\" opt out", "E0202", NULL},
    {TOP, "topic t, opt out", "E0202", NULL},
    {TOP, "topic t \"T\", opt", "E0202", NULL},
};

static struct jn_str whole(struct jn_arena *arena, enum where where, const char *line) {
    return jn_arena_printf(arena, "%s%s%s", AROUND[where].before, line, AROUND[where].behind);
}

static struct jn_str codes_of(struct jn_arena *arena, struct jn_str text) {
    struct jc_source source = {JN_STR("a.journey"), text, JC_READ};
    struct jc_result result;
    struct jn_str codes = JN_STR("");
    assert_int_equal(jc_compile(arena, &source, 1, &result, NULL), JN_OK);
    for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next)
        if (jc_code_severity(diag->code) == JC_ERROR)
            codes = jn_arena_printf(arena, "%.*s%s%s", JN_FMT(codes), codes.n > 0 ? " " : "", jc_code_name(diag->code));
    return codes;
}

static void mistakes_are_told_and_fixed(void **state) {
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_arena arena;
        uint32_t n;
        jn_arena_init(&arena);
        struct jn_str text = whole(&arena, ROW[i].where, ROW[i].wrong), codes = codes_of(&arena, text);
        struct jn_str right = whole(&arena, ROW[i].where, ROW[i].right == NULL ? ROW[i].wrong : ROW[i].right);
        struct jc_source source = {JN_STR("a.journey"), text, JC_READ};
        assert_int_equal(jc_fix_workspace(&arena, &source, 1, &n, NULL), JN_OK);
        if (!jn_str_is(codes, ROW[i].codes) || !jn_str_eq(source.text, right) || (n > 0) != (ROW[i].right != NULL)) {
            struct jn_str rest = jn_str_sub(source.text, strlen(AROUND[ROW[i].where].before), source.text.n);
            print_message("%s\n  codes: %.*s, not %s\n  fixed: %.*s\n", ROW[i].wrong, JN_FMT(codes), ROW[i].codes,
                          JN_FMT(rest));
            wrong++;
        }
        jn_arena_release(&arena);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(mistakes_are_told_and_fixed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
