#include "runtime/store/seal/keys.h"

#include <errno.h>
#include <stdlib.h>

#include "cipher/cipher.h"
#include "core/buffer.h"
#include "core/check.h"
#include "core/random.h"
#include "runtime/store/seal/disk.h"

/* 64 bytes before the first secret: what the file is, the master key's id, the file's own. */
#define KEYS_MAGIC  "JRNYKEY1"
#define KEYS_HEADER 64
#define KEYS_BLOCK  ((size_t)JR_KEYS_AHEAD * JR_KEYS_SECRET)

static uint64_t keys_place(uint64_t number) {
    return KEYS_HEADER + number * JR_KEYS_SECRET;
}

int64_t jr_keys_size(uint64_t n) {
    return (int64_t)keys_place(n);
}

static bool keys_all(const uint8_t secret[JR_KEYS_SECRET], uint8_t byte) {
    for (int i = 0; i < JR_KEYS_SECRET; i++)
        if (secret[i] != byte) return false;
    return true;
}

/* After a failed sync the system takes the pages for written: another try would succeed and keep nothing. */
static jn_rc keys_write(struct jr_keys *keys, const void *p, size_t n, uint64_t at, bool sync, struct jn_err *err) {
    if (keys->unsynced) return jn_fail(err, JN_UNSYNCED, "the store cannot write customers' keys: a sync failed");
    if (!jr_disk_write(keys->fd, p, n, at)) return jr_disk_failure("write", "customers' keys", err);
    if (!sync || jr_disk_sync(keys->fd)) return JN_OK;
    keys->unsynced = true;
    return jn_fail(err, JN_UNSYNCED, "the store cannot sync customers' keys");
}

/* ---- opening */

/* `id` 0: whichever it has. */
static jn_rc keys_read_header(struct jr_keys *keys, const char *path, uint64_t master, uint64_t id,
                              struct jn_err *err) {
    static const char NOTHING[KEYS_HEADER - 24];
    char header[KEYS_HEADER];
    struct jn_reader in;
    int64_t size = jr_disk_size(keys->fd);
    if (size < 0) return jr_disk_failure("read", path, err);
    if (size >= KEYS_HEADER && !jr_disk_read(keys->fd, header, sizeof(header), 0))
        return jr_disk_failure("read", path, err);
    if (size < KEYS_HEADER || memcmp(header, KEYS_MAGIC, 8) != 0 || memcmp(header + 24, NOTHING, sizeof(NOTHING)) != 0)
        return jn_fail(err, JN_CORRUPT, "%s is no file of customers' keys: put the store's newest one in its place",
                       path);
    jn_reader_init(&in, (struct jn_str){header + 8, sizeof(header) - 8});
    if (jn_read_le64(&in) != master)
        return jn_fail(err, JN_CONFIG, "%s belongs to another master key than the one that was given", path);
    keys->id = jn_read_le64(&in);
    if (id != 0 && keys->id != id)
        return jn_fail(err, JN_CONFIG, "%s holds the customers' keys of another store: put back the store's own", path);
    keys->n = ((uint64_t)size - KEYS_HEADER) / JR_KEYS_SECRET;
    return JN_OK;
}

/* A crash may have left the file longer than what was written to it: no more than the block that was being added. And
 * that may be in the system's memory alone, its sync failed: it is written and synced anew before a row relies on it.
 */
static jn_rc keys_settle(struct jr_keys *keys, const char *path, bool reading, struct jn_err *err) {
    uint64_t first = keys->n > JR_KEYS_AHEAD ? keys->n - JR_KEYS_AHEAD : 0, n = keys->n;
    uint8_t *block = jn_alloc(KEYS_BLOCK);
    jn_rc rc = JN_OK;
    if (!jr_disk_read(keys->fd, block, (size_t)(n - first) * JR_KEYS_SECRET, keys_place(first)))
        rc = jr_disk_failure("read", path, err);
    for (uint64_t i = first; rc == JN_OK && i < n; i++)
        if (keys_all(block + (i - first) * JR_KEYS_SECRET, 0)) n = i;
    if (rc == JN_OK && !reading && n > first)
        rc = keys_write(keys, block, (size_t)(n - first) * JR_KEYS_SECRET, keys_place(first), true, err);
    if (rc == JN_OK) keys->n = n;
    jn_wipe(block, KEYS_BLOCK);
    free(block);
    return rc;
}

jn_rc jr_keys_open(const char *path, uint64_t master, uint64_t id, bool reading, struct jr_keys *out,
                   struct jn_err *err) {
    *out = (struct jr_keys){.fd = jr_disk_open(path, !reading)};
    if (out->fd < 0 && errno == ENOENT)
        return jn_fail(err, JN_CONFIG, "the customers' keys are not there: put %s back, or restore the store with them",
                       path);
    if (out->fd < 0) return jr_disk_failure("open", path, err);
    jn_rc rc = keys_read_header(out, path, master, id, err);
    if (rc == JN_OK) rc = keys_settle(out, path, reading, err);
    if (rc != JN_OK) jr_keys_close(out);
    return rc;
}

void jr_keys_close(struct jr_keys *keys) {
    if (keys->fd >= 0) jr_disk_close(keys->fd);
    keys->fd = -1;
}

static jn_rc keys_new(const char *path, uint64_t master, struct jr_keys *out, struct jn_err *err) {
    struct jn_buf header;
    uint64_t id;
    jn_random_bytes(&id, sizeof(id));
    id = id >> 1 | 1; /* SQL's integers are signed */
    jn_buf_init(&header, KEYS_HEADER);
    jn_buf_z(&header, KEYS_MAGIC);
    jn_buf_le64(&header, master);
    jn_buf_le64(&header, id);
    while (header.n < KEYS_HEADER)
        jn_buf_u8(&header, 0);
    jn_rc rc = jr_disk_put(path, jn_buf_view(&header), err);
    jn_buf_release(&header);
    return rc == JN_OK ? jr_keys_open(path, master, id, false, out, err) : rc;
}

jn_rc jr_keys_make(const char *path, uint64_t master, struct jr_keys *out, struct jn_err *err) {
    *out = (struct jr_keys){.fd = jr_disk_open(path, true)};
    if (out->fd < 0 && errno != ENOENT) return jr_disk_failure("open", path, err);
    if (out->fd < 0) return keys_new(path, master, out, err);
    if (jr_disk_size(out->fd) > KEYS_HEADER) { /* rows somewhere may need them */
        jr_keys_close(out);
        return jn_fail(err, JN_CONFIG,
                       "%s holds customers' keys, and there is no store that they belong to: restore it, or move them "
                       "away",
                       path);
    }
    /* Of a beginning that failed: its commit may have come through all the same, and names this file. */
    if (keys_read_header(out, path, master, 0, NULL) == JN_OK) return JN_OK;
    jr_keys_close(out);
    return keys_new(path, master, out, err);
}

/* ---- secrets */

jn_rc jr_keys_cover(struct jr_keys *keys, uint64_t number, struct jn_err *err) {
    jn_rc rc = JN_OK;
    if (number < keys->n) return JN_OK;
    if (number - keys->n >= JR_KEYS_FAR)
        return jn_fail(err, JN_CORRUPT, "customer %llu is far beyond the %llu there are keys for: the row is damaged",
                       (unsigned long long)number, (unsigned long long)keys->n);
    uint8_t *block = jn_alloc(KEYS_BLOCK);
    while (rc == JN_OK && keys->n <= number) {
        jn_random_bytes(block, KEYS_BLOCK);
        rc = keys_write(keys, block, KEYS_BLOCK, keys_place(keys->n), true, err);
        if (rc == JN_OK) keys->n += JR_KEYS_AHEAD;
    }
    jn_wipe(block, KEYS_BLOCK);
    free(block);
    return rc;
}

jn_rc jr_keys_read(const struct jr_keys *keys, uint64_t number, uint8_t out[JR_KEYS_SECRET], enum jr_key_state *state,
                   struct jn_err *err) {
    *state = JR_KEY_NONE;
    if (number >= keys->n) return JN_OK;
    if (!jr_disk_read(keys->fd, out, JR_KEYS_SECRET, keys_place(number)))
        return jr_disk_failure("read", "customers' keys", err);
    *state = keys_all(out, 0xFF) ? JR_KEY_FORGOTTEN : keys_all(out, 0) ? JR_KEY_NONE : JR_KEY_HELD;
    return JN_OK;
}

jn_rc jr_keys_forget(struct jr_keys *keys, const uint64_t *number, uint32_t n, struct jn_err *err) {
    uint8_t gone[JR_KEYS_SECRET];
    jn_rc rc = JN_OK;
    memset(gone, 0xFF, sizeof(gone));
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        rc = jr_keys_cover(keys, number[i], err);
        if (rc == JN_OK) rc = keys_write(keys, gone, sizeof(gone), keys_place(number[i]), i + 1 == n, err);
    }
    return rc;
}
