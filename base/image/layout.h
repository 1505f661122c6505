/* How records lie in memory and in the file: field descriptors made from records.def, for everyone in this folder. */
#ifndef IMAGE_LAYOUT_H
#define IMAGE_LAYOUT_H

#include "core/buffer.h"
#include "journey/program.h"

enum image_table {
#define TABLE(name, tag, fields) IMAGE_##name,
    JN_RECORDS(TABLE)
#undef TABLE
        IMAGE_TABLES
};

enum image_field_kind {
    IMAGE_U32,
    IMAGE_NIL,
    IMAGE_COUNT,
    IMAGE_STR,
    IMAGE_BELOW, /* less than arg */
    IMAGE_TYPE,
    IMAGE_FLAGS, /* only bits of arg */
    IMAGE_CONST, /* arg: type */
    IMAGE_CONST_OPT,
    IMAGE_EXPR, /* arg: type */
    IMAGE_EXPR_OPT,
    IMAGE_RANGE, /* arg: table; the next field is the count */
    IMAGE_REF,   /* arg: table */
    IMAGE_REF_OPT
};

/* Types that a field may ask for, beside those of a value. */
enum { IMAGE_ANY = JN_TYPE_COUNT, IMAGE_DATE_OR_INSTANT };

struct image_field {
    const char *name;
    enum image_field_kind kind;
    uint32_t arg;
};

struct image_record {
    const char *name;
    const char *tag;
    const struct image_field *field;
    uint32_t n_field;
    size_t rows, count; /* where in struct jn_program the pointer and the count are */
};

/* Operands a–d of a kind of step. */
struct image_step {
    const char *word;
    bool holds;
    enum jn_ways ways;
    struct image_field operand[4];
};

extern const struct image_record image_record[IMAGE_TABLES];
extern const struct image_step image_step[JN_STEPS];

struct image_op {
    const char *mnemonic, *operands, *pops, *pushes;
};
extern const struct image_op image_op[JN_OPS];

static inline const uint32_t *image_row(const struct jn_program *program, enum image_table table, uint32_t i) {
    const uint32_t *rows;
    memcpy(&rows, (const char *)program + image_record[table].rows, sizeof(rows));
    return rows + (size_t)i * image_record[table].n_field;
}

static inline uint32_t image_count(const struct jn_program *program, enum image_table table) {
    uint32_t count;
    memcpy(&count, (const char *)program + image_record[table].count, sizeof(count));
    return count;
}

/* The little-endian u32 behind an opcode. */
static inline uint32_t image_operand(const uint8_t *code) {
    return (uint32_t)code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
}

/* One field as readable text, references by name. */
void image_print_field(const struct jn_program *program, const struct image_field *field, uint32_t value,
                       struct jn_buf *out);

/* Parts of jn_image_verify, in the order they rely on each other. */
jn_rc image_verify_fields(const struct jn_program *program, struct jn_err *err);
jn_rc image_verify_names(const struct jn_program *program, struct jn_err *err);
jn_rc image_verify_policy(const struct jn_program *program, struct jn_err *err);
jn_rc image_verify_code(const struct jn_program *program, struct jn_err *err);
jn_rc image_verify_steps(const struct jn_program *program, struct jn_err *err);

#endif
