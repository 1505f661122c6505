/* Every directive of `date`, with its flags and widths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/civil.h"

static const struct {
    const char *format, *expected;
} ROW[] = {
    {"%Y %C %y %m %d %e %j", "2026 20 26 03 01  1 060"},
    {"%B %b %h %A %a %u %w", "March Mar Mar Sunday Sun 7 0"},
    {"%H %k %I %l %M %S %L %p %P", "09  9 09  9 05 07 008 AM am"},
    {"%N %3N %6N %12N %1L %5L", "008000000 008 008000 008000000000 0 00800"},
    {"%z %:z %Z %s %%%n%t", "+0800 +08:00 CST 1772327107 %\n\t"},
    {"%U %W %V %G", "09 08 09 2026"},
    {"%F %T %X %R %r", "2026-03-01 09:05:07 09:05:07 09:05 09:05:07 AM"},
    {"%D %x %v", "03/01/26 03/01/26  1-MAR-2026"},
    {"%c", "Sun Mar  1 09:05:07 2026"},
    {"%-d %-m %_m %0e %05d %-5d %_5d %3H", "1 3  3 01 00001 1     1 009"},
    {"%^B %^a %10A|%010A %-p %^p %^P", "MARCH SUN     Sunday|0000Sunday AM AM AM"},
    {"%Q %E %", "%Q %E %"},
    {"%3", "%3"},
    {"%-", "%-"},
    {"100%% 旅程 %Y年", "100% 旅程 2026年"},
    {"", ""},
};

static struct jn_str written(const char *format, int64_t instant, int32_t offset, const char *zone,
                             struct jn_buf *out) {
    jn_buf_reset(out);
    jn_strftime(jn_str_z(format), instant, offset, jn_str_z(zone), out);
    return jn_buf_view(out);
}

static void each_directive_writes_its_part(void **state) {
    struct jn_buf out;
    (void)state;
    jn_buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_str got = written(ROW[i].format, INT64_C(1772327107008), 28800, "CST", &out);
        if (!jn_str_is(got, ROW[i].expected))
            fail_msg("%s: %.*s is not %s", ROW[i].format, JN_FMT(got), ROW[i].expected);
    }
    jn_buf_release(&out);
}

static void other_days_and_hours(void **state) {
    static const struct {
        int64_t instant;
        int32_t offset;
        const char *format, *expected;
    } OTHER[] = {
        {-1, 0, "%F %T.%L %s", "1969-12-31 23:59:59.999 -1"},
        {0, -12600, "%F %R %z %:z", "1969-12-31 20:30 -0330 -03:30"},
        {0, 0, "%I %l %p %P [%Z]", "12 12 AM am []"},
        {43200000, 0, "%I %p %P", "12 PM pm"},
        {64800000, 0, "%I %l %k", "06  6 18"},
        {1451606400000, 0, "%F %V %G %U %W", "2016-01-01 53 2015 00 00"},
        {1735603200000, 0, "%F %V %G", "2024-12-31 01 2025"},
    };
    struct jn_buf out;
    (void)state;
    jn_buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof(OTHER) / sizeof(*OTHER); i++) {
        struct jn_str got = written(OTHER[i].format, OTHER[i].instant, OTHER[i].offset, "", &out);
        if (!jn_str_is(got, OTHER[i].expected)) fail_msg("%.*s is not %s", JN_FMT(got), OTHER[i].expected);
    }
    jn_buf_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_directive_writes_its_part),
        cmocka_unit_test(other_days_and_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
