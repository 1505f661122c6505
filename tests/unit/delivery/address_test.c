/* Which addresses webhooks may reach: every way to spell an internal one must be refused, public ones must not. */
#include "runtime/delivery/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct jr_allow NOBODY = {.n = 0};

/* Resolves as libcurl's resolver would: numeric forms in every base and length. False: it is no address. */
static bool resolve(const char *host, struct sockaddr_storage *out) {
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(host, NULL, &hints, &found) != 0) return false;
    memcpy(out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

static bool allowed(const struct jr_allow *allow, bool dev, const char *host, int port) {
    struct sockaddr_storage address;
    assert_true(resolve(host, &address));
    return jr_address_allowed(allow, dev, (const struct sockaddr *)&address, jn_str_z(host), port);
}

static const char *const INTERNAL[] = {
    /* loopback in its many spellings */
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "127.255.255.255",
    "127.127.127.127",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7F.0x0.0x0.0x1",
    "127.0x1",
    "0177.1",
    "0x7f.0.1",
    "2130706434",
    "127.65535",
    "0x7fffffff",
    /* this network, unspecified */
    "0.0.0.0",
    "0",
    "0.1",
    "0.0.0.1",
    "0x0",
    "00000",
    "0.255.255.255",
    /* private */
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "10.1",
    "167772161",
    "0x0a000001",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "172.20.1",
    "0xac100001",
    "192.168.0.1",
    "192.168.255.255",
    "192.168.1",
    "3232235521",
    "0xc0a80001",
    "0300.0250.0.1",
    /* link-local: cloud metadata */
    "169.254.169.254",
    "169.254.0.0",
    "169.254.255.255",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "0xa9.254.169.254",
    "169.16689662",
    /* shared, reserved, documentation, benchmarking, relay, multicast, broadcast */
    "100.64.0.0",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "192.0.0.0",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "250.1.2.3",
    "255.255.255.255",
    "4294967295",
    "0xffffffff",
    /* IPv6: unspecified, loopback, mapped, compatible */
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "0000::0001",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::ffff:192.168.0.1",
    "::ffff:0:0",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "::7f00:1",
    "::10.0.0.1",
    "::ffff:0:127.0.0.1",
    /* NAT64, discard, 6to4, Teredo and the rest of 2001::/23, documentation */
    "64:ff9b::7f00:1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:1::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "3fff::1",
    "3fff:fff::1",
    /* unique local, link-local, site-local, multicast, unassigned */
    "fc00::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fdff:ffff::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff00::1",
    "ff01::1",
    "ff02::1",
    "ff02::2",
    "ff0e::1",
    "4000::1",
    "5f00::1",
    "1::1",
    "1fff::1",
    "8000::1",
    "e000::1",
};

static const char *const PUBLIC[] = {
    "8.8.8.8",
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "134744072",
    "0x08080808",
    "010.8.8.8",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.1",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2001:200::1",
    "2a00:1450::1",
    "2000::1",
    "2003::1",
    "3ffe::1",
    "3fff:1000::1",
};

static void test_internal_addresses_are_refused(void **state) {
    (void)state;
    assert_true(sizeof INTERNAL / sizeof INTERNAL[0] >= 125);
    unsigned reached = 0;
    for (size_t i = 0; i < sizeof INTERNAL / sizeof INTERNAL[0]; i++) {
        struct sockaddr_storage address;
        if (!resolve(INTERNAL[i], &address)) continue; /* not even an address: nothing is reached */
        if (!jr_address_allowed(&NOBODY, false, (struct sockaddr *)&address, jn_str_z(INTERNAL[i]), 80)) continue;
        print_error("%s is reached\n", INTERNAL[i]);
        reached++;
    }
    assert_int_equal(reached, 0);
}

static void test_public_addresses_are_reached(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof PUBLIC / sizeof PUBLIC[0]; i++) {
        if (!allowed(&NOBODY, false, PUBLIC[i], 443)) print_error("%s is refused\n", PUBLIC[i]);
        assert_true(allowed(&NOBODY, false, PUBLIC[i], 443));
    }
}

static void test_other_families_are_refused(void **state) {
    (void)state;
    struct sockaddr_storage address = {.ss_family = AF_UNIX};
    assert_false(jr_address_allowed(&NOBODY, true, (struct sockaddr *)&address, JN_STR("h"), 80));
    address.ss_family = AF_UNSPEC;
    assert_false(jr_address_allowed(&NOBODY, true, (struct sockaddr *)&address, JN_STR("h"), 80));
}

static void test_development_admits_loopback_alone(void **state) {
    (void)state;
    assert_true(allowed(&NOBODY, true, "127.0.0.1", 80));
    assert_true(allowed(&NOBODY, true, "127.1.2.3", 80));
    assert_true(allowed(&NOBODY, true, "::1", 80));
    assert_false(allowed(&NOBODY, true, "10.0.0.1", 80));
    assert_false(allowed(&NOBODY, true, "169.254.169.254", 80));
    assert_false(allowed(&NOBODY, true, "0.0.0.0", 80));
    assert_false(allowed(&NOBODY, true, "fe80::1", 80));
}

static void test_allow_list(void **state) {
    (void)state;
    struct jr_allow allow;
    struct jn_err err;
    struct jn_str text = JN_STR("10.1.0.0/16, 192.168.7.7:8080,, [fd00::5]:9000 , fd11::/16, 172.16.0.1, ::1");
    assert_int_equal(jr_allow_parse(text, &allow, &err), JN_OK);
    assert_int_equal(allow.n, 6);
    assert_true(allowed(&allow, false, "10.1.200.3", 80));
    assert_false(allowed(&allow, false, "10.2.0.1", 80));
    assert_true(allowed(&allow, false, "192.168.7.7", 8080));
    assert_false(allowed(&allow, false, "192.168.7.7", 80));
    assert_true(allowed(&allow, false, "fd00::5", 9000));
    assert_false(allowed(&allow, false, "fd00::5", 80));
    assert_false(allowed(&allow, false, "fd00::6", 9000));
    assert_true(allowed(&allow, false, "fd11:1::1", 1));
    assert_true(allowed(&allow, false, "172.16.0.1", 1));
    assert_true(allowed(&allow, false, "::1", 1));
    assert_false(allowed(&allow, false, "127.0.0.1", 1));
}

static void test_allow_list_by_name(void **state) {
    (void)state;
    struct jr_allow allow;
    struct jn_err err;
    struct sockaddr_storage inside;
    assert_true(resolve("10.0.0.9", &inside));
    assert_int_equal(jr_allow_parse(JN_STR("Hooks.intranet:8080,plain"), &allow, &err), JN_OK);
    const struct sockaddr *address = (const struct sockaddr *)&inside;
    assert_true(jr_address_allowed(&allow, false, address, JN_STR("hooks.INTRANET"), 8080));
    assert_false(jr_address_allowed(&allow, false, address, JN_STR("hooks.intranet"), 80));
    assert_false(jr_address_allowed(&allow, false, address, JN_STR("x.hooks.intranet"), 8080));
    assert_true(jr_address_allowed(&allow, false, address, JN_STR("plain"), 1));
    assert_false(jr_address_allowed(&allow, false, address, JN_STR("10.0.0.9"), 8080));
}

static void test_hosts_that_are_named(void **state) {
    (void)state;
    struct jr_allow allow;
    struct jn_err err;
    assert_int_equal(jr_allow_parse(JN_STR("mail.intranet:25, 10.0.0.0/8, [fd00::5]:587"), &allow, &err), JN_OK);
    assert_true(jr_address_is_named(&allow, JN_STR("Mail.intranet"), 25));
    assert_false(jr_address_is_named(&allow, JN_STR("mail.intranet"), 587));
    assert_true(jr_address_is_named(&allow, JN_STR("10.1.2.3"), 25));
    assert_false(jr_address_is_named(&allow, JN_STR("11.1.2.3"), 25));
    assert_true(jr_address_is_named(&allow, JN_STR("[fd00::5]"), 587));
    assert_false(jr_address_is_named(&allow, JN_STR("relay.example"), 25));
}

static void test_allow_list_mistakes(void **state) {
    (void)state;
    static const char *const WRONG[] = {"10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/x",  "host:",  "host:0",
                                        "host:65536",  "host:1x",    "[::1",      "[::1]8080",   "[::1]:", "a b",
                                        "http://x",    "*.x",        "10.0.0/8",  "10.0.0.0/-1", ":80",    "host/24"};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct jr_allow allow;
        struct jn_err err;
        if (jr_allow_parse(jn_str_z(WRONG[i]), &allow, &err) == JN_OK) print_error("%s is taken\n", WRONG[i]);
        assert_int_equal(jr_allow_parse(jn_str_z(WRONG[i]), &allow, &err), JN_CONFIG);
        assert_non_null(strstr(err.text, WRONG[i]));
    }
}

static bool is_written(const char *url, struct jr_written *out) {
    return jr_address_written(jn_str_z(url), out);
}

static void test_what_a_url_says_by_number_is_known_at_once(void **state) {
    struct jr_written at;
    char url[128];
    (void)state;
    for (size_t i = 0; i < sizeof INTERNAL / sizeof INTERNAL[0]; i++) {
        bool v6 = strchr(INTERNAL[i], ':') != NULL;
        (void)snprintf(url, sizeof url, v6 ? "http://[%s]:8080/x?y" : "https://user:pass@%s/", INTERNAL[i]);
        if (!is_written(url, &at)) fail_msg("%s is taken for a name", url);
        assert_int_equal(at.port, v6 ? 8080 : 443);
        if (jr_written_allowed(&NOBODY, false, &at)) fail_msg("%s is allowed", url);
    }
    for (size_t i = 0; i < sizeof PUBLIC / sizeof PUBLIC[0]; i++) {
        (void)snprintf(url, sizeof url, strchr(PUBLIC[i], ':') != NULL ? "smtp://[%s]" : "smtps://%s#", PUBLIC[i]);
        assert_true(is_written(url, &at) && jr_written_allowed(&NOBODY, false, &at));
    }
}

static void test_names_are_left_to_their_resolution(void **state) {
    static const char *const NAMES[] = {"http://example.com/",
                                        "http://10.0.0.1.example.com/",
                                        "http://example.com:80/@10.0.0.1",
                                        "http://face/",
                                        "http://0xcafe.example/",
                                        "http://notlocalhost/",
                                        "http://localhost.example/",
                                        "http:///10.0.0.1/",
                                        "http://10.0.0.1:x/",
                                        "http://10.0.0.1:99999/",
                                        "http://[10.0.0.1]/",
                                        "http://[::1/",
                                        "http://[::1]x/",
                                        "ftp://10.0.0.1/",
                                        "10.0.0.1",
                                        "http://1.2.3.4.5/",
                                        "http://256.1/",
                                        "http://",
                                        "",
                                        "http://@/"};
    struct jr_written at;
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (is_written(NAMES[i], &at)) fail_msg("%s is taken for the address %s", NAMES[i], at.host);
}

/* What is told of it is what the option takes. */
static void test_a_written_address_is_allowed_as_it_is_told(void **state) {
    static const struct {
        const char *url, *told;
        int port;
        bool loopback;
    } ROW[] = {{"http://127.1:9000/hook", "127.0.0.1", 9000, true},
               {"http://0x7f.1", "127.0.0.1", 80, true},
               {"https://LocalHost/", "LocalHost", 443, true},
               {"http://a.localhost.:81/", "a.localhost.", 81, true},
               {"http://[0:0::1]:7", "[::1]", 7, true},
               {"smtp://10.1", "10.0.0.1", 25, false},
               {"smtps://[fe80::1%25lo]/", "[fe80::1]", 465, false},
               {"http://10.0.0.1:", "10.0.0.1", 80, false},
               {"http://example.com@10.2.3.4", "10.2.3.4", 80, false}};
    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct jr_written at;
        struct jr_allow allow;
        char item[300];
        assert_true(is_written(ROW[i].url, &at));
        assert_string_equal(at.host, ROW[i].told);
        assert_int_equal(at.port, ROW[i].port);
        assert_int_equal(jr_written_allowed(&NOBODY, true, &at), ROW[i].loopback);
        (void)snprintf(item, sizeof item, "%s:%d", at.host, at.port);
        assert_int_equal(jr_allow_parse(jn_str_z(item), &allow, NULL), JN_OK);
        assert_true(jr_written_allowed(&allow, false, &at));
        at.port++;
        assert_false(jr_written_allowed(&allow, false, &at));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_url_says_by_number_is_known_at_once),
        cmocka_unit_test(test_names_are_left_to_their_resolution),
        cmocka_unit_test(test_a_written_address_is_allowed_as_it_is_told),
        cmocka_unit_test(test_internal_addresses_are_refused),
        cmocka_unit_test(test_public_addresses_are_reached),
        cmocka_unit_test(test_other_families_are_refused),
        cmocka_unit_test(test_development_admits_loopback_alone),
        cmocka_unit_test(test_allow_list),
        cmocka_unit_test(test_allow_list_by_name),
        cmocka_unit_test(test_hosts_that_are_named),
        cmocka_unit_test(test_allow_list_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
