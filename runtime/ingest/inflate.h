/* Gzip bodies, recognised by their bytes whatever the headers say, within bounds. */
#ifndef RUNTIME_INGEST_INFLATE_H
#define RUNTIME_INGEST_INFLATE_H

#include "core/buffer.h"

#define JR_INFLATE_MAX   (5u << 20) /* bytes a body may unpack to */
#define JR_INFLATE_RATIO 200        /* times its packed size, once it is over 64 KiB */

bool jr_is_gzip(struct jn_str bytes);
/* JN_INVALID for a broken stream, JN_TOO_LARGE beyond the bounds. `out` must be given with room for JR_INFLATE_MAX. */
jn_rc jr_inflate(struct jn_str bytes, struct jn_buf *out, struct jn_err *err);

#endif
