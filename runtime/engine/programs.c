#include <stdlib.h>

#include "core/check.h"
#include "core/log.h"
#include "core/zone.h"
#include "image/image.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/content/content.h"
#include "runtime/engine/history/history.h"

static uint64_t engine_prefix(const uint8_t id[32]) {
    uint64_t prefix = 0;
    for (int i = 0; i < 8; i++)
        prefix |= (uint64_t)id[i] << (8 * i);
    return prefix;
}

struct engine_program *engine_program_load(struct jn_str image, struct jn_err *err) {
    struct engine_program *loaded = jn_alloc_zero(1, sizeof(*loaded));
    jn_arena_init(&loaded->arena);
    jn_map_init(&loaded->events);
    if (jn_image_load(image, &loaded->arena, &loaded->program, err) != JN_OK) {
        engine_program_free(loaded);
        return NULL;
    }
    const struct jn_program *program = loaded->program;
    for (uint32_t i = 0; i < program->n_event; i++)
        jn_map_put(&loaded->events, program->string[program->event[i].name], i);
    engine_content_load(loaded);
    if (jn_zone_find(program->string[program->meta[0].timezone], &loaded->zone, NULL) != JN_OK)
        loaded->zone = jn_zone_utc();
    loaded->prefix = engine_prefix(program->id);
    struct jn_buf version;
    jn_buf_init(&version, sizeof(loaded->version) - 1);
    jn_buf_z(&version, "sha256:");
    jn_hex((struct jn_str){(const char *)program->id, 32}, &version);
    memcpy(loaded->version, version.p, version.n);
    jn_buf_release(&version);
    engine_track_load(loaded);
    return loaded;
}

void engine_program_free(struct engine_program *program) {
    jn_map_release(&program->events);
    jn_arena_release(&program->arena);
    free(program);
}

struct engine_program *engine_program_find(const struct jr_engine *engine, uint64_t prefix) {
    for (struct engine_program *program = engine->programs; program != NULL; program = program->next)
        if (program->prefix == prefix) return program;
    return NULL;
}

uint32_t engine_program_event(const struct engine_program *program, struct jn_str name) {
    uint64_t index;
    return jn_map_get(&program->events, name, &index) ? (uint32_t)index : JN_NONE;
}

jn_rc engine_program_seal(struct jr_engine *engine, const struct engine_program *program, struct jn_err *err) {
    bool personal = false, rest = false;
    for (uint32_t i = 0; i < program->program->n_attr; i++)
        personal = personal || (program->program->attr[i].flags & JN_ATTR_PERSONAL) != 0;
    if (!personal) return JN_OK;
    jn_rc rc = engine->store->ops->seal(engine->store, &rest, err);
    engine->sealing = engine->sealing || rest;
    return rc;
}

const struct jn_program *jr_engine_program(const struct jr_engine *engine) {
    return engine->current == NULL ? NULL : engine->current->program;
}

const struct jn_program *jr_engine_program_at(const struct jr_engine *engine, uint32_t i) {
    const struct engine_program *program = engine->programs;
    for (; program != NULL && i > 0; i--)
        program = program->next;
    return program == NULL ? NULL : program->program;
}

/* Runs do not leave a program that is current again. */
static jn_rc programs_stay(struct jr_engine *engine, struct jn_err *err) {
    struct jn_arena arena;
    jn_arena_init(&arena);
    jn_rc rc = jr_engine_move(engine, &(struct jr_deploy_rules){.mode = JR_DEPLOY_PIN}, &arena, err);
    jn_arena_release(&arena);
    return rc;
}

jn_rc engine_program_keep(struct jr_engine *engine, const struct engine_program *program, struct jn_str image,
                          struct jn_arena *arena, struct jn_err *err) {
    struct jr_row_program row = {.image = image};
    struct jr_batch batch = {.program = &row, .n_program = 1};
    memcpy(row.id, program->program->id, sizeof(row.id));
    return engine_commit(engine, &batch, arena, err);
}

static jn_rc programs_load_new(struct jr_engine *engine, struct jn_str image, struct engine_program **out,
                               struct jn_err *err) {
    struct engine_program *loaded = engine_program_load(image, err);
    if (loaded == NULL) return err == NULL ? JN_INVALID : err->rc;
    const struct jr_engine_options *options = &engine->options;
    jn_rc rc = options->fits == NULL ? JN_OK : options->fits(options->fits_user, loaded->program, err);
    if (rc == JN_OK) rc = engine_program_seal(engine, loaded, err);
    if (rc != JN_OK) {
        engine_program_free(loaded);
        return rc;
    }
    loaded->next = engine->programs;
    *out = engine->programs = loaded;
    return JN_OK;
}

jn_rc engine_program_admit(struct jr_engine *engine, struct jn_str image, struct engine_program **out, bool *fresh,
                           struct jn_err *err) {
    uint8_t id[32];
    jn_rc rc = jn_image_identify(image, id, err);
    if (rc != JN_OK) return rc;
    *out = engine_program_find(engine, engine_prefix(id));
    *fresh = *out == NULL;
    if (!*fresh && memcmp((*out)->program->id, id, sizeof(id)) != 0)
        return jn_fail(err, JN_CONFLICT, "two programs begin with the same eight bytes of their ids");
    return *fresh ? programs_load_new(engine, image, out, err) : JN_OK;
}

void engine_program_dismiss(struct jr_engine *engine, struct engine_program *program) {
    JN_CHECK(engine->programs == program);
    engine->programs = program->next;
    engine_program_free(program);
}

static jn_rc programs_make_current(struct jr_engine *engine, struct engine_program *program, struct jn_str image,
                                   struct jn_err *err) {
    struct jn_arena arena;
    jn_arena_init(&arena);
    jn_rc rc = engine_program_keep(engine, program, image, &arena, err);
    if (rc == JN_OK) {
        JN_LOG(PROGRAM_DEPLOYED, JN_LF_STR("version", jn_str_z(program->version)));
        engine->current = program;
        engine_track_begin(engine);
        rc = engine_canary_forget(engine, &arena, err);
    }
    jn_arena_release(&arena);
    return rc;
}

jn_rc jr_engine_deploy(struct jr_engine *engine, struct jn_str image, struct jn_err *err) {
    struct engine_program *program;
    bool fresh;
    jn_rc rc = engine_program_admit(engine, image, &program, &fresh, err);
    if (rc != JN_OK) return rc;
    if (program == engine->canary.program) return JN_OK; /* it stays on trial */
    if (program != engine->current) rc = programs_make_current(engine, program, image, err);
    if (rc != JN_OK && fresh && engine->current != program) engine_program_dismiss(engine, program);
    if (rc == JN_OK) engine_track_begin(engine);
    if (rc == JN_OK && program->target != NULL) rc = programs_stay(engine, err);
    return rc;
}

jn_rc jr_engine_image(struct jr_engine *engine, const uint8_t id[32], struct jn_arena *arena, struct jn_str *out,
                      struct jn_err *err) {
    struct jr_row_program *row;
    uint32_t n;
    jn_rc rc = engine->store->ops->programs(engine->store, arena, &row, &n, err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        if (memcmp(row[i].id, id, sizeof(row[i].id)) != 0) continue;
        *out = row[i].image;
        return JN_OK;
    }
    return rc != JN_OK ? rc : jn_fail(err, JN_NOT_FOUND, "there is no program of that id");
}

uint64_t jr_engine_pinned(const struct jr_engine *engine, const struct jn_program *program) {
    for (const struct engine_program *row = engine->programs; row != NULL; row = row->next)
        if (row->program == program) return engine_counter_value(engine, engine_pinned_id(row));
    return 0;
}

static uint64_t people_in_journey(const struct jr_engine *engine, const struct engine_program *program,
                                  const struct jn_journey *journey, uint64_t *timed) {
    uint64_t all = 0;
    for (uint32_t at = journey->first_step; at < journey->first_step + journey->n_step; at++) {
        const struct jn_step *step = &program->program->step[at];
        if (!jn_step_holds((enum jn_step_kind)step->kind)) continue;
        uint64_t people = engine_counter_value(engine, engine_inside_id(program, at));
        all += people;
        if (timed != NULL && engine_is_timed(step)) *timed += people;
    }
    return all;
}

uint64_t engine_people_inside(const struct jr_engine *engine, const struct engine_program *program) {
    uint64_t all = 0;
    for (uint32_t i = 0; i < program->program->n_journey; i++)
        all += people_in_journey(engine, program, &program->program->journey[i], NULL);
    return all;
}

void jr_engine_inside(const struct jr_engine *engine, struct jn_arena *arena, struct jr_inside **out, uint32_t *n,
                      uint64_t *timed) {
    *out = NULL;
    *n = 0;
    *timed = 0;
    for (const struct engine_program *row = engine->programs; row != NULL; row = row->next)
        for (uint32_t i = 0; i < row->program->n_journey; i++) {
            const struct jn_journey *journey = &row->program->journey[i];
            struct jr_inside *inside = jn_arena_grow(arena, out, n, sizeof(*inside));
            *inside =
                (struct jr_inside){row->program->string[journey->name], people_in_journey(engine, row, journey, timed)};
        }
}

void jr_engine_places(const struct jr_engine *engine, struct jn_arena *arena, struct jr_place **out, uint32_t *n) {
    *out = NULL;
    *n = 0;
    for (const struct engine_program *row = engine->programs; row != NULL; row = row->next)
        for (uint32_t step = 0; step < row->program->n_step; step++) {
            uint64_t people = engine_counter_value(engine, engine_inside_id(row, step));
            if (people == 0) continue;
            struct jr_place *place = jn_arena_grow(arena, out, n, sizeof(*place));
            *place = (struct jr_place){row->program, step, people};
        }
}
