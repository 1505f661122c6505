/* The text of /metrics: one HELP and TYPE a name, labels, buckets that add up. */
#include "runtime/measure/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct jn_buf text;

static const char *exposition(void) {
    jn_buf_release(&text);
    jn_buf_init(&text, 1 << 20);
    jr_metrics_write(&text);
    jn_buf_char(&text, '\0');
    assert_false(text.failed);
    return text.p;
}

static void test_counters_and_gauges(void **state) {
    (void)state;
    jr_metric_add(JR_METRIC_EVENTS, 1, 3);
    jr_metric_set(JR_METRIC_TIMERS, 0, 42);
    const char *all = exposition();
    assert_non_null(strstr(all, "# TYPE journey_events_ingested_total counter\n"));
    assert_non_null(strstr(all, "journey_events_ingested_total{answer=\"taken\"} 0\n"));
    assert_non_null(strstr(all, "journey_events_ingested_total{answer=\"duplicate\"} 3\n"));
    assert_non_null(strstr(all, "journey_timers_in_memory 42\n"));
}

static void test_histograms(void **state) {
    (void)state;
    jr_histogram_observe(JR_HISTOGRAM_DELIVERY, 400);
    jr_histogram_observe(JR_HISTOGRAM_DELIVERY, 3000000);
    jr_histogram_observe(JR_HISTOGRAM_DELIVERY, 99000000);
    const char *all = exposition();
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_bucket{le=\"0.000500\"} 1\n"));
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_bucket{le=\"5.000000\"} 2\n"));
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_bucket{le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_sum 102.000400\n"));
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_count 3\n"));
}

static void test_names_are_added_up_and_bounded(void **state) {
    (void)state;
    char name[16];
    jr_named_add(JR_NAMED_IN_FLIGHT, JN_STR("vanished"), 9);
    jr_named_clear();
    jr_named_add(JR_NAMED_IN_FLIGHT, JN_STR("email"), 3);
    jr_named_add(JR_NAMED_IN_FLIGHT, JN_STR("email"), 4);
    const char *all = exposition();
    assert_non_null(strstr(all, "journey_destination_in_flight{destination=\"email\"} 7\n"));
    assert_non_null(strstr(all, "journey_destination_waiting{destination=\"email\"} 0\n"));
    assert_null(strstr(all, "vanished"));
    assert_null(strstr(all, "destination=\"\""));
    for (int i = 0; i < 2 * JR_METRIC_NAMES; i++) {
        int n = snprintf(name, sizeof name, "n%d", i);
        jr_named_add(JR_NAMED_IN_FLIGHT, (struct jn_str){name, (size_t)n}, 1);
    }
    all = exposition();
    assert_non_null(strstr(all, "journey_destination_in_flight{destination=\"n62\"} 1\n"));
    assert_null(strstr(all, "destination=\"n63\""));
    assert_non_null(strstr(all, "journey_destination_in_flight{destination=\"\"} 65\n"));
    jr_named_clear();
}

static void test_every_name_is_told_once(void **state) {
    (void)state;
    const char *all = exposition(), *line = all;
    unsigned helps = 0, types = 0;
    for (; *line != '\0'; line = strchr(line, '\n') + 1) {
        helps += strncmp(line, "# HELP ", 7) == 0;
        types += strncmp(line, "# TYPE ", 7) == 0;
    }
    assert_int_equal(helps, (int)JR_METRICS + (int)JR_HISTOGRAMS + (int)JR_NAMED);
    assert_int_equal(types, helps);
    jn_buf_release(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters_and_gauges),
        cmocka_unit_test(test_histograms),
        cmocka_unit_test(test_names_are_added_up_and_bounded),
        cmocka_unit_test(test_every_name_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
