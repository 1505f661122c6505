/* Sentences that read well and mean nothing: each is told as just one thing, with advice where there is some. Beside
 * the examples of the diagnostics' own pages, further ways to each code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "core/arena.h"
#include "journey/compile.h"

#define DECLARED                                                                                                       \
    "event signup\n  plan text\n  n number\nend\nevent left\nevent bought\n  order text, required\nend\n"              \
    "channel mail\n  webhook \"https://x.example\"\nend\nmessage hi on mail\n  body \"x\"\nend\n"                      \
    "service oracle\n  webhook \"https://x.example\"\n  give given number\n  take score number, default 1\nend\n"
#define CUSTOMER                                                                                                       \
    "workspace\n  timezone \"UTC\"\n  currency CNY\nend\n"                                                             \
    "customer\n  name text\n  plan text\n  points number\n  birthday date\n  hour time\n  seen instant\n"              \
    "  pause duration\n  active boolean\n  spent money\n  all number = count of left in the last 9 days\n"
#define BEFORE  CUSTOMER "end\n" DECLARED
#define JOURNEY "journey j\n  enter when signup\n  re-enter never\n"

enum where { STATEMENT, HEAD, CONDITION, ATTRIBUTE, TOP };

static const struct {
    const char *before, *behind;
} AROUND[] = {
    [STATEMENT] = {BEFORE JOURNEY "  stage s\n    ", "\n  end\nend\n"},
    [HEAD] = {BEFORE "segment q is customer.points > 1\n" JOURNEY "  ", "\n  stage s\n    send hi\n  end\nend\n"},
    [CONDITION] = {BEFORE "segment q is ", "\n"},
    [ATTRIBUTE] = {CUSTOMER "  ", "\nend\n" DECLARED "segment q is customer.points > 1\n"},
    [TOP] = {BEFORE, "\n"},
};

static const struct {
    enum where where;
    const char *text, *codes, *hint; /* codes of errors alone; the hint of the first; NULL: any */
} ROW[] = {
    {HEAD, "control 5%\n  control 6%", "E0302", NULL},
    {HEAD, "topic news", "E0304", "declare it: `topic news`"},
    {HEAD, "enter when left", "E0302", NULL},
    {HEAD, "enter when customer joins q", "E0302", NULL},
    {HEAD, "goal g when left within 0 days", "E0550", NULL},
    {HEAD, "goal g when left within 3 days\n  goal g when left within 3 days", "E0301", NULL},
    {HEAD, "goal g when signup within 3 days, value signup.plan", "E0404", NULL},
    {HEAD, "exit when lft", "E0304", "did you mean `left`?"},
    {HEAD, "timezone \"Asia/Nowhere\"", "E0306", "names are like \"Europe/Berlin\" or \"Asia/Shanghai\""},
    {HEAD, "control 100.5%", "E0311", NULL},
    {HEAD, "control 0.001%", "E0311", NULL},
    {HEAD, "cap 3 per 0 days, skip", "E0311", NULL},
    {HEAD, "quiet hours 22:00 to 08:00, hold\n  quiet hours 09:00 to 10:00, hold", "E0302", NULL},
    {HEAD, "key signup.zip", "E0305", NULL},
    {HEAD, "exit if customer.points", "E0404", NULL},
    {STATEMENT, "send hi\n  end\n  stage s\n    tag \"x\"", "E0301", NULL},
    {STATEMENT, "split x\n      50% a:\n      50% a:\n        send hi\n    end", "E0301", NULL},
    {STATEMENT,
     "split x\n      50% a:\n      50% b:\n        send hi\n    end\n    split x\n      50% a:\n      50% b:\n        "
     "tag \"x\"\n    end",
     "E0301", NULL},
    {STATEMENT, "split x\n      33.333% a:\n      66.667% b:\n        send hi\n    end", "E0511 E0511", NULL},
    {STATEMENT, "split x\n      50% a:\n      60% b:\n        send hi\n    end", "E0512", NULL},
    {STATEMENT, "wait until 5", "E0404", NULL},
    {STATEMENT, "wait until 3 days", "E0404", NULL},
    {STATEMENT, "wait until customer.birthday is missing", "E0404", NULL},
    {STATEMENT, "wait until customer.birthday", "E0508", "give the case a value: `… default today`"},
    {STATEMENT, "wait customer.points", "E0404", NULL},
    {STATEMENT, "wait customer.pause", "E0508", "give the case a value: `… default 1 day`"},
    {STATEMENT, "wait customer.pause default 1 day", "", NULL},
    {STATEMENT, "wait for left up to 0 days", "E0507", NULL},
    {STATEMENT, "wait for left up to customer.pause", "E0508", NULL},
    {STATEMENT, "wait for lft up to 2 days", "E0304", "did you mean `left`?"},
    {STATEMENT, "repeat up to 3 times every 0 days\n      tag \"x\"\n    end", "E0507", NULL},
    {STATEMENT, "repeat up to 2.5 times every 1 day\n      tag \"x\"\n    end", "E0553", NULL},
    {STATEMENT, "emit bought with order = customer.plan", "E0558", "give the case a value: `… default …`"},
    {STATEMENT, "emit bought with order = \"x\", nothing = 5", "E0305", NULL},
    {STATEMENT, "emit bought", "E0558", NULL},
    {STATEMENT, "set customer.plan to 5", "E0404", NULL},
    {STATEMENT, "set customer.plna to \"x\"", "E0305", "did you mean `customer.plan`?"},
    {STATEMENT, "set customer.all to 5", "E0362", NULL},
    {STATEMENT, "set customer.timezone to \"Asia/Nowhere\"", "E0306", NULL},
    {STATEMENT, "set x to 5\n    set x to \"y\"", "E0404", NULL},
    {STATEMENT, "set x to customer.name\n    if x is \"a\" then\n      send hi\n    end", "", NULL},
    {STATEMENT, "ask nobody", "E0304", NULL},
    {STATEMENT, "ask oracle with given = \"x\"", "E0404", NULL},
    {STATEMENT, "if oracle.score > 1 then\n      send hi\n    end", "E0571", NULL},
    {STATEMENT, "go to t", "E0502", "did you mean `s`?"},
    {STATEMENT, "start k", "E0304", NULL},
    {STATEMENT, "send h", "E0304", "did you mean `hi`?"},
    {STATEMENT, "tag \"\"", "E0513", NULL},
    {STATEMENT, "exit as \"\"", "E0201", NULL},
    {STATEMENT, "approve \"\" by \"crm\" up to 2 days then\n      send hi\n    timeout\n      tag \"x\"\n    end",
     "E0573", NULL},
    {STATEMENT, "send hi then\n      cappd:\n        tag \"x\"\n    end", "E0562", "did you mean `capped:`?"},
    {STATEMENT, "send hi then\n      whatever:\n        tag \"x\"\n    end", "E0562", NULL},
    {STATEMENT, "match customer.points\n      1, 2:\n        send hi\n      2:\n        tag \"x\"\n    end", "E0552",
     NULL},
    {STATEMENT, "match customer.points\n      true:\n        send hi\n    end", "E0413", NULL},
    {CONDITION, "signup is \"x\"", "E0410", "it is an event; write `signup.ATTRIBUTE` to read an attribute of it"},
    {CONDITION, "signup.plan is \"x\"", "E0408", NULL},
    {CONDITION, "points > 3", "E0410", "did you mean `customer.points`?"},
    {CONDITION, "zzz > 3", "E0410", NULL},
    {CONDITION, "oracle.score > 3", "E0408", "an answer is known in the journey that asks, behind its `ask oracle`"},
    {CONDITION, "oracl.score > 3", "E0304 E0408", "did you mean `oracle`?"},
    {CONDITION, "oracle.scor > 3", "E0305", NULL},
    {CONDITION, "customer.name as CNY is 3 CNY", "E0404", NULL},
    {CONDITION, "customer.points as XYZ is 3 CNY", "E0307", NULL},
    {CONDITION, "customer.spent > 3 EUR", "E0414", NULL},
    {CONDITION, "customer.points is one of 1, \"x\"", "E0406", NULL},
    {CONDITION, "customer.plan is 5", "E0413", NULL},
    {CONDITION, "customer.birthday is \"2026-01-01\"", "E0413", "write `2026-01-01`"},
    {CONDITION, "customer.hour is \"09:00\"", "E0413", "write `09:00`"},
    {CONDITION, "customer.seen is \"2026-01-01T09:00Z\"", "E0413", "write `2026-01-01T09:00Z`"},
    {CONDITION, "customer.active is \"true\"", "E0413", "write `true`"},
    {CONDITION, "customer.active is \"maybe\"", "E0413", NULL},
    {CONDITION, "customer.pause is \"1 day\"", "E0413", NULL},
    {CONDITION, "customer.points", "E0404", NULL},
    {CONDITION, "no signup in the last 0 days", "E0465", NULL},
    {CONDITION, "sum of signup.plan in the last 3 days > 4", "E0462", NULL},
    {CONDITION, "customer in q", "E0313", NULL},
    {CONDITION, "customer in w", "E0304", NULL},
    {CONDITION, "signup in s", "E0405 E0304", NULL},
    {CONDITION, "no signup in the last 3 days where customer.all > 3", "E0463", NULL},
    {CONDITION, "length(customer.points) > 3", "E0403", NULL},
    {CONDITION, "lngth(customer.name) > 3", "E0402", "did you mean `length`?"},
    {CONDITION, "round(customer.name) > 3", "E0403", NULL},
    {CONDITION, "customer.spent + customer.points > 3 CNY", "E0413", NULL},
    {CONDITION, "customer.spent / customer.spent > 3", "", NULL},
    {CONDITION, "customer.plan like 5", "E0413", NULL},
    {CONDITION, "not customer.points", "E0404", NULL},
    {CONDITION, "-customer.name is \"x\"", "E0404", NULL},
    {ATTRIBUTE, "name number", "E0301", NULL},
    {ATTRIBUTE, "zip txt", "E0309", "did you mean `text`?"},
    {ATTRIBUTE, "zip zzzzzzz", "E0309",
     "types are text, number, money, boolean, date, time, instant, duration and list"},
    {ATTRIBUTE, "zip text, one of 1", "E0401", NULL},
    {ATTRIBUTE, "zip number, default \"x\"", "E0401", NULL},
    {ATTRIBUTE, "a number = customer.b\n  b number = customer.points", "E0463",
     "only computed attributes that are declared above can be read"},
    {ATTRIBUTE, "a number = count of left in the last 3 days where customer.all is 1", "E0463", NULL},
    {ATTRIBUTE, "a boolean = customer in q", "E0463", NULL},
    {ATTRIBUTE, "a number = \"x\"", "E0404", NULL},
    {ATTRIBUTE, "a text, one of \"x\", \"x\"", "", NULL},
    {TOP, "message m on mail\n  body \"x\"\n  body \"y\"\nend", "E0301", NULL},
    {TOP,
     "message m on mail\n  body \"x\"\n  in stage s\n    body \"y\"\n  end\n  in stage s\n    body \"z\"\n  end\nend",
     "E0301", NULL},
    {TOP, "message m on mial\n  body \"x\"\nend", "E0304", NULL},
    {TOP, "channel c\n  webhook \"https://x.example\"\n  retry 101 times over 1 day\nend", "E0311", NULL},
    {TOP, "channel c\n  webhook \"https://x.example\"\n  timeout 1 second\n  timeout 2 seconds\nend", "E0302", NULL},
    {TOP, "channel c\n  webhook \"https://x.example\"\n  cost 1 EUR\nend", "E0414", NULL},
    {TOP, "channel c\n  cost 1 CNY\nend", "E0312", NULL},
    {TOP, "channel c\n  webhook \"ftp://x.example\"\nend", "E0310", NULL},
    {TOP, "channel c\n  smtp \"https://x.example\"\n  to customer.name\nend", "E0333", NULL},
    {TOP, "channel c\n  smtp \"smtps://user:word@x.example\"\n  to customer.name\nend", "E0340", NULL},
    {TOP,
     "service v\n  webhook \"https://x.example\"\n  take score number, default 1\n  breaker opens at 0% of 20 calls, "
     "for 1 minute\nend",
     "E0311", NULL},
    {TOP,
     "service v\n  webhook \"https://x.example\"\n  take score number, default 1\n  breaker opens at 50% of 2000000 "
     "calls, for 1 minute\nend",
     "E0311", NULL},
    {TOP,
     "service v\n  webhook \"https://x.example\"\n  take score number, default 1\n  breaker opens at 50% of 20 calls, "
     "for 1 month\nend",
     "E0311", NULL},
    {TOP, "service v\n  webhook \"https://x.example\"\n  take score number, default \"x\"\nend", "E0401", NULL},
    {TOP, "service v\n  webhook \"https://x.example\"\n  take score number, default 1\n  timeout 1 day\nend", "E0311",
     NULL},
    {TOP, "service v\n  webhook \"https://x.example\"\nend", "E0382", NULL},
    {TOP, "topic t \"T\", opt out\ntopic t \"U\", opt in", "E0301", NULL},
    {TOP, "source z\n  verify github secret env S\n  take signup\n    customer customer.id\n  end\nend", "E0408", NULL},
    {TOP,
     "source z\n  verify github secret env S\n  take signup\n    customer body.id\n    plan = body.n as CNY\n  "
     "end\nend",
     "E0404", NULL},
    {TOP, "source z\n  verify github secret env S\n  take sgnup\n    customer body.id\n  end\nend", "E0304", NULL},
    {TOP, "test \"t\"\n  bob does signup\nend", "E0701", "introduce them first: `customer bob`"},
    {TOP, "test \"t\"\n  customer ann with plan = 5\nend", "E0404", NULL},
    {TOP, "test \"t\"\n  customer ann with plna = \"x\"\nend", "E0305", NULL},
    {TOP,
     "test \"t\"\n  customer ann with points = -3\n  ann does signup with plan = \"x\"\n  expect ann in nowhere\nend",
     "E0201", NULL},
    {TOP, "test \"t\"\n  customer ann\n  ann is now plan = \"x\"\nend", "E0201", NULL},
    {TOP,
     "message m on mail\n  body \"{{ workspace.currncy }}\"\nend\njourney k\n  enter when signup\n  re-enter never\n  "
     "stage s\n    send m\n  end\nend",
     "E0602", "did you mean `workspace.currency`?"},
    {TOP,
     "message m on mail\n  body \"{{ name }}\"\nend\njourney k\n  enter when signup\n  re-enter never\n  stage s\n    "
     "send m\n  end\nend",
     "E0602", "did you mean `customer.name`?"},
    {TOP, "message m on mail\n  body \"{{ customer.nam }}\"\nend", "E0305", "did you mean `customer.name`?"},
    {TOP, "message m on mail\n  body \"{{ customer.name | upcas }}\"\nend", "E0604", "did you mean `upcase`?"},
    {TOP, "message m on mail\n  body \"{% fi %}\"\nend", "E0609", NULL},
    {TOP, "message m on mail\n  body \"{% include 'x' %}\"\nend", "E0620", NULL},
    {TOP, "message m on mail\n  body \"{{ 1 | append }}\"\nend", "E0603", NULL},
    {TOP, "message m on mail\n  body \"{{ 1 | upcase: 2 }}\"\nend", "E0603", NULL},
    {TOP, "message m on mail\n  body \"{{ 1 \"\nend", "E0601", NULL},
};

static void each_is_told_as_what_it_is(void **state) {
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_str codes = JN_STR(""), hint = JN_STR("");
        struct jc_result result;
        struct jn_arena arena;
        jn_arena_init(&arena);
        struct jn_str text =
            jn_arena_printf(&arena, "%s%s%s", AROUND[ROW[i].where].before, ROW[i].text, AROUND[ROW[i].where].behind);
        struct jc_source source = {JN_STR("a.journey"), text, JC_READ};
        assert_int_equal(jc_compile(&arena, &source, 1, &result, NULL), JN_OK);
        for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next) {
            if (jc_code_severity(diag->code) != JC_ERROR) continue;
            if (codes.n == 0) hint = diag->hint;
            codes =
                jn_arena_printf(&arena, "%.*s%s%s", JN_FMT(codes), codes.n > 0 ? " " : "", jc_code_name(diag->code));
        }
        if (!jn_str_is(codes, ROW[i].codes) || (ROW[i].hint != NULL && !jn_str_is(hint, ROW[i].hint))) {
            print_message("%s\n  is told as %.*s, not %s; %.*s\n", ROW[i].text, JN_FMT(codes), ROW[i].codes,
                          JN_FMT(hint));
            wrong++;
        }
        jn_arena_release(&arena);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_told_as_what_it_is)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
