/* Conditions of a journey said in plain words, in both languages: the line that
 * tells who leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "compiler/explain/story.h"
#include "core/arena.h"
#include "journey/compile.h"

#define WORLD                                                                                                          \
    "workspace\n  currency CNY\nend\ncustomer\n  name text\n  points number\n  "                                       \
    "spent money\n  active boolean\n"                                                                                  \
    "  seen instant\n  at time\nend\nevent e\n  n number\n  amount money\nend\n"                                       \
    "channel mail\n  webhook \"https://x.example\"\nend\nmessage hi on mail\n  "                                       \
    "body \"x\"\nend\n"                                                                                                \
    "segment vip is customer.points > 1000\n"                                                                          \
    "journey j\n  enter when e\n  re-enter never\n  exit if %s\n  stage s\n    "                                       \
    "send hi\n    wait 1 day\n  end\nend\n"

static const struct {
    const char *condition, *english, *chinese; /* what is said */
} ROW[] = {
    {"customer.active", "the customer's active is true", "客户的 active 为真"},
    {"not customer.active", "the customer's active is not true", "客户的 active 不为真"},
    {"not (customer.active)", "it is not so that (the customer's active is true)", "并非（客户的 active 为真）"},
    {"customer.active is false", "the customer's active is false", "客户的 active 为 假"},
    {"true", "true (always so)", "真（总是如此）"},
    {"customer.active and false", "the customer's active is true and false (never so)",
     "客户的 active 为真 且 假（从不如此）"},
    {"customer not in vip", "the customer is not in the segment vip", "客户不属于分群 vip "},
    {"customer in vip", "the customer is in the segment vip", "客户属于分群 vip "},
    {"customer has no tag \"x\"", "the customer does not have the tag “x”", "客户没有标签“x”"},
    {"customer has tag \"x\"", "the customer has the tag “x”", "客户有标签“x”"},
    {"customer.name is missing", "the customer's name is not known", "客户的 name 未知"},
    {"customer.name is not one of \"a\", \"b\"", "the customer's name is none of “a”, “b”",
     "客户的 name 不为 “a”、“b” 中任何一个"},
    {"customer.name contains \"a\" or customer.name like \"a*\"",
     "the customer's name contains “a” or the customer's name looks like “a*”",
     "客户的 name 包含 “a” 或 客户的 name 形如 “a*”"},
    {"customer.name starts with \"a\" and not customer.name ends with \"b\"",
     "the customer's name starts with “a” and it is not so that the customer's "
     "name ends with “b”",
     "客户的 name 以 “a” 开头 且 并非客户的 name 以 “b” 结尾"},
    {"customer.points as CNY >= customer.spent", "the customer's points in CNY is at least the customer's spent",
     "以 CNY 计的客户的 points 不少于 客户的 spent "},
    {"-customer.points * 2 / 3 - 1 + 4 <= 5", "-the customer's points × 2 ÷ 3 - 1 + 4 is at most 5",
     "-客户的 points × 2 ÷ 3 - 1 + 4不超过 5"},
    {"customer.points default 1 is not 2", "the customer's points (when not known: 1) is not 2",
     "客户的 points（未知时为 1）不为 2"},
    {"length(customer.name) > 3", "the length of the customer's name is more than 3", "客户的 name 的长度大于 3"},
    {"hour of now < 12 and day of today is \"monday\"",
     "the hour of now is less than 12 and the day of today is “monday”", "此刻的小时小于 12 且 今天的星期为 “monday”"},
    {"e in the last 3 days", "e happened in the last 3 days", "最近 3 天内发生过 e "},
    {"no e in the last 1 week where e.n > 1", "no e if the e's n is more than 1 happened in the last 7 days",
     "最近 7 天内没有发生 e（e 的 n 大于 1）"},
    {"2 < count of e in the last 3 days where e.n > 1 or e.n is missing",
     "2 is less than the number of e if the e's n is more than 1 or the e's n "
     "is not known in the last 3 days",
     "2小于 最近 3 天内 e（e 的 n 大于 1 或 e 的 n 未知）的次数"},
    {"customer.points > 3 and (customer.active or customer in vip)",
     "the customer's points is more than 3 and (the customer's active is true or the "
     "customer is in the segment vip)",
     "客户的 points 大于 3 且（客户的 active 为真 或 客户属于分群 vip）"},
    {"sum of e.amount in the last 3 days > 2 CNY", "the sum of e's amount in the last 3 days is more than 2.00 CNY",
     "最近 3 天内 e的 amount 的总和大于 2.00 CNY"},
    {"average of e.n in the last 3 days > 2", "the average of e's n in the last 3 days is more than 2",
     "最近 3 天内 e的 n 的平均大于 2"},
    {"min of e.n in the last 3 days > 2", "the least e's n in the last 3 days is more than 2",
     "最近 3 天内最小的 e的 n 大于 2"},
    {"max of e.n in the last 3 days > 2", "the greatest e's n in the last 3 days is more than 2",
     "最近 3 天内最大的 e的 n 大于 2"},
    {"last e.n > 2", "the last e's n is more than 2", "末次 e的 n 大于 2"},
    {"first e.n > 2", "the first e's n is more than 2", "首次 e的 n 大于 2"},
    {"time since e > 2 days", "the time since e is more than 2 days", "距上次 e 的时间大于 2 天"},
    {"opened of hi in the last 3 days", "opened of the message hi happened in the last 3 days",
     "最近 3 天内发生过 消息 hi 的 opened "},
};

/* What stands between the words around a condition. */
static bool says(const struct jc_result *result, enum jc_tongue tongue, const char *expected, struct jn_arena *arena) {
    static const struct {
        const char *before, *behind;
    } AROUND[JC_TONGUES] = {
        [JC_ENGLISH] = {"At once when it is so that ", ".\n"}, [JC_CHINESE] = {"一旦", "就立即离开"}};
    struct jc_story story;
    struct jn_buf out;
    jn_buf_init(&out, 1u << 20);
    jc_story_tell(result, 0, tongue, arena, &story);
    jc_story_print_text(&story, &out);
    jn_buf_char(&out, '\0');
    const char *from = strstr(out.p, AROUND[tongue].before),
               *to = from == NULL ? NULL : strstr(from, AROUND[tongue].behind);
    assert_non_null(to);
    from += strlen(AROUND[tongue].before);
    struct jn_str said = {from, (size_t)(to - from)};
    bool right = jn_str_is(said, expected);
    if (!right) print_message("  said: %.*s\n", JN_FMT(said));
    jn_buf_release(&out);
    return right;
}

static void conditions_are_said_in_both_languages(void **state) {
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_arena arena;
        struct jc_result result;
        jn_arena_init(&arena);
        struct jc_source source = {JN_STR("a.journey"), jn_arena_printf(&arena, WORLD, ROW[i].condition), JC_READ};
        assert_int_equal(jc_compile(&arena, &source, 1, &result, NULL), JN_OK);
        if (result.program == NULL) {
            print_message("%s: %.*s\n", ROW[i].condition, JN_FMT(result.diags->first->message));
            wrong++;
        } else if (!says(&result, JC_ENGLISH, ROW[i].english, &arena) |
                   !says(&result, JC_CHINESE, ROW[i].chinese, &arena)) {
            wrong++;
        }
        jn_arena_release(&arena);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(conditions_are_said_in_both_languages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
