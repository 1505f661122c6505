#include "runtime/store/seal/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

jn_rc jr_disk_failure(const char *what, const char *path, struct jn_err *err) {
    char text[128];
    int code = errno;
    jn_rc rc = code == EROFS || code == EACCES || code == EPERM ? JN_READ_ONLY
               : code == ENOSPC || code == EDQUOT               ? JN_FULL
                                                                : JN_IO;
    return jn_fail(err, rc, "the store cannot %s %s: %s", what, path, strerror_r(code, text, sizeof(text)));
}

jn_rc jr_disk_path(const char *folder, const char *name, char out[JR_DISK_PATH_MAX], struct jn_err *err) {
    int n = snprintf(out, JR_DISK_PATH_MAX, "%s/%s", folder, name);
    return n > 0 && n < JR_DISK_PATH_MAX ? JN_OK : jn_fail(err, JN_TOO_LARGE, "the path %s is too long", folder);
}

/* ---- whole files */

bool jr_disk_sync_folder(const char *path) {
    char folder[JR_DISK_PATH_MAX];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    (void)snprintf(folder, sizeof(folder), "%.*s", n == 0 ? 1 : (int)n, n == 0 ? "." : path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return done;
}

jn_rc jr_disk_put(const char *path, struct jn_str bytes, struct jn_err *err) {
    char part[JR_DISK_PATH_MAX];
    int n = snprintf(part, sizeof(part), "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof(part)) return jn_fail(err, JN_TOO_LARGE, "the path %s is too long", path);
    (void)unlink(part); /* of a start that was broken off */
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return jr_disk_failure("create", part, err);
    bool written = jr_disk_write(fd, bytes.p, bytes.n, 0) && fsync(fd) == 0;
    jn_rc rc = written ? JN_OK : jr_disk_failure("write", part, err);
    close(fd);
    if (rc == JN_OK && (rename(part, path) != 0 || !jr_disk_sync_folder(path)))
        rc = jr_disk_failure("create", path, err);
    if (rc != JN_OK) (void)unlink(part);
    return rc;
}

/* ---- parts of files */

int jr_disk_open(const char *path, bool writing) {
    return open(path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

void jr_disk_close(int fd) {
    (void)close(fd);
}

int64_t jr_disk_size(int fd) {
    struct stat info;
    if (fstat(fd, &info) != 0) return -1;
    if (S_ISREG(info.st_mode)) return info.st_size;
    errno = EINVAL;
    return -1;
}

bool jr_disk_read(int fd, void *out, size_t n, uint64_t at) {
    for (size_t done = 0; done < n;) {
        ssize_t part = pread(fd, (char *)out + done, n - done, (off_t)(at + done));
        if (part < 0 && errno == EINTR) continue;
        if (part == 0) errno = EIO;
        if (part <= 0) return false;
        done += (size_t)part;
    }
    return true;
}

bool jr_disk_write(int fd, const void *p, size_t n, uint64_t at) {
    for (size_t done = 0; done < n;) {
        ssize_t part = pwrite(fd, (const char *)p + done, n - done, (off_t)(at + done));
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return false;
        done += (size_t)part;
    }
    return true;
}

bool jr_disk_sync(int fd) {
    return fdatasync(fd) == 0;
}
