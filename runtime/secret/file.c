#include "runtime/secret/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static jn_rc file__failed(struct jn_str path, const char *what, int number, struct jn_err *err) {
    char text[128];
    const char *reason = strerror_r(number, text, sizeof text);
    return jn_fail(err, JN_CONFIG, "`%.*s` cannot be %s: %s", JN_FMT(path), what, reason);
}

static jn_rc file__check(struct jn_str path, const struct stat *is, bool private, size_t max, struct jn_err *err) {
    if (!S_ISREG(is->st_mode)) return jn_fail(err, JN_CONFIG, "`%.*s` is no regular file", JN_FMT(path));
    if ((size_t)is->st_size > max) return jn_fail(err, JN_CONFIG, "`%.*s` is larger than %zu bytes", JN_FMT(path), max);
    if (!private) return JN_OK;
    if (is->st_uid != geteuid() && is->st_uid != 0)
        return jn_fail(err, JN_CONFIG,
                       "`%.*s` belongs to user %u; it must belong to user %u, who runs this, or to root", JN_FMT(path),
                       is->st_uid, geteuid());
    mode_t most = is->st_uid == 0 ? 0750 : 0700; /* root's may be a group's to read, as systemd's credentials are */
    if ((is->st_mode & 0777 & ~most) != 0)
        return jn_fail(err, JN_CONFIG, "`%.*s` can be read or written by others (mode %04o); `chmod 600` it",
                       JN_FMT(path), is->st_mode & 07777);
    return JN_OK;
}

static jn_rc file__take(int fd, struct jn_str path, struct jn_buf *out, struct jn_err *err) {
    char part[8192];
    for (;;) {
        ssize_t n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file__failed(path, "read", errno, err);
        if (n == 0) break;
        jn_buf_add(out, part, (size_t)n);
    }
    explicit_bzero(part, sizeof part);
    return out->failed ? jn_fail(err, JN_CONFIG, "`%.*s` is larger than %zu bytes", JN_FMT(path), out->max) : JN_OK;
}

jn_rc jr_file_read(struct jn_str path, bool private, size_t max, struct jn_buf *out, struct jn_err *err) {
    char z[4096];
    struct stat is;
    jn_buf_init(out, max);
    if (path.n == 0 || path.n >= sizeof z) return jn_fail(err, JN_CONFIG, "`%.*s` is no path", JN_FMT(path));
    memcpy(z, path.p, path.n);
    z[path.n] = '\0';
    int fd = open(z, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a pipe must not hold us */
    if (fd < 0) return file__failed(path, "opened", errno, err);
    jn_rc rc = fstat(fd, &is) == 0 ? file__check(path, &is, private, max, err) : file__failed(path, "read", errno, err);
    if (rc == JN_OK) rc = file__take(fd, path, out, err);
    (void)close(fd);
    return rc;
}
