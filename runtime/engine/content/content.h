/* What a message says: its fields' templates, rendered for one run. */
#ifndef RUNTIME_ENGINE_CONTENT_CONTENT_H
#define RUNTIME_ENGINE_CONTENT_CONTENT_H

#include "runtime/engine/engine.h"
#include "runtime/vm/vm.h"

/* Parses every template of a program that is being loaded, into its arena. */
void engine_content_load(struct engine_program *program);
/* Appends a field's text. JN_UNPROCESSABLE names what is missing: then the message is not sent. */
jn_rc engine_content(const struct engine_program *program, const struct jr_context *context, uint32_t field,
                     struct jn_arena *arena, struct jn_buf *out, struct jn_err *err);

#endif
