/* Small files that the process is pointed to: certificates, keys, secrets. */
#ifndef RUNTIME_SECRET_FILE_H
#define RUNTIME_SECRET_FILE_H

#include "core/buffer.h"

#define JR_FILE_MAX ((size_t)1 << 20)

/* The whole of a regular file of at most `max` bytes, to `out`, which is the caller's. `private`: it must be the user's
 * own and readable by nobody else, or root's, which may let a group read it. JN_CONFIG says what is wrong. */
jn_rc jr_file_read(struct jn_str path, bool private, size_t max, struct jn_buf *out, struct jn_err *err);

#endif
