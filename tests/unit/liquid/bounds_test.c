/* What a template could take without end: each is told in a moment, and the process lives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "liquid/liquid.h"
#include "template.h"

static void work_memory_and_output_have_bounds(void **state) {
    (void)state;
#define DOUBLED "{% assign s = '0123456789abcdef' %}{% for i in (1..16) %}{% assign s = s | append: s %}{% endfor %}"
    WRITES(
        {"{% for i in (1..1001) %}{% for j in (1..1001) %}{% endfor %}{% endfor %}", "the template does too much work"},
        {"{% tablerow i in (1..1001) %}{% for j in (1..1001) %}{% endfor %}{% endtablerow %}",
         "the template does too much work"},
        {"{% for i in (1..100) %}{% for j in (1..1000000) limit: 1 %}{% endfor %}{% endfor %}",
         "the template takes too much memory"},
        {"{% for i in (1..100) %}{% if (1..1000000) contains i %}{{ i }}{% break %}{% endif %}{% endfor %}", "1"},
        {DOUBLED "{{ s | size }}{{ s | append: '!' }}", "line 1, column 121: the text is larger than 1 MiB"},
        {DOUBLED "{{ s }}{{ s }}", "the template writes too much"},
        {DOUBLED "{% capture x %}{{ s }}{{ s }}{% endcapture %}", "the template writes too much"},
        {DOUBLED "{% for i in (1..1000) %}{% assign t = s | upcase %}{% endfor %}",
         "the template takes too much memory"},
        {DOUBLED "{% for i in (1..1000) %}{% if s contains '!' %}{% endif %}{% endfor %}",
         "the template does too much work"},
        {"{% assign l = (1..20000) | uniq %}", "the template does too much work"},
        {"{{ (1..2000) | uniq | size }}", "2000"},
        {"{% assign l = (1..1000) | reverse %}{% for i in (1..30) %}{% assign l = l | concat: l %}{% endfor %}",
         "the template takes too much memory"},
        {"{{ (1..1000001) | sum }}", "line 1, column 19: the range has more than a million elements"},
        {"{{ list | concat: (1..1000001) | size }}", "line 1, column 11: the range has more than a million elements"},
        {"{{ (-9223372036854775807..9223372036854775807) | size }}", "9223372036854775807"});
#undef DOUBLED
}

static void nesting_has_a_bound(void **state) {
    (void)state;
    static const struct {
        const char *open, *close, *expected;
    } ROW[] = {{"{% if a %}", "{% endif %}", "less nesting"},
               {"{{ a[", "] }}", "less nesting"},
               {"{% if a or ", "b %}{% endif %}", "less nesting"}};
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_liquid_mistake mistake;
        struct jn_liquid *liquid;
        struct jn_arena arena;
        struct jn_buf text;
        jn_arena_init(&arena);
        jn_buf_init(&text, 1u << 16);
        jn_buf_z(&text, ROW[i].open);
        for (int k = 0; k < 2 * JN_LIQUID_DEPTH_MAX; k++)
            jn_buf_z(&text, i == 0 ? ROW[i].open : i == 1 ? "a[" : "a or ");
        jn_buf_z(&text, ROW[i].close);
        assert_int_equal(jn_liquid_parse(jn_buf_view(&text), &arena, &liquid, &mistake), JN_INVALID);
        assert_string_equal(mistake.text, ROW[i].expected);
        jn_buf_release(&text);
        jn_arena_release(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_memory_and_output_have_bounds),
        cmocka_unit_test(nesting_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
