#include "runtime/store/seal/master.h"

#include <errno.h>
#include <unistd.h>

#include "cipher/cipher.h"
#include "core/hash.h"
#include "core/random.h"
#include "runtime/secret/file.h"
#include "runtime/secret/secret.h"
#include "runtime/store/seal/disk.h"

#define MASTER_DIGITS   64
#define MASTER_FILE_MAX 256

static jn_rc master_read(struct jn_str digits, const char *where, struct jr_master *out, struct jn_err *err) {
    struct jn_buf bytes;
    jn_buf_init(&bytes, MASTER_DIGITS);
    bool good = digits.n == MASTER_DIGITS && jn_unhex(digits, &bytes) && bytes.n == sizeof(out->key);
    if (good) memcpy(out->key, bytes.p, sizeof(out->key));
    if (bytes.p != NULL) jn_wipe(bytes.p, bytes.n);
    jn_buf_release(&bytes);
    if (good) return JN_OK;
    return jn_fail(err, JN_CONFIG,
                   "%s holds no master key: 64 hexadecimal digits are one (`openssl rand -hex 32` makes one)", where);
}

static jn_rc master_make(const char *path, struct jr_master *out, struct jn_err *err) {
    struct jn_buf text;
    jn_random_bytes(out->key, sizeof(out->key));
    jn_buf_init(&text, MASTER_DIGITS + 1);
    jn_hex((struct jn_str){(const char *)out->key, sizeof(out->key)}, &text);
    jn_buf_char(&text, '\n');
    jn_rc rc = jr_disk_put(path, jn_buf_view(&text), err);
    jn_wipe(text.p, text.n);
    jn_buf_release(&text);
    return rc;
}

/* The folder's own file. */
static jn_rc master_of_folder(const char *folder, bool make, struct jr_master *out, struct jn_err *err) {
    char path[JR_DISK_PATH_MAX];
    struct jn_buf text;
    jn_rc rc = jr_disk_path(folder, JR_MASTER_FILE, path, err);
    if (rc != JN_OK) return rc;
    bool missing = access(path, F_OK) != 0 && errno == ENOENT;
    if (missing && make) return master_make(path, out, err);
    if (missing)
        return jn_fail(err, JN_CONFIG,
                       "the store is sealed and its master key is not there: put it back as %s, or give it "
                       "by " JR_MASTER_VARIABLE " or " JR_MASTER_VARIABLE "_FILE",
                       path);
    rc = jr_file_read(jn_str_z(path), true, MASTER_FILE_MAX, &text, err);
    if (rc == JN_OK) rc = master_read(jr_secret_trimmed(jn_buf_view(&text)), path, out, err);
    if (text.p != NULL) jn_wipe(text.p, text.n);
    jn_buf_release(&text);
    return rc;
}

jn_rc jr_master_find(const char *folder, bool make, struct jr_master *out, struct jn_err *err) {
    struct jn_str given;
    jn_rc rc = jr_secret(JN_STR(JR_MASTER_VARIABLE), &given, err);
    if (rc != JN_OK) return rc;
    return given.n > 0 ? master_read(given, JR_MASTER_VARIABLE, out, err) : master_of_folder(folder, make, out, err);
}

void jr_master_derive(const struct jr_master *master, const char *purpose, uint8_t out[32]) {
    struct jn_sha256 hash;
    jn_hmac_sha256((struct jn_str){(const char *)master->key, sizeof(master->key)}, jn_str_z(purpose), &hash);
    memcpy(out, hash.b, sizeof(hash.b));
    jn_wipe(&hash, sizeof(hash));
}

uint64_t jr_master_id(const struct jr_master *master) {
    uint8_t derived[32];
    uint64_t id;
    jr_master_derive(master, "journey: the key's number", derived);
    memcpy(&id, derived, sizeof(id));
    return id >> 1 | 1; /* SQL's integers are signed */
}

void jr_master_wipe(struct jr_master *master) {
    jn_wipe(master, sizeof(*master));
}
