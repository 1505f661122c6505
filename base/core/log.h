/* Logging by typed events from logs.def: one JSON line each on stderr, never blocking, never a secret. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdint.h>

#include "journey/str.h"

enum jn_log_level { JN_LOG_DEBUG, JN_LOG_INFO, JN_LOG_WARN, JN_LOG_ERROR, JN_LOG_OFF };

enum jn_log_event {
#define LOG(name, level, text) JN_LOG_##name##_EVENT,
#include "journey/tbl/logs.def"
#undef LOG
    JN_LOG_EVENT_COUNT
};

/* A field: text or number. Text is escaped, so that a hostile value cannot forge a line. */
struct jn_log_field {
    const char *name;
    struct jn_str text;
    int64_t number;
    bool is_number;
};

#define JN_LF_STR(field_name, value) ((struct jn_log_field){.name = (field_name), .text = (value)})
#define JN_LF_INT(field_name, value) ((struct jn_log_field){.name = (field_name), .number = (value), .is_number = true})

void jn_log_set_level(enum jn_log_level level);                        /* INFO at start */
bool jn_log_level_by_name(struct jn_str name, enum jn_log_level *out); /* "debug" to "error" */
void jn_log_write(enum jn_log_event event, const struct jn_log_field *field, size_t n);
uint64_t jn_log_dropped(void); /* lines that a full pipe refused */

/* JN_LOG(SERVE_READY, JN_LF_STR("address", address)); */
#define JN_LOG(event, ...)                                                                                             \
    jn_log_write(JN_LOG_##event##_EVENT, (const struct jn_log_field[]){__VA_ARGS__},                                   \
                 sizeof((const struct jn_log_field[]){__VA_ARGS__}) / sizeof(struct jn_log_field))

#endif
