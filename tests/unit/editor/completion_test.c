/* What can be written at a point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/editor/completion.h"

#define NAMES                                                                                                          \
    "event signup\n  plan text\nend\nevent purchase\nservice score\n  webhook \"https://ml.example/\"\n"              \
    "  give country text\n  take risk number\nend\nsegment paying is customer.plan is \"pro\"\n"                      \
    "customer\n  plan text\n  points number\nend\n"                                                                   \
    "channel email\n  webhook \"https://esp.example/\"\nend\nmessage hello on email\n  body \"Hi\"\nend\n"            \
    "message `send` on email\n  body \"Hi\"\nend\n"
#define JOURNEY "journey j\n  enter when signup\n  stage first\n    set seen to 1\n  end\n  stage last\n    "

struct asked {
    struct jc_editor *editor;
    struct jn_arena arena;
    struct jc_completion completion;
};

/* What can stand at the bar in `text`, after the names in another file. */
static struct asked ask_at(const char *text) {
    struct asked a;
    struct jn_err err;
    struct jn_buf whole;
    const char *bar = strchr(text, '|');
    assert_non_null(bar);
    jn_buf_init(&whole, 65536);
    jn_buf_add(&whole, text, (size_t)(bar - text));
    jn_buf_z(&whole, bar + 1);
    struct jc_source source[] = {{JN_STR("a.journey"), JN_STR(NAMES), JC_READ},
                                 {JN_STR("b.journey"), jn_buf_view(&whole), JC_READ}};
    jn_arena_init(&a.arena);
    assert_int_equal(jc_editor_open(source, 2, &a.editor, &err), JN_OK);
    assert_int_equal(jc_complete(a.editor, &a.arena, 1, (uint32_t)(bar - text), &a.completion, &err), JN_OK);
    jn_buf_release(&whole);
    return a;
}

static void done(struct asked *a) {
    jc_editor_close(a->editor);
    jn_arena_release(&a->arena);
}

static bool offers(const struct asked *a, const char *text) {
    for (uint32_t i = 0; i < a->completion.n_offer; i++)
        if (jn_str_is(a->completion.offer[i].text, text)) return true;
    return false;
}

/* The offers are exactly these, in their order, a blank between. */
static void check_offers(const char *text, const char *expected) {
    struct asked a = ask_at(text);
    struct jn_buf out;
    jn_buf_init(&out, 65536);
    for (uint32_t i = 0; i < a.completion.n_offer; i++)
        jn_buf_printf(&out, "%s%.*s", i == 0 ? "" : " ", JN_FMT(a.completion.offer[i].text));
    jn_buf_char(&out, '\0');
    assert_string_equal(jn_buf_view(&out).p, expected);
    jn_buf_release(&out);
    done(&a);
}

static void names_are_of_the_kind_that_can_stand_there(void **state) {
    (void)state;
    check_offers(JOURNEY "send |\n  end\nend\n", "`send` hello");
    check_offers(JOURNEY "go to |\n  end\nend\n", "first last");
    check_offers(JOURNEY "if customer.|", "id language plan points timezone");
    check_offers(JOURNEY "if score.|", "risk");
    check_offers(JOURNEY "ask score with |", "country risk");
    check_offers(JOURNEY "if customer in |", "paying");
    check_offers("journey j\n  enter when signup where signup.|", "plan");
    check_offers("message m on |", "email");
}

static void words_are_those_that_the_grammar_takes(void **state) {
    (void)state;
    check_offers("workspace\n  quiet |", "hours");
    check_offers("journey j\n  re-enter |", "never always after");
    struct asked a = ask_at(JOURNEY "|");
    assert_true(offers(&a, "send") && offers(&a, "wait for") && offers(&a, "end") && offers(&a, "go to"));
    assert_false(offers(&a, "journey") || offers(&a, "enter") || offers(&a, "timezone"));
    done(&a);
}

static void words_are_in_the_set_that_the_file_uses(void **state) {
    (void)state;
    check_offers("旅程 j\n  再次进入 |", "从不 总是 经过");
    check_offers("旅程 j\n  re-enter |", "never 从不 always 总是 after 经过");
}

static void a_name_of_ones_own_is_told_apart(void **state) {
    (void)state;
    struct asked a = ask_at("journey |");
    assert_true(a.completion.fresh);
    assert_int_equal(a.completion.n_offer, 0);
    done(&a);
    a = ask_at(JOURNEY "send |");
    assert_false(a.completion.fresh);
    done(&a);
}

static void an_offer_replaces_the_word_that_is_begun(void **state) {
    (void)state;
    struct asked a = ask_at("journey j\n  enter when sig|nup\n");
    assert_int_equal(a.completion.from, 23);
    assert_int_equal(a.completion.to, 29);
    assert_true(offers(&a, "signup") && offers(&a, "purchase"));
    done(&a);
}

static void mistakes_before_the_point_do_not_matter(void **state) {
    (void)state;
    struct asked a = ask_at("journey j\n  enter wen signup\n  gaol g when )\n  stage s\n    wiat 1 day\n    send |");
    assert_true(offers(&a, "hello"));
    assert_false(offers(&a, "email"));
    done(&a);
}

static void nothing_is_offered_in_comments_and_texts(void **state) {
    (void)state;
    check_offers("journey j # so |", "");
    check_offers("journey j \"so |", "");
    check_offers("# all |\njourney j\n", "");
}

static void what_is_not_there_is_refused(void **state) {
    (void)state;
    struct asked a = ask_at("\xFF\xE4|\0");
    struct jn_err err;
    assert_int_equal(jc_complete(a.editor, &a.arena, 2, 0, &a.completion, &err), JN_NOT_FOUND);
    assert_int_equal(jc_complete(a.editor, &a.arena, 1, 3, &a.completion, &err), JN_INVALID);
    assert_string_equal(err.text, "byte 3 is behind the text, which has 2");
    done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_of_the_kind_that_can_stand_there),
        cmocka_unit_test(words_are_those_that_the_grammar_takes),
        cmocka_unit_test(words_are_in_the_set_that_the_file_uses),
        cmocka_unit_test(a_name_of_ones_own_is_told_apart),
        cmocka_unit_test(an_offer_replaces_the_word_that_is_begun),
        cmocka_unit_test(mistakes_before_the_point_do_not_matter),
        cmocka_unit_test(nothing_is_offered_in_comments_and_texts),
        cmocka_unit_test(what_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
