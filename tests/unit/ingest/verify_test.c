/* Signatures of inbound webhooks against vectors made by the senders' own packages: standardwebhooks, stripe,
 * @octokit/webhooks-methods, and what Shopify documents. */
#include "runtime/ingest/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SIGNED_S INT64_C(1772326800)
#define BODY     "{\"id\":\"e-1\",\"n\":\"你好\"}"

#define STANDARD_RIGHT "v1,JlcT8OpF4BgEGUI1uqj9cO4JM8ijaYHzqGSPkRaAwSY="
#define STANDARD_OTHER "v1,mPWEfWs4HWblR7ccEPvRIj7YeE0Ru1Zw0WMtS+6uUNY="
#define STRIPE_RIGHT   "v1=5f3535e48f9804445a8f83c31b043f8f11f52a25d1234fe31e6e16179c4347e1"
#define STRIPE_OTHER   "v1=ff6d9fca38dc86df8048dc446ac13c4f6458677dd0c635e4adda76637fdc60fb"
#define GITHUB_RIGHT   "sha256=9c6bc771e986ecd04104e34627d13f4c955e542e72da735c2c9fb887fd34ee09"
#define SHOPIFY_RIGHT  "1zmQb5TctRfOFpJ8amdXwo2FaXB6aNlmUnD90/3owKA="

struct request {
    const char *signature, *id, *time; /* of headers; NULL: there is none */
};

static struct jn_str header(const void *user, const char *name) {
    const struct request *request = user;
    const char *value = strcmp(name, "webhook-id") == 0          ? request->id
                        : strcmp(name, "webhook-timestamp") == 0 ? request->time
                                                                 : request->signature;
    return value == NULL ? JN_STR_NONE : jn_str_z(value);
}

static struct jr_signed made(enum jn_scheme scheme) {
    static const struct {
        const char *carrier, *secret;
        enum jn_encoding encoding;
    } ROW[JN_SCHEMES] = {
        [JN_SCHEME_HMAC_SHA256] = {"x-shop-signature", "gh-secret", JN_ENCODING_HEX},
        [JN_SCHEME_STANDARD] = {"webhook-signature", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", JN_ENCODING_BASE64},
        [JN_SCHEME_STRIPE] = {"stripe-signature", "whsec_stripe", JN_ENCODING_HEX},
        [JN_SCHEME_GITHUB] = {"x-hub-signature-256", "gh-secret", JN_ENCODING_HEX},
        [JN_SCHEME_SHOPIFY] = {"x-shopify-hmac-sha256", "shop-secret", JN_ENCODING_BASE64}};
    return (struct jr_signed){.scheme = scheme,
                              .carrier = ROW[scheme].carrier,
                              .encoding = ROW[scheme].encoding,
                              .secret = jn_str_z(ROW[scheme].secret),
                              .body = JN_STR(BODY),
                              .wall = SIGNED_S * 1000,
                              .header = header};
}

static void expect_of(struct jr_signed sent, struct request request, const char *reason) {
    struct jn_err err = {0};
    sent.user = &request;
    jn_rc rc = jr_verify(&sent, &err);
    if (reason == NULL && rc != JN_OK) print_error("%s\n", err.text);
    assert_int_equal(rc, reason == NULL ? JN_OK : JN_UNAUTHORIZED);
    if (reason != NULL && strstr(err.text, reason) == NULL) print_error("%s\n", err.text);
    if (reason != NULL) assert_non_null(strstr(err.text, reason));
}

static void expect(enum jn_scheme scheme, struct request request, const char *reason) {
    expect_of(made(scheme), request, reason);
}

#define STANDARD(signature) ((struct request){signature, "msg_1", "1772326800"})
#define STRIPE(signatures)  ((struct request){.signature = "t=1772326800," signatures})
#define ONLY(signature_)    ((struct request){.signature = signature_})

/* One good request for each row of the table. */
static const struct request GOOD[JN_SCHEMES] = {[JN_SCHEME_HMAC_SHA256] = {.signature = GITHUB_RIGHT},
                                                [JN_SCHEME_STANDARD] = {STANDARD_RIGHT, "msg_1", "1772326800"},
                                                [JN_SCHEME_STRIPE] = {.signature = "t=1772326800," STRIPE_RIGHT},
                                                [JN_SCHEME_GITHUB] = {.signature = GITHUB_RIGHT},
                                                [JN_SCHEME_SHOPIFY] = {.signature = SHOPIFY_RIGHT}};

static void test_what_the_senders_sign(void **state) {
    (void)state;
    for (enum jn_scheme scheme = JN_SCHEME_HMAC_SHA256; scheme < JN_SCHEMES; scheme++)
        expect(scheme, GOOD[scheme], NULL);
}

static void test_the_secret_before(void **state) {
    (void)state;
    for (enum jn_scheme scheme = JN_SCHEME_HMAC_SHA256; scheme < JN_SCHEMES; scheme++) {
        struct jr_signed sent = made(scheme);
        sent.old = sent.secret;
        sent.secret = JN_STR("whsec_bmV3ZXIgYnl0ZXMgb2YgYSBrZXkh");
        expect_of(sent, GOOD[scheme], NULL);
        sent.old = JN_STR("another");
        expect_of(sent, GOOD[scheme], "is wrong");
    }
}

static void test_another_secret_body_or_none(void **state) {
    (void)state;
    for (enum jn_scheme scheme = JN_SCHEME_HMAC_SHA256; scheme < JN_SCHEMES; scheme++) {
        struct jr_signed sent = made(scheme);
        sent.body = JN_STR(BODY " ");
        expect_of(sent, GOOD[scheme], "is wrong");
        sent = made(scheme);
        sent.secret = JN_STR("another");
        expect_of(sent, GOOD[scheme], "is wrong");
        struct request without = GOOD[scheme];
        without.signature = NULL;
        expect(scheme, without, "is not signed");
        without.signature = "";
        expect(scheme, without, "is not signed");
    }
}

static void test_age(void **state) {
    (void)state;
    static const struct {
        int64_t seconds;
        const char *reason;
    } ROW[] = {{0, NULL}, {300, NULL}, {-300, NULL}, {301, "301 seconds ago"}, {-301, "301 seconds in the future"}};
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        static const enum jn_scheme TIMED[] = {JN_SCHEME_STANDARD, JN_SCHEME_STRIPE};
        for (size_t k = 0; k < 2; k++) {
            struct jr_signed sent = made(TIMED[k]);
            sent.wall += ROW[i].seconds * 1000;
            expect_of(sent, GOOD[TIMED[k]], ROW[i].reason);
        }
        struct jr_signed sent = made(JN_SCHEME_GITHUB); /* has no time */
        sent.wall += ROW[i].seconds * 1000;
        expect_of(sent, GOOD[JN_SCHEME_GITHUB], NULL);
    }
}

static void test_times_and_ids_that_are_none(void **state) {
    (void)state;
    static const char *const TIME[] = {
        NULL, "", "x", "-1772326800", " 1772326800", "1772326800.0", "1772326800000000000"};
    for (size_t i = 0; i < sizeof TIME / sizeof TIME[0]; i++)
        expect(JN_SCHEME_STANDARD, (struct request){STANDARD_RIGHT, "msg_1", TIME[i]}, "the time of the signature");
    expect(JN_SCHEME_STRIPE, ONLY(STRIPE_RIGHT), "the time of the signature, `t=`");
    expect(JN_SCHEME_STRIPE, ONLY("t=," STRIPE_RIGHT), "the time of the signature, `t=`");
    expect(JN_SCHEME_STANDARD, (struct request){STANDARD_RIGHT, NULL, "1772326800"}, "`webhook-id`");
    expect(JN_SCHEME_STANDARD, (struct request){STANDARD_RIGHT, "", "1772326800"}, "`webhook-id`");
    expect(JN_SCHEME_STANDARD, (struct request){STANDARD_RIGHT, "msg_2", "1772326800"}, "is wrong");
    expect(JN_SCHEME_STANDARD, (struct request){STANDARD_RIGHT, "msg_1", "1772326801"}, "is wrong");
}

static void test_several_signatures(void **state) {
    (void)state;
    expect(JN_SCHEME_STANDARD, STANDARD(STANDARD_OTHER " " STANDARD_RIGHT), NULL);
    expect(JN_SCHEME_STANDARD, STANDARD(STANDARD_RIGHT " " STANDARD_OTHER), NULL);
    expect(JN_SCHEME_STANDARD, STANDARD("v1a,AAAA  " STANDARD_RIGHT " "), NULL);
    expect(JN_SCHEME_STANDARD, STANDARD(STANDARD_OTHER " " STANDARD_OTHER), "is wrong");
    expect(JN_SCHEME_STANDARD, STANDARD("v1a,AAAA v2,AAAA"), "holds no signature that begins with `v1,`");
    expect(JN_SCHEME_STRIPE, STRIPE(STRIPE_OTHER "," STRIPE_RIGHT ",v0=00"), NULL);
    expect(JN_SCHEME_STRIPE, STRIPE("v0=00"), "holds no signature that begins with `v1=`");
    expect(JN_SCHEME_STRIPE, STRIPE(STRIPE_OTHER), "is wrong");
    /* These have one only: two are none. */
    expect(JN_SCHEME_GITHUB, ONLY(GITHUB_RIGHT "," GITHUB_RIGHT), "is wrong");
    expect(JN_SCHEME_SHOPIFY, ONLY(SHOPIFY_RIGHT " " SHOPIFY_RIGHT), "is wrong");
}

static void test_signatures_that_are_none(void **state) {
    (void)state;
    static const char *const NONE[] = {"sha256=", "00", "x", "sha256=9c6b", "sha1=9c6bc771", GITHUB_RIGHT "00"};
    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++) {
        expect(JN_SCHEME_GITHUB, ONLY(NONE[i]), "is wrong");
        expect(JN_SCHEME_HMAC_SHA256, ONLY(NONE[i]), "is wrong");
    }
    static char endless[20000];
    memset(endless, 'A', sizeof endless - 1);
    for (enum jn_scheme scheme = JN_SCHEME_HMAC_SHA256; scheme < JN_SCHEMES; scheme++) {
        struct jn_err err;
        struct request request = GOOD[scheme];
        request.signature = endless;
        struct jr_signed sent = made(scheme);
        sent.user = &request;
        assert_int_equal(jr_verify(&sent, &err), JN_UNAUTHORIZED);
    }
}

static void test_secrets(void **state) {
    (void)state;
    struct jn_err err;
    assert_int_equal(jr_verify_secret(JN_SCHEME_STANDARD, JN_STR("whsec_?"), &err), JN_CONFIG);
    assert_int_equal(jr_verify_secret(JN_SCHEME_STRIPE, JN_STR("whsec_?"), &err), JN_OK); /* no base64 to them */
    assert_string_equal(jr_verify_id(JN_SCHEME_STANDARD), "webhook-id");
    assert_null(jr_verify_id(JN_SCHEME_NONE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_senders_sign),       cmocka_unit_test(test_the_secret_before),
        cmocka_unit_test(test_another_secret_body_or_none), cmocka_unit_test(test_age),
        cmocka_unit_test(test_times_and_ids_that_are_none), cmocka_unit_test(test_several_signatures),
        cmocka_unit_test(test_signatures_that_are_none),    cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
