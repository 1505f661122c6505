/* The master key: 32 bytes that are kept apart from what they seal. */
#ifndef RUNTIME_STORE_SEAL_MASTER_H
#define RUNTIME_STORE_SEAL_MASTER_H

#include <stdint.h>

#include "journey/error.h"

#define JR_MASTER_VARIABLE "JOURNEY_MASTER_KEY" /* a secret (jr_secret): 64 hexadecimal digits */
#define JR_MASTER_FILE     "master.key" /* a file with them in the store's folder, when there is no such secret */

struct jr_master {
    uint8_t key[32];
};

/* The secret, else the folder's own file; `make`: that file is made when there is none. JN_CONFIG with what is to be
 * done. */
jn_rc jr_master_find(const char *folder, bool make, struct jr_master *out, struct jn_err *err);
/* What the key is known by; tells nothing of it. Never 0. */
uint64_t jr_master_id(const struct jr_master *master);
/* A key for one purpose, made of the master key. */
void jr_master_derive(const struct jr_master *master, const char *purpose, uint8_t out[32]);
void jr_master_wipe(struct jr_master *master);

#endif
