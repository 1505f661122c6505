/* Tags carried out, and what is refused as no Liquid: "offset+length: what was expected". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "liquid/liquid.h"
#include "template.h"

static void tags_are_carried_out(void **state) {
    (void)state;
    WRITES(
        {"{% for i in list limit: 2 offset: 1 %}{{ i }}{% endfor %}|{% for i in list offset: continue %}{{ i }}{% else "
         "%}none{% endfor %}",
         "12|none"},
        {"{% for i in list offset: 9 %}{{ i }}{% else %}none{% endfor %}{% for i in list, limit: none %}{{ i }}{% "
         "endfor %}",
         "none312"},
        {"{% for i in list limit: 'x' %}{% endfor %}", "line 1, column 25: this must be a whole number"},
        {"{% for i in list offset: -1 %}{% endfor %}", "line 1, column 26: this must be a whole number"},
        {"{% for i in word %}{{ i }}{% endfor %}{% for i in empty %}{{ i }}{% endfor %}{% for i in one %}x{% endfor "
         "%}{% for i in object %}{{ i[0] }}{{ i[1] }}{% endfor %}",
         "Worta1bx"},
        {"{% for i in closed %}{{ i.here }}{% endfor %}{% for i in list reversed %}{{ forloop.rindex0 }}{{ "
         "forloop.parentloop.index }}{% endfor %}",
         "1210"},
        {"{% tablerow i in list cols: 2 %}{{ i }}{% if i == 2 %}{% break %}{% endif %}{% endtablerow %}",
         "<tr class=\"row1\">\n<td class=\"col1\">3</td><td class=\"col2\">1</td></tr>\n<tr class=\"row2\"><td "
         "class=\"col1\">2</td></tr>\n"},
        {"{% tablerow i in list cols: 'x' %}{% endtablerow %}", "line 1, column 29: this must be a whole number"},
        {"{% tablerow i in list limit: 'x' %}{% endtablerow %}", "line 1, column 30: this must be a whole number"},
        {"{% tablerow i in nothing cols: 0 %}{% endtablerow %}", "<tr class=\"row1\">\n</tr>\n"},
        {"{% tablerow i in list limit: 1 %}{{ i | divided_by: 0 }}{% endtablerow %}",
         "line 1, column 41: divided by zero"},
        {"{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle one: 'a', 'b' %}{% cycle word: 1 %}",
         "abaa1"},
        {"{% increment n %}{% increment n %}{% decrement n %}{{ n }}", "0111"},
        {"{% ifchanged %}a{% endifchanged %}{% ifchanged %}a{% endifchanged %}{% ifchanged %}b{% endifchanged %}{% "
         "ifchanged %} {% endifchanged %}",
         "ab"},
        {"{% capture 'x' %}a{{ one }}{% endcapture %}{% capture y %}{% endcapture %}{{ x }}{{ y }}", "a1"},
        {"{% liquid\n  assign a = 1\n\n  # words\n  comment\n  raw\n  endcomment\n  if a == 1\n    echo a\n  endif\n%}",
         "1"},
        {"a{%- raw -%}  {{ b }}  {%- endraw -%} c", "a{{ b }}c"},
        {"{% raw %}{% end %}{% endraw x %}{% endrawx %}{% endraw %}", "{% end %}{% endraw x %}{% endrawx %}"},
        {"{%- comment -%}{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}x{% endcomment %}y", "y"},
        {"{% # one\n # two\n\n %}{%- # three -%} a", "a"},
        {"{% doc %} {% x %} {% enddoc %}b{{-}}c{{ }}d{{- 1 -}} e", "bcd1e"},
        {"{% unless no %}a{% elsif one %}b{% else %}c{% endunless %}{% case one %}x{% when 2 or 3 %}b{% when 1, 4 "
         "%}c{% else %}d{% endcase %}{% echo %}",
         "ac"},
        {"{% case one %}{% when 1 %} {% else %} {% endcase %}{% if one %} {% endif %}{% for i in list %} {% else %} {% "
         "endfor %}",
         ""},
        {"{{ word['size'] }}{{ object['a'] }}{{ ['word'] }}{{ object[none] }}{{ list['first'] }}{{ [none] }}",
         "41Wort3"});
}

static void partials_are_put_in(void **state) {
    (void)state;
    WRITES({"{% include 'plain' with 1 %}{% render 'plain' with 2 %}{% render 'plain' for list %}{% include 'plain', "
            "plain: 4 %}",
            "1,;2,;3,1;1,2;2,3;4,;"},
           {"{% render 'says/it' with 1 as it %}|{% render 'says/it' for list %}|{% include 'says/it' with list %}",
            "<1|<3|<3"},
           {"{% include 'says/it' with object as it %}", "<{\"a\"=>1, \"b\"=>\"x\"}"},
           {"{% include one %}", "line 1, column 4: the name of a partial is a text"},
           {"{% include 'unknown' %}", "line 1, column 4: there is no partial `unknown`"},
           {"{% render 'broken' %}",
            "line 1, column 4: partial `broken`, line 2, column 1: expected `}}` somewhere behind this"});
}

static void what_is_not_liquid_is_refused(void **state) {
    (void)state;
    WRITES({"{{ 'a }}", "3+3: a value"}, {"{{ a | }}", "7+1: a filter"}, {"{{ a | 1 }}", "7+1: a filter"},
           {"{{ a.1 }}", "5+1: a name behind the dot"}, {"{{ a. }}", "6+1: a name behind the dot"},
           {"{{ a[1 }}", "7+1: `]`"}, {"{{ [1 }}", "6+1: `]`"}, {"{{ a[' }}", "5+2: a value"},
           {"{{ (1 }}", "6+1: `..`"}, {"{{ (1..2 }}", "9+1: `)`"}, {"{{ (|..2) }}", "4+1: a value"},
           {"{{ (1..|) }}", "7+1: a value"}, {"{{ a b }}", "5+1: the end of the tag"},
           {"{{ a | append: 'x', }}", "20+1: a value"}, {"{{ a | append }}", "7+6: append|1 to 1 arguments"},
           {"{{ a | upcase: 1 }}", "7+6: upcase|no argument, not 10"},
           {"{{ a | append: x: 1 }}", "7+6: append|1 to 1 arguments"},
           {"{{ a | join: x: 1 }}", "7+4: join|0 to 1 arguments"}, {"{{ a | apend }}", "7+5: apend|append"},
           {"{{ a | zzzzzzz }}", "7+7: zzzzzzz"}, {"{% %}", "2+1: "}, {"{% assing a = 1 %}", "3+6: assing|assign"},
           {"{% assign a? = 1 %}", "10+2: a name without `?`"}, {"{% assign a 1 %}", "12+1: `=`"},
           {"{% assign = 1 %}", "10+1: a name"}, {"{% assign a = | %}", "14+1: a value"},
           {"{% if a %}", "3+2: `endif` somewhere behind this"},
           {"{% if a %}{% elsif | %}{% endif %}", "19+1: a value"},
           {"{% if a b %}{% endif %}", "8+1: the end of the tag"}, {"{% case | %}{% endcase %}", "8+1: a value"},
           {"{% case a b %}{% endcase %}", "10+1: the end of the tag"},
           {"{% case a %}{% when | %}{% endcase %}", "20+1: a value"},
           {"{% case a %}", "3+4: `endcase` somewhere behind this"},
           {"{% case a %}{% when 1 %}", "3+4: `endcase` somewhere behind this"},
           {"{% for 'a' in b %}{% endfor %}", "7+3: a name"}, {"{% for a of b %}{% endfor %}", "9+2: `in`"},
           {"{% for a in | %}{% endfor %}", "12+1: a value"},
           {"{% for a in b x %}{% endfor %}", "14+1: `limit`, `offset` or `reversed`"},
           {"{% for a in b limit 1 %}{% endfor %}", "20+1: `:`"},
           {"{% for a in b limit: | %}{% endfor %}", "21+1: a value"},
           {"{% for a in b %}", "3+3: `endfor` somewhere behind this"},
           {"{% for a in b %}{% else %}", "3+3: `endfor` somewhere behind this"},
           {"{% tablerow a in b reversed %}{% endtablerow %}", "19+8: `cols`, `limit` or `offset`"},
           {"{% tablerow | %}", "12+1: a name"}, {"{% capture | %}{% endcapture %}", "11+1: a name"},
           {"{% capture a %}", "3+7: `endcapture` somewhere behind this"}, {"{% increment | %}", "13+1: a name"},
           {"{% increment a b %}", "15+1: the end of the tag"}, {"{% echo | %}", "8+1: a value"},
           {"{% cycle %}", "3+1: a value"}, {"{% cycle a, %}", "11+1: a value"}, {"{% cycle a: | %}", "12+1: a value"},
           {"{% cycle a b %}", "11+1: the end of the tag"},
           {"{% ifchanged %}", "3+9: `endifchanged` somewhere behind this"},
           {"{% render a %}", "10+1: a name in quotes"}, {"{% render 'a' with | %}", "19+1: a value"},
           {"{% include | %}", "11+1: a value"}, {"{% render 'a' as | %}", "17+1: a name"},
           {"{% render 'a', b: | %}", "18+1: a value"}, {"{% render 'a' b %}", "14+1: the end of the tag"},
           {"{% raw x %}{% endraw %}", "7+1: the end of the tag"}, {"{% raw %}", "3+3: `endraw` somewhere behind this"},
           {"{% comment %}", "3+7: `endcomment` somewhere behind this"},
           {"{% comment %}{% raw %}", "3+7: `endcomment` somewhere behind this"},
           {"{% comment %}{% x", "13+2: `%}` somewhere behind this"},
           {"{% doc x %}{% enddoc %}", "7+1: the end of the tag"},
           {"{% # a\n b %}", "8+1: `#` before every line of a comment"},
           {"{% liquid\n  if a\n%}", "12+2: `endif` somewhere behind this"},
           {"{% liquid\n comment\n%}", "11+7: `endcomment` somewhere behind this"},
           {"{% x", "0+2: `%}` somewhere behind this"}, {"ü{{ a", "2+2: `}}` somewhere behind this"},
           {"{% if a ~ b %}{% endif %}", "8+1: the end of the tag"}, {"{{ a = b }}", "5+1: the end of the tag"},
           {"{{ ! }}", "3+1: a value"});
}

static void names_of_tags_and_filters_are_listed(void **state) {
    uint32_t tags = 0, filters = 0;
    (void)state;
    while (jn_liquid_tag_name(tags) != NULL)
        tags++;
    while (jn_liquid_filter_name(filters) != NULL)
        filters++;
    assert_true(tags > 10 && filters > 60);
    assert_string_equal(jn_liquid_filter_name(0), "abs");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_carried_out),
        cmocka_unit_test(partials_are_put_in),
        cmocka_unit_test(what_is_not_liquid_is_refused),
        cmocka_unit_test(names_of_tags_and_filters_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
