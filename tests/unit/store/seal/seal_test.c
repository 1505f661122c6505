/* Sealed bodies open where they were sealed and nowhere else; whose secret is forgotten, theirs open nowhere. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "runtime/store/seal/seal.h"

#define KEYS "customers.keys"

static struct jr_master MASTER = {{1, 2, 3}};
static const struct jr_seal_place PLACE = {'c', 7};

struct world {
    struct jr_seal *seal;
    struct jn_arena arena;
    uint64_t id;
    struct jn_err err;
};

static int begin(void **state) {
    struct world *w = calloc(1, sizeof(*w));
    struct jr_keys keys;
    (void)unlink(KEYS);
    jn_arena_init(&w->arena);
    assert_int_equal(jr_keys_make(KEYS, jr_master_id(&MASTER), &keys, &w->err), JN_OK);
    w->id = keys.id;
    w->seal = jr_seal_new(&MASTER, &keys);
    *state = w;
    return 0;
}

static int end(void **state) {
    struct world *w = *state;
    jr_seal_free(w->seal);
    jn_arena_release(&w->arena);
    free(w);
    return 0;
}

static void again(struct world *w) {
    struct jr_keys keys;
    jr_seal_free(w->seal);
    assert_int_equal(jr_keys_open(KEYS, jr_master_id(&MASTER), w->id, false, &keys, &w->err), JN_OK);
    w->seal = jr_seal_new(&MASTER, &keys);
}

static struct jn_str sealed(struct world *w, uint64_t customer, struct jn_str body) {
    struct jn_str out = JN_STR_NONE;
    assert_int_equal(jr_seal_close(w->seal, customer, PLACE, body, &w->arena, &out, &w->err), JN_OK);
    return out;
}

static jn_rc opened(struct world *w, struct jr_seal_place place, struct jn_str bytes, struct jn_str *out) {
    return jr_seal_open(w->seal, place, bytes, &w->arena, out, &w->err);
}

static void what_is_sealed_opens_again(void **state) {
    struct world *w = *state;
    struct jn_str bodies[] = {JN_STR("ann@example.com"), JN_STR(""), JN_STR("x")}, out;
    for (size_t i = 0; i < 3; i++) {
        struct jn_str bytes = sealed(w, 9, bodies[i]);
        assert_true(jr_seal_is_sealed(bytes) && !jr_seal_is_sealed(bodies[i]));
        assert_int_equal(jr_seal_customer(bytes), 9);
        assert_null(bodies[i].n < 2 ? NULL : memmem(bytes.p, bytes.n, bodies[i].p, bodies[i].n));
        again(w);
        assert_int_equal(opened(w, PLACE, bytes, &out), JN_OK);
        assert_true(jn_str_eq(out, bodies[i]));
    }
}

static void the_same_is_never_sealed_alike(void **state) {
    struct world *w = *state;
    assert_false(jn_str_eq(sealed(w, 9, JN_STR("hello")), sealed(w, 9, JN_STR("hello"))));
}

static void every_changed_bit_is_found(void **state) {
    struct world *w = *state;
    struct jn_str bytes = sealed(w, 9, JN_STR("hello")), out;
    for (size_t i = 0; i < bytes.n * 8; i++) {
        struct jn_str bad = jn_arena_str(&w->arena, bytes);
        ((char *)(uintptr_t)bad.p)[i / 8] ^= (char)(1 << i % 8);
        assert_int_not_equal(opened(w, PLACE, bad, &out), JN_OK);
    }
    for (size_t n = 0; n < bytes.n; n++)
        assert_int_equal(opened(w, PLACE, jn_str_sub(bytes, 0, n), &out), JN_CORRUPT);
}

static void no_other_place_takes_it(void **state) {
    struct world *w = *state;
    struct jn_str bytes = sealed(w, 9, JN_STR("hello")), out;
    assert_int_equal(opened(w, (struct jr_seal_place){'c', 8}, bytes, &out), JN_CORRUPT);
    assert_int_equal(opened(w, (struct jr_seal_place){'r', 7}, bytes, &out), JN_CORRUPT);
}

static void whose_secret_is_forgotten_stays_so(void **state) {
    struct world *w = *state;
    struct jn_str of_nine = sealed(w, 9, JN_STR("hello")), of_ten = sealed(w, 10, JN_STR("hello")), out;
    uint64_t nine = 9;
    assert_int_equal(jr_seal_forget(w->seal, &nine, 1, &w->err), JN_OK);
    for (int i = 0; i < 2; i++, again(w)) {
        assert_int_equal(opened(w, PLACE, of_nine, &out), JN_NOT_FOUND);
        assert_int_equal(jr_seal_close(w->seal, 9, PLACE, JN_STR("hello"), &w->arena, &out, &w->err), JN_NOT_FOUND);
        assert_int_equal(opened(w, PLACE, of_ten, &out), JN_OK);
    }
}

static void names_are_hashed_under_the_key(void **state) {
    struct world *w = *state;
    struct jr_master other = {{9}};
    struct jr_keys keys;
    uint8_t ann[JR_SEAL_NAME], same[JR_SEAL_NAME], bob[JR_SEAL_NAME], elsewhere[JR_SEAL_NAME];
    jr_seal_name(w->seal, JN_STR("ann"), ann);
    jr_seal_name(w->seal, JN_STR("bob"), bob);
    again(w);
    jr_seal_name(w->seal, JN_STR("ann"), same);
    assert_memory_equal(ann, same, sizeof(ann));
    assert_memory_not_equal(ann, bob, sizeof(ann));
    assert_int_equal(jr_keys_make("other.keys", jr_master_id(&other), &keys, &w->err), JN_OK);
    struct jr_seal *seal = jr_seal_new(&other, &keys);
    jr_seal_name(seal, JN_STR("ann"), elsewhere);
    assert_memory_not_equal(ann, elsewhere, sizeof(ann));
    jr_seal_free(seal);
}

/* ---- the file of keys */

static void secrets_are_made_ahead_and_kept(void **state) {
    struct world *w = *state;
    uint8_t first[JR_KEYS_SECRET], same[JR_KEYS_SECRET];
    enum jr_key_state is;
    struct stat info;
    (void)sealed(w, 3 * JR_KEYS_AHEAD, JN_STR("hello"));
    assert_int_equal(jr_seal_keys(w->seal)->n, 4 * JR_KEYS_AHEAD);
    assert_int_equal(jr_keys_read(jr_seal_keys(w->seal), 5, first, &is, &w->err), JN_OK);
    assert_int_equal(is, JR_KEY_HELD);
    again(w);
    assert_int_equal(jr_keys_read(jr_seal_keys(w->seal), 5, same, &is, &w->err), JN_OK);
    assert_memory_equal(first, same, sizeof(first));
    assert_int_equal(jr_keys_read(jr_seal_keys(w->seal), 4 * JR_KEYS_AHEAD, same, &is, &w->err), JN_OK);
    assert_int_equal(is, JR_KEY_NONE);
    assert_true(stat(KEYS, &info) == 0 && (info.st_mode & 0777) == 0600);
}

static void a_number_from_a_damaged_row_makes_no_secrets(void **state) {
    struct world *w = *state;
    const uint64_t far[] = {UINT64_C(9496275492598296235)};
    struct jn_str out;
    struct stat before, after;
    (void)sealed(w, 1, JN_STR("ann"));
    assert_int_equal(stat(KEYS, &before), 0);
    assert_int_equal(jr_seal_close(w->seal, far[0], PLACE, JN_STR("ann"), &w->arena, &out, &w->err), JN_CORRUPT);
    assert_int_equal(jr_seal_forget(w->seal, far, 1, &w->err), JN_CORRUPT);
    assert_int_equal(stat(KEYS, &after), 0);
    assert_int_equal(after.st_size, before.st_size);
}

/* As a crash leaves it that lost the bytes and kept the length. */
static void a_file_that_is_longer_than_what_was_written_is_cut(void **state) {
    struct world *w = *state;
    struct stat info;
    (void)sealed(w, 1, JN_STR("hello"));
    assert_true(stat(KEYS, &info) == 0 && truncate(KEYS, info.st_size + 4096 * 16) == 0);
    again(w);
    assert_int_equal(jr_seal_keys(w->seal)->n, JR_KEYS_AHEAD);
    struct jn_str bytes = sealed(w, JR_KEYS_AHEAD, JN_STR("hello")), out;
    again(w);
    assert_int_equal(opened(w, PLACE, bytes, &out), JN_OK);
}

static void expect_refusal(uint64_t master, uint64_t id, jn_rc wanted, const char *words) {
    struct jr_keys keys;
    struct jn_err err = {.text = ""};
    assert_int_equal(jr_keys_open(KEYS, master, id, false, &keys, &err), wanted);
    if (strstr(err.text, words) == NULL) fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void put_byte(const char *path, long at, int byte) {
    FILE *file = fopen(path, "r+");
    assert_true(file != NULL && fseek(file, at, SEEK_SET) == 0 && fputc(byte, file) == byte);
    assert_int_equal(fclose(file), 0);
}

/* The commit that names it may have come through, whatever was said of it. */
static void a_beginning_that_failed_is_taken_up(void **state) {
    struct world *w = *state;
    struct jr_keys keys;
    assert_int_equal(jr_keys_make(KEYS, jr_master_id(&MASTER), &keys, &w->err), JN_OK);
    assert_true(keys.id == w->id && keys.n == 0);
    jr_keys_close(&keys);
}

static void a_secret_that_was_changed_opens_nothing(void **state) {
    struct world *w = *state;
    struct jn_str of_nine = sealed(w, 9, JN_STR("hello")), of_ten = sealed(w, 10, JN_STR("hello")), out;
    put_byte(KEYS, (long)jr_keys_size(9), 'x');
    put_byte(KEYS, (long)jr_keys_size(9) + 1, 'y');
    again(w);
    assert_int_equal(opened(w, PLACE, of_nine, &out), JN_CORRUPT);
    assert_int_equal(opened(w, PLACE, of_ten, &out), JN_OK);
}

static void other_files_of_keys_are_refused(void **state) {
    struct world *w = *state;
    uint64_t master = jr_master_id(&MASTER);
    struct jr_keys keys;
    (void)sealed(w, 1, JN_STR("hello"));
    assert_int_equal(jr_keys_make(KEYS, master, &keys, &w->err), JN_CONFIG);
    assert_non_null(strstr(w->err.text, "no store that they belong to"));
    expect_refusal(master + 2, w->id, JN_CONFIG, "another master key");
    expect_refusal(master, w->id + 2, JN_CONFIG, "another store");
    put_byte(KEYS, 30, 1);
    expect_refusal(master, w->id, JN_CORRUPT, "put the store's newest one in its place");
    assert_int_equal(truncate(KEYS, 40), 0);
    expect_refusal(master, w->id, JN_CORRUPT, "no file of customers' keys");
    assert_int_equal(unlink(KEYS), 0);
    expect_refusal(master, w->id, JN_CONFIG, "are not there");
}

/* ---- the master key */

static void a_master_key_is_made_once(void **state) {
    struct jr_master first, second;
    struct jn_err err;
    struct stat info;
    (void)state;
    assert_int_equal(mkdir("store", 0700), 0);
    assert_int_equal(jr_master_find("store", false, &first, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "store/master.key"));
    assert_int_equal(jr_master_find("store", true, &first, &err), JN_OK);
    assert_int_equal(jr_master_find("store", true, &second, &err), JN_OK);
    assert_memory_equal(&first, &second, sizeof(first));
    assert_true(stat("store/master.key", &info) == 0 && (info.st_mode & 0777) == 0600);
    assert_int_equal(chmod("store/master.key", 0644), 0);
    assert_int_equal(jr_master_find("store", true, &first, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "chmod 600"));
}

static void what_is_no_master_key_is_refused(void **state) {
    struct jr_master key;
    struct jn_err err;
    FILE *file = fopen("bad.key", "w");
    (void)state;
    assert_non_null(file);
    (void)fputs("secret\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod("bad.key", 0600), 0);
    assert_int_equal(setenv(JR_MASTER_VARIABLE "_FILE", "nowhere.key", 1), 0);
    assert_int_equal(jr_master_find("store", true, &key, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "`nowhere.key` cannot be opened"));
    assert_int_equal(setenv(JR_MASTER_VARIABLE "_FILE", "bad.key", 1), 0);
    assert_int_equal(jr_master_find("store", true, &key, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "JOURNEY_MASTER_KEY holds no master key"));
    assert_int_equal(setenv(JR_MASTER_VARIABLE, "00ff", 1), 0);
    assert_int_equal(jr_master_find("store", true, &key, &err), JN_CONFIG);
    assert_non_null(strstr(err.text, "JOURNEY_MASTER_KEY holds no master key"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sealed_opens_again, begin, end),
        cmocka_unit_test_setup_teardown(the_same_is_never_sealed_alike, begin, end),
        cmocka_unit_test_setup_teardown(every_changed_bit_is_found, begin, end),
        cmocka_unit_test_setup_teardown(no_other_place_takes_it, begin, end),
        cmocka_unit_test_setup_teardown(whose_secret_is_forgotten_stays_so, begin, end),
        cmocka_unit_test_setup_teardown(names_are_hashed_under_the_key, begin, end),
        cmocka_unit_test_setup_teardown(secrets_are_made_ahead_and_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_number_from_a_damaged_row_makes_no_secrets, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_longer_than_what_was_written_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(a_beginning_that_failed_is_taken_up, begin, end),
        cmocka_unit_test_setup_teardown(a_secret_that_was_changed_opens_nothing, begin, end),
        cmocka_unit_test_setup_teardown(other_files_of_keys_are_refused, begin, end),
        cmocka_unit_test(a_master_key_is_made_once),
        cmocka_unit_test(what_is_no_master_key_is_refused),
    };
    char folder[] = "/tmp/journey-seal-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) return 1;
    (void)unsetenv(JR_MASTER_VARIABLE);
    (void)unsetenv(JR_MASTER_VARIABLE "_FILE");
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char remove[64];
    (void)snprintf(remove, sizeof remove, "rm -rf %s", folder);
    return failed == 0 && chdir("/") == 0 && system(remove) == 0 ? 0 : 1;
}
