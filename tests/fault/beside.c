/* The store's files beside its database (runtime/store/seal/disk.h) over the same disk: its functions are replaced when
 * a test is linked (--wrap), so that the keys of customers meet the cuts and faults that the database meets. */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "core/check.h"
#include "disk.h"
#include "runtime/store/seal/disk.h"

enum { BESIDE_MAX = 8 };

static sqlite3_file *beside[BESIDE_MAX]; /* by descriptor */

static bool beside_done(int code) {
    if (code == SQLITE_OK) return true;
    errno = code == SQLITE_FULL ? ENOSPC : EIO;
    return false;
}

jn_rc __wrap_jr_disk_put(const char *path, struct jn_str bytes, struct jn_err *err);
jn_rc __wrap_jr_disk_put(const char *path, struct jn_str bytes, struct jn_err *err) {
    if (disk_replace(path, bytes.p, bytes.n)) return JN_OK;
    errno = EIO;
    return jr_disk_failure("create", path, err);
}

int __wrap_jr_disk_open(const char *path, bool writing);
int __wrap_jr_disk_open(const char *path, bool writing) {
    sqlite3_vfs *vfs = sqlite3_vfs_find("disk");
    int fd = 0, there = 0, flags = writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    while (fd < BESIDE_MAX && beside[fd] != NULL)
        fd++;
    JN_CHECK(fd < BESIDE_MAX);
    beside[fd] = jn_alloc_zero(1, (size_t)vfs->szOsFile);
    if (vfs->xOpen(vfs, path, beside[fd], flags | SQLITE_OPEN_MAIN_DB, NULL) == SQLITE_OK) return fd;
    free(beside[fd]);
    beside[fd] = NULL;
    (void)vfs->xAccess(vfs, path, SQLITE_ACCESS_READWRITE, &there);
    errno = there ? EIO : ENOENT;
    return -1;
}

void __wrap_jr_disk_close(int fd);
void __wrap_jr_disk_close(int fd) {
    free(beside[fd]);
    beside[fd] = NULL;
}

int64_t __wrap_jr_disk_size(int fd);
int64_t __wrap_jr_disk_size(int fd) {
    sqlite3_int64 size;
    return beside_done(beside[fd]->pMethods->xFileSize(beside[fd], &size)) ? size : -1;
}

bool __wrap_jr_disk_read(int fd, void *out, size_t n, uint64_t at);
bool __wrap_jr_disk_read(int fd, void *out, size_t n, uint64_t at) {
    return n == 0 || beside_done(beside[fd]->pMethods->xRead(beside[fd], out, (int)n, (sqlite3_int64)at));
}

bool __wrap_jr_disk_write(int fd, const void *p, size_t n, uint64_t at);
bool __wrap_jr_disk_write(int fd, const void *p, size_t n, uint64_t at) {
    return beside_done(beside[fd]->pMethods->xWrite(beside[fd], p, (int)n, (sqlite3_int64)at));
}

bool __wrap_jr_disk_sync(int fd);
bool __wrap_jr_disk_sync(int fd) {
    return beside_done(beside[fd]->pMethods->xSync(beside[fd], SQLITE_SYNC_NORMAL));
}
