#include "upgrade/align.h"

#include "core/buffer.h"
#include "core/hash.h"
#include "core/map.h"
#include "image/image.h"
#include "upgrade/names.h"

#define DEFINITION_MAX (1u << 20)

/* What a step without a name is known by: its stage and what it does. Zero for steps with names: no hash is zero here.
 */
static uint64_t align_key(const struct jn_program *program, uint32_t step, struct jn_str stage) {
    struct jn_buf text;
    jn_buf_init(&text, DEFINITION_MAX);
    jn_image_define_step(program, step, &text);
    uint64_t key = jn_hash64_seed(jn_buf_view(&text), jn_hash64(stage)) | 1;
    jn_buf_release(&text);
    return key;
}

static struct jn_str align_stage(const struct jn_program *program, uint32_t step) {
    uint32_t stage = program->step[step].stage;
    return stage == JN_NONE ? JN_STR("") : program->string[program->stage[stage].name];
}

struct alignment {
    uint64_t *old, *new;
    uint32_t n, m;
    uint16_t *best; /* (n + 1) × (m + 1): length of the longest common subsequence of what is behind */
};

static uint16_t *align_cell(const struct alignment *a, uint32_t i, uint32_t k) {
    return &a->best[(size_t)i * (a->m + 1) + k];
}

static void align_fill(const struct alignment *a) {
    for (uint32_t i = a->n; i-- > 0;)
        for (uint32_t k = a->m; k-- > 0;) {
            uint16_t skip_old = *align_cell(a, i + 1, k), skip_new = *align_cell(a, i, k + 1);
            uint16_t best = skip_old > skip_new ? skip_old : skip_new;
            if (a->old[i] == a->new[k]) best = (uint16_t)(*align_cell(a, i + 1, k + 1) + 1);
            *align_cell(a, i, k) = best;
        }
}

static void align_walk(const struct alignment *a, uint32_t first, uint32_t *pair) {
    uint32_t i = 0, k = 0;
    while (i < a->n && k < a->m) {
        if (a->old[i] == a->new[k]) {
            if (pair[i] == JN_NONE) pair[i] = first + k;
            i++;
            k++;
        } else if (*align_cell(a, i + 1, k) >= *align_cell(a, i, k + 1)) {
            i++;
        } else {
            k++;
        }
    }
}

/* A step without a name that says something else, but is of the same kind and follows the same step, is that step. */
static void align_changed(const struct jn_program *from, uint32_t a, const struct jn_program *to, uint32_t b,
                          struct jn_arena *arena, uint32_t *pair) {
    const struct jn_journey *old = &from->journey[a], *new = &to->journey[b];
    bool *taken = JN_NEW_ARRAY(arena, bool, new->n_step);
    for (uint32_t i = 0; i < old->n_step; i++)
        if (pair[i] != JN_NONE) taken[pair[i] - new->first_step] = true;
    for (uint32_t i = 0; i < old->n_step; i++) {
        const struct jn_step *was = &from->step[old->first_step + i];
        if (pair[i] != JN_NONE || was->name != 0 || (i > 0 && pair[i - 1] == JN_NONE)) continue;
        uint32_t k = i == 0 ? 0 : pair[i - 1] - new->first_step + 1;
        if (k >= new->n_step || taken[k]) continue;
        const struct jn_step *is = &to->step[new->first_step + k];
        if (is->kind != was->kind || is->name != 0) continue;
        pair[i] = new->first_step + k;
        taken[k] = true;
    }
}

/* Named steps pair wherever they stand; each then has one key on both sides, so that it also anchors the others. */
static void align_named(const struct jn_program *from, uint32_t a, const struct jn_program *to, uint32_t b,
                        struct jn_arena *arena, struct alignment *keys, uint32_t *pair) {
    const struct jn_journey *old = &from->journey[a], *new = &to->journey[b];
    struct jn_str journey = to->string[new->name];
    struct jn_map names;
    jn_map_init(&names);
    for (uint32_t k = 0; k < new->n_step; k++) {
        struct jn_str name = to->string[to->step[new->first_step + k].name];
        if (name.n > 0) jn_map_put(&names, name, k);
        keys->new[k] = name.n > 0 ? jn_hash64(name) & ~1ull
                                  : align_key(to, new->first_step + k, align_stage(to, new->first_step + k));
    }
    for (uint32_t i = 0; i < old->n_step; i++) {
        uint32_t step = old->first_step + i;
        struct jn_str name = from->string[from->step[step].name];
        uint64_t k;
        pair[i] = JN_NONE;
        if (name.n == 0) {
            keys->old[i] = align_key(from, step, upgrade_name(to, JN_RENAME_STAGE, journey, align_stage(from, step)));
            continue;
        }
        name = upgrade_step_name(to, journey, name, arena);
        keys->old[i] = jn_hash64(name) & ~1ull;
        if (jn_map_get(&names, name, &k)) pair[i] = new->first_step + (uint32_t)k;
    }
    jn_map_release(&names);
}

void upgrade_align(const struct jn_program *from, uint32_t a, const struct jn_program *to, uint32_t b,
                   struct jn_arena *arena, uint32_t *pair) {
    struct alignment keys = {.n = from->journey[a].n_step, .m = to->journey[b].n_step};
    keys.old = JN_NEW_ARRAY(arena, uint64_t, keys.n);
    keys.new = JN_NEW_ARRAY(arena, uint64_t, keys.m);
    align_named(from, a, to, b, arena, &keys, pair);
    uint64_t cells = ((uint64_t)keys.n + 1) * (keys.m + 1);
    if (cells > UPGRADE_ALIGN_MAX || keys.n > UINT16_MAX || keys.m > UINT16_MAX) return;
    keys.best = JN_NEW_ARRAY(arena, uint16_t, cells);
    align_fill(&keys);
    align_walk(&keys, to->journey[b].first_step, pair);
    align_changed(from, a, to, b, arena, pair);
}
