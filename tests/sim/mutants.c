/* Damaged stores and images: refused with a reason, or lived with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#include "core/check.h"
#include "core/civil.h"
#include "image/image.h"

#define STORE "state/journey.db"

enum { MUTANTS_CHANGES = 8, MUTANTS_PAGE = 4096 };

struct bytes {
    unsigned char *p;
    uint64_t n;
};

static struct bytes mutants_copy(const void *p, uint64_t n) {
    struct bytes copy = {jn_alloc(n + 1), n};
    if (n > 0) memcpy(copy.p, p, n);
    return copy;
}

/* One of the ways in which files are damaged: bits, bytes, pages that are empty or another's, an end that is missing.
 */
static void mutants_damage(struct jn_random *dice, struct bytes *b) {
    uint64_t at = jn_random_below(dice, b->n), page = at - at % MUTANTS_PAGE;
    uint64_t there = b->n - page < MUTANTS_PAGE ? b->n - page : MUTANTS_PAGE;
    uint64_t other = jn_random_below(dice, b->n / MUTANTS_PAGE + 1) * MUTANTS_PAGE;
    switch (jn_random_below(dice, 8)) {
    case 0:
        memset(b->p + page, 0, there);
        break;
    case 1:
        if (other + there <= b->n) memmove(b->p + page, b->p + other, there);
        break;
    case 2:
        b->n = 1 + at;
        break;
    default: /* near the beginning of a page stands what says how to read it */
        if (jn_random_below(dice, 2) == 0) at = page + jn_random_below(dice, there < 128 ? there : 128);
        b->p[at] = (unsigned char)(jn_random_below(dice, 2) == 0 ? b->p[at] ^ (1u << jn_random_below(dice, 8))
                                                                 : jn_random_below(dice, 256));
        break;
    }
}

/* What `fsck` says of it. */
static bool mutants_is_sound(void) {
    static const struct jr_engine_options OPTIONS = {.timers_max = 8};
    struct jr_examined examined = {0};
    struct jr_engine *engine = NULL;
    struct jr_store *store;
    if (jr_store_look(JN_STR("sqlite:state"), &store, NULL) != JN_OK) return false;
    jn_rc rc = store->ops->check(store, NULL);
    if (rc == JN_OK) rc = jr_engine_open(store, &OPTIONS, &engine, NULL);
    if (rc == JN_OK) rc = jr_engine_examine(engine, NULL, NULL, &examined, NULL);
    if (engine != NULL) jr_engine_close(engine);
    store->ops->close(store);
    return rc == JN_OK && examined.findings == 0;
}

/* It starts, if it does, and goes on for a month: without an error when what `fsck` looks at is sound. */
static bool mutants_store(struct sim *sim, const struct bytes *whole) {
    struct bytes damaged = mutants_copy(whole->p, whole->n);
    struct jr_examined examined;
    for (uint64_t changes = 1 + jn_random_below(&sim->dice, MUTANTS_CHANGES); changes > 0; changes--)
        mutants_damage(&sim->dice, &damaged);
    disk_put(STORE, damaged.p, damaged.n);
    disk_put(STORE "-wal", NULL, 0);
    free(damaged.p);
    bool sound = mutants_is_sound();
    jn_rc rc = process_start(sim, NULL);
    if (rc == JN_OK) rc = jr_engine_examine(sim->engine, NULL, NULL, &examined, NULL);
    for (int turns = 0; rc == JN_OK && turns < 8; turns++) {
        struct jr_turn turn = {.arena = &sim->arena};
        jn_arena_reset(&sim->arena);
        rc = jr_engine_turn(sim->engine, NULL, 0, sim->now + turns * 4 * JN_MS_DAY, &turn, NULL);
    }
    if (!sound) sim->wrong[0] = '\0'; /* bytes that `fsck` warns of may have been a message's */
    if (sound && rc != JN_OK) sim_blame(sim, "a damaged store was called sound, and could not go on (%d)", (int)rc);
    process_kill(sim);
    return rc != JN_OK;
}

static bool mutants_image(struct sim *sim) {
    struct bytes damaged = mutants_copy(sim->plan->image.p, sim->plan->image.n);
    struct jn_program *program;
    mutants_damage(&sim->dice, &damaged);
    jn_arena_reset(&sim->arena);
    bool same = damaged.n == sim->plan->image.n && memcmp(damaged.p, sim->plan->image.p, damaged.n) == 0;
    jn_rc rc = jn_image_load((struct jn_str){(char *)damaged.p, damaged.n}, &sim->arena, &program, NULL);
    if (rc == JN_OK && !same) sim_blame(sim, "a damaged image was loaded");
    free(damaged.p);
    return rc != JN_OK;
}

uint64_t mutants_live(struct sim *sim, uint64_t n) {
    uint64_t refused = 0, length;
    process_kill(sim);
    const unsigned char *file = disk_get(STORE, &length);
    struct bytes whole = mutants_copy(file, length);
    JN_CHECK(whole.n > 0);
    for (uint64_t i = 0; i < n && sim->wrong[0] == '\0'; i++)
        refused += i % 2 == 0 ? mutants_store(sim, &whole) : mutants_image(sim);
    free(whole.p);
    return refused;
}
