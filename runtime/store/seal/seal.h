/* Sealing: what is kept of a customer, encrypted under a key of their own, and names by which they are found, hashed
 * under a key. Whose secret is forgotten, of them nothing can be read any more, wherever a copy of it lies. */
#ifndef RUNTIME_STORE_SEAL_SEAL_H
#define RUNTIME_STORE_SEAL_SEAL_H

#include "core/arena.h"
#include "runtime/store/seal/keys.h"
#include "runtime/store/seal/master.h"

#define JR_SEALED_BODY 0xF5 /* the first byte of what is sealed, and of no other body: no text and no version is so */
#define JR_SEALED_NAME 0xF6 /* of a name that was hashed */
#define JR_SEAL_NAME   17   /* bytes of such a name */
#define JR_SEAL_STORE  0    /* the number under whose key that stands which is nobody's */

/* Where a body stands: no other place takes it. */
struct jr_seal_place {
    char kind; /* of row and column */
    uint64_t row;
};

struct jr_seal;

/* Takes `keys` over. */
struct jr_seal *jr_seal_new(const struct jr_master *master, const struct jr_keys *keys);
void jr_seal_free(struct jr_seal *seal);
struct jr_keys *jr_seal_keys(struct jr_seal *seal);

/* Under the key of that customer, which is on the disk before this returns. JN_NOT_FOUND when it was forgotten. */
jn_rc jr_seal_close(struct jr_seal *seal, uint64_t customer, struct jr_seal_place place, struct jn_str body,
                    struct jn_arena *arena, struct jn_str *out, struct jn_err *err);
/* JN_NOT_FOUND when the key was forgotten, JN_CORRUPT when these are not the bytes that were sealed for this place. */
jn_rc jr_seal_open(struct jr_seal *seal, struct jr_seal_place place, struct jn_str sealed, struct jn_arena *arena,
                   struct jn_str *out, struct jn_err *err);
bool jr_seal_is_sealed(struct jn_str body);
/* Whose key a sealed body needs. */
uint64_t jr_seal_customer(struct jn_str sealed);
void jr_seal_name(struct jr_seal *seal, struct jn_str name, uint8_t out[JR_SEAL_NAME]);
jn_rc jr_seal_forget(struct jr_seal *seal, const uint64_t *customer, uint32_t n, struct jn_err *err);

#endif
