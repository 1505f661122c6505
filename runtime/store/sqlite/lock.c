/* One process at a time: an open-file-description lock on a file of its own, taken before the database is opened. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "runtime/store/seal/disk.h"
#include "runtime/store/sqlite/sqlite.h"

static jn_rc lock_folder(const char *folder, struct jn_err *err) {
    struct stat info;
    bool made = mkdir(folder, 0700) == 0;
    if (!made && errno != EEXIST) return jr_disk_failure("create the folder", folder, err);
    if (made && !jr_disk_sync_folder(folder)) {
        jn_rc rc = jr_disk_failure("keep the name of the folder", folder, err);
        (void)rmdir(folder); /* so that the next start makes and syncs it anew */
        return rc;
    }
    if (stat(folder, &info) != 0) return jr_disk_failure("look at", folder, err);
    if (!S_ISDIR(info.st_mode)) return jn_fail(err, JN_CONFIG, "%s is a file; a store is a folder", folder);
    return JN_OK;
}

/* Keeps 0–2 open: a database must never get the number that someone prints to. */
static void lock_guard_standard(void) {
    int fd;
    do
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= 2);
    if (fd > 2) close(fd);
}

static jn_rc lock_held(int fd, const char *folder, struct jn_err *err) {
    char pid[32] = "";
    ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);
    if (n > 0 && pid[n - 1] == '\n') pid[n - 1] = '\0';
    return jn_fail(err, JN_IN_USE, "the store %s is in use by another process%s%s", folder, n > 1 ? ", pid " : "",
                   n > 1 ? pid : "");
}

jn_rc sqlite_lock(const char *folder, int *out, struct jn_err *err) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct jn_buf path;
    jn_rc rc = lock_folder(folder, err);
    if (rc != JN_OK) return rc;
    lock_guard_standard();
    jn_buf_init(&path, 4096);
    jn_buf_printf(&path, "%s/lock", folder);
    jn_buf_char(&path, '\0');
    int fd = path.failed ? -1 : open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        rc = jr_disk_failure("open the lock in", folder, err);
    } else if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        rc = lock_held(fd, folder, err);
        close(fd);
    } else {
        char pid[32];
        int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
        /* The number is for people; a disk that is full does not keep the lock from holding. */
        if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)n, 0) == n) (void)0;
        *out = fd;
    }
    jn_buf_release(&path);
    return rc;
}
