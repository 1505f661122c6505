/* Customers' secrets in a file of their own, each at the place of its number: what is overwritten there is gone, which
 * no database promises of what it deletes. */
#ifndef RUNTIME_STORE_SEAL_KEYS_H
#define RUNTIME_STORE_SEAL_KEYS_H

#include <stdint.h>

#include "journey/error.h"

#define JR_KEYS_SECRET 16
#define JR_KEYS_FAR    (1u << 25) /* numbers beyond the last secret that may be asked for at once: damage says any */
#define JR_KEYS_AHEAD  4096       /* secrets made at a time: one sync for so many new customers */

struct jr_keys {
    int fd;
    uint64_t id;   /* of this file: rows say which one they belong to */
    uint64_t n;    /* secrets that are durable: of the numbers 0 … n - 1 */
    bool unsynced; /* a sync failed: what is read back may not be on the disk */
};

enum jr_key_state { JR_KEY_NONE, JR_KEY_HELD, JR_KEY_FORGOTTEN };

/* A new file; JN_CONFIG when there is one that holds any. `master` is the id of the key without which the secrets say
 * nothing. */
jn_rc jr_keys_make(const char *path, uint64_t master, struct jr_keys *out, struct jn_err *err);
/* JN_CONFIG when it is not there, or is another one than `id`; JN_CORRUPT when it is no such file. */
jn_rc jr_keys_open(const char *path, uint64_t master, uint64_t id, bool reading, struct jr_keys *out,
                   struct jn_err *err);
void jr_keys_close(struct jr_keys *keys);
/* The number has a secret that is on the disk. */
jn_rc jr_keys_cover(struct jr_keys *keys, uint64_t number, struct jn_err *err);
jn_rc jr_keys_read(const struct jr_keys *keys, uint64_t number, uint8_t out[JR_KEYS_SECRET], enum jr_key_state *state,
                   struct jn_err *err);
/* Bytes of a file with the secrets of that many numbers. */
int64_t jr_keys_size(uint64_t n);
/* Overwritten, on the disk, for ever. */
jn_rc jr_keys_forget(struct jr_keys *keys, const uint64_t *number, uint32_t n, struct jn_err *err);

#endif
