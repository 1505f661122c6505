#include "runtime/store/seal/master.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cipher/cipher.h"
#include "core/hash.h"
#include "core/random.h"
#include "runtime/store/seal/file.h"

#define MASTER_DIGITS 64

static char master_given[MASTER_DIGITS + 2]; /* the variable's value; one more than fits tells that it is too long */
static pthread_once_t master_taken = PTHREAD_ONCE_INIT;

/* Once, and then it stands in the process's environment no more: /proc shows that to whoever may look. */
static void master_take(void) {
    char *value = getenv(JR_MASTER_VARIABLE);
    if (value == NULL) return;
    (void)snprintf(master_given, sizeof(master_given), "%s", value);
    jn_wipe(value, strlen(value));
}

static bool master_read(struct jn_str digits, struct jr_master *out) {
    struct jn_buf bytes;
    jn_buf_init(&bytes, MASTER_DIGITS);
    bool good = digits.n == MASTER_DIGITS && jn_unhex(digits, &bytes) && bytes.n == sizeof(out->key);
    if (good) memcpy(out->key, bytes.p, sizeof(out->key));
    if (bytes.p != NULL) jn_wipe(bytes.p, bytes.n);
    jn_buf_release(&bytes);
    return good;
}

static jn_rc master_of_file(const char *path, int fd, struct jr_master *out, struct jn_err *err) {
    char text[MASTER_DIGITS + 4];
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return jn_fail(err, JN_CONFIG, "the master key's file %s is no file", path);
    if ((info.st_mode & S_IRWXO) != 0)
        return jn_fail(err, JN_CONFIG, "everybody may read the master key's file %s: `chmod 600` it", path);
    ssize_t n = read(fd, text, sizeof(text));
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    bool good = n > 0 && master_read((struct jn_str){text, (size_t)n}, out);
    jn_wipe(text, sizeof(text));
    if (good) return JN_OK;
    return jn_fail(err, JN_CONFIG,
                   "%s holds no master key: 64 hexadecimal digits are one (`openssl rand -hex 32` makes one)", path);
}

static jn_rc master_make(const char *path, struct jr_master *out, struct jn_err *err) {
    struct jn_buf text;
    jn_random_bytes(out->key, sizeof(out->key));
    jn_buf_init(&text, MASTER_DIGITS + 1);
    jn_hex((struct jn_str){(const char *)out->key, sizeof(out->key)}, &text);
    jn_buf_char(&text, '\n');
    jn_rc rc = jr_file_put(path, jn_buf_view(&text), err);
    jn_wipe(text.p, text.n);
    jn_buf_release(&text);
    return rc;
}

static jn_rc master_unreadable(const char *path, struct jn_err *err) {
    char text[128];
    int code = errno;
    return jn_fail(err, JN_CONFIG, "the master key's file %s cannot be read: %s", path,
                   strerror_r(code, text, sizeof(text)));
}

jn_rc jr_master_find(const char *folder, bool make, struct jr_master *out, struct jn_err *err) {
    char own[JR_FILE_PATH_MAX];
    const char *named = getenv(JR_MASTER_FILE_VARIABLE), *path = named;
    pthread_once(&master_taken, master_take);
    if (master_given[0] != '\0') {
        if (master_read(jn_str_z(master_given), out)) return JN_OK;
        return jn_fail(err, JN_CONFIG,
                       JR_MASTER_VARIABLE
                       " is no master key: 64 hexadecimal digits are one (`openssl rand -hex 32` makes one)");
    }
    if (named == NULL || named[0] == '\0') {
        jn_rc rc = jr_file_path(folder, JR_MASTER_FILE, own, err);
        if (rc != JN_OK) return rc;
        path = own;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT && path == own && make) return master_make(path, out, err);
    if (fd < 0 && errno == ENOENT && path == own)
        return jn_fail(err, JN_CONFIG,
                       "the store is sealed and its master key is not there: put it back as %s, or give it "
                       "by " JR_MASTER_FILE_VARIABLE " or " JR_MASTER_VARIABLE,
                       path);
    if (fd < 0) return master_unreadable(path, err);
    jn_rc rc = master_of_file(path, fd, out, err);
    close(fd);
    return rc;
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
