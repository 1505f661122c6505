/* Small files that must be whole: written beside their place, synced, then put there. */
#ifndef RUNTIME_STORE_SEAL_FILE_H
#define RUNTIME_STORE_SEAL_FILE_H

#include "journey/error.h"

#define JR_FILE_PATH_MAX 4096

jn_rc jr_file_path(const char *folder, const char *name, char out[JR_FILE_PATH_MAX], struct jn_err *err);
/* Only its owner may read it; what was there is replaced. */
jn_rc jr_file_put(const char *path, struct jn_str bytes, struct jn_err *err);
/* What errno says of it. */
jn_rc jr_file_failure(const char *what, const char *path, struct jn_err *err);

#endif
