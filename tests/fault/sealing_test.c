/* A store that begins to be sealed over a disk that fails at each of its operations: whatever of the master's mark, the
 * file of keys and the first commits came through, the next start goes on from there, and who was acknowledged is
 * known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/log.h"
#include "life.h"

#define PLACE "sqlite:sealing"

enum { STRIKES_MAX = 200 };

struct process {
    struct jn_arena arena;
    struct jr_store *store;
    struct jr_engine *engine;
};

static jn_rc deploy(struct process *p) {
    struct draft d = draft_new(&p->arena);
    uint32_t begin = declare_event(&d, "begin");
    begin_journey(&d, "life", begin, JN_REENTER_NEVER);
    step_send(&d, declare_message(&d, "first", d.post));
    step_exit(&d, "completed");
    return jr_engine_deploy(p->engine, draft_image(&d), NULL);
}

static jn_rc start(struct process *p, struct jn_err *err) {
    static const struct jr_engine_options OPTIONS = {.timers_max = 8};
    bool rest;
    *p = (struct process){0};
    jn_arena_init(&p->arena);
    jn_rc rc = jr_store_open(JN_STR(PLACE), &p->store, err);
    if (rc == JN_OK) rc = p->store->ops->seal(p->store, &rest, err);
    if (rc == JN_OK) rc = jr_engine_open(p->store, &OPTIONS, &p->engine, err);
    return rc == JN_OK && jr_engine_program(p->engine) == NULL ? deploy(p) : rc;
}

static void end(struct process *p) {
    if (p->engine != NULL) jr_engine_close(p->engine);
    if (p->store != NULL) p->store->ops->close(p->store);
    jn_arena_release(&p->arena);
}

/* Somebody's only event. */
static jn_rc begin(struct process *p, enum jr_answer *answer, struct jn_err *err) {
    struct jr_input input = {.kind = JR_INPUT_EVENT,
                             .received = JN_MS_DAY,
                             .happened = JN_MS_DAY,
                             .source = JN_STR("track"),
                             .dedupe = JN_STR("once"),
                             .customer = JN_STR("ann"),
                             .event = JN_STR("begin")};
    struct jr_turn turn = {.arena = &p->arena};
    jn_rc rc = jr_engine_turn(p->engine, &input, 1, JN_MS_DAY, &turn, err);
    if (rc == JN_OK) *answer = turn.answer[0];
    return rc;
}

/* False: the fault lies behind all that is done. */
static bool live(enum disk_fault fault, enum disk_loss loss, uint64_t strike) {
    struct disk disk;
    struct process p;
    struct jn_err err = {.text = ""};
    enum jr_answer answer;
    disk_open(&disk, strike);
    disk_arm(&disk, fault, loss, strike);
    jn_rc rc = start(&p, &err);
    if (rc == JN_OK) rc = begin(&p, &answer, &err);
    bool acknowledged = rc == JN_OK, struck = disk.struck;
    disk.gone = true;
    end(&p);
    disk.gone = false;
    disk_forget_process(&disk);
    disk_restore(&disk);
    rc = start(&p, &err);
    if (rc != JN_OK) fail_msg("fault %d, loss %d, strike %d: %s", (int)fault, (int)loss, (int)strike, err.text);
    assert_int_equal(p.store->ops->facts(p.store).sealed, JR_STORE_SEALED);
    assert_int_equal(p.store->ops->check(p.store, NULL), JN_OK);
    assert_int_equal(begin(&p, &answer, &err), JN_OK);
    if (acknowledged) assert_int_equal(answer, JR_ANSWER_DUPLICATE);
    end(&p);
    disk_close(&disk);
    return struck;
}

static void goes_on(enum disk_fault fault, enum disk_loss loss) {
    uint64_t strike = 1;
    while (live(fault, loss, strike))
        assert_true(++strike < STRIKES_MAX);
    assert_true(strike > 10);
}

static void it_goes_on_from_each_operation(void **state) {
    (void)state;
    for (int loss = 0; loss < DISK_LOSSES; loss++) {
        goes_on(DISK_POWER, (enum disk_loss)loss);
        goes_on(DISK_SYNC_FAILS, (enum disk_loss)loss);
    }
    goes_on(DISK_KILL, DISK_LOSES_ALL);
    goes_on(DISK_WRITE_FAILS, DISK_LOSES_ALL);
    goes_on(DISK_IS_FULL, DISK_LOSES_ALL);
}

static int in_a_folder_of_its_own(void **state) {
    char path[] = "/tmp/journey-fault-XXXXXX";
    (void)state;
    jn_log_set_level(JN_LOG_OFF);
    (void)setenv("JOURNEY_MASTER_KEY", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 1);
    return mkdtemp(path) == NULL ? -1 : chdir(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_goes_on_from_each_operation)};
    return cmocka_run_group_tests(tests, in_a_folder_of_its_own, NULL);
}
