/* The program file (.jbc): encode, load with full verification, disassemble. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "core/arena.h"
#include "core/buffer.h"
#include "journey/program.h"

#define JN_IMAGE_MAX   (64u << 20)
#define JN_IMAGE_MAJOR 1
#define JN_IMAGE_MINOR 0

/* Writes the file's bytes and sets program->id. The same program gives the same bytes. */
jn_rc jn_image_encode(struct jn_program *program, struct jn_buf *out, struct jn_err *err);

/* Decodes and verifies any byte string: a program that is safe to run, or an error that says why not.
 * Everything is copied into the arena. JN_VERSION for a newer format, JN_CORRUPT for damage, JN_INVALID for the rest.
 */
jn_rc jn_image_load(struct jn_str bytes, struct jn_arena *arena, struct jn_program **out, struct jn_err *err);

/* The id of a whole, undamaged file, whose content may still be against the laws: what was loaded before is the same.
 */
jn_rc jn_image_identify(struct jn_str bytes, uint8_t id[32], struct jn_err *err);

/* The laws of a sound program, alone (load calls it; the compiler calls it on what it made). */
jn_rc jn_image_verify(const struct jn_program *program, struct jn_err *err);

/* Readable text: tables, steps and code with names resolved. */
void jn_image_disassemble(const struct jn_program *program, struct jn_buf *out);
/* One expression as "push 3; attr points; gt" – for tests and explain. */
void jn_image_disassemble_expr(const struct jn_program *program, uint32_t expr, struct jn_buf *out);

/* A step's kind and operands by name, without its own name and without any index: equal in two programs exactly when
 * the step does the same. */
void jn_image_define_step(const struct jn_program *program, uint32_t step, struct jn_buf *out);
/* A journey's header, a fact a line; a message's fields. */
void jn_image_define_journey(const struct jn_program *program, uint32_t journey, struct jn_buf *out);
/* Of a journey, and of a whole workspace with its topics and channels, in the language's words (policies.c). */
void jn_image_define_journey_policies(const struct jn_program *program, uint32_t journey, struct jn_buf *out);
void jn_image_define_workspace(const struct jn_program *program, struct jn_buf *out);
void jn_image_define_message(const struct jn_program *program, uint32_t message, struct jn_buf *out);

/* The operand that begins at these four bytes of verified code. */
static inline uint32_t jn_code_operand(const uint8_t *code) {
    return (uint32_t)code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
}

/* Facts about one opcode, read from opcodes.def. */
const char *jn_op_mnemonic(enum jn_op op);
const char *jn_op_operands(enum jn_op op);
const char *jn_step_word(enum jn_step_kind kind);
/* Of an outcome that a handler may name; and whether such a handler makes the run hold. */
const char *jn_outcome_word(enum jn_outcome outcome);
bool jn_outcome_holds(enum jn_outcome outcome);
bool jn_step_holds(enum jn_step_kind kind);
enum jn_ways jn_step_ways(enum jn_step_kind kind);

#endif
