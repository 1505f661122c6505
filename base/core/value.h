/* What values do: compare, print, convert, and travel as bytes. */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/decimal.h"
#include "core/json.h"
#include "core/zone.h"
#include "journey/value.h"

const char *jn_type_word(enum jn_type type); /* "number" */
const char *jn_type_noun(enum jn_type type); /* "a number", "an instant" */
bool jn_type_by_word(struct jn_str word, enum jn_type *out);
bool jn_type_orderable(enum jn_type type);

/* "CNY" ↔ packed; false unless exactly three capital letters. */
bool jn_currency_pack(struct jn_str code, uint16_t *out);
void jn_currency_print(uint16_t currency, char out[4]); /* NUL-terminated */
unsigned jn_currency_places(uint16_t currency);         /* minor unit digits, ISO 4217: JPY 0, CNY 2, KWD 3 */

struct jn_value jn_value_dec(struct jn_dec d);
struct jn_value jn_value_money(struct jn_dec d, uint16_t currency);
struct jn_dec jn_value_to_dec(struct jn_value v); /* NUMBER and MONEY */

/* Both missing: equal. Different types or currencies: unequal. Durations of different units compare by
 * 1 day = 24 h and 1 month = 30 days. */
bool jn_value_eq(struct jn_value a, struct jn_value b);
/* -1, 0, 1; false when there is no order (missing, other types, other currencies). */
bool jn_value_cmp(struct jn_value a, struct jn_value b, int *out);
/* Ms of a duration by 1 day = 24 h and 1 month = 30 days: for comparing and for bounds, never for waits. */
int64_t jn_duration_ms(struct jn_value duration);

/* anchor + duration on the calendar of the zone; ms elapse. Months come from the anchor's civil day, clamped. */
int64_t jn_instant_add(const struct jn_zone *zone, int64_t instant, struct jn_value duration);

/* As a person reads it in a message: 12.5 · 49.90 CNY · text · 2026-03-01 · 09:00 · 2 days; nothing when missing. */
void jn_value_print(struct jn_value v, struct jn_buf *out);
/* As the language writes it: texts quoted and escaped. */
void jn_value_print_source(struct jn_value v, struct jn_buf *out);

/* Self-describing bytes for the store (varints; not the image). Lists at most 1,024 elements, no lists in lists. */
void jn_value_encode(struct jn_value v, struct jn_buf *out);
struct jn_value jn_value_decode(struct jn_reader *in, struct jn_arena *arena); /* texts point into the input */

/* Takes a JSON node as `type`. Texts become dates, times, instants by their ISO forms; a number or decimal text
 * becomes NUMBER or, with the currency given, MONEY; {"amount":…, "currency":"CNY"} becomes MONEY too.
 * JSON null is missing. JN_UNPROCESSABLE with the reason when it does not fit. Text is copied into the arena. */
jn_rc jn_value_from_json(const struct jn_json *node, enum jn_type type, uint16_t currency, struct jn_arena *arena,
                         struct jn_value *out, struct jn_err *err);
void jn_value_to_json(struct jn_value v, struct jn_json_out *w); /* money as {"amount":"49.90","currency":"CNY"} */

#endif
