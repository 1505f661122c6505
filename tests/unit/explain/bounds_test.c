/* The most that a run can cause: the heaviest path, rounds counted, circles without a bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "compiler/diag/print.h"
#include "compiler/explain/bounds.h"
#include "journey/compile.h"

#define WORLD                                                                                                          \
    "workspace\n  currency CNY\nend\ncustomer\n  n number, default 0\nend\nevent e\nevent p\n"                         \
    "channel mail\n  webhook \"https://x.example/\"\n  cost 0.5 CNY\n  carbon 2 grams\nend\n"                          \
    "channel sms\n  webhook \"https://x.example/\"\n  cost 3 CNY\nend\n"                                               \
    "message a on mail\n  body \"a\"\nend\nmessage b on mail\n  body \"b\"\nend\nmessage s on sms\n  body "            \
    "\"s\"\nend\n"                                                                                                     \
    "journey j\n  enter when e\n  re-enter never\n"

/* `messages cost carbon` of the one journey whose stages these are. */
static struct jn_str bounds_of(struct jn_arena *arena, const char *stages) {
    struct jc_source source = {JN_STR("a.journey"), jn_arena_printf(arena, WORLD "%send\n", stages), JC_READ};
    struct jc_result result;
    struct jc_bounds bounds;
    struct jn_err err;
    struct jn_buf out;
    assert_int_equal(jc_compile(arena, &source, 1, &result, &err), JN_OK);
    jn_buf_init(&out, 1 << 16);
    if (result.program == NULL) jc_diags_print_text(result.diags, false, &out);
    if (result.program == NULL) print_message("%.*s\n", JN_FMT(jn_buf_view(&out)));
    assert_non_null(result.program);
    jn_buf_reset(&out);
    jc_bounds_find(result.program, 0, arena, &bounds);
    const struct jc_bound *all[] = {&bounds.messages, &bounds.cost, &bounds.carbon};
    for (int i = 0; i < 3; i++) {
        if (i > 0) jn_buf_char(&out, ' ');
        if (all[i]->is == JC_BOUND_KNOWN)
            jn_dec_print(all[i]->most, 0, &out);
        else
            jn_buf_z(&out, all[i]->is == JC_BOUND_NONE ? "unbounded" : "huge");
    }
    struct jn_str said = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return said;
}

static void expect(const char *stages, const char *wanted) {
    struct jn_arena arena;
    jn_arena_init(&arena);
    assert_string_equal(bounds_of(&arena, stages).p, wanted);
    jn_arena_release(&arena);
}

static void test_each_sum_is_of_its_own_heaviest_path(void **state) {
    (void)state;
    expect("  stage only\n    send a\n    if customer.n > 1 then\n      send b\n      late: send b\n    else\n      "
           "send s\n"
           "    end\n  end\n",
           "3 3.5 6");
}

static void test_a_path_that_ends_early_costs_less(void **state) {
    (void)state;
    expect("  stage only\n    wait for p up to 1 day then\n      exit as done\n    end\n    send a\n  end\n",
           "1 0.5 2");
    expect("  stage only\n    tag \"x\"\n  end\n", "0 0 0");
}

static void test_rounds_are_counted_also_within_rounds(void **state) {
    (void)state;
    expect("  stage only\n    repeat up to 3 times every 1 day\n      send a\n    end\n  end\n", "3 1.5 6");
    expect("  stage only\n    outer: repeat up to 3 times every 9 days\n      inner: repeat up to 2 times every 1 day\n"
           "        send a\n      end\n      send b\n    end\n  end\n",
           "9 4.5 18");
}

static void test_what_leaves_a_round_comes_behind_full_ones(void **state) {
    (void)state;
    /* The dearest: two full rounds of a and b, then a and the way out. Most messages and carbon: three full rounds. */
    expect("  stage only\n    repeat up to 3 times every 1 day\n      send a\n      if customer.n > 1 then\n        "
           "send s\n"
           "        exit as out\n      end\n      send b\n    end\n  end\n",
           "6 5.5 12");
}

static void test_a_circle_that_sends_has_no_bound(void **state) {
    (void)state;
    expect("  stage round\n    send a\n    wait 1 day\n    if customer.n > 1 then\n      go to round\n    end\n    "
           "send s\n"
           "  end\n",
           "unbounded unbounded unbounded");
}

static void test_a_circle_that_sends_nothing_has_one(void **state) {
    (void)state;
    expect("  stage first\n    send a\n  end\n  stage round\n    wait 1 day\n    if customer.n > 1 then\n      go to "
           "round\n"
           "    end\n    send s\n  end\n",
           "2 3.5 2");
}

static void test_what_costs_nothing_is_bounded_in_a_circle_that_sends(void **state) {
    (void)state;
    expect("  stage round\n    send s\n    wait 1 day\n    if customer.n > 1 then\n      go to round\n    end\n    "
           "send a\n"
           "  end\n",
           "unbounded unbounded 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_sum_is_of_its_own_heaviest_path),
        cmocka_unit_test(test_a_path_that_ends_early_costs_less),
        cmocka_unit_test(test_rounds_are_counted_also_within_rounds),
        cmocka_unit_test(test_what_leaves_a_round_comes_behind_full_ones),
        cmocka_unit_test(test_a_circle_that_sends_has_no_bound),
        cmocka_unit_test(test_a_circle_that_sends_nothing_has_one),
        cmocka_unit_test(test_what_costs_nothing_is_bounded_in_a_circle_that_sends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
