/* Every place of places.def: which names of a whole workspace are offered there, and which are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/editor/completion.h"

#define WORKSPACE                                                                                                      \
    "customer\n  plan text\n  points number\nend\nevent signup\n  source text\nend\nevent purchase\n  amount "         \
    "number\nend\n"                                                                                                    \
    "segment paying is customer.points > 3\ntopic news \"News\", opt in\n"                                             \
    "channel mail\n  webhook \"https://x.example\"\nend\nmessage hello on mail\n  body \"{{ offer }}\"\nend\n"         \
    "service oracle\n  webhook \"https://x.example\"\n  give country text\n  take risk number, default 1\nend\n"       \
    "source shop\n  verify github secret env S\n  take signup\n    customer body.id\n  end\nend\n"
#define BODY                                                                                                           \
    "  enter when signup\n  re-enter never\n  goal bought when purchase within 3 days\n  stage first\n"                \
    "    send hello with offer = \"x\"\n    set seen to 1\n    split half\n      50% this:\n        tag \"kept\"\n"    \
    "      50% that:\n    end\n    exit as gone\n  end\n"
#define JOURNEY "journey trip\n" BODY "  stage last\n    "
#define WHOLE   "journey trip\n" BODY "end\n"
#define TEST    WHOLE "test \"t\"\n  customer ann\n  "

static const struct {
    const char *text, *offered, *others; /* names that are offered, and some that are not */
} ROW[] = {
    {"segment s is |", "now today count length signup hello oracle", "paying mail ann"},
    {JOURNEY "if seen > |0 then\n    end\n  end\nend\n", "seen", ""},
    {JOURNEY "if |\n  end\nend\n", "now today signup oracle seen", "half"},
    {JOURNEY "if customer in |", "paying", "signup"},
    {JOURNEY "if time since |", "signup purchase", "hello"},
    {"customer\n  age |", "text number money boolean date time instant duration list", "signup"},
    {"event more\n  age |", "text number", "signup"},
    {"source s\n  take signup\n    customer body.id\n    |", "amount source", ""},
    {"source s\n  verify github secret env S\n  take |", "signup purchase", "hello"},
    {"source s\n  take signup\n    customer body.|", "", "plan"},
    {"message m on |", "mail", "hello"},
    {"message m on mail about |", "news", "mail"},
    {"message m on mail\n  body \"x\"\n  in stage |", "", "mail"},
    {WHOLE "message m on mail\n  body \"x\"\n  in stage |", "first", "mail"},
    {"journey other\n  topic |", "news", ""},
    {"journey other\n  enter when |", "signup purchase", "hello"},
    {"journey other\n  enter when customer joins |", "paying", "signup"},
    {"journey other\n  exit when |", "signup", "hello"},
    {"journey other\n  goal g when |", "purchase", "hello"},
    {JOURNEY "send |", "hello", "signup"},
    {JOURNEY "send hello or |", "hello", "signup"},
    {JOURNEY "send hello with |", "offer", "signup"},
    {JOURNEY "ask oracle with |", "country", "offer"},
    {JOURNEY "emit signup with |", "source", "offer"},
    {JOURNEY "wait for |", "signup purchase", "hello"},
    {JOURNEY "wait for signup or |", "signup purchase", "hello"},
    {JOURNEY "start |", "trip", "hello"},
    {JOURNEY "emit |", "signup", "hello"},
    {JOURNEY "ask |", "oracle", "hello"},
    {JOURNEY "set |", "seen", "half"},
    {JOURNEY "set customer.|", "plan points timezone", "seen"},
    {JOURNEY "go to |", "first last", "half"},
    {JOURNEY "exit as |", "gone bought", "half"},
    {JOURNEY "optimize o for |", "bought", "first"},
    {JOURNEY "optimize o for bought, fallback |", "", "first"},
    {TEST "|", "ann", "signup"},
    {TEST "ann does |", "signup", "hello"},
    {TEST "ann does signup with |", "source", "plan"},
    {TEST "customer bob with |", "plan points", "source"},
    {TEST "expect |", "ann", "signup"},
    {TEST "expect ann in |", "", "signup"},
    {TEST "expect ann gets |", "hello", "signup"},
    {TEST "expect ann left |", "trip", "hello"},
    {TEST "expect ann reached |", "bought", "hello"},
    {TEST "service |", "oracle", "hello"},
    {TEST "service oracle answers |", "risk", "offer"},
    {TEST "channel |", "mail", "hello"},
    {TEST "force |", "split control rollout", "hello"},
    {TEST "force split |", "half", "trip"},
    {TEST "force split half = |", "this that", "hello"},
    {"旅程 t\n  进入 当 signup\n  re-enter never\n  stage s\n    if |", "now today", ""},
    {"客户\n  岁 |", "文本 数字", "signup"},
    {"旅程_新客 event ev旅|程", "", ""},
};

static bool offers(const struct jc_completion *completion, const char *name, size_t n) {
    for (uint32_t i = 0; i < completion->n_offer; i++)
        if (jn_str_eq(completion->offer[i].text, (struct jn_str){name, n})) return true;
    return false;
}

/* How many of the words, which blanks part, are offered otherwise than they should be. */
static unsigned check_words(const struct jc_completion *completion, const char *text, const char *words, bool wanted) {
    unsigned wrong = 0;
    for (const char *at = words; *at != '\0';) {
        size_t n = strcspn(at, " ");
        if (offers(completion, at, n) != wanted) {
            print_message("%s: %.*s is %s\n", text, (int)n, at, wanted ? "not offered" : "offered");
            wrong++;
        }
        at += n + (at[n] == ' ');
    }
    return wrong;
}

static void each_place_offers_its_names(void **state) {
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        const char *bar = strchr(ROW[i].text, '|');
        struct jc_completion completion;
        struct jc_editor *editor;
        struct jn_arena arena;
        struct jn_err err;
        assert_non_null(bar);
        jn_arena_init(&arena);
        size_t at = (size_t)(bar - ROW[i].text);
        struct jn_str text = jn_arena_printf(&arena, "%.*s%s", (int)at, ROW[i].text, bar + 1);
        struct jc_source source[] = {{JN_STR("a.journey"), JN_STR(WORKSPACE), JC_READ},
                                     {JN_STR("b.journey"), text, JC_READ}};
        assert_int_equal(jc_editor_open(source, 2, &editor, &err), JN_OK);
        assert_int_equal(jc_complete(editor, &arena, 1, (uint32_t)at, &completion, &err), JN_OK);
        unsigned before = wrong;
        wrong += check_words(&completion, ROW[i].text, ROW[i].offered, true);
        wrong += check_words(&completion, ROW[i].text, ROW[i].others, false);
        for (uint32_t k = 0; wrong > before && k < completion.n_offer; k++)
            print_message(" %.*s", JN_FMT(completion.offer[k].text));
        if (wrong > before) print_message("\n");
        jc_editor_close(editor);
        jn_arena_release(&arena);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_place_offers_its_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
