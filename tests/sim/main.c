/* Simulated lives by the thousand. simulation [--from S] [--seeds N] [--show] [--mutants M]: the first seed whose life
 * breaks a promise is printed with what it broke, and the exit is 1. With --mutants what each life leaves is damaged in
 * M ways. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

#include "core/check.h"

#define MASTER "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" /* of sealed stores */

/* ---- chances: everything that the product takes from the kernel comes from the seed */

static struct sim *living;

void __real_jn_random_bytes(void *out, size_t n);
void __wrap_jn_random_bytes(void *out, size_t n);

void __wrap_jn_random_bytes(void *out, size_t n) {
    unsigned char *p = out;
    for (size_t i = 0; i < n; i++)
        p[i] = living == NULL ? (unsigned char)(i + 1) : (unsigned char)jn_random_next(&living->ids);
}

/* The order of maps is drawn once in a process: here, before any life, so that it is the same in all. */
static void settle_maps(void) {
    struct jn_map map;
    jn_map_init(&map);
    jn_map_put(&map, JN_STR("settled"), 1);
    jn_map_release(&map);
}

/* ---- lives */

struct outcome {
    struct jn_buf told;
    uint64_t hash, turns;
    uint32_t restarts;
    bool doubted;
    char wrong[256];
};

static uint64_t mutants, made, refused;

static void live(const struct plan *plan, bool disturbed, struct outcome *out) {
    static struct sim sim;
    jn_buf_init(&out->told, 1u << 22);
    living = &sim;
    sim_live(&sim, plan, disturbed);
    if (sim.wrong[0] == '\0' && plan->kind == PLAN_TWIN) sim_tell(&sim, &out->told);
    if (sim.wrong[0] == '\0' && mutants > 0) {
        made += mutants;
        refused += mutants_live(&sim, mutants);
    }
    out->hash = sim.hash;
    out->turns = sim.turns;
    out->restarts = sim.restarts;
    out->doubted = sim.doubted;
    memcpy(out->wrong, sim.wrong, sizeof(out->wrong));
    sim_end(&sim);
    living = NULL;
}

static void show_difference(const struct outcome *calm, const struct outcome *disturbed) {
    fprintf(stderr, "without trouble:\n%.*swith it:\n%.*s", JN_FMT(jn_buf_view(&calm->told)),
            JN_FMT(jn_buf_view(&disturbed->told)));
}

/* A seed's life; with `show` whatever is worth knowing of a broken promise. */
static void one_seed(uint64_t seed, bool show, struct outcome *out) {
    static struct plan plan;
    struct jn_arena arena;
    struct outcome calm = {.wrong = ""};
    jn_arena_init(&arena);
    *out = (struct outcome){.wrong = ""};
    const char *wrong = plan_make(seed, &arena, &plan);
    if (wrong != NULL) (void)snprintf(out->wrong, sizeof(out->wrong), "%s", wrong);
    if (wrong != NULL && show) fprintf(stderr, "%.*s", JN_FMT(plan.script));
    if (wrong == NULL) {
        live(&plan, true, out);
        /* Who starts again after more than a quiet week doubts the clock: what was due comes ten minutes later. */
        if (out->wrong[0] == '\0' && plan.kind == PLAN_TWIN && !out->doubted) {
            live(&plan, false, &calm);
            if (calm.wrong[0] != '\0' || !jn_str_eq(jn_buf_view(&calm.told), jn_buf_view(&out->told)))
                (void)snprintf(out->wrong, sizeof(out->wrong), "its end is not that of a life without trouble %.200s",
                               calm.wrong);
        }
        if (show && out->wrong[0] != '\0') fprintf(stderr, "%.*s", JN_FMT(plan.script));
        if (show && out->wrong[0] != '\0' && plan.kind == PLAN_TWIN) show_difference(&calm, out);
        jn_buf_release(&calm.told);
        jn_buf_release(&out->told);
    }
    jn_arena_release(&arena);
}

struct options {
    uint64_t first, n;
    bool show;
};

static struct options read_options(int argc, char **argv) {
    struct options o = {.first = 1, .n = 60};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--show") == 0) o.show = true;
        if (i + 1 < argc && strcmp(argv[i], "--from") == 0) o.first = strtoull(argv[i + 1], NULL, 10);
        if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0) o.n = strtoull(argv[i + 1], NULL, 10);
        if (i + 1 < argc && strcmp(argv[i], "--mutants") == 0) mutants = strtoull(argv[i + 1], NULL, 10);
    }
    return o;
}

/* A life is a function of its seed. */
static bool is_repeated(uint64_t seed, uint64_t hash) {
    struct outcome again;
    one_seed(seed, false, &again);
    if (again.hash == hash) return true;
    printf("seed %llu: one run %016llx, the next %016llx\n", (unsigned long long)seed, (unsigned long long)hash,
           (unsigned long long)again.hash);
    return false;
}

int main(int argc, char **argv) {
    struct options options = read_options(argc, argv);
    char folder[] = "/tmp/journey-sim-XXXXXX";
    uint64_t hash = 0, turns = 0, restarts = 0;
    JN_CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    JN_CHECK(setenv("JOURNEY_MASTER_KEY", MASTER, 1) == 0);
    settle_maps();
    int status = 0;
    for (uint64_t seed = options.first; seed < options.first + options.n && status == 0; seed++) {
        struct outcome outcome;
        one_seed(seed, options.show, &outcome);
        if (outcome.wrong[0] != '\0') {
            printf("seed %llu: %s\n", (unsigned long long)seed, outcome.wrong);
            status = 1;
        } else if (seed < options.first + PLAN_KINDS && !is_repeated(seed, outcome.hash)) {
            status = 1;
        }
        hash = hash * 31 + outcome.hash;
        turns += outcome.turns;
        restarts += outcome.restarts;
    }
    printf("%llu seeds from %llu: %llu turns, %llu restarts, trace %016llx\n", (unsigned long long)options.n,
           (unsigned long long)options.first, (unsigned long long)turns, (unsigned long long)restarts,
           (unsigned long long)hash);
    if (mutants > 0)
        printf("%llu damaged stores and images; %llu were refused\n", (unsigned long long)made,
               (unsigned long long)refused);
    (void)remove("state/lock");
    (void)remove("state");
    JN_CHECK(chdir("/") == 0);
    (void)rmdir(folder);
    return status;
}
