/* Secrets by name: from the environment, from a file that NAME_FILE names, or from systemd's credentials; and what
 * keeps them from being seen from outside. */
#ifndef RUNTIME_SECRET_SECRET_H
#define RUNTIME_SECRET_SECRET_H

#include "journey/error.h"

/* Moves what the environment holds to memory that no dump contains, and wipes where it stood: /proc/PID/environ and
 * `ps e` show nothing any more; getenv finds it as before. Before texts of the environment are pointed to. */
void jr_secret_hide_environment(void);
/* No core dumps, and no other process of the user may look into this one. */
void jr_secret_forbid_dumps(void);

/* Value of the variable `name`; else the file that the variable `name`_FILE names; else the file of that name in
 * $CREDENTIALS_DIRECTORY. A file's last line end is no part of it. Empty when there is none; JN_CONFIG when the file
 * cannot be used. Read once: what it gives stays as it is. From any thread. */
jn_rc jr_secret(struct jn_str name, struct jn_str *out, struct jn_err *err);

/* A file's text without its last line end. */
struct jn_str jr_secret_trimmed(struct jn_str text);

#endif
