#include <stdlib.h>

#include "core/check.h"
#include "core/log.h"
#include "image/image.h"
#include "runtime/engine/engine.h"

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
    loaded->prefix = engine_prefix(program->id);
    struct jn_buf version;
    jn_buf_init(&version, sizeof(loaded->version) - 1);
    jn_buf_z(&version, "sha256:");
    jn_hex((struct jn_str){(const char *)program->id, 32}, &version);
    memcpy(loaded->version, version.p, version.n);
    jn_buf_release(&version);
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

const struct jn_program *jr_engine_program(const struct jr_engine *engine) {
    return engine->current == NULL ? NULL : engine->current->program;
}

const struct jn_program *jr_engine_program_at(const struct jr_engine *engine, uint32_t i) {
    const struct engine_program *program = engine->programs;
    for (; program != NULL && i > 0; i--)
        program = program->next;
    return program == NULL ? NULL : program->program;
}

jn_rc jr_engine_deploy(struct jr_engine *engine, struct jn_str image, struct jn_err *err) {
    struct engine_program *loaded = engine_program_load(image, err);
    if (loaded == NULL) return err == NULL ? JN_INVALID : err->rc;
    struct engine_program *known = engine_program_find(engine, loaded->prefix);
    if (known != NULL && memcmp(known->program->id, loaded->program->id, 32) != 0) {
        engine_program_free(loaded);
        return jn_fail(err, JN_CONFLICT, "two programs begin with the same eight bytes of their ids");
    }
    struct jr_row_program row = {.image = image};
    memcpy(row.id, loaded->program->id, 32);
    jn_rc rc = engine->current != NULL && engine->current == known
                   ? JN_OK
                   : engine->store->ops->program_put(engine->store, &row, err);
    if (rc == JN_OK && known == NULL) {
        loaded->next = engine->programs;
        engine->programs = known = loaded;
        loaded = NULL;
    }
    if (rc == JN_OK && engine->current != known)
        JN_LOG(PROGRAM_DEPLOYED, JN_LF_STR("version", jn_str_z(known->version)));
    if (rc == JN_OK) engine->current = known;
    if (loaded != NULL) engine_program_free(loaded);
    return rc;
}
