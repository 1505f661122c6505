/* The compiler as a library: sources in, diagnostics, a program and its tests out. No files, no clock, no network. */
#ifndef JOURNEY_COMPILE_H
#define JOURNEY_COMPILE_H

#include "journey/program.h"

struct jn_arena;
struct jc_diags;
struct jc_node;
struct jc_source;

enum jn_scene_kind {
#define SCENE(name, text, who, name1, name2, value, number) JN_SCENE_##name,
#include "journey/tbl/scenes.def"
#undef SCENE
    JN_SCENES
};

struct jn_given { /* `with name = value` */
    struct jn_str name;
    struct jn_value value;
};

struct jn_scene {
    enum jn_scene_kind kind;
    struct jn_str file;
    uint32_t line, column;
    struct jn_str source; /* the line as written, for reports */
    struct jn_str who, name, name2;
    struct jn_value value;
    uint32_t number, times;
    const struct jn_given *given;
    uint32_t n_given;
};

/* One `test` block; values are checked and resolved. */
struct jn_scenario {
    struct jn_str title;
    struct jn_str file;
    uint32_t line;
    const struct jn_scene *scene;
    uint32_t n_scene;
};

struct jc_result {
    struct jc_diags *diags;     /* sorted */
    struct jn_program *program; /* NULL when there are errors; its id is not set yet */
    const struct jn_scenario *scenario;
    uint32_t n_scenario;
    const struct jc_node *const *file; /* the trees, by source as diags->source has them */
    uint32_t n_file;
};

/* Compiles a workspace. Everything in the result lives in the arena; sources must outlive it.
 * A program with mistakes is no failure: look at result->diags. */
jn_rc jc_compile(struct jn_arena *arena, const struct jc_source *source, uint32_t n_source, struct jc_result *result,
                 struct jn_err *err);

#endif
