/* Whatever the disk does, what was acknowledged happens, once: power cuts, failing writes, syncs and reads, no room.
 *
 * FAULT_SEEDS (default 12) lives a fault; a failure names its seed: FAULT_SEED=N FAULT_SEEDS=1 repeats it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "life.h"

static uint64_t from_environment(const char *name, uint64_t preset) {
    const char *text = getenv(name);
    return text == NULL ? preset : strtoull(text, NULL, 10);
}

/* Lives under one fault after the other; false: a promise was broken. */
static bool live(uint64_t seed, enum disk_fault fault, bool lies, uint32_t *restarts, char wrong[256]) {
    static struct life life;
    life_open(&life, seed);
    life.disk.lies = lies;
    for (int i = 0; i < 6 && life.wrong[0] == '\0'; i++) {
        enum disk_loss loss = (enum disk_loss)jn_random_below(&life.dice, DISK_LOSSES);
        disk_arm(&life.disk, fault, loss, 1 + jn_random_below(&life.dice, 120));
        life.disk.lies = lies;
        life_go_on(&life);
    }
    life_settle(&life);
    (void)snprintf(wrong, 256, "%s", life.wrong);
    *restarts += life.restarts;
    life_close(&life);
    return wrong[0] == '\0';
}

static void survives(enum disk_fault fault) {
    uint64_t first = from_environment("FAULT_SEED", 1), n = from_environment("FAULT_SEEDS", 12);
    uint32_t restarts = 0;
    char wrong[256];
    for (uint64_t seed = first; seed < first + n; seed++)
        if (!live(seed, fault, false, &restarts, wrong)) fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    assert_true(restarts >= n); /* the settling itself is one: the fault has done something */
}

static void power_cuts(void **state) {
    (void)state;
    survives(DISK_POWER);
}

static void writes_that_fail(void **state) {
    (void)state;
    survives(DISK_WRITE_FAILS);
}

static void syncs_that_fail(void **state) {
    (void)state;
    survives(DISK_SYNC_FAILS);
}

static void reads_that_fail(void **state) {
    (void)state;
    survives(DISK_READ_FAILS);
}

static void no_room(void **state) {
    (void)state;
    survives(DISK_IS_FULL);
}

/* The control: a disk that only says that it has synced must be caught, or the test above proves nothing. */
static void a_lying_disk_is_caught(void **state) {
    uint32_t restarts = 0, caught = 0;
    char wrong[256];
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        caught += !live(seed, DISK_POWER, true, &restarts, wrong);
    assert_true(caught > 0);
}

static int in_a_folder_of_its_own(void **state) {
    char path[] = "/tmp/journey-fault-XXXXXX";
    (void)state;
    return mkdtemp(path) == NULL ? -1 : chdir(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_cuts),      cmocka_unit_test(writes_that_fail), cmocka_unit_test(syncs_that_fail),
        cmocka_unit_test(reads_that_fail), cmocka_unit_test(no_room),          cmocka_unit_test(a_lying_disk_is_caught),
    };
    return cmocka_run_group_tests(tests, in_a_folder_of_its_own, NULL);
}
