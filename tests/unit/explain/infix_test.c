/* Compiled conditions read as they were written: in pictures, plans and paths people know them again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "compiler/explain/infix.h"
#include "core/arena.h"
#include "journey/compile.h"

#define WORLD                                                                                                          \
    "workspace\n  currency CNY\nend\ncustomer\n  name text\n  points number\n  spent money\n  birthday date\n"         \
    "  seen instant\n  pause duration\n  at time\n  active boolean\nend\n"                                             \
    "event e\n  n number\n  items list\n  amount money\nend\n"                                                         \
    "channel mail\n  webhook \"https://x.example\"\nend\nmessage hi on mail\n  body \"x\"\nend\n"                      \
    "segment vip is customer.points > 1000\nsegment q is "

static const struct {
    const char *written, *read; /* NULL: as written */
} ROW[] = {
    {"customer.active", NULL},
    {"customer.points > 3 and customer.name is \"a\" or customer.active", NULL},
    {"customer.points > 3 and (customer.name is \"a\" or customer.active)", NULL},
    {"not (customer.points > 3)", NULL},
    {"not customer.active", NULL},
    {"customer in vip and customer has tag \"x\"", NULL},
    {"customer.name is missing", NULL},
    {"customer.name is known", "not (customer.name is missing)"},
    {"customer.name is not \"a\"", NULL},
    {"customer.name is one of \"a\", \"b\"", NULL},
    {"customer.name contains \"a\"", NULL},
    {"customer.name starts with \"a\"", NULL},
    {"customer.name ends with \"a\"", NULL},
    {"customer.name like \"a*\"", NULL},
    {"customer.id is \"a\"", NULL},
    {"customer.points default 5 > 3", NULL},
    {"customer.points + 1 < 3", NULL},
    {"(customer.points + 1) * 2 <= 3", NULL},
    {"customer.points - (2 - 1) >= 3", NULL},
    {"customer.points / 2 is 3", NULL},
    {"-customer.points < 3", NULL},
    {"-(customer.points + 1) < 3", NULL},
    {"customer.spent + 1 CNY > 3 CNY", "customer.spent + 1.00 CNY > 3.00 CNY"},
    {"customer.spent * 2 > 3 CNY", "customer.spent * 2 > 3.00 CNY"},
    {"customer.spent / 1 CNY > 3", "customer.spent / 1.00 CNY > 3"},
    {"-customer.spent < 3 CNY", "-customer.spent < 3.00 CNY"},
    {"round(customer.spent) > 3 CNY", "round(customer.spent) > 3.00 CNY"},
    {"abs(customer.spent) > 3 CNY", "abs(customer.spent) > 3.00 CNY"},
    {"round(customer.points) > 3", NULL},
    {"abs(customer.points) > 3", NULL},
    {"length(customer.name) > 3", NULL},
    {"lower(customer.name) is upper(\"a\")", NULL},
    {"customer.seen + 2 days > now", NULL},
    {"now - customer.seen > 2 days", NULL},
    {"customer.birthday + 1 month < today", NULL},
    {"today - customer.birthday > 1 week", NULL},
    {"customer.pause * 2 > 1 day", NULL},
    {"customer.pause / 2 + 1 hour > 1 day", NULL},
    {"hour of now > 12", NULL},
    {"hour of customer.at is 9", NULL},
    {"day of today is \"monday\"", NULL},
    {"e in the last 3 days", NULL},
    {"no e in the last 3 days", NULL},
    {"count of e in the last 1 week > 2", NULL},
    {"sum of e.amount in the last 3 days > 2 CNY", "sum of e.amount in the last 3 days > 2.00 CNY"},
    {"average of e.n in the last 3 days > 2", NULL},
    {"min of e.n in the last 3 days > 2", NULL},
    {"max of e.n in the last 3 days > 2", NULL},
    {"last e.n > 2", NULL},
    {"first e.n > 2", NULL},
    {"time since e > 2 days", NULL},
    {"2 < count of e in the last 3 days where e.n > 1 or e.n is missing",
     "2 < (count of e in the last 3 days where (e.n > 1 or e.n is missing))"},
    {"opened of hi in the last 3 days", NULL},
};

static void conditions_read_as_they_were_written(void **state) {
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_arena arena;
        struct jc_result result;
        struct jn_buf out;
        jn_arena_init(&arena);
        struct jc_source source = {JN_STR("a.journey"), jn_arena_printf(&arena, WORLD "%s\n", ROW[i].written), JC_READ};
        assert_int_equal(jc_compile(&arena, &source, 1, &result, NULL), JN_OK);
        jn_buf_init(&out, 4096);
        if (result.program == NULL)
            jn_buf_str(&out, result.diags->first->message);
        else
            jc_infix(result.program, result.program->segment[0].cond, &out);
        if (!jn_str_is(jn_buf_view(&out), ROW[i].read == NULL ? ROW[i].written : ROW[i].read)) {
            print_message("%s\n  is read as %.*s\n", ROW[i].written, JN_FMT(jn_buf_view(&out)));
            wrong++;
        }
        jn_buf_release(&out);
        jn_arena_release(&arena);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(conditions_read_as_they_were_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
