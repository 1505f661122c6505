/* Any text as a message's template: diagnostics or a program that renders within bounds. */
#include <stdint.h>
#include <stdlib.h>

#include "compiler/diag/diag.h"
#include "core/value.h"
#include "journey/compile.h"
#include "runtime/engine/content/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char BEFORE[] = "customer\n  name text\n  born date\n  points number, default 0\nend\nevent a\n  x text\nend\n"
                             "channel c\n  webhook \"https://x.example/\"\nend\n"
                             "journey j\n  enter when a\n  re-enter never\n  stage s\n    send m with n = 1\n  end\nend\n"
                             "message m on c\n  body ";

static void render(struct jn_program *program) {
    struct engine_program loaded = {.program = program};
    struct jn_buf out;
    jn_arena_init(&loaded.arena);
    struct jn_value *attr = JN_NEW_ARRAY(&loaded.arena, struct jn_value, program->n_attr);
    struct jr_context context = {.program = program, .scratch = &loaded.arena, .attr = attr, .now = 1772324400000};
    engine_content_load(&loaded);
    jn_buf_init(&out, 1u << 20);
    for (uint32_t i = 0; i < program->n_field; i++)
        engine_content(&loaded, &context, i, &loaded.arena, &out, NULL);
    jn_buf_release(&out);
    jn_arena_release(&loaded.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jn_arena arena;
    struct jn_buf text;
    struct jc_result result;
    struct jn_err err;
    jn_arena_init(&arena);
    jn_buf_init(&text, 1u << 20);
    jn_buf_z(&text, BEFORE);
    jn_value_print_source(jn_value_text((struct jn_str){(const char *)data, size}), &text);
    jn_buf_z(&text, "\nend\n");
    struct jc_source source = {JN_STR("fuzz.journey"), jn_buf_view(&text), JC_READ};
    if (!text.failed && jc_compile(&arena, &source, 1, &result, &err) == JN_OK && result.program != NULL) render(result.program);
    jn_buf_release(&text);
    jn_arena_release(&arena);
    return 0;
}
