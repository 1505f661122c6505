#include "core/hash.h"
#include "core/value.h"
#include "image/image.h"
#include "image/layout.h"

static void disasm_ref(const struct jn_program *program, enum image_table table, uint32_t i, struct jn_buf *out) {
    if (table == IMAGE_step && program->step[i].name == 0)
        jn_buf_printf(out, "step %u", i);
    else
        jn_buf_str(out, program->string[image_row(program, table, i)[0]]);
}

/* The whole question: nothing else has a name for it. */
static void disasm_past(const struct jn_program *program, uint32_t past, struct jn_buf *out) {
    const struct image_record *record = &image_record[IMAGE_past];
    const uint32_t *row = image_row(program, IMAGE_past, past);
    jn_buf_char(out, '[');
    for (uint32_t f = 0; f < record->n_field; f++) {
        if (f > 0) jn_buf_char(out, ' ');
        image_print_field(program, &record->field[f], row[f], out);
    }
    jn_buf_char(out, ']');
}

static void disasm_operand(const struct jn_program *program, char kind, uint32_t value, uint32_t event,
                           struct jn_buf *out) {
    if (kind == 'k' || kind == 'T')
        jn_value_print_source(program->value[value], out);
    else if (kind == 'a')
        disasm_ref(program, IMAGE_attr, value, out);
    else if (kind == 'p')
        jn_buf_printf(out, "%.*s.%.*s", JN_FMT(program->string[program->event[event].name]),
                      JN_FMT(program->string[program->prop[value].name]));
    else if (kind == 's')
        disasm_ref(program, IMAGE_slot, value, out);
    else if (kind == 'g')
        disasm_ref(program, IMAGE_segment, value, out);
    else if (kind == 'y')
        jn_buf_z(out, jn_type_word((enum jn_type)value));
    else if (kind == 'h')
        disasm_past(program, value, out);
    else if (kind == 'j')
        jn_buf_printf(out, "+%u", value);
}

static uint32_t disasm_instruction(const struct jn_program *program, const uint8_t *code, struct jn_buf *out) {
    const struct image_op *op = &image_op[code[0]];
    uint32_t at = 1, event = 0;
    jn_buf_z(out, op->mnemonic);
    for (const char *kind = op->operands; *kind != '\0'; kind++, at += 4) {
        uint32_t value = image_operand(code + at);
        if (*kind == 'e') {
            event = value;
            continue;
        }
        jn_buf_char(out, ' ');
        disasm_operand(program, *kind, value, event, out);
    }
    return at;
}

void jn_image_disassemble_expr(const struct jn_program *program, uint32_t expr, struct jn_buf *out) {
    const struct jn_expr *row = &program->expr[expr];
    for (uint32_t at = 0; at < row->length;) {
        if (at > 0) jn_buf_z(out, "; ");
        at += disasm_instruction(program, program->code + row->offset + at, out);
    }
}

void image_print_field(const struct jn_program *program, const struct image_field *field, uint32_t value,
                       struct jn_buf *out) {
    bool optional = field->kind == IMAGE_CONST_OPT || field->kind == IMAGE_EXPR_OPT || field->kind == IMAGE_REF_OPT;
    if (optional && value == JN_NONE) {
        jn_buf_char(out, '-');
        return;
    }
    switch (field->kind) {
    case IMAGE_STR:
        jn_value_print_source(jn_value_text(program->string[value]), out);
        break;
    case IMAGE_TYPE:
        jn_buf_z(out, jn_type_word((enum jn_type)value));
        break;
    case IMAGE_CONST:
    case IMAGE_CONST_OPT:
        jn_value_print_source(program->value[value], out);
        break;
    case IMAGE_EXPR:
    case IMAGE_EXPR_OPT:
        jn_buf_char(out, '(');
        jn_image_disassemble_expr(program, value, out);
        jn_buf_char(out, ')');
        break;
    case IMAGE_RANGE:
        jn_buf_printf(out, "%s %u", image_record[field->arg].name, value);
        break;
    case IMAGE_REF:
    case IMAGE_REF_OPT:
        disasm_ref(program, (enum image_table)field->arg, value, out);
        break;
    case IMAGE_U32:
    case IMAGE_NIL:
    case IMAGE_COUNT:
    case IMAGE_BELOW:
    case IMAGE_FLAGS:
        jn_buf_printf(out, "%u", value);
        break;
    }
}

static void disasm_step(const struct jn_program *program, const struct jn_step *step, uint32_t i, struct jn_buf *out) {
    const struct image_step *kind = &image_step[step->kind];
    jn_buf_printf(out, "step %u  %s", i, kind->word);
    if (step->name != 0) jn_buf_printf(out, "  %.*s", JN_FMT(program->string[step->name]));
    for (int operand = 0; operand < 4; operand++) {
        if (kind->operand[operand].kind == IMAGE_NIL) continue;
        jn_buf_z(out, "  ");
        image_print_field(program, &kind->operand[operand], (&step->a)[operand], out);
    }
    if (step->next != JN_NONE) jn_buf_printf(out, "  -> %u", step->next);
    if (step->alt != JN_NONE) jn_buf_printf(out, "  else -> %u", step->alt);
    jn_buf_printf(out, "  # %.*s:%u\n", JN_FMT(program->string[step->file]), step->line);
}

void jn_image_disassemble(const struct jn_program *program, struct jn_buf *out) {
    jn_buf_z(out, "program ");
    jn_hex((struct jn_str){(const char *)program->id, sizeof(program->id)}, out);
    jn_buf_char(out, '\n');
    for (int table = 0; table < IMAGE_TABLES; table++) {
        const struct image_record *record = &image_record[table];
        if (table == IMAGE_constant || table == IMAGE_expr || table == IMAGE_step) continue;
        for (uint32_t i = 0; i < image_count(program, (enum image_table)table); i++) {
            const uint32_t *row = image_row(program, (enum image_table)table, i);
            jn_buf_printf(out, "%s %u", record->name, i);
            for (uint32_t f = 0; f < record->n_field; f++) {
                jn_buf_printf(out, "  %s=", record->field[f].name);
                image_print_field(program, &record->field[f], row[f], out);
            }
            jn_buf_char(out, '\n');
        }
    }
    for (uint32_t i = 0; i < program->n_step; i++)
        disasm_step(program, &program->step[i], i, out);
}
