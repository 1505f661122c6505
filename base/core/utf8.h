/* UTF-8: validation, code points, columns, case, normalisation; utf8proc behind an ASCII fast path. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stdint.h>

#include "core/arena.h"
#include "core/buffer.h"

/* Byte offset of the first invalid byte (overlong, surrogate, truncated), or s.n when all is valid. */
size_t jn_utf8_check(struct jn_str s);
/* Decodes at *at (which must be valid UTF-8) and moves past it. */
uint32_t jn_utf8_next(struct jn_str s, size_t *at);
size_t jn_utf8_encode(uint32_t code_point, char out[4]);
size_t jn_utf8_length(struct jn_str s);          /* code points */
int jn_utf8_width(uint32_t code_point);          /* terminal cells: 0, 1 or 2 */
bool jn_utf8_is_bidi(uint32_t code_point);       /* U+202A–202E, U+2066–2069, U+200E, U+200F, U+061C */
bool jn_utf8_is_name_start(uint32_t code_point); /* letter or underscore, any script */
bool jn_utf8_is_name(uint32_t code_point);       /* … or digit, mark */
/* Locale-independent full case mapping; capitalize upcases the first character and downcases the rest. */
void jn_utf8_upcase(struct jn_str s, struct jn_buf *out);
void jn_utf8_downcase(struct jn_str s, struct jn_buf *out);
void jn_utf8_capitalize(struct jn_str s, struct jn_buf *out);
/* NFC; ASCII is returned as it is. */
struct jn_str jn_utf8_nfc(struct jn_arena *arena, struct jn_str s);
/* Damerau–Levenshtein distance in code points, or limit + 1 when it is more than limit. */
unsigned jn_utf8_distance(struct jn_str a, struct jn_str b, unsigned limit);

#endif
