/* What things say, by names alone: the same text in two programs means the same thing in both. */
#include "image/image.h"
#include "image/layout.h"

/* Fields without places: where a row or a step stands is no part of what it means. */
static void define_field(const struct jn_program *program, const struct image_field *field, uint32_t value,
                         uint32_t count, struct jn_buf *out) {
    bool place = field->kind == IMAGE_REF && field->arg == IMAGE_step;
    if (field->kind == IMAGE_NIL || field->kind == IMAGE_COUNT || place) return;
    jn_buf_char(out, ' ');
    if (field->kind != IMAGE_RANGE) {
        image_print_field(program, field, value, out);
        return;
    }
    const struct image_record *record = &image_record[field->arg];
    for (uint32_t i = value; i < value + count; i++) {
        const uint32_t *row = image_row(program, (enum image_table)field->arg, i);
        jn_buf_char(out, '[');
        for (uint32_t f = 0; f < record->n_field; f++)
            if (record->field[f].kind != IMAGE_RANGE) define_field(program, &record->field[f], row[f], 0, out);
        jn_buf_char(out, ']');
    }
}

void jn_image_define_step(const struct jn_program *program, uint32_t step, struct jn_buf *out) {
    const struct jn_step *row = &program->step[step];
    const struct image_step *kind = &image_step[row->kind];
    jn_buf_z(out, kind->word);
    for (int operand = 0; operand < 4; operand++)
        define_field(program, &kind->operand[operand], (&row->a)[operand], operand < 3 ? (&row->a)[operand + 1] : 0,
                     out);
}

/* Policies have words of their own. */
static bool define_is_policy(const struct image_field *field) {
    static const char *const NAME[] = {"topic", "control", "left_out", "priority"};
    for (size_t i = 0; i < sizeof(NAME) / sizeof(*NAME); i++)
        if (strcmp(field->name, NAME[i]) == 0) return true;
    return false;
}

static bool define_is_header(const struct image_field *field) {
    if (define_is_policy(field)) return false;
    if (field->kind == IMAGE_RANGE) return field->arg == IMAGE_goal || field->arg == IMAGE_leave;
    return field->kind != IMAGE_COUNT && !(field->kind == IMAGE_REF && field->arg == IMAGE_step);
}

void jn_image_define_journey(const struct jn_program *program, uint32_t journey, struct jn_buf *out) {
    const struct image_record *record = &image_record[IMAGE_journey];
    const uint32_t *row = image_row(program, IMAGE_journey, journey);
    for (uint32_t f = 0; f < record->n_field; f++) {
        if (!define_is_header(&record->field[f])) continue;
        jn_buf_z(out, record->field[f].name);
        define_field(program, &record->field[f], row[f], f + 1 < record->n_field ? row[f + 1] : 0, out);
        jn_buf_char(out, '\n');
    }
    jn_image_define_journey_policies(program, journey, out);
}

void jn_image_define_message(const struct jn_program *program, uint32_t message, struct jn_buf *out) {
    const struct image_record *record = &image_record[IMAGE_message];
    const uint32_t *row = image_row(program, IMAGE_message, message);
    for (uint32_t f = 0; f < record->n_field; f++)
        define_field(program, &record->field[f], row[f], f + 1 < record->n_field ? row[f + 1] : 0, out);
}
