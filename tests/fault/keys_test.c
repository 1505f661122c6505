/* Customers' secrets over a disk that fails: one that was said to be durable is there after every cut, and one that was
 * forgotten is not; so nothing that was sealed under them is lost, or comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "disk.h"
#include "runtime/store/seal/keys.h"

#define PATH   "state/journey.keys"
#define MASTER 7

enum { NUMBERS = 14, STRIKES = 20, STEP = JR_KEYS_AHEAD / 2 };

struct keeper {
    struct disk disk;
    struct jr_keys keys;
    uint64_t id;
    uint8_t told[NUMBERS][JR_KEYS_SECRET];
    enum jr_key_state state[NUMBERS]; /* NONE: nothing was said of it yet */
    bool doubtful[NUMBERS];           /* to be forgotten, and nobody knows whether it was */
};

static jn_rc keep(struct keeper *k, uint64_t i) {
    jn_rc rc = jr_keys_cover(&k->keys, i * STEP, NULL);
    if (rc == JN_OK) rc = jr_keys_read(&k->keys, i * STEP, k->told[i], &k->state[i], NULL);
    if (rc == JN_OK && k->state[i] != JR_KEY_HELD) fail_msg("secret %d was covered and is not held", (int)i);
    return rc;
}

static jn_rc forget(struct keeper *k, uint64_t i) {
    uint64_t number = i * STEP;
    jn_rc rc = jr_keys_forget(&k->keys, &number, 1, NULL);
    k->doubtful[i] = rc != JN_OK;
    if (rc == JN_OK) k->state[i] = JR_KEY_FORGOTTEN;
    return rc;
}

/* As customers come and some of them go. */
static uint64_t go_on(struct keeper *k, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++)
        if (keep(k, i) != JN_OK || (i % 4 == 3 && forget(k, i - 2) != JN_OK)) return i;
    return to;
}

static void open_and_look(struct keeper *k) {
    assert_int_equal(jr_keys_open(PATH, MASTER, k->id, false, &k->keys, NULL), JN_OK);
    for (uint64_t i = 0; i < NUMBERS; i++) {
        uint8_t secret[JR_KEYS_SECRET];
        enum jr_key_state state;
        if (k->state[i] == JR_KEY_NONE) continue;
        assert_int_equal(jr_keys_read(&k->keys, i * STEP, secret, &state, NULL), JN_OK);
        if (k->doubtful[i] && state == JR_KEY_FORGOTTEN) k->state[i] = state;
        assert_int_equal(state, k->state[i]);
        if (state == JR_KEY_HELD) assert_memory_equal(secret, k->told[i], sizeof(secret));
    }
}

static void again(struct keeper *k) {
    jr_keys_close(&k->keys);
    disk_forget_process(&k->disk);
    disk_restore(&k->disk);
    open_and_look(k);
}

/* A fault at some operation, a new start, and a power cut some time later. */
static void live(enum disk_fault fault, enum disk_loss loss, uint64_t strike) {
    static struct keeper k;
    memset(&k, 0, sizeof(k));
    disk_open(&k.disk, strike);
    assert_int_equal(jr_keys_make(PATH, MASTER, &k.keys, NULL), JN_OK);
    k.id = k.keys.id;
    disk_arm(&k.disk, fault, loss, strike);
    uint64_t reached = go_on(&k, 0, NUMBERS - 4);
    again(&k);
    reached = go_on(&k, reached, reached + 2);
    disk_arm(&k.disk, DISK_POWER, loss, 1);
    (void)go_on(&k, reached, NUMBERS);
    again(&k);
    jr_keys_close(&k.keys);
    disk_close(&k.disk);
}

static void secrets_outlive_faults(void **state) {
    static const enum disk_fault FAULT[] = {DISK_POWER, DISK_KILL, DISK_WRITE_FAILS, DISK_SYNC_FAILS, DISK_IS_FULL};
    (void)state;
    for (size_t f = 0; f < sizeof(FAULT) / sizeof(*FAULT); f++)
        for (int loss = 0; loss < DISK_LOSSES; loss++)
            for (uint64_t strike = 1; strike <= STRIKES; strike++)
                live(FAULT[f], (enum disk_loss)loss, strike);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(secrets_outlive_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
