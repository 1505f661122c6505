/* What is told of a version on trial. */
#include "core/hash.h"
#include "runtime/engine/canary/canary.h"

#define PRESET_MIN   50
#define PRESET_ERROR 100 /* basis points */

static const struct {
    const char *word;
    uint32_t margin;
} GUARD_ROW[JR_GUARDS] = {
#define GUARD(name, word, margin, of, bad) [JR_GUARD_##name] = {word, margin},
#include "journey/tbl/guards.def"
#undef GUARD
};

const char *jr_guard_word(enum jr_guard guard) {
    return GUARD_ROW[guard].word;
}

struct jr_canary_rules jr_canary_presets(uint32_t share) {
    struct jr_canary_rules rules = {.share = share, .min = PRESET_MIN, .error = PRESET_ERROR, .n_exit = 1};
    for (int i = 0; i < JR_GUARDS; i++)
        rules.margin[i] = GUARD_ROW[i].margin;
    rules.exit[0] = JN_STR("failed");
    return rules;
}

const struct jn_program *jr_engine_canary_program(const struct jr_engine *engine) {
    return engine->canary.program == NULL ? NULL : engine->canary.program->program;
}

bool jr_engine_canary_refused(const struct jr_engine *engine, const uint8_t id[32]) {
    uint8_t ended[32];
    engine_canary_version(engine, ended);
    return engine->canary.state == JR_CANARY_ENDED && engine_canary_value(engine, CANARY_ENDED_GUARD) != 0 &&
           memcmp(id, ended, sizeof(ended)) == 0;
}

static struct jr_canary_rules canary_rules(const struct jr_engine *engine) {
    struct jr_canary_rules rules = {.share = engine->canary.share,
                                    .min = (uint32_t)engine_canary_value(engine, CANARY_MIN),
                                    .error = (uint32_t)engine_canary_value(engine, CANARY_ERROR),
                                    .end_runs = engine_canary_value(engine, CANARY_END_RUNS) != 0};
    for (uint32_t i = 0; i < JR_GUARDS; i++)
        rules.margin[i] = (uint32_t)engine_canary_value(engine, CANARY_MARGIN + i);
    return rules;
}

/* The figure by which the guard ended it. */
static bool canary_why(const struct jr_engine *engine, const struct jr_canary *canary, struct jr_canary_figure *out) {
    uint64_t guard = engine_canary_value(engine, CANARY_ENDED_GUARD);
    uint64_t journey = engine_canary_value(engine, CANARY_ENDED_JOURNEY);
    const struct jn_program *current = engine->current->program;
    struct jn_str name =
        journey == 0 || journey > current->n_journey ? JN_STR("") : current->string[current->journey[journey - 1].name];
    if (canary->state != JR_CANARY_ENDED || guard == 0) return false;
    for (uint32_t i = 0; i < canary->n_figure; i++)
        if ((uint64_t)canary->figure[i].guard + 1 == guard && jn_str_eq(canary->figure[i].journey, name)) {
            *out = canary->figure[i];
            return true;
        }
    return false;
}

void jr_engine_canary(const struct jr_engine *engine, struct jn_arena *arena, struct jr_canary *out) {
    *out = (struct jr_canary){.state = engine->canary.state};
    if (out->state == JR_CANARY_NONE) return;
    uint8_t id[32];
    struct jn_buf text;
    engine_canary_version(engine, id);
    jn_buf_init(&text, 72);
    jn_buf_z(&text, "sha256:");
    jn_hex((struct jn_str){(const char *)id, sizeof(id)}, &text);
    out->version = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    out->against = jn_str_z(engine->current->version);
    out->rules = canary_rules(engine);
    out->began = engine->canary.began;
    if (out->state == JR_CANARY_ENDED) out->ended = (int64_t)engine_canary_value(engine, CANARY_ENDED);
    struct engine_program *program = engine_program_find(engine, engine_canary_value(engine, CANARY_VERSION));
    if (program != NULL) out->inside = engine_people_inside(engine, program);
    out->figure = engine_watch_figures(engine, arena, &out->n_figure);
    out->by_guard = canary_why(engine, out, &out->why);
}
