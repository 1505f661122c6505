/* The text of /metrics: one HELP and TYPE a name, labels, buckets that add up. */
#include "runtime/measure/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

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
    jr_metric_add(JR_METRIC_TURNS, 1, 3);
    jr_metric_set(JR_METRIC_TIMERS, 0, 42);
    const char *all = exposition();
    assert_non_null(strstr(all, "# TYPE journey_turns_total counter\n"));
    assert_non_null(strstr(all, "journey_turns_total{outcome=\"committed\"} 0\n"));
    assert_non_null(strstr(all, "journey_turns_total{outcome=\"failed\"} 3\n"));
    assert_non_null(strstr(all, "journey_timers_in_memory 42\n"));
    assert_non_null(strstr(all, "journey_build_info{version=\"" JOURNEY_VERSION "\"} 1\n"));
}

static void test_histograms(void **state) {
    (void)state;
    jr_histogram_observe(JR_HISTOGRAM_COMMIT, 400);
    jr_histogram_observe(JR_HISTOGRAM_COMMIT, 3000000);
    jr_histogram_observe(JR_HISTOGRAM_COMMIT, 99000000);
    const char *all = exposition();
    assert_non_null(strstr(all, "journey_ingest_commit_seconds_bucket{le=\"0.0005\"} 1\n"));
    assert_non_null(strstr(all, "journey_ingest_commit_seconds_bucket{le=\"5\"} 2\n"));
    assert_non_null(strstr(all, "journey_ingest_commit_seconds_bucket{le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(all, "journey_ingest_commit_seconds_sum 102.000400\n"));
    assert_non_null(strstr(all, "journey_ingest_commit_seconds_count 3\n"));
    jr_series_observe(JR_SERIES_DELIVERY, JN_STR("email"), -5);
    jr_series_observe(JR_SERIES_DELIVERY, JN_STR("email"), 2000000);
    all = exposition();
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_bucket{channel=\"email\",le=\"0.0005\"} 1\n"));
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_bucket{channel=\"email\",le=\"+Inf\"} 2\n"));
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_sum{channel=\"email\"} 2.000000\n"));
    assert_non_null(strstr(all, "journey_delivery_duration_seconds_count{channel=\"email\"} 2\n"));
}

static void test_gauges_by_name_are_told_anew(void **state) {
    (void)state;
    jr_series_set(JR_SERIES_IN_FLIGHT, (struct jr_named_value[]){{JN_STR("vanished"), 9}}, 1);
    jr_series_set(JR_SERIES_IN_FLIGHT, (struct jr_named_value[]){{JN_STR("email"), 3}, {JN_STR("email"), 4}}, 2);
    const char *all = exposition();
    assert_non_null(strstr(all, "journey_destination_in_flight{destination=\"email\"} 7\n"));
    assert_null(strstr(all, "vanished"));
    assert_null(strstr(all, "destination=\"\""));
    jr_series_set(JR_SERIES_IN_FLIGHT, NULL, 0);
    assert_null(strstr(exposition(), "journey_destination_in_flight{"));
}

static void test_names_are_escaped(void **state) {
    (void)state;
    jr_series_add(JR_SERIES_STEPS, JN_STR("a\"b\\c\nd"), JN_STR("send"), 2);
    assert_non_null(strstr(exposition(), "journey_journey_steps_total{journey=\"a\\\"b\\\\c\\nd\",op=\"send\"} 2\n"));
}

static void test_names_are_bounded(void **state) {
    (void)state;
    char name[JR_SERIES_NAME + 2];
    memset(name, 'x', sizeof name);
    jr_series_add(JR_SERIES_INGESTED, (struct jn_str){name, sizeof name}, JN_STR("track"), 1);
    assert_non_null(strstr(exposition(), "journey_events_ingested_total{source=\"\",type=\"track\"} 1\n"));
    for (int i = 0; i < JR_SERIES_MAX + 10; i++) {
        int n = snprintf(name, sizeof name, "n%d", i);
        jr_series_add(JR_SERIES_MESSAGES, (struct jn_str){name, (size_t)n}, JN_STR("accepted"), 1);
    }
    const char *all = exposition(), *rest = strstr(all, "journey_messages_total{channel=\"\",outcome=\"\"} ");
    assert_non_null(strstr(all, "journey_messages_total{channel=\"n0\",outcome=\"accepted\"} 1\n"));
    assert_non_null(rest);
    assert_true(strtol(strchr(rest, ' ') + 1, NULL, 10) >= 10);
    jr_series_add(JR_SERIES_MESSAGES, JN_STR("n0"), JN_STR("accepted"), 1);
    assert_non_null(strstr(exposition(), "journey_messages_total{channel=\"n0\",outcome=\"accepted\"} 2\n"));
}

/* The words of the metric are those of the table, in its order. */
static void test_reasons_for_setting_aside(void **state) {
    (void)state;
    static const char *const WORD[] = {
#define SET_ASIDE(name, word, text) word,
#include "journey/tbl/set_aside.def"
#undef SET_ASIDE
    };
    char line[128];
    for (unsigned i = 0; i < sizeof WORD / sizeof WORD[0]; i++) {
        jr_metric_set(JR_METRIC_QUARANTINED, i, i + 70);
        (void)snprintf(line, sizeof line, "journey_events_quarantined_total{reason=\"%s\"} %u\n", WORD[i], i + 70);
        assert_non_null(strstr(exposition(), line));
    }
}

static void test_the_process(void **state) {
    (void)state;
    static const char *const NAME[] = {"process_cpu_seconds_total ",
                                       "process_virtual_memory_bytes ",
                                       "process_resident_memory_bytes ",
                                       "process_open_fds ",
                                       "process_max_fds ",
                                       "process_start_time_seconds "};
    const char *all = exposition();
    for (size_t i = 0; i < sizeof NAME / sizeof NAME[0]; i++) {
        const char *at = strstr(all, NAME[i]);
        while (at != NULL && at[-1] != '\n')
            at = strstr(at + 1, NAME[i]);
        assert_non_null(at);
        assert_true(strtod(strchr(at, ' '), NULL) > 0);
    }
}

static void test_every_name_is_told_once(void **state) {
    (void)state;
    const char *all = exposition(), *line = all;
    unsigned helps = 0, types = 0;
    for (; *line != '\0'; line = strchr(line, '\n') + 1) {
        helps += strncmp(line, "# HELP ", 7) == 0;
        types += strncmp(line, "# TYPE ", 7) == 0;
    }
    assert_int_equal(helps, (int)JR_METRICS + (int)JR_HISTOGRAMS + (int)JR_SERIES + 7);
    assert_int_equal(types, helps);
    jn_buf_release(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters_and_gauges),
        cmocka_unit_test(test_histograms),
        cmocka_unit_test(test_gauges_by_name_are_told_anew),
        cmocka_unit_test(test_names_are_escaped),
        cmocka_unit_test(test_names_are_bounded),
        cmocka_unit_test(test_reasons_for_setting_aside),
        cmocka_unit_test(test_the_process),
        cmocka_unit_test(test_every_name_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
