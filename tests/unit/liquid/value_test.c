/* Values of every kind: how templates write, compare and look into them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "template.h"

static void values_of_every_kind_are_written(void **state) {
    (void)state;
    WRITES(
        {"{{ one }} {{ half }} {{ yes }} {{ no }} {{ none }} {{ word }}", "1 0.5 true false  Wort"},
        {"{{ list }} {{ nested }}", "312 12a\"b"}, {"{{ object }}", "{\"a\"=>1, \"b\"=>\"x\"}"},
        {"{{ people }}", "{\"name\"=>\"b\", \"age\"=>2}{\"name\"=>\"a\"}{\"age\"=>1}"},
        {"{{ closed }} {{ closed.here }} {{ closed.there }} {{ closed.size }} {{ closed.first }}", "{} 1  0 "},
        {"{{ day }} {{ at }} {{ exact }} {{ money }} {{ days }} {{ off }} {{ missing }}",
         "2026-03-14 2026-03-14T15:00:00Z 1.25 1234.50 CNY 2 days false "},
        {"{{ (1..3) }} {{ (3..1) | size }} {{ nil }} {{ empty }} {{ blank }}", "1..3 0   "},
        {"{{ huge }} {{ 0.1 }} {{ 1.0 }} {{ 0.00001 }} {{ 123456789012345680.5 }}",
         "1.0e+308 0.1 1.0 1.0e-05 1.2345678901234568e+17"},
        {"{{ 1000000000000000.0 }} {{ 12345678901234567.0 }}", "1000000000000000.0 1.2345678901234568e+16"},
        {"{{ list.first }}{{ list.last }}{{ list[-1] }}{{ list[9] }}{{ list['size'] }}{{ list.none }}", "3223"},
        {"{{ word.size }} {{ word.first }} {{ object.size }} {{ object.first }} {{ no_members.first }} {{ one.size }}",
         "4  2 a1  "},
        {"{{ (2..5).first }} {{ (2..5).last }} {{ (2..5)[1] }}", "9+1: the end of the tag"},
        {"{% assign r = (2..5) %}{{ r.first }} {{ r.last }} {{ r[1] }} {{ r.size }}", "2 5 3 4"});
}

static void values_are_equal_or_in_order(void **state) {
    (void)state;
#define IF(condition, expected) {"{% if " condition " %}yes{% else %}no{% endif %}", expected}
    WRITES(IF("object == same", "yes"), IF("object == less", "no"), IF("object == other_object", "no"),
           IF("object == renamed", "no"), IF("object == object", "yes"), IF("object == closed", "no"),
           IF("closed == object", "no"), IF("list == other", "no"), IF("list == nothing", "no"),
           IF("list == list", "yes"), IF("list == one", "no"), IF("none == missing", "yes"), IF("yes == true", "yes"),
           IF("off == false", "yes"), IF("empty == word", "no"), IF("nothing == empty", "yes"),
           IF("exact == 1.25", "yes"), IF("exact == '1.25'", "yes"), IF("day == '2026-03-14'", "yes"),
           IF("day == day", "yes"), IF("day == at", "no"), IF("money == 1234.5", "yes"), IF("money > yen", "no"),
           IF("at > epoch", "yes"), IF("epoch > at", "no"), IF("at >= at", "yes"), IF("days < none", "no"),
           IF("no_members == blank", "yes"), IF("blanks == blank", "yes"), IF("word == blank", "no"),
           IF("blank == blank", "yes"), IF("blank == one", "no"), IF("none == blank", "yes"),
           IF("word contains 'or'", "yes"), IF("word contains ''", "yes"), IF("empty contains 'x'", "no"),
           IF("list contains 2", "yes"), IF("list contains 9", "no"), IF("object contains 'a'", "yes"),
           IF("object contains 'z'", "no"), IF("one contains 1", "no"), IF("list contains nil", "no"),
           IF("word > one", "line 1, column 7: a text and a number have no order"), IF("one and none", "no"),
           IF("none and one", "no"), IF("none or one", "yes"), IF("none or no", "no"), IF("one or none", "yes"));
#undef IF
    WRITES({"{% assign r = (1..3) %}{% if r contains 3 %}a{% endif %}{% if r contains 0 %}b{% endif %}{% if r contains "
            "4 %}c{% endif %}"
            "{% if r contains 2.5 %}d{% endif %}{% if r contains '2' %}e{% endif %}{% if r contains 2.0 %}f{% endif %}",
            "af"},
           {"{% assign r = (1..3) %}{% assign s = (1..3) %}{% assign t = (1..4) %}{% assign u = (0..3) %}{% if r == s "
            "%}a{% endif %}"
            "{% if r == t %}b{% endif %}{% if r == u %}c{% endif %}",
            "a"});
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    TEMPLATE_ASK(true, false, {"{{ a }}", "line 1, column 3: a is missing"},
                 {"x\n{{ customer['name'] | upcase }}", "line 2, column 3: customer['name'] is missing"},
                 {"{{ none | default: 'x' }}{{ one }}{{ nil }}", "x1"});
}

static void what_is_written_to_html_is_escaped(void **state) {
    (void)state;
    TEMPLATE_ASK(
        false, true, {"{{ html }}", "a&amp;b&lt;c&gt;&quot;d&quot;&#39;e&#39;"}, {"{{ html | raw }}", "a&b<c>\"d\"'e'"},
        {"{{ html | escape }}", "a&amp;b&lt;c&gt;&quot;d&quot;&#39;e&#39;"},
        {"{% capture x %}<b>{{ html }}</b>{% endcapture %}{{ x }}", "<b>a&amp;b&lt;c&gt;&quot;d&quot;&#39;e&#39;</b>"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_are_written),
        cmocka_unit_test(values_are_equal_or_in_order),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(what_is_written_to_html_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
