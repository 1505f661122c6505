/* JSON in and out: a strict reader, the tree that it makes, and a streaming writer. */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <stdint.h>

#include "core/buffer.h"
#include "core/decimal.h"

/* A node of a parsed document; freed with its document. */
struct jn_json;

enum jn_json_kind {
    JN_JSON_NULL,
    JN_JSON_BOOL,
    JN_JSON_INT,
    JN_JSON_REAL,
    JN_JSON_TEXT,
    JN_JSON_ARRAY,
    JN_JSON_OBJECT
};

#define JN_JSON_MAX_DEPTH  64
#define JN_JSON_MAX_WEIGHT (64 << 20) /* bytes of memory of one document */

/* One whole document. Refuses what RFC 8259 refuses, and also invalid UTF-8, NUL in text, duplicate keys,
 * integers beyond int64, and nesting over JN_JSON_MAX_DEPTH. JN_INVALID with line and column; JN_TOO_LARGE over
 * JN_JSON_MAX_WEIGHT. */
jn_rc jn_json_parse(struct jn_str text, struct jn_json **out, struct jn_err *err);
size_t jn_json_weight(void); /* bytes of memory, at most, of the document that this thread has parsed last */
void jn_json_free(struct jn_json *document);

enum jn_json_kind jn_json_kind(const struct jn_json *node);                 /* NULL counts as JN_JSON_NULL */
struct jn_json *jn_json_get(const struct jn_json *object, const char *key); /* NULL when absent or no object */
struct jn_json *jn_json_get_str(const struct jn_json *object, struct jn_str key);
size_t jn_json_count(const struct jn_json *node); /* members of an array or object */
struct jn_json *jn_json_at(const struct jn_json *array, size_t i);
struct jn_str jn_json_text(const struct jn_json *node); /* empty when it is no text */
int64_t jn_json_int(const struct jn_json *node);        /* 0 when it is no integer */
bool jn_json_bool(const struct jn_json *node);
bool jn_json_decimal(const struct jn_json *node, struct jn_dec *out); /* INT or REAL; false otherwise */
double jn_json_real(const struct jn_json *node); /* of REAL alone, also where no decimal holds it */
/* Iterates an object's members in document order: start with *at = NULL; false at the end. */
bool jn_json_next(const struct jn_json *object, void **at, struct jn_str *key, struct jn_json **value);
void jn_json_dump(const struct jn_json *node, struct jn_buf *out); /* compact text */

/* Documents made in memory, which unlike those that were read can be changed; freed as those. */
struct jn_json *jn_json_new_object(void);
struct jn_json *jn_json_new_text(struct jn_str text); /* NULL when it is not UTF-8 or holds a NUL */
struct jn_json *jn_json_new_int(int64_t number);
/* Takes `value`; NULL, or a name that is no JSON text, leaves the object as it is. */
void jn_json_set(struct jn_json *object, struct jn_str name, struct jn_json *value);

/* Writer: commas and colons are its business. Depth is at most JN_JSON_MAX_DEPTH. */
struct jn_json_out {
    struct jn_buf *buf;
    uint8_t depth;
    bool comma[JN_JSON_MAX_DEPTH + 1];
    bool after_key;
};

void jn_jw_init(struct jn_json_out *w, struct jn_buf *buf);
void jn_jw_object(struct jn_json_out *w);
void jn_jw_end_object(struct jn_json_out *w);
void jn_jw_array(struct jn_json_out *w);
void jn_jw_end_array(struct jn_json_out *w);
void jn_jw_key(struct jn_json_out *w, const char *key);
void jn_jw_key_str(struct jn_json_out *w, struct jn_str key);
void jn_jw_str(struct jn_json_out *w, struct jn_str s); /* invalid UTF-8 becomes U+FFFD */
void jn_jw_z(struct jn_json_out *w, const char *z);
void jn_jw_int(struct jn_json_out *w, int64_t v);
void jn_jw_dec(struct jn_json_out *w, struct jn_dec v);
void jn_jw_bool(struct jn_json_out *w, bool v);
void jn_jw_null(struct jn_json_out *w);
void jn_jw_raw(struct jn_json_out *w, struct jn_str json); /* already JSON */
void jn_jw_node(struct jn_json_out *w, const struct jn_json *node);

#endif
