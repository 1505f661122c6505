#include "image/layout.h"

#include <assert.h>

#include "image/image.h"

/* A field's kind in records.def becomes {kind, argument}. */
#define K_U32             IMAGE_U32, 0
#define K_NIL             IMAGE_NIL, 0
#define K_COUNT           IMAGE_COUNT, 0
#define K_STR             IMAGE_STR, 0
#define K_ENUM(n)         IMAGE_BELOW, n
#define K_SHARE           IMAGE_BELOW, JN_SHARE_ALL + 1
#define K_SINCE           IMAGE_BELOW, JN_SINCES
#define K_TYPE            IMAGE_TYPE, 0
#define K_FLAGS(mask)     IMAGE_FLAGS, mask
#define K_CONST(type)     IMAGE_CONST, T_##type
#define K_CONST_OPT(type) IMAGE_CONST_OPT, T_##type
#define K_EXPR(type)      IMAGE_EXPR, T_##type
#define K_EXPR_OPT(type)  IMAGE_EXPR_OPT, T_##type
#define K_RANGE(table)    IMAGE_RANGE, IMAGE_##table
#define K_OPT(TABLE)      IMAGE_REF_OPT, R_##TABLE
#define K_ATTR            IMAGE_REF, IMAGE_attr
#define K_EVENT           IMAGE_REF, IMAGE_event
#define K_PROP            IMAGE_REF, IMAGE_prop
#define K_CHANNEL         IMAGE_REF, IMAGE_channel
#define K_MESSAGE         IMAGE_REF, IMAGE_message
#define K_STEP            IMAGE_REF, IMAGE_step
#define K_SLOT            IMAGE_REF, IMAGE_slot
#define K_VAR             IMAGE_REF, IMAGE_var
#define K_CHOICE          IMAGE_REF, IMAGE_choice
#define K_GOAL            IMAGE_REF, IMAGE_goal
#define K_JOURNEY         IMAGE_REF, IMAGE_journey
#define K_SERVICE         IMAGE_REF, IMAGE_service
#define R_ARM             IMAGE_arm
#define R_TOPIC           IMAGE_topic
#define R_EVENT           IMAGE_event
#define R_SEGMENT         IMAGE_segment
#define R_PROP            IMAGE_prop
#define R_STEP            IMAGE_step
#define R_STAGE           IMAGE_stage
#define R_MESSAGE         IMAGE_message
#define T_ANY             IMAGE_ANY
#define T_DATE_OR_INSTANT IMAGE_DATE_OR_INSTANT
#define T_LIST            JN_T_LIST
#define T_NUMBER          JN_T_NUMBER
#define T_MONEY           JN_T_MONEY
#define T_BOOL            JN_T_BOOL
#define T_TEXT            JN_T_TEXT
#define T_DATE            JN_T_DATE
#define T_TIME            JN_T_TIME
#define T_INSTANT         JN_T_INSTANT
#define T_DURATION        JN_T_DURATION

#define FIELD(name, kind, text) {#name, K_##kind},
#define FIELDS(name, tag, fields)                                                                                      \
    static const struct image_field name##_field[] = {fields(FIELD)};                                                  \
    static_assert(sizeof(struct jn_##name) == sizeof(name##_field) / sizeof(*name##_field) * sizeof(uint32_t),         \
                  "records are u32 and nothing else");
JN_RECORDS(FIELDS)
#undef FIELDS
#undef FIELD

const struct image_record image_record[IMAGE_TABLES] = {
#define TABLE(name, tag, fields)                                                                                       \
    {#name,                                                                                                            \
     tag,                                                                                                              \
     name##_field,                                                                                                     \
     sizeof(name##_field) / sizeof(*name##_field),                                                                     \
     offsetof(struct jn_program, name),                                                                                \
     offsetof(struct jn_program, n_##name)},
    JN_RECORDS(TABLE)
#undef TABLE
};

const struct image_step image_step[JN_STEPS] = {
#define STEP(name, word, holds, ways, a, b, c, d, text)                                                                \
    {word, holds, JN_WAYS_##ways, {{"a", K_##a}, {"b", K_##b}, {"c", K_##c}, {"d", K_##d}}},
#include "journey/tbl/steps.def"
#undef STEP
};

const struct image_op image_op[JN_OPS] = {
#define OP(name, mnemonic, operands, pops, pushes, text) {mnemonic, operands, pops, pushes},
#include "journey/tbl/opcodes.def"
#undef OP
};

const char *jn_op_mnemonic(enum jn_op op) {
    return image_op[op].mnemonic;
}

const char *jn_op_operands(enum jn_op op) {
    return image_op[op].operands;
}

const char *jn_outcome_word(enum jn_outcome outcome) {
    static const char *const WORD[JN_OUTCOMES] = {
#define OUTCOME(name, word, holds, text) [JN_OUTCOME_##name] = word,
#include "journey/tbl/outcomes.def"
#undef OUTCOME
    };
    return WORD[outcome];
}

bool jn_outcome_holds(enum jn_outcome outcome) {
    static const bool HOLDS[JN_OUTCOMES] = {
#define OUTCOME(name, word, holds, text) [JN_OUTCOME_##name] = holds,
#include "journey/tbl/outcomes.def"
#undef OUTCOME
    };
    return HOLDS[outcome];
}

const char *jn_step_word(enum jn_step_kind kind) {
    return image_step[kind].word;
}

enum jn_ways jn_step_ways(enum jn_step_kind kind) {
    return image_step[kind].ways;
}

bool jn_step_holds(enum jn_step_kind kind) {
    return image_step[kind].holds;
}
