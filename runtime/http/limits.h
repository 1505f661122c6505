/* The bounds of limits.def as constants. */
#ifndef RUNTIME_HTTP_LIMITS_H
#define RUNTIME_HTTP_LIMITS_H

enum {
#define LIMIT(name, value, text) JR_HTTP_##name = (value),
#include "runtime/http/limits.def"
#undef LIMIT
};

#endif
