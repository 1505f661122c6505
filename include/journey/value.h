/* Values that scripts compute with: 16 bytes, tagged; texts and lists point into someone else's memory. */
#ifndef JOURNEY_VALUE_H
#define JOURNEY_VALUE_H

#include <stdint.h>

#include "journey/str.h"

enum jn_type {
#define TYPE(name, letter, word, noun, orderable, holds) JN_T_##name,
#include "journey/tbl/types.def"
#undef TYPE
    JN_TYPE_COUNT
};

/* Durations keep their unit: milliseconds elapse; days and months are calendar time in the customer's zone. */
enum jn_unit { JN_UNIT_MS, JN_UNIT_DAYS, JN_UNIT_MONTHS };

struct jn_value {
    uint8_t type;      /* enum jn_type */
    uint8_t scale;     /* NUMBER, MONEY: decimal places; DURATION: enum jn_unit */
    uint16_t currency; /* MONEY: three letters, five bits each (A = 1) */
    uint32_t len;      /* TEXT: bytes; LIST: elements */
    union {
        int64_t i;
        const char *p;
        const struct jn_value *list;
    };
};

#define JN_MISSING ((struct jn_value){.type = JN_T_MISSING})

static inline struct jn_value jn_value_bool(bool b) {
    return (struct jn_value){.type = JN_T_BOOL, .i = b};
}

static inline struct jn_value jn_value_int(int64_t i) {
    return (struct jn_value){.type = JN_T_NUMBER, .i = i};
}

static inline struct jn_value jn_value_text(struct jn_str s) {
    return (struct jn_value){.type = JN_T_TEXT, .len = (uint32_t)s.n, .p = s.p};
}

static inline struct jn_value jn_value_of(enum jn_type type, int64_t i) {
    return (struct jn_value){.type = (uint8_t)type, .i = i};
}

static inline struct jn_value jn_value_duration(enum jn_unit unit, int64_t count) {
    return (struct jn_value){.type = JN_T_DURATION, .scale = (uint8_t)unit, .i = count};
}

static inline struct jn_str jn_value_str(struct jn_value v) {
    return v.type == JN_T_TEXT ? (struct jn_str){v.p, v.len} : JN_STR_NONE;
}

static inline bool jn_is_missing(struct jn_value v) {
    return v.type == JN_T_MISSING;
}

#endif
