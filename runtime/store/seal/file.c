#include "runtime/store/seal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

jn_rc jr_file_failure(const char *what, const char *path, struct jn_err *err) {
    char text[128];
    int code = errno;
    jn_rc rc = code == EROFS || code == EACCES || code == EPERM ? JN_READ_ONLY
               : code == ENOSPC || code == EDQUOT               ? JN_FULL
                                                                : JN_IO;
    return jn_fail(err, rc, "the store cannot %s %s: %s", what, path, strerror_r(code, text, sizeof(text)));
}

jn_rc jr_file_path(const char *folder, const char *name, char out[JR_FILE_PATH_MAX], struct jn_err *err) {
    int n = snprintf(out, JR_FILE_PATH_MAX, "%s/%s", folder, name);
    return n > 0 && n < JR_FILE_PATH_MAX ? JN_OK : jn_fail(err, JN_TOO_LARGE, "the path %s is too long", folder);
}

static bool file_write(int fd, struct jn_str bytes) {
    for (size_t at = 0; at < bytes.n;) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        at += (size_t)n;
    }
    return fsync(fd) == 0;
}

static bool file_sync_folder(const char *path) {
    char folder[JR_FILE_PATH_MAX];
    const char *slash = strrchr(path, '/');
    int n = slash == NULL ? 1 : (int)(slash - path) + 1;
    (void)snprintf(folder, sizeof(folder), "%.*s", n, slash == NULL ? "." : path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return done;
}

jn_rc jr_file_put(const char *path, struct jn_str bytes, struct jn_err *err) {
    char part[JR_FILE_PATH_MAX];
    int n = snprintf(part, sizeof(part), "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof(part)) return jn_fail(err, JN_TOO_LARGE, "the path %s is too long", path);
    (void)unlink(part); /* of a start that was broken off */
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return jr_file_failure("create", part, err);
    bool written = file_write(fd, bytes);
    jn_rc rc = written ? JN_OK : jr_file_failure("write", part, err);
    close(fd);
    if (rc == JN_OK && (rename(part, path) != 0 || !file_sync_folder(path))) rc = jr_file_failure("create", path, err);
    if (rc != JN_OK) (void)unlink(part);
    return rc;
}
