/* The formatter: the same tree, the same bytes the second time, comments where they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>

#include "compiler/format/format.h"

struct desk {
    struct jn_arena arena;
    struct jc_source source;
    struct jc_diags diags;
    struct jn_buf out;
    enum jc_set set;
};

static jn_rc format(struct desk *d, struct jn_str text) {
    jn_arena_init(&d->arena);
    jn_buf_init(&d->out, 4 << 20);
    d->source = (struct jc_source){JN_STR("a.journey"), text, JC_READ};
    jc_diags_init(&d->diags, &d->arena, &d->source, 1);
    struct jn_err err;
    return jc_format_source(&d->arena, &d->diags, 0, d->set, &d->out, &err);
}

static void put_away(struct desk *d) {
    jn_buf_release(&d->out);
    jn_arena_release(&d->arena);
}

static void assert_text(struct jn_str found, const char *wanted) {
    char *z = test_calloc(1, found.n + 1);
    if (found.n > 0) memcpy(z, found.p, found.n);
    assert_string_equal(z, wanted);
    test_free(z);
}

static void assert_formats(const char *source, const char *wanted) {
    struct desk first = {0}, second = {0};
    assert_int_equal(format(&first, jn_str_z(source)), JN_OK);
    assert_text(jn_buf_view(&first.out), wanted);
    assert_int_equal(format(&second, jn_buf_view(&first.out)), JN_OK);
    assert_text(jn_buf_view(&second.out), wanted);
    put_away(&second);
    put_away(&first);
}

static struct jc_node *tree_of(struct jn_arena *arena, struct jc_source *source) {
    struct jc_diags diags;
    struct jc_tree tree;
    jc_diags_init(&diags, arena, source, 1);
    assert_int_equal(jc_parse(arena, &diags, 0, &tree, NULL), JN_OK);
    assert_int_equal(diags.n_error, 0);
    return tree.file;
}

static struct jn_str read_sample(struct jn_arena *arena, const char *path) {
    char *text = jn_arena_alloc(arena, 1 << 20);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, 1 << 20, file);
    fclose(file);
    return (struct jn_str){text, n};
}

static void test_samples_keep_their_meaning_and_settle_at_once(void **state) {
    (void)state;
    struct jn_arena arena;
    glob_t samples;
    jn_arena_init(&arena);
    assert_int_equal(glob("tests/lang/samples/*.journey", 0, NULL, &samples), 0);
    for (size_t i = 0; i < samples.gl_pathc; i++) {
        struct desk once = {0}, twice = {0};
        struct jc_source source = {jn_str_z(samples.gl_pathv[i]), read_sample(&arena, samples.gl_pathv[i]), JC_READ};
        assert_int_equal(format(&once, source.text), JN_OK);
        assert_int_equal(format(&twice, jn_buf_view(&once.out)), JN_OK);
        assert_true(jn_str_eq(jn_buf_view(&once.out), jn_buf_view(&twice.out)));
        struct jc_source formatted = {source.path, jn_buf_view(&once.out), JC_READ};
        assert_true(jc_tree_equal(tree_of(&arena, &source), tree_of(&arena, &formatted)));
        put_away(&twice);
        put_away(&once);
    }
    globfree(&samples);
    jn_arena_release(&arena);
}

static void test_blanks_tabs_line_ends_and_the_mark_are_settled(void **state) {
    (void)state;
    assert_formats("\xef\xbb\xbf" "event   a\r\n\r\n\r\n\r\ncustomer\r\n\tplan\ttext ,required\r\nend", 
                   "event a\n\ncustomer\n  plan text, required\nend\n");
}

static void test_comments_stay(void **state) {
    (void)state;
    assert_formats("# first\nevent a # behind\n\n\n# before\njourney j\nenter when a # entry\n# header\nre-enter never\n"
                   "stage s # stage\n# dangling\nend # end\nend\n# last\n",
                   "# first\nevent a  # behind\n\n# before\njourney j\n  enter when a  # entry\n  # header\n  re-enter never\n"
                   "  stage s  # stage\n    # dangling\n  end  # end\nend\n# last\n");
}

static void test_comments_around_branches_and_arms(void **state) {
    (void)state;
    const char *text = "journey j\n"
                       "  stage s\n"
                       "    if customer in vip then  # if\n"
                       "      # in then\n"
                       "      tag \"a\"\n"
                       "      # before else\n"
                       "    else  # else\n"
                       "      # in else\n"
                       "    end\n"
                       "    split t\n"
                       "      # before the first\n"
                       "      50% a:  # arm\n"
                       "        tag \"a\"\n"
                       "        # ends a\n"
                       "      # before b\n"
                       "      50% b:\n"
                       "        # in b\n"
                       "    end\n"
                       "  end\n"
                       "end\n";
    assert_formats(text, text);
}

static void test_parentheses_where_they_are_needed(void **state) {
    (void)state;
    assert_formats("segment a is ((customer.x + 1)) * 2 > (3 * 4) and not (customer.b is 1 or customer.c is known)\n",
                   "segment a is (customer.x + 1) * 2 > 3 * 4 and not (customer.b is 1 or customer.c is known)\n");
    assert_formats("segment a is customer.x - (1 - 2) > 0 or customer.y > 1 and customer.z > 2\n",
                   "segment a is customer.x - (1 - 2) > 0 or (customer.y > 1 and customer.z > 2)\n");
}

static void test_units_and_texts(void **state) {
    (void)state;
    assert_formats("customer\n  a duration, default 1  days\n  b money, default 1_000.50   CNY\n  c text, default \"\\u{4f60}\\n\"\nend\n",
                   "customer\n  a duration, default 1 day\n  b money, default 1_000.50 CNY\n  c text, default \"\\u{4f60}\\n\"\nend\n");
}

static void test_block_texts_move_with_their_line(void **state) {
    (void)state;
    assert_formats("message m on c\nbody \"\"\"\n          one\n\n            two\n          \"\"\"\nend\n",
                   "message m on c\n  body \"\"\"\n    one\n\n      two\n    \"\"\"\nend\n");
}

static void test_names_keep_their_back_quotes(void **state) {
    (void)state;
    assert_formats("event `end`\njourney j\n  stage s\n    `wait`: wait 1 day\n  end\nend\n",
                   "event `end`\njourney j\n  stage s\n    `wait`: wait 1 day\n  end\nend\n");
}

static void test_a_source_with_mistakes_is_refused(void **state) {
    (void)state;
    struct desk d = {0};
    assert_int_equal(format(&d, JN_STR("sausage\n")), JN_INVALID);
    assert_int_equal(d.out.n, 0);
    put_away(&d);
}

static void assert_in_words(enum jc_set set, const char *source, const char *wanted) {
    struct desk d = {.set = set};
    assert_int_equal(format(&d, jn_str_z(source)), JN_OK);
    assert_text(jn_buf_view(&d.out), wanted);
    put_away(&d);
}

#define ENGLISH                                                                                                       \
    "# send\n"                                                                                                        \
    "customer\n  plan text, one of \"wait\", \"b\"\n  send number, default 0\nend\n"                               \
    "segment vip is not customer.send is not 3 and now > customer.plan default today\n"                            \
    "journey goal\n  enter when a where a.wait is one of \"wait\"\n  goal goal when b within 1 month, exit\n"        \
    "  re-enter after 90 days\n  stage `send`\n    wait: wait for b of m since entry up to 3 days then\n"              \
    "      set customer.plan to customer.plan\n    timeout\n      go to `send`\n    end\n"                           \
    "    wait until monday or tuesday 09:00\n    if customer not in vip or true then\n      exit as x\n    end\n"     \
    "  end\nend\n"
#define CHINESE                                                                                                       \
    "# send\n"                                                                                                        \
    "客户\n  plan 文本, 任一 \"wait\", \"b\"\n  send 数字, 默认 0\n结束\n"                                           \
    "分群 vip 是 非 客户.send 不是 3 并且 此刻 > 客户.plan 默认 今天\n"                                            \
    "旅程 goal\n  进入 当 a 其中 a.wait 是 任一 \"wait\"\n  目标 goal 当 b 限期 1 个月, 离开\n"                      \
    "  再次进入 经过 90 天\n  阶段 `send`\n    wait: 等候 b 属于 m 自从 入口 最多 3 天 那么\n"                         \
    "      设置 客户.plan 至 客户.plan\n    超时\n      转到 `send`\n    结束\n"                                     \
    "    等待 直到 周一 或者 周二 09:00\n    如果 客户 不在 vip 或者 真 那么\n      离开 作为 x\n    结束\n"           \
    "  结束\n结束\n"

static void test_words_of_one_set_become_those_of_the_other(void **state) {
    (void)state;
    assert_in_words(JC_SET_CHINESE, ENGLISH, CHINESE);
    assert_in_words(JC_SET_ENGLISH, CHINESE, ENGLISH);
    assert_in_words(JC_SET_CHINESE, CHINESE, CHINESE);
    assert_in_words(JC_SET_ENGLISH, ENGLISH, ENGLISH);
}

static void test_words_stay_in_their_set_unless_asked(void **state) {
    (void)state;
    assert_formats(CHINESE, CHINESE);
    assert_formats("旅程 j  # 旅程\n  阶段 s\n    如果 customer 有 tag \"x\" 或 客户 has 标签 \"y\" then\n"
                   "      set customer.x 为 1\n    else\n      wait 3   月\n    结束\n  end\n结束\n",
                   "旅程 j  # 旅程\n  阶段 s\n    如果 customer 有 tag \"x\" 或 客户 has 标签 \"y\" then\n"
                   "      set customer.x 为 1\n    else\n      wait 3 个月\n    结束\n  end\n结束\n");
    assert_formats("旅程 j\n  stage s\n    等待 until 星期二, friday 或 周一 09:00\n  end\nend\n",
                   "旅程 j\n  stage s\n    等待 until 周一 或 星期二 或 friday 09:00\n  end\nend\n");
}

static void test_nothing_stays_nothing(void **state) {
    (void)state;
    assert_formats("", "");
    assert_formats("\n\n", "");
    assert_formats("# alone", "# alone\n");
}

static void test_texts_keep_what_they_hold(void **state) {
    (void)state;
    assert_formats("message m on c\r\n  body \"\"\"\r\n      one\r\n        two\r\n\r\n      three\r\n      \"\"\"\r\nend\r\n",
                   "message m on c\n  body \"\"\"\n    one\n      two\n\n    three\n    \"\"\"\nend\n");
    assert_formats("message m on c\n  body \"\"\"\n    \"\"\"\nend\n", "message m on c\n  body \"\"\"\n    \"\"\"\nend\n");
    assert_formats("message m on c\n  body \"\"\" one\n two\"\"\"\nend\n", "message m on c\n  body \"\"\" one\n two\"\"\"\nend\n");
    assert_formats("message m on c\n  body \"\"\"  \n    one\n    \"\"\"\nend\n", "message m on c\n  body \"\"\"\n    one\n    \"\"\"\nend\n");
}

static void test_questions_of_the_past_are_written_out(void **state) {
    (void)state;
    assert_formats("segment s is  count  of opened of hello in the last 3 days>1  and customer has  no tag \"x\"\n",
                   "segment s is count of opened of hello in the last 3 days > 1 and customer has no tag \"x\"\n");
    assert_formats("segment s is (no e in the last 3 days where e.a is 1) or min of e.a in the last 1 day>2\n",
                   "segment s is (no e in the last 3 days where e.a is 1) or min of e.a in the last 1 day > 2\n");
    assert_formats("segment s is average of e.a in the last 1 day>2 or max of e.a in the last 1 day>2 or first e.a>2 or last e.a>2\n",
                   "segment s is average of e.a in the last 1 day > 2 or max of e.a in the last 1 day > 2 or first e.a > 2 or last e.a > 2\n");
    assert_formats("segment s is not customer.a is one of \"x\",\"y\" and - customer.b>-1\n",
                   "segment s is not customer.a is one of \"x\", \"y\" and -customer.b > -1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_keep_their_meaning_and_settle_at_once),
        cmocka_unit_test(test_blanks_tabs_line_ends_and_the_mark_are_settled),
        cmocka_unit_test(test_comments_stay),
        cmocka_unit_test(test_texts_keep_what_they_hold),
        cmocka_unit_test(test_questions_of_the_past_are_written_out),
        cmocka_unit_test(test_comments_around_branches_and_arms),
        cmocka_unit_test(test_parentheses_where_they_are_needed),
        cmocka_unit_test(test_units_and_texts),
        cmocka_unit_test(test_block_texts_move_with_their_line),
        cmocka_unit_test(test_names_keep_their_back_quotes),
        cmocka_unit_test(test_a_source_with_mistakes_is_refused),
        cmocka_unit_test(test_words_of_one_set_become_those_of_the_other),
        cmocka_unit_test(test_words_stay_in_their_set_unless_asked),
        cmocka_unit_test(test_nothing_stays_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
