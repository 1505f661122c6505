/* A store is named by a url: which one, and where it lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "journey/store.h"

static void expect_refused(jn_rc rc, jn_rc wanted, const struct jn_err *err, const char *says) {
    assert_int_equal(rc, wanted);
    if (strstr(err->text, says) == NULL) fail_msg("%s", err->text);
}

/* However it is asked for. */
static void expect_none(const char *url, jn_rc wanted, const char *says) {
    struct jr_store *store;
    struct jr_store_copy copy;
    struct jn_err err = {.text = ""};
    expect_refused(jr_store_open(jn_str_z(url), &store, &err), wanted, &err, says);
    expect_refused(jr_store_look(jn_str_z(url), &store, &err), wanted, &err, says);
    expect_refused(jr_store_restore(jn_str_z(url), "/nowhere/copy", NULL, &copy, &err), wanted, &err, says);
}

static void what_is_no_store_is_told(void **state) {
    char far_too_long[8192] = "sqlite:";
    (void)state;
    expect_none("", JN_CONFIG, "write sqlite:DIR");
    expect_none("/var/lib/journey", JN_CONFIG, "write sqlite:DIR");
    expect_none("redis:6379", JN_CONFIG, "`redis:6379` is no store");
    expect_none("sqlite:", JN_CONFIG, "name the store's folder");
    memset(far_too_long + 7, 'x', sizeof far_too_long - 8);
    expect_none(far_too_long, JN_CONFIG, "name the store's folder");
}

static void a_store_in_memory_keeps_nothing(void **state) {
    static const _Atomic bool never = false;
    struct jr_store *store;
    struct jr_store_copy copy;
    struct jn_err err = {.text = ""};
    (void)state;
    expect_refused(jr_store_look(JN_STR("mem:"), &store, &err), JN_NOT_FOUND, &err, "gone when it is closed");
    expect_refused(jr_store_restore(JN_STR("mem:"), "copy", NULL, &copy, &err), JN_CONFIG, &err, "gone at once");
    assert_int_equal(jr_store_open(JN_STR("mem:"), &store, &err), JN_OK);
    expect_refused(store->ops->backup(store, "copy", &never, &copy, &err), JN_CONFIG, &err, "keeps nothing");
    assert_int_equal(store->ops->facts(store).sealed, JR_STORE_CLEAR);
    store->ops->close(store);
}

static void how_far_a_store_is_sealed_has_a_word(void **state) {
    (void)state;
    assert_string_equal(jr_store_sealed_word(JR_STORE_CLEAR), "no");
    assert_string_equal(jr_store_sealed_word(JR_STORE_SEALED), "whole");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_store_is_told),
        cmocka_unit_test(a_store_in_memory_keeps_nothing),
        cmocka_unit_test(how_far_a_store_is_sealed_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
