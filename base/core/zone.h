/* Time zones from the system's tzdata (TZif, RFC 8536), cached for the process; safe from any thread. */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include <stdint.h>

#include "journey/error.h"

struct jn_zone;

/* By IANA name; "UTC" is always there. Names are checked ([A-Za-z0-9_+/-], no ".."), files bounded and verified.
 * The zone lives until the process ends. JN_NOT_FOUND for an unknown name, JN_CORRUPT for a damaged file. */
jn_rc jn_zone_find(struct jn_str name, const struct jn_zone **out, struct jn_err *err);
const struct jn_zone *jn_zone_utc(void);
struct jn_str jn_zone_name(const struct jn_zone *zone);

/* Seconds east of UTC in force at the instant; abbr (may be NULL) gets "CET". */
int32_t jn_zone_offset(const struct jn_zone *zone, int64_t instant, struct jn_str *abbr);

/* The instant of a civil time. A time that a spring-forward skips is the first valid instant after the gap;
 * an ambiguous one is its first occurrence (language semantics 7). */
int64_t jn_zone_instant(const struct jn_zone *zone, int64_t days, int64_t ms_of_day);
/* Local ms since 1970-01-01T00:00 local. */
int64_t jn_zone_local(const struct jn_zone *zone, int64_t instant);

#endif
