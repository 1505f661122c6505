/* What `serve` may be started with, and the sentences for what it may not. */
#include "runtime/app/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct jr_config config;
static struct jn_err err;

static struct jr_app_options sound(void) {
    return (struct jr_app_options){.listen = JN_STR("127.0.0.1:8080"),
                                   .store = JN_STR("mem:"),
                                   .write_keys = JN_STR("wk"),
                                   .token = JN_STR("t"),
                                   .keep_ids = JN_STR("30"),
                                   .keep_audit = JN_STR("400"),
                                   .log_level = JN_STR("info"),
                                   .keep_quarantine = JN_STR("30"),
                                   .keep_dead = JN_STR("90"),
                                   .quarantine_events = JN_STR("100000"),
                                   .quarantine_size = JN_STR("64"),
                                   .queue = JN_STR("1000"),
                                   .key_rate = JN_STR("0"),
                                   .source_rate = JN_STR("0"),
                                   .per_destination = JN_STR("8"),
                                   .attempts = JN_STR("256"),
                                   .rewrite_max = JN_STR("256")};
}

static void test_listen(void **state) {
    (void)state;
    static const struct {
        const char *text, *host;
        int port;
    } GOOD[] = {{"127.0.0.1:8080", "127.0.0.1", 8080},
                {"localhost:0", "127.0.0.1", 0},
                {"[::1]:1", "::1", 1},
                {"0.0.0.0:65535", "0.0.0.0", 65535},
                {"::1:80", "::1", 80}};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        struct jr_app_options options = sound();
        options.listen = jn_str_z(GOOD[i].text);
        options.plain_http = JN_STR("true");
        assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
        assert_string_equal(config.host, GOOD[i].host);
        assert_int_equal(config.port, GOOD[i].port);
    }
    static const char *const BAD[] = {"", "8080", ":8080", "h:", "h:x", "h:65536", "h:-1", "h:123456", "h: 1"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct jr_app_options options = sound();
        options.listen = jn_str_z(BAD[i]);
        assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    }
}

static void test_days_to_keep_ids(void **state) {
    (void)state;
    static const char *const BAD[] = {"", "0", "61", "-1", "1.5", "month"};
    struct jr_app_options options = sound();
    options.keep_ids = JN_STR("2");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_int_equal(config.keep.ids, 2 * 24 * 3600 * 1000);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        options.keep_ids = jn_str_z(BAD[i]);
        assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    }
}

static void test_what_is_set_aside_and_dead_is_bounded(void **state) {
    (void)state;
    struct jr_app_options options = sound();
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_int_equal(config.keep.dead, 90LL * 24 * 3600 * 1000);
    assert_int_equal(config.quarantine_rows, 100000);
    assert_int_equal(config.quarantine_bytes, 64 << 20);
    static const char *const BAD[] = {"", "0", "-1", "1.5", "10000001", "many"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct jn_str *const field[] = {&options.keep_quarantine, &options.keep_dead, &options.quarantine_events,
                                        &options.quarantine_size};
        for (size_t k = 0; k < sizeof field / sizeof field[0]; k++) {
            options = sound();
            *field[k] = jn_str_z(BAD[i]);
            assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
        }
    }
    options = sound();
    options.ca_file = JN_STR("/nowhere/authorities.pem");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "authorities.pem"));
}

static void test_attempts_at_a_time(void **state) {
    (void)state;
    static const char *const BAD[] = {"", "0", "513", "-1", "1.5", "many"};
    struct jr_app_options options = sound();
    options.per_destination = JN_STR("1");
    options.attempts = JN_STR("512");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_int_equal(config.per_destination, 1);
    assert_int_equal(config.attempts, 512);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        options.attempts = jn_str_z(BAD[i]);
        assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    }
    options.attempts = JN_STR("2");
    options.per_destination = JN_STR("257");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "attempts per destination between 1 and 256"));
}

static void test_events_that_are_taken(void **state) {
    (void)state;
    struct jr_app_options options = sound();
    options.queue = JN_STR("1000000");
    options.key_rate = JN_STR("500");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_int_equal(config.queue, 1000000);
    assert_int_equal(config.key_rate, 500);
    assert_int_equal(config.source_rate, 0);
    static const char *const BAD[] = {"", "-1", "1000001", "1.5", "many"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct jn_str *const field[] = {&options.queue, &options.key_rate, &options.source_rate};
        for (size_t k = 0; k < 3; k++) {
            options = sound();
            *field[k] = jn_str_z(BAD[i]);
            assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
        }
    }
    options = sound();
    options.queue = JN_STR("999");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    assert_string_equal(err.text, "`999` is no number of events that may wait between 1000 and 1000000");
}

static void test_size_to_write_anew(void **state) {
    (void)state;
    static const char *const BAD[] = {"", "-1", "1.5", "1048577", "all"};
    struct jr_app_options options = sound();
    options.rewrite_max = JN_STR("0");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_int_equal(config.rewrite_max, 0);
    options.rewrite_max = JN_STR("3");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_int_equal(config.rewrite_max, 3 << 20);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        options.rewrite_max = jn_str_z(BAD[i]);
        assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    }
}

static void test_hosts_and_the_audit_log(void **state) {
    (void)state;
    struct jr_app_options options = sound();
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_false(config.hosts.any);
    assert_int_equal(config.keep_audit_ms / 86400000, 400);
    options.listen = JN_STR("0.0.0.0:80");
    options.plain_http = JN_STR("true");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_true(config.hosts.any);
    options.allow_hosts = JN_STR("journey.example.com");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_false(config.hosts.any);
    options.allow_hosts = JN_STR("https://journey.example.com");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    options = sound();
    options.keep_audit = JN_STR("29");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
}

static void expect_missing(struct jr_app_options options, const char *variable) {
    assert_int_equal(jr_config_read(&options, &config, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, variable));
}

static void test_keys_and_tokens(void **state) {
    (void)state;
    struct jr_app_options options = sound();
    options.write_keys = JN_STR(" , ");
    expect_missing(options, "JOURNEY_WRITE_KEY");
    options = sound();
    options.token = JN_STR("");
    expect_missing(options, "JOURNEY_TOKEN");
    options = sound();
    options.listen = JN_STR("0.0.0.0:80"); /* everywhere is fine where there are keys */
    options.plain_http = JN_STR("true");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_false(config.keys.any);
}

static void test_encryption(void **state) {
    (void)state;
    static const char *const REACHED[] = {"0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[2001:db8::1]:80"};
    struct jr_app_options options = sound();
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_false(config.plain_reached);
    for (size_t i = 0; i < sizeof REACHED / sizeof *REACHED; i++) {
        options = sound();
        options.listen = jn_str_z(REACHED[i]);
        expect_missing(options, "--plain-http");
        options.plain_http = JN_STR("0");
        expect_missing(options, "--tls-cert");
        options.plain_http = JN_STR("true");
        assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
        assert_true(config.plain_reached);
        options.plain_http = JN_STR("");
        options.tls_cert = JN_STR("cert.pem");
        expect_missing(options, "--tls-key");
        options.tls_key = JN_STR("key.pem");
        assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
        assert_false(config.plain_reached);
        options.plain_http = JN_STR("true");
        expect_missing(options, "contradicts");
    }
    options = sound();
    options.tls_key = JN_STR("key.pem");
    expect_missing(options, "--tls-cert");
}

static void test_development(void **state) {
    (void)state;
    struct jr_app_options options = sound();
    options.write_keys = options.token = JN_STR("");
    options.dev = JN_STR("true");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_true(config.keys.any);
    options.listen = JN_STR("0.0.0.0:80");
    expect_missing(options, "JOURNEY_TOKEN");
    options = sound();
    options.dev = JN_STR("true");
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_false(config.keys.any); /* a key that is set is checked */
    options.dev = JN_STR("0");
    options.token = JN_STR("");
    expect_missing(options, "JOURNEY_TOKEN");
}

static void test_presets_and_environment(void **state) {
    (void)state;
    struct jr_app_options options;
    unsetenv("JOURNEY_LISTEN");
    setenv("JOURNEY_TOKEN", "from-env", 1);
    setenv("JOURNEY_WRITE_KEY", "key-from-env", 1);
    jr_app_options_init(&options);
    assert_true(jn_str_is(options.listen, "127.0.0.1:8080"));
    assert_int_equal(jr_config_read(&options, &config, &err), JN_OK);
    assert_true(jn_str_is(config.token, "from-env"));
    assert_true(jn_str_is(config.keys.key[0], "key-from-env"));
    unsetenv("JOURNEY_TOKEN");
    unsetenv("JOURNEY_WRITE_KEY");
    setenv("JOURNEY_LISTEN", "[::1]:9", 1);
    jr_app_options_init(&options);
    assert_true(jn_str_is(options.listen, "[::1]:9"));
}

static void test_programs_need_their_variables(void **state) {
    (void)state;
    const struct jn_str strings[] = {{"", 0}, JN_STR("email"), JN_STR("T_URL"), JN_STR("T_SECRET"), JN_STR("shop")};
    const struct jn_channel channel = {.name = 1, .url = 2, .secret = 3, .flags = JN_CHANNEL_ALL};
    const struct jn_source source = {.name = 4, .secret = 3, .flags = JN_SOURCE_ENV_SECRET};
    struct jn_program program = {.string = strings, .n_string = 5, .channel = &channel, .n_channel = 1};
    unsetenv("T_URL");
    unsetenv("T_SECRET");
    assert_int_equal(jr_config_check_program(&program, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "email"));
    assert_non_null(strstr(err.text, "T_URL"));
    setenv("T_URL", "http://h/", 1);
    assert_int_equal(jr_config_check_program(&program, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "T_SECRET"));
    setenv("T_SECRET", "whsec_?", 1);
    assert_int_equal(jr_config_check_program(&program, &err), JN_CONFIG);
    assert_null(strstr(err.text, "whsec_?")); /* never the secret itself */
    setenv("T_SECRET", "whsec_AAAA", 1);
    assert_int_equal(jr_config_check_program(&program, &err), JN_OK);
    unsetenv("T_SECRET");
    program = (struct jn_program){.string = strings, .n_string = 5, .source = &source, .n_source = 1};
    assert_int_equal(jr_config_check_program(&program, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "shop"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listen),
        cmocka_unit_test(test_days_to_keep_ids),
        cmocka_unit_test(test_events_that_are_taken),
        cmocka_unit_test(test_what_is_set_aside_and_dead_is_bounded),
        cmocka_unit_test(test_attempts_at_a_time),
        cmocka_unit_test(test_size_to_write_anew),
        cmocka_unit_test(test_keys_and_tokens),
        cmocka_unit_test(test_encryption),
        cmocka_unit_test(test_hosts_and_the_audit_log),
        cmocka_unit_test(test_development),
        cmocka_unit_test(test_presets_and_environment),
        cmocka_unit_test(test_programs_need_their_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
