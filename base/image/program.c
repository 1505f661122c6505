/* Looking things up in a program by name. Linear: done at load and in tests, never for each event. */
#include "journey/program.h"

uint32_t jn_program_step(const struct jn_program *program, uint32_t journey, uint32_t step_id) {
    const struct jn_journey *row = &program->journey[journey];
    for (uint32_t i = 0; i < row->n_step; i++)
        if (program->step[row->first_step + i].id == step_id) return row->first_step + i;
    return JN_NONE;
}

#define LOOKUP(what)                                                                                                   \
    uint32_t jn_program_##what(const struct jn_program *program, struct jn_str name) {                                 \
        for (uint32_t i = 0; i < program->n_##what; i++)                                                               \
            if (jn_str_eq(program->string[program->what[i].name], name)) return i;                                     \
        return JN_NONE;                                                                                                \
    }
LOOKUP(journey)
LOOKUP(event)
LOOKUP(attr)
LOOKUP(message)
LOOKUP(topic)
LOOKUP(source)
#undef LOOKUP
