/* Zones: the C library as the judge over every zone of the machine, then gaps, overlaps and names. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/civil.h"
#include "core/zone.h"

static void compare(const char *name, long *checked) {
    const struct jn_zone *zone;
    if (jn_zone_find(jn_str_z(name), &zone, NULL) != JN_OK) return;
    setenv("TZ", name, 1);
    tzset();
    for (int64_t second = INT64_C(-2000000000); second < INT64_C(4600000000); second += 7654321) {
        time_t at = (time_t)second;
        struct tm tm;
        localtime_r(&at, &tm);
        if (tm.tm_gmtoff != jn_zone_offset(zone, second * 1000, NULL))
            fail_msg("%s at %lld: %ld, not %d", name, (long long)second, tm.tm_gmtoff, jn_zone_offset(zone, second * 1000, NULL));
        ++*checked;
    }
}

static void agrees_with_the_c_library_everywhere(void **state) {
    static const char *const folders[] = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"};
    long checked = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        char path[300], name[300];
        (void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", folders[i]);
        DIR *folder = opendir(path);
        if (folder == NULL) continue;
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] == '.' || entry->d_type == DT_DIR) continue;
            (void)snprintf(name, sizeof(name), "%s/%s", folders[i], entry->d_name);
            compare(name, &checked);
        }
        closedir(folder);
    }
    assert_true(checked > 100000);
    unsetenv("TZ");
}

static void expect(const char *zone_name, int year, int month, int day, int hour, int minute, const char *iso) {
    const struct jn_zone *zone;
    struct jn_buf out;
    assert_int_equal(jn_zone_find(jn_str_z(zone_name), &zone, NULL), JN_OK);
    jn_buf_init(&out, 64);
    jn_instant_print(jn_zone_instant(zone, jn_days_from_civil(year, month, day), hour * JN_MS_HOUR + minute * JN_MS_MINUTE), &out);
    if (!jn_str_is(jn_buf_view(&out), iso)) fail_msg("%s: %.*s is not %s", zone_name, JN_FMT(jn_buf_view(&out)), iso);
    jn_buf_release(&out);
}

static void a_skipped_time_is_the_first_valid_instant(void **state) {
    (void)state;
    expect("America/New_York", 2026, 3, 8, 2, 30, "2026-03-08T07:00:00Z");
    expect("Europe/Berlin", 2026, 3, 29, 2, 0, "2026-03-29T01:00:00Z");
    expect("Australia/Lord_Howe", 2026, 10, 4, 2, 15, "2026-10-03T15:30:00Z");
    expect("Pacific/Apia", 2011, 12, 30, 12, 0, "2011-12-30T10:00:00Z"); /* a whole day that never was */
}

static void an_ambiguous_time_is_its_first_occurrence(void **state) {
    (void)state;
    expect("America/New_York", 2026, 11, 1, 1, 30, "2026-11-01T05:30:00Z");
    expect("Europe/Berlin", 2026, 10, 25, 2, 30, "2026-10-25T00:30:00Z");
}

static void ordinary_times_are_plain(void **state) {
    (void)state;
    expect("Asia/Shanghai", 2026, 3, 1, 9, 0, "2026-03-01T01:00:00Z");
    expect("Asia/Kathmandu", 2026, 3, 1, 9, 0, "2026-03-01T03:15:00Z");
    expect("Europe/London", 2090, 7, 1, 12, 0, "2090-07-01T11:00:00Z"); /* by the rule behind the table */
    expect("UTC", 2026, 2, 28, 23, 59, "2026-02-28T23:59:00Z");
}

static void names_are_checked(void **state) {
    static const char *const bad[] = {"", "Nowhere/City", "../etc/passwd", "/etc/localtime", "Europe//Berlin", "Europe/", "Europe/Berlin\n", "posixrules\x01", "Europe"};
    const struct jn_zone *zone;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (jn_zone_find(jn_str_z(bad[i]), &zone, NULL) == JN_OK) fail_msg("\"%s\" was taken", bad[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_c_library_everywhere),    cmocka_unit_test(a_skipped_time_is_the_first_valid_instant),
        cmocka_unit_test(an_ambiguous_time_is_its_first_occurrence), cmocka_unit_test(ordinary_times_are_plain),
        cmocka_unit_test(names_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
