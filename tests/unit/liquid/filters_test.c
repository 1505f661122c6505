/* Every filter with values that it is made for, with others, and with arguments that it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "template.h"

static void numbers_are_reckoned_with(void **state) {
    (void)state;
    WRITES(
        {"{{ big | plus: 1 }} {{ small | minus: 1 }} {{ big | times: 2 }}",
         "9.22337203685478e+18 -9.22337203685478e+18 1.84467440737096e+19"},
        {"{{ small | abs }} {{ -3 | abs }} {{ -0.5 | abs }}", "9.223372036854776e+18 3 0.5"},
        {"{{ small | divided_by: -1 }} {{ 7 | divided_by: -1 }} {{ -7 | divided_by: 2 }} {{ 7 | divided_by: 2 }} {{ -8 "
         "| divided_by: 2 }}",
         "9.223372036854776e+18 -7 -4 3 -4"},
        {"{{ 7 | modulo: 3 }} {{ -7 | modulo: 3 }} {{ 7 | modulo: -3 }} {{ 7 | modulo: -1 }} {{ 6 | modulo: 3 }} {{ "
         "-7.5 | modulo: 2 }} {{ 7.5 | modulo: 2 }}",
         "1 2 -2 0 0 0.5 1.5"},
        {"{{ 1 | divided_by: 0 }}", "line 1, column 8: divided by zero"},
        {"{{ 1 | modulo: 0 }}", "line 1, column 8: divided by zero"},
        {"{{ 1.0 | divided_by: 0 }} {{ -1.0 | divided_by: 0 }} {{ 0.0 | divided_by: 0 }}", "Infinity -Infinity NaN"},
        {"{{ 1.0 | divided_by: 0 | plus: 1 }} {{ huge | times: 10 }}", "Infinity Infinity"},
        {"{{ 0.1 | plus: 0.2 }} {{ 1.1 | times: 3 }} {{ 0 | plus: 0.0 }}", "0.3 3.3 0.0"},
        {"{{ 1.0 | divided_by: 0 | ceil }} {{ 1.5 | floor }} {{ 2 | floor }} {{ -1.5 | ceil }}", "Infinity 1 2 -1"},
        {"{{ 1.2345 | round: 2 }} {{ 1.5 | round: 99 }} {{ 123.4 | round: -1 }} {{ 2.5 | round }} {{ 7 | round: 3 }}",
         "1.23 1.5 120 3 7"},
        {"{{ ' 12 ' | plus: 1 }} {{ '-3.5' | plus: 0 }} {{ '1.' | plus: 1 }} {{ '.5' | plus: 1 }} {{ '1.-5' | plus: 1 "
         "}} {{ '' | plus: 1 }}",
         "13 -3.5 1 1 1 1"},
        {"{{ '-' | plus: 1 }} {{ '1x' | plus: 1 }} {{ 'x' | plus: 1 }} {{ '1.5x' | plus: 1 }} {{ 'x.5' | plus: 1 }} {{ "
         "\"\n12\t\" | plus: 1 }}",
         "1 1 1 1 1 13"},
        {"{{ exact | plus: 1 }} {{ money | plus: 0.5 }} {{ yes | plus: 1 }} {{ day | plus: 1 }}", "2.25 1235.0 1 1"},
        {"{{ 5 | at_least: 7 }} {{ 5 | at_least: 3 }} {{ 5 | at_most: 3 }} {{ 5 | at_most: 7 }}", "7 5 3 5"},
        {"{{ list | sum }} {{ people | sum: 'age' }} {{ nothing | sum }} {{ half | sum }}", "6 3 0 0.5"},
        {"{{ list | sum: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ list | sum: nil }}", "6"});
}

static void numbers_are_written_for_people(void **state) {
    (void)state;
    WRITES(
        {"{{ 1234567 | number }} {{ 1234.5 | number }} {{ -1234.5 | number: 2 }} {{ 12 | number }}",
         "1,234,567 1,234.5 -1,234.50 12"},
        {"{{ exact | number }} {{ exact | number: 1 }} {{ finely | number }} {{ 5.0 | number }} {{ 'x' | number }}",
         "1.25 1.2 1.234567890 5 0"},
        {"{{ 1 | number: 10 }}", "line 1, column 8: the number of places is 0 to 9"},
        {"{{ 1 | number: -1 }}", "line 1, column 8: the number of places is 0 to 9"},
        {"{{ 1 | number: 'x' }}", "line 1, column 8: the number of places is 0 to 9"},
        {"{{ money | money }} {{ yen | money }} {{ 1234.5 | money }} {{ -5 | money: 'EUR' }} {{ 1500 | money: 'KRW' }}",
         "1,234.50 CNY 1,500 JPY 1,234.50 -5.00 EUR 1,500 KRW"},
        {"{{ day | money }} {{ 1 | money: 'EURO' }}", "line 1, column 26: a currency has three letters"});
}

static void dates_are_read_and_written(void **state) {
    (void)state;
#define DATE(text) "{{ '" text "' | date: '%Y-%m-%d %H:%M:%S' }}"
    WRITES({DATE("2016-03-14"), "2016-03-14 00:00:00"}, {DATE("2016-03-14 15:09"), "2016-03-14 15:09:00"},
           {DATE("2016-03-14T15:09:26"), "2016-03-14 15:09:26"},
           {DATE("2016-03-14T15:09:26+08:00"), "2016-03-14 07:09:26"},
           {DATE("2016-3-4  5:06:07"), "2016-03-04 05:06:07"}, {DATE("March 14, 2016"), "2016-03-14 00:00:00"},
           {DATE("14 Mar. 2016 23:59"), "2016-03-14 23:59:00"}, {DATE("14  march 2016"), "2016-03-14 00:00:00"},
           {DATE("1152098955"), "2006-07-05 11:29:15"}, {DATE("now"), "2026-03-01 01:02:03"},
           {DATE("today"), "2026-03-01 01:02:03"}, {DATE("2016-02-30"), "2016-02-30"},
           {DATE("2016-00-10"), "2016-00-10"}, {DATE("2016-13-10"), "2016-13-10"}, {DATE("2016-01-00"), "2016-01-00"},
           {DATE("2016/01/01"), "2016/01/01"}, {DATE("2016-01"), "2016-01"}, {DATE("2016-"), "2016-"},
           {DATE("2016-01-x"), "2016-01-x"}, {DATE("2016-01-01T"), "2016-01-01 00:00:00"},
           {DATE("2016-01-01 24:00"), "2016-01-01 24:00"}, {DATE("2016-01-01 12:60"), "2016-01-01 12:60"},
           {DATE("2016-01-01 12:00:61"), "2016-01-01 12:00:61"}, {DATE("2016-01-01 12"), "2016-01-01 12"},
           {DATE("2016-01-01 12:"), "2016-01-01 12:"}, {DATE("2016-01-01 12:0:"), "2016-01-01 12:0:"},
           {DATE("2016-01-01 12:00:"), "2016-01-01 12:00:"}, {DATE("2016-01-01 x"), "2016-01-01 x"},
           {DATE("2016-01-01 12:00 x"), "2016-01-01 12:00 x"}, {DATE("March 32, 2016"), "March 32, 2016"},
           {DATE("March 0, 2016"), "March 0, 2016"}, {DATE("March x"), "March x"}, {DATE("March 14"), "March 14"},
           {DATE("Marzo 14, 16"), "Marzo 14, 16"}, {DATE("May 14, 2016 25:00"), "May 14, 2016 25:00"},
           {DATE("May 14, 2016 12:00 x"), "May 14, 2016 12:00 x"}, {DATE("xyz 14, 2016"), "xyz 14, 2016"},
           {DATE("12345678901234"), "12345678901234"}, {DATE(""), ""}, {DATE("12a"), "12a"});
#undef DATE
    WRITES(
        {"{{ day | date: '%d.%m.%Y' }} {{ at | date: '%H:%M' }} {{ 3600 | date: '%H:%M' }}", "14.03.2026 15:00 01:00"},
        {"{{ big | date: '%Y' }} {{ small | date: '%Y' }}", "1970 1970"},
        {"{{ list | date: '%Y' }} {{ half | date: '%Y' }}", "312 0.5"},
        {"{{ day | date: '' }} {{ none | date: '%Y' }}", "2026-03-14 "},
        {"{{ at | time_zone: 'Asia/Shanghai' | date: '%H:%M %Z %z' }}", "23:00 CST +0800"},
        {"{{ at | time_zone: 'Asia/Nowhere' | date: '%H' }}", "line 1, column 9: there is no such time zone"},
        {"{{ 'x' | time_zone: 'Asia/Shanghai' | date: '%H' }} {{ other | date: '%Y' }} {{ money | date: '%Y' }}",
         "x 314 1234.50 CNY"});
}

static void texts_are_changed(void **state) {
    (void)state;
    WRITES({"{{ word | upcase }}{{ word | downcase }}{{ 'ab' | capitalize }}{{ none | upcase }}", "WORTwortAb"},
           {"{{ word | append: one }} {{ word | prepend: 'Vor' }} {{ none | append: '' }}", "Wort1 VorWort "},
           {"[{{ blanks | strip }}{{ ' a ' | lstrip }}{{ ' a ' | rstrip }}]", "[a  a]"},
           {"{{ lines | newline_to_br }}|{{ lines | strip_newlines }}", "a<br />\nb\rc<br />\nd|ab\rcd"},
           {"{{ 'aXbXc' | replace: 'X', '-' }} {{ 'aXbXc' | replace_first: 'X', '-' }} {{ 'aXbXc' | replace_last: 'X', "
            "'-' }}",
            "a-b-c a-bXc aXb-c"},
           {"{{ 'ab' | replace: '', '-' }} {{ 'ab' | replace: 'x' }} {{ 'ab' | replace_last: 'x', 'y' }} {{ 'ab' | "
            "replace_last: '', '-' }}",
            "-a-b- ab ab ab-"},
           {"{{ 'aXbXc' | remove: 'X' }} {{ 'aXbXc' | remove_first: 'X' }} {{ 'aXbXc' | remove_last: 'X' }}",
            "abc abXc aXbc"},
           {"{{ '旅程管理' | slice: 1, 2 }} {{ 'abc' | slice: -2, 9 }} [{{ 'abc' | slice: 4 }}{{ 'abc' | slice: -9 "
            "}}{{ 'abc' | slice: 0, -1 }}] {{ 'abc' | slice: 1, nil }}",
            "程管 bc [] b"},
           {"{{ list | slice: 1, 5 | join }} {{ list | slice: 9 | size }}", "1 2 0"},
           {"{{ 'abc' | slice: 'x' }}", "line 1, column 12: the argument must be a whole number"},
           {"{{ 'abc' | slice: 1, 1.5 }}", "line 1, column 12: the argument must be a whole number"},
           {"{{ 'a b  c d' | truncatewords: 2 }} {{ 'a b' | truncatewords: 2 }} {{ ' a b ' | truncatewords: 0 }} {{ 'a "
            "b' | truncatewords: 1, '' }}",
            "a b... a b a... a"},
           {"{{ '旅程管理' | truncate: 3, '…' }} {{ 'abc' | truncate: 1 }} {{ 'abc' | truncate: 3 }}", "旅程… ... abc"},
           {"{{ 'abc' | truncate: 'x' }}", "line 1, column 12: the argument must be a whole number"},
           {"{{ 'a b' | truncatewords: none }}", "line 1, column 12: the argument must be a whole number"},
           {"{{ 'a,b,,' | split: ',' | json }} {{ ' a  b ' | split: ' ' | json }} {{ 'a旅' | split: '' | json }} {{ '' "
            "| split: ',' | json }} {{ ',' | split: ',' | size }}",
            "[\"a\",\"b\"] [\"a\",\"b\"] [\"a\",\"旅\"] [] 0"},
           {"{{ word | size }} {{ one | size }} {{ object | size }}", "4 0 2"});
}

static void values_are_written_for_other_readers(void **state) {
    (void)state;
    WRITES({"{{ html | escape }}", "a&amp;b&lt;c&gt;&quot;d&quot;&#39;e&#39;"},
           {"{{ '&amp; &#12; &#x1F; &x &; &#; & &a b; &aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;' | escape_once }}",
            "&amp; &#12; &#x1F; &amp;x &amp;; &amp;#; &amp; &amp;a b; &amp;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;"},
           {"[{{ none | escape }}{{ none | escape_once }}{{ none | raw }}]", "[]"},
           {"{{ '<p>a</p><script>b</script><style>c</style><!-- d -->e < f <!-- g' | strip_html }}", "ae < f <!-- g"},
           {"{{ 'a b/ü+Z9-' | url_encode }} {{ 'a b/ü?' | url_escape }} {{ 'a b/ü' | url_param_escape }}",
            "a+b%2F%C3%BC%2BZ9- a%20b/%C3%BC? a%20b%2F%C3%BC"},
           {"{{ 'a+b%2f%C3%BC%zz%1' | url_decode }}", "a b/ü%zz%1"},
           {"{{ '%ff' | url_decode }}", "line 1, column 12: the text behind the percent signs is not UTF-8"},
           {"{{ '>>>~~~' | base64_encode }} {{ '>>>~~~' | base64_url_safe_encode }}", "Pj4+fn5+ Pj4-fn5-"},
           {"{{ 'Pj4+Pz8/' | base64_decode }} {{ 'Pj4-Pz8_' | base64_url_safe_decode }}", ">>>?\?? >>>?\??"},
           {"{{ 'a' | base64_decode }}", "line 1, column 10: this is not the base64 of a text"},
           {"{{ '/w==' | base64_decode }}", "line 1, column 13: this is not the base64 of a text"},
           {"{{ object | json }} {{ people | json }}",
            "{\"a\":1,\"b\":\"x\"} [{\"name\":\"b\",\"age\":2},{\"name\":\"a\"},{\"age\":1}]"},
           {"{{ half | json }} {{ yes | json }} {{ none | json }} {{ word | json }} {{ day | json }} {{ closed | json "
            "}} {{ empty | json }}",
            "0.5 true null \"Wort\" \"2026-03-14\" {} null"},
           {"{% assign r = (1..3) %}{{ r | json }} {{ blank | json }}", "[1,2,3] null"},
           {"{{ 1.0 | divided_by: 0 | json }} {{ 0.0 | divided_by: 0 | json }}", "null null"},
           {"{{ 'a' | md5 }} {{ 'a' | sha1 }}",
            "0cc175b9c0f1b6a831c399e269772661 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"},
           {"{{ 'x' | hmac_sha256: 'k' | size }} {{ none | sha256 | slice: 0, 8 }}", "64 e3b0c442"});
}

static void lists_are_changed(void **state) {
    (void)state;
    WRITES(
        {"{{ list | first }} {{ list | last }} {{ nothing | first }} {{ nothing | last }} {{ object | first }} {{ "
         "object | last }} {{ one | first }}{{ word | last }}",
         "3 2   a1  "},
        {"{% assign r = (2..9) %}{{ r | first }} {{ r | last }} {{ r | join: ',' }} {{ r | size }} {{ r | reverse | "
         "first }}",
         "2 9 2,3,4,5,6,7,8,9 8 9"},
        {"{{ nested | join: ',' }} {{ list | join }} {{ word | join }} {{ none | join }} {{ object | join }}",
         "1,2,a\"b, 3 1 2 Wort  {\"a\"=>1, \"b\"=>\"x\"}"},
        {"{{ list | concat: other | join }} {{ list | concat: nothing | join }} {{ nothing | concat: list | join }}",
         "3 1 2 3 1 4 3 1 2 3 1 2"},
        {"{{ list | concat: (1..2) | join }}", "3 1 2 1 2"},
        {"{{ list | concat: 1 }}", "line 1, column 11: the argument must be an array"},
        {"{{ people | map: 'name' | json }} {{ nothing | map: 'x' | json }} {{ none | map: 'x' | json }}",
         "[\"b\",\"a\",null] [] []"},
        {"{{ list | map: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ people | where: 'name', 'a' | json }} {{ people | where: 'name' | size }} {{ people | reject: 'name' | "
         "json }}",
         "[{\"name\":\"a\"}] 2 [{\"age\":1}]"},
        {"{{ people | find: 'age', 1 | json }} {{ people | find: 'age', 9 | json }} {{ people | find_index: 'age', 1 "
         "}} [{{ people | find_index: 'x' }}]",
         "{\"age\":1} null 2 []"},
        {"{{ people | has: 'name' }} {{ people | has: 'x' }} {{ nothing | has: 'x' }}", "true false false"},
        {"{{ list | where: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ list | has: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ list | find: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ list | find_index: 0 }} {{ list | has: 5 }} {{ list | where: 1 | json }} {{ list | where: 99, 0 | size }}",
         "0 true [3,1,2] 3"},
        {"{{ word | where: 'or' }}{{ word | where: 'x', 'y' | size }} [{{ word | where: 1 }}{{ half | where: 'x' }}{{ "
         "word | where: '' }}]",
         "Wort0 [Wort]"},
        {"{{ people | compact: 'name' | size }} {{ nested | compact | size }} {{ people | compact: nil | size }}",
         "2 3 3"},
        {"{{ list | compact: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ list | concat: other | uniq | join }} {{ people | uniq: 'name' | size }} {{ nothing | uniq | size }}",
         "3 1 2 4 3 0"},
        {"{{ list | uniq: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ list | sort | join }} {{ people | sort: 'age' | json }}",
         "1 2 3 [{\"age\":1},{\"name\":\"b\",\"age\":2},{\"name\":\"a\"}]"},
        {"{{ nested | sort }}", "line 1, column 13: elements of different kinds have no order"},
        {"{{ 'b,C,a' | split: ',' | sort_natural | join }} {{ people | sort_natural: 'name' | map: 'name' | join }} {{ "
         "nothing | sort_natural | size }}",
         "a b C a b  0"},
        {"{{ list | sort: 'x' }}", "line 1, column 11: an element has no such property"},
        {"{{ none | default: 1 }} {{ no | default: 2 }} {{ no | default: 2, allow_false: true }} {{ no | default: 2, "
         "allow_false: no }} {{ nothing | default: 3 }} {{ blank | default: 4 }}",
         "1 2 false 2 3 4"},
        {"{{ one | default: 5 }} [{{ none | default }}] {{ no_members | default: 6 }} {{ half | default: 7, other: "
         "true }}",
         "1 [] 6 0.5"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_reckoned_with),
        cmocka_unit_test(numbers_are_written_for_people),
        cmocka_unit_test(dates_are_read_and_written),
        cmocka_unit_test(texts_are_changed),
        cmocka_unit_test(values_are_written_for_other_readers),
        cmocka_unit_test(lists_are_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
