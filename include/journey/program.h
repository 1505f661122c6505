/* A program: what the compiler makes of a workspace and the runtime executes; tables of u32 records. */
#ifndef JOURNEY_PROGRAM_H
#define JOURNEY_PROGRAM_H

#include "journey/error.h"
#include "journey/tbl/records.def"
#include "journey/value.h"

#define JN_NONE UINT32_MAX /* an optional reference that is not there */

enum { JN_ATTR_PERSONAL = 1, JN_ATTR_IDENTITY = 2, JN_ATTR_BUILTIN = 4, JN_ATTR_ALL = 7 };
enum { JN_EVENT_BUILTIN = 1, JN_EVENT_ALL = 1 };
enum { JN_PROP_REQUIRED = 1, JN_PROP_ALL = 1 };
enum { JN_CHANNEL_ENV_URL = 1, JN_CHANNEL_ENV_SECRET = 2, JN_CHANNEL_ORDERED = 4, JN_CHANNEL_ALL = 7 };
enum { JN_SERVICE_ALL = 3 }; /* those of a channel */
enum { JN_SOURCE_ENV_SECRET = 1, JN_SOURCE_ALL = 1 };
enum { JN_JOURNEY_RESTART = 1, JN_JOURNEY_LOOKS_BACK = 2, JN_JOURNEY_ALL = 3 };
enum { JN_FIELD_HTML = 1, JN_FIELD_ALL = 1 };
enum { JN_GOAL_EXIT = 1, JN_GOAL_ALL = 1 };
enum jn_channel_kind { JN_CHANNEL_WEBHOOK, JN_CHANNEL_SMTP, JN_CHANNEL_KINDS };
enum jn_opt { JN_OPT_OUT, JN_OPT_IN, JN_OPTS };
enum jn_quiet_mode { JN_QUIET_HOLD, JN_QUIET_DROP, JN_QUIETS };
enum jn_cap_mode { JN_CAP_SKIP, JN_CAP_HOLD, JN_CAPS };
#define JN_CAP_MAX   1000  /* messages of one cap */
#define JN_GOALS_MAX 32    /* of a journey */
#define JN_SHARE_ALL 10000 /* basis points */
enum jn_scheme {
#define SCHEME(name, words, header, encoding, separator, prefix, key, signs, id, time, tolerance) JN_SCHEME_##name,
#include "journey/tbl/schemes.def"
#undef SCHEME
    JN_SCHEMES
};
enum jn_encoding { JN_ENCODING_HEX, JN_ENCODING_BASE64, JN_ENCODINGS };
enum jn_reenter { JN_REENTER_NEVER, JN_REENTER_ALWAYS, JN_REENTER_AFTER, JN_REENTERS };
enum jn_since { JN_SINCE_STEP, JN_SINCE_ENTRY, JN_SINCE_STAGE, JN_SINCES };
/* What is asked of a customer's events; the last three know no window. */
enum jn_history {
    JN_HISTORY_SOME, /* `E in the last D` */
    JN_HISTORY_NONE, /* `no E in the last D` */
    JN_HISTORY_COUNT,
    JN_HISTORY_SUM,
    JN_HISTORY_AVERAGE,
    JN_HISTORY_MIN,
    JN_HISTORY_MAX,
    JN_HISTORY_LAST,
    JN_HISTORY_FIRST,
    JN_HISTORY_SINCE, /* `time since E` */
    JN_HISTORIES
};
enum jn_rename_kind {
    JN_RENAME_STAGE,
    JN_RENAME_STEP,
    JN_RENAME_ARM,
    JN_RENAME_MESSAGE,
    JN_RENAME_ATTR,
    JN_RENAME_EVENT,
    JN_RENAME_JOURNEY,
    JN_RENAMES
};

enum jn_op {
#define OP(name, mnemonic, operands, pops, pushes, text) JN_OP_##name,
#include "journey/tbl/opcodes.def"
#undef OP
    JN_OPS
};

enum jn_ways { JN_WAYS_NONE, JN_WAYS_ONE, JN_WAYS_TWO, JN_WAYS_ARMS };

enum jn_step_kind {
#define STEP(name, word, holds, ways, a, b, c, d, text) JN_STEP_##name,
#include "journey/tbl/steps.def"
#undef STEP
    JN_STEPS
};

/* What became of a message; a customer in a control group counts as sent to. */
enum jn_outcome {
    JN_OUTCOME_SENT,
#define OUTCOME(name, word, holds, text) JN_OUTCOME_##name,
#include "journey/tbl/outcomes.def"
#undef OUTCOME
    JN_OUTCOME_NO_CONSENT, /* no handler names it */
    JN_OUTCOMES
};

/* Whether the step's operand a is a message that it sends. */
static inline bool jn_step_sends(uint32_t kind) {
    return kind == JN_STEP_SEND || kind == JN_STEP_SEND_OR;
}

#define JN_FIELD(field, kind, text) uint32_t field;
#define JN_STRUCT(name, tag, fields)                                                                                   \
    struct jn_##name {                                                                                                 \
        fields(JN_FIELD)                                                                                               \
    };
JN_RECORDS(JN_STRUCT)
#undef JN_STRUCT
#undef JN_FIELD

/* Read-only once made. The memory belongs to whoever made it: a builder's or a loaded image's arena. */
struct jn_program {
    const struct jn_str *string; /* [0] is empty; all are valid UTF-8 */
    uint32_t n_string;
    const uint8_t *code;
    uint32_t n_code;
    const struct jn_value *value; /* one per constant, resolved */
#define JN_TABLE(name, tag, fields)                                                                                    \
    const struct jn_##name *name;                                                                                      \
    uint32_t n_##name;
    JN_RECORDS(JN_TABLE)
#undef JN_TABLE
    uint8_t id[32]; /* SHA-256 of the image's content */
};

static inline struct jn_str jn_program_str(const struct jn_program *program, uint32_t index) {
    return program->string[index];
}

/* Step of a journey by its stable id, or JN_NONE. */
uint32_t jn_program_step(const struct jn_program *program, uint32_t journey, uint32_t step_id);
/* Index of the journey, event, attribute, message, … of that name, or JN_NONE. */
uint32_t jn_program_journey(const struct jn_program *program, struct jn_str name);
uint32_t jn_program_event(const struct jn_program *program, struct jn_str name);
uint32_t jn_program_attr(const struct jn_program *program, struct jn_str name);
uint32_t jn_program_message(const struct jn_program *program, struct jn_str name);
uint32_t jn_program_topic(const struct jn_program *program, struct jn_str name);
uint32_t jn_program_source(const struct jn_program *program, struct jn_str name);

#endif
