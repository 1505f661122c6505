/* Dates, times and instants: what is read, what is refused, and how they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/civil.h"

enum form { DATE, TIME, INSTANT };

static const struct {
    enum form form;
    const char *text, *expected; /* NULL: refused */
} ROW[] = {
    {DATE, "2026-11-11", "2026-11-11"},
    {DATE, "0001-01-01", "0001-01-01"},
    {DATE, "9999-12-31", "9999-12-31"},
    {DATE, "2024-02-29", "2024-02-29"},
    {DATE, "2023-02-29", NULL},
    {DATE, "1900-02-29", NULL},
    {DATE, "0000-01-01", NULL},
    {DATE, "2026-00-01", NULL},
    {DATE, "2026-13-01", NULL},
    {DATE, "2026-01-00", NULL},
    {DATE, "2026-01-32", NULL},
    {DATE, "2026-1-01", NULL},
    {DATE, "2026-01-1", NULL},
    {DATE, "2026/01-01", NULL},
    {DATE, "2026-01/01", NULL},
    {DATE, "20260101", NULL},
    {DATE, "x026-01-01", NULL},
    {DATE, "2026-0x-01", NULL},
    {DATE, "2026-01-01 ", NULL},
    {DATE, "", NULL},
    {TIME, "09:00", "09:00"},
    {TIME, "23:59:59", "23:59:59"},
    {TIME, "23:59:60", "23:59:59"},
    {TIME, "00:00:00", "00:00"},
    {TIME, "24:00", NULL},
    {TIME, "23:60", NULL},
    {TIME, "12:00:61", NULL},
    {TIME, "9:00", NULL},
    {TIME, "09.00", NULL},
    {TIME, "09:0", NULL},
    {TIME, "09:00:", NULL},
    {TIME, "09:00:0", NULL},
    {TIME, "09:00:00.5", NULL},
    {TIME, "0x:00", NULL},
    {TIME, "", NULL},
    {INSTANT, "2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"},
    {INSTANT, "2026-03-01 09:00z", "2026-03-01T09:00:00Z"},
    {INSTANT, "2026-03-01t09:00:00.1239+08:00", "2026-03-01T01:00:00.123Z"},
    {INSTANT, "2026-03-01T09:00:00.5-03:30", "2026-03-01T12:30:00.500Z"},
    {INSTANT, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
    {INSTANT, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
    {INSTANT, "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
    {INSTANT, "9999-12-31T23:59:59-01:00", NULL},
    {INSTANT, "0001-01-01T00:00:00+01:00", NULL},
    {INSTANT, "2026-03-01T09:00:00", NULL},
    {INSTANT, "2026-03-01_09:00:00Z", NULL},
    {INSTANT, "2026-03-01T09:00:00.Z", NULL},
    {INSTANT, "2026-03-01T09Z", NULL},
    {INSTANT, "2026-03-01", NULL},
    {INSTANT, "2026-03-01T09:00:00+8:00", NULL},
    {INSTANT, "2026-03-01T09:00:00+0800", NULL},
    {INSTANT, "2026-03-01T09:00:00+08:0", NULL},
    {INSTANT, "2026-03-01T09:00:00+24:00", NULL},
    {INSTANT, "2026-03-01T09:00:00+08:60", NULL},
    {INSTANT, "2026-03-01T09:00:00Zulu", NULL},
    {INSTANT, "2026-02-30T09:00:00Z", NULL},
    {INSTANT, "2026-03-01T09:00:00 08:00", NULL},
};

static void each_form_is_read_or_refused(void **state) {
    struct jn_buf out;
    (void)state;
    jn_buf_init(&out, 64);
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_str text = jn_str_z(ROW[i].text);
        int64_t v = 0;
        bool read = ROW[i].form == DATE   ? jn_date_parse(text, &v)
                    : ROW[i].form == TIME ? jn_time_parse(text, &v)
                                          : jn_instant_parse(text, &v);
        if (read != (ROW[i].expected != NULL)) fail_msg("%s was %s", ROW[i].text, read ? "taken" : "refused");
        if (!read) continue;
        jn_buf_reset(&out);
        if (ROW[i].form == DATE) jn_date_print(v, &out);
        if (ROW[i].form == TIME) jn_time_print(v, &out);
        if (ROW[i].form == INSTANT) jn_instant_print(v, &out);
        if (!jn_str_is(jn_buf_view(&out), ROW[i].expected))
            fail_msg("%s became %.*s", ROW[i].text, JN_FMT(jn_buf_view(&out)));
    }
    jn_buf_release(&out);
}

static void days_come_back_from_their_dates(void **state) {
    (void)state;
    for (int64_t days = -800000; days < 3000000; days += 131) { /* from before the year 0 to behind 9999 */
        struct jn_civil civil;
        jn_civil_from_days(days, &civil);
        assert_int_equal(jn_days_from_civil(civil.year, civil.month, civil.day), days);
        assert_int_equal(jn_weekday(days), ((days + 3) % 7 + 7) % 7);
    }
    assert_false(jn_date_is_valid(10000, 1, 1) || jn_date_is_valid(2026, 0, 1) || jn_date_is_valid(2026, 1, 0));
    assert_int_equal(jn_local_day(-1), -1);
}

static void weekdays_are_taken_word_by_word(void **state) {
    uint32_t days = 1 + 2 + 4 + 8 + 16 + 64;
    (void)state;
    assert_string_equal(jn_weekdays_take(&days), "weekday");
    assert_string_equal(jn_weekdays_take(&days), "sunday");
    assert_null(jn_weekdays_take(&days));
    days = 32 + 64;
    assert_string_equal(jn_weekdays_take(&days), "weekend");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read_or_refused),
        cmocka_unit_test(days_come_back_from_their_dates),
        cmocka_unit_test(weekdays_are_taken_word_by_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
